// How large the shards of the export `webdataset` get.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pipeline/publish/export.h"

namespace fairground {

/// The defaults are what makers of such shards are used to: few enough files for a file system of a cluster, and small
/// enough to be dealt to many readers. One sample that is larger has a shard of its own.
struct ShardLimits {
  std::size_t samples = 10'000;
  std::uintmax_t bytes = std::uintmax_t{256} << 20U;
};

/// The export with other limits.
void export_webdataset(const ExportInputs& inputs, DerivedFiles& files, const ShardLimits& limits);

}  // namespace fairground
