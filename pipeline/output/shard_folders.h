// The folders of a run's shards, inside the run's own.
#pragma once

#include <vector>

#include "pipeline/design/share.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

/// The shards that were begun in a run's folder, sorted. Throws UserError where its folder of shards holds something
/// else.
[[nodiscard]] std::vector<Shard> shards_in(const OutputTree& tree);

/// Deletes a shard's own files, but for its lock; what it has made stays.
void delete_shard(const OutputTree& tree, const Shard& shard);
/// The same for all shards, with their locks and folders, once they have been merged.
void delete_shards(const OutputTree& tree);

}  // namespace fairground
