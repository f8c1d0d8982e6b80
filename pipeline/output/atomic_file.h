// Files that are either whole or not there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>

namespace fairground {

/// Writes beside the target and renames. Throws PassingFault, with the system's reason, where the disk refuses.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_atomically(const std::filesystem::path& path, std::string_view text);

/// Creates a folder and those above it. Throws PassingFault.
void make_folder(const std::filesystem::path& path);

/// A text file that grows line by line beside its target and takes its place when it is finished. Throws
/// PassingFault.
class GrowingFile {
 public:
  explicit GrowingFile(std::filesystem::path path);
  /// Deletes what was written unless it was finished.
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  void add_line(std::string_view line);
  void finish();

 private:
  std::filesystem::path path_;
  std::filesystem::path partial_;
  std::ofstream stream_;
};

}  // namespace fairground
