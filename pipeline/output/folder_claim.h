// Who may write into an output directory.
#pragma once

#include <filesystem>
#include <optional>

#include "pipeline/design/share.h"
#include "pipeline/output/file_lock.h"
#include "pipeline/output/folder_state.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

/// Throws the PassingFault that a FolderClaim would throw now because another run is writing there: before sources are
/// read, which may take long.
void check_nobody_writes(const std::filesystem::path& directory, const std::optional<Shard>& shard);

/// What a directory is claimed for.
struct ClaimOptions {
  std::optional<Shard> shard = {};  ///< empty: the whole run
  bool restart = false;
  bool prepare_only = false;  ///< nothing will be made, so that shards may be under way
};

/// Holds an output directory for one run, or for one of its shards, until it is destroyed.
class FolderClaim {
 public:
  /// Makes the directory where there is none. With `restart`, deletes the run that it holds, but for that of a shard,
  /// which delete_shard() may do once it is known to be of the same plan: only files that the run's plan names, and
  /// those of fixed names. Throws UserError where the directory holds no run of fairground, where shards and a run
  /// without shards would meet in it, or shards of different divisions, or where a shard of a finished run is to be
  /// begun anew or to be tried again; PassingFault where another run is writing there or the disk refuses.
  FolderClaim(std::filesystem::path directory, const ClaimOptions& options);

  [[nodiscard]] const OutputTree& tree() const { return *tree_; }
  [[nodiscard]] FolderState state() const { return state_; }

 private:
  void lock(const ClaimOptions& options);
  void prepare(const ClaimOptions& options);

  std::filesystem::path directory_;
  std::optional<OutputTree> tree_;
  std::optional<FileLock> run_lock_;
  std::optional<FileLock> shard_lock_;
  FolderState state_ = FolderState::empty;
};

}  // namespace fairground
