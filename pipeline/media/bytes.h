// Whole files in memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "pipeline/media/limits.h"

namespace fairground {

using Bytes = std::vector<std::byte>;

/// All bytes of a regular file. Throws ItemError where it is missing, not a regular file, empty, unreadable
/// or larger than the limit, and PassingFault where the system has run out of memory or of open files.
[[nodiscard]] Bytes read_file(const std::filesystem::path& path, const MediaLimits& limits);

}  // namespace fairground
