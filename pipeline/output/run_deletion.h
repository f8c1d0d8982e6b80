// What may be deleted of a run.
#pragma once

#include "pipeline/output/output_tree.h"

namespace fairground {

/// Deletes the run that a folder holds: only files that the run's plan names, those of fixed names, and those of its
/// exports and shards. For who holds the folder alone.
void delete_run(const OutputTree& tree);

/// Deletes what lies beside the files of fixed names since a run, a shard or a merge was stopped while it wrote them.
/// For who holds the folder alone.
void clear_unfinished(const OutputTree& tree);

}  // namespace fairground
