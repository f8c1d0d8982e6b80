#include "pipeline/output/folder_claim.h"

#include <system_error>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/output/atomic_file.h"
#include "pipeline/output/run_deletion.h"
#include "pipeline/output/run_names.h"
#include "pipeline/output/shard_folders.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

/// A run without shards and one with shards do not know of each other's work.
void check_division(const OutputTree& tree, const std::optional<Shard>& shard) {
  const std::string folder = tree.root().string();
  const std::vector<Shard> begun = shards_in(tree);
  // Beside shards, a journal is what a merge left that was stopped.
  if (shard && begun.empty() && tree.size_of(kJournal)) {
    throw UserError(
        folder +
        ": the output directory holds a run that was begun without shards; go on without --shard, delete it "
        "with --restart and without --shard, or choose another directory with --out");
  }
  for (const Shard& other : begun) {
    if (!shard) {
      std::string problem = folder + ": the output directory holds a run that is made in ";
      problem.append(std::to_string(other.count)).append(" shards; finish it with `fairground merge ").append(folder);
      throw UserError(problem + "`, delete it with --restart, or choose another directory with --out");
    }
    if (other.count != shard->count) {
      throw UserError(folder + ": the output directory holds shard " + to_string(other) + ", and this is to be shard " +
                      to_string(*shard) + "; a set is divided into one number of shards: give --shard I/" +
                      std::to_string(other.count) + ", or choose another directory with --out");
    }
  }
}

std::string folder_is_taken(const fs::path& directory) {
  return directory.string() + ": another run is writing to this folder; wait for its end, or choose another with --out";
}

std::string shard_is_taken(const fs::path& folder) {
  return folder.string() + ": another run is making this shard; wait for its end";
}

}  // namespace

void check_nobody_writes(const fs::path& directory, const std::optional<Shard>& shard) {
  if (is_locked(directory / kLock)) {
    throw PassingFault(folder_is_taken(directory));
  }
  if (shard && is_locked(directory / shard_folder(*shard) / kLock)) {
    throw PassingFault(shard_is_taken(directory / shard_folder(*shard)));
  }
}

FolderClaim::FolderClaim(fs::path directory, const ClaimOptions& options) : directory_(std::move(directory)) {
  std::error_code error;
  if (fs::exists(directory_, error) && !fs::is_directory(directory_, error)) {
    throw UserError(directory_.string() + ": the output directory is a file; choose another with --out");
  }
  const bool existed = fs::exists(directory_, error);
  make_folder(directory_);
  try {
    tree_.emplace(directory_);
    // Before anything is made in it: a folder that is not ours is left as it was found.
    state_ = state_of(*tree_);
    lock(options);
    prepare(options);
  } catch (...) {
    run_lock_.reset();
    if (!existed) {
      fs::remove(directory_, error);
    }
    throw;
  }
}

void FolderClaim::lock(const ClaimOptions& options) {
  const auto& shard = options.shard;
  const bool shares = shard || (options.prepare_only && state_ != FolderState::empty);
  run_lock_.emplace(directory_ / kLock, shares ? FileLock::Kind::shared : FileLock::Kind::alone,
                    folder_is_taken(directory_));
  state_ = state_of(*tree_);  // nobody changes it any more
  if (shard && state_ != FolderState::finished) {
    check_division(*tree_, shard);
    const fs::path folder = shard_folder(*shard);
    tree_->make_folder(folder);
    shard_lock_.emplace(directory_ / folder / kLock, FileLock::Kind::alone, shard_is_taken(directory_ / folder));
  }
}

void FolderClaim::prepare(const ClaimOptions& options) {
  const auto& shard = options.shard;
  if (options.restart && shard && state_ == FolderState::finished) {
    throw UserError(directory_.string() +
                    ": the run in the output directory is finished, and none of its shards can be begun anew; choose "
                    "another directory with --out, or delete the run with --restart and without --shard");
  }
  if (options.restart && !shard) {
    delete_run(*tree_);
    state_ = FolderState::empty;
  }
  if (!shard && !options.prepare_only && state_ != FolderState::finished) {
    check_division(*tree_, shard);
  }
}

}  // namespace fairground
