// Whole files in memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "pipeline/media/limits.h"

namespace fairground {

using Bytes = std::vector<std::byte>;

/// Whether links on the way to a file are followed. In the path of a medium they were resolved when it was checked
/// where the path leads, and whoever puts one there since then leads elsewhere.
enum class Links { followed, refused };

/// All bytes of a regular file. Throws ItemError where it is missing, not a regular file, empty, unreadable, larger
/// than the limit, or behind a link that is refused, and PassingFault where the system has run out of memory or of open
/// files.
[[nodiscard]] Bytes read_file(const std::filesystem::path& path, const MediaLimits& limits,
                              Links links = Links::followed);

}  // namespace fairground
