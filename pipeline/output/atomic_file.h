// Single files that are either whole or not there. For the many files of a run, see output_tree.h.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace fairground {

/// Writes beside the target and renames. Throws PassingFault, with the system's reason, where the disk refuses.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_atomically(const std::filesystem::path& path, std::string_view text);

/// Creates a folder and those above it. Throws PassingFault.
void make_folder(const std::filesystem::path& path);

/// The folder that a file lies in, as a path that can be opened.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& file);

}  // namespace fairground
