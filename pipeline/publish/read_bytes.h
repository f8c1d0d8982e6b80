// Bytes from the middle of a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pipeline/output/output_tree.h"

namespace fairground {

/// Fills `into` from the bytes of a file from `offset` on. Throws PassingFault that names `path` where the disk refuses
/// or they are not all there.
void read_bytes(const Descriptor& file, const std::filesystem::path& path, std::uintmax_t offset, std::string& into);

}  // namespace fairground
