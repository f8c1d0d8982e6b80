// Who may write into an output directory, and what may be deleted there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/config/export_format.h"
#include "pipeline/design/share.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

/// What an output directory holds.
enum class FolderState {
  empty,    ///< nothing, or what a run leaves that was stopped before its plan was written
  begun,    ///< a run that is not finished
  finished  ///< a run with its run.json
};

/// Throws UserError where the directory holds anything but a run of fairground. A directory that is missing is empty.
[[nodiscard]] FolderState state_of(const std::filesystem::path& directory);
[[nodiscard]] FolderState state_of(const OutputTree& tree);

/// The shards that were begun in a run's folder, sorted. Throws UserError where its folder of shards holds something
/// else.
[[nodiscard]] std::vector<Shard> shards_in(const OutputTree& tree);

/// A file that is locked until this is destroyed. The system lets go of the lock when the process ends, however it
/// ends, so a file that is left over locks nobody out.
class FileLock {
 public:
  enum class Kind {
    alone,  ///< nobody else may hold it
    shared  ///< others may share it
  };
  /// Throws PassingFault, with `taken` as its message, where the lock is held in a way that allows no other. Who holds
  /// it last deletes the file.
  FileLock(std::filesystem::path file, Kind kind, const std::string& taken);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  std::filesystem::path file_;
  Descriptor descriptor_;
};

/// Deletes what lies beside the files of fixed names since a run, a shard or a merge was stopped while it wrote them.
/// For who holds the folder alone.
void clear_unfinished(const OutputTree& tree);

/// Deletes a shard's own files, but for its lock; what it has made stays.
void delete_shard(const OutputTree& tree, const Shard& shard);
/// The same for all shards, with their locks and folders, once they have been merged.
void delete_shards(const OutputTree& tree);

/// The files in the folder of an export that have a name which fairground gives to files of that export, or to what it
/// has not finished of them, as seen from the run's folder. Nothing behind a link is looked at.
[[nodiscard]] std::vector<std::filesystem::path> files_of_export(const OutputTree& tree, ExportFormat format);
/// Deletes the files of an export of a run, by the names that fairground gives them, and its folder if that is then
/// empty.
void delete_export(const OutputTree& tree, ExportFormat format);

/// Whether somebody holds the lock alone now. Makes no file.
[[nodiscard]] bool is_locked(const std::filesystem::path& file);
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
