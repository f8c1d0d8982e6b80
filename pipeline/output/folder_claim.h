// Who may write into an output directory, and what may be deleted there.
#pragma once

#include <filesystem>
#include <string>

namespace fairground {

/// Holds an output directory for one run, until it is destroyed.
class FolderClaim {
 public:
  /// Makes the directory where there is none, and empties it of an earlier run of ours where that is allowed: an
  /// unfinished one of the same plan, or any with `restart`. Only files that the earlier run's plan names, and those
  /// of fixed names, are deleted. Throws UserError where the directory holds a finished run, an unfinished run of
  /// another plan, or no run of fairground; PassingFault where another run is writing there or the disk refuses.
  FolderClaim(std::filesystem::path directory, const std::string& plan_sha256, bool restart);
  ~FolderClaim();
  FolderClaim(const FolderClaim&) = delete;
  FolderClaim& operator=(const FolderClaim&) = delete;

 private:
  void lock();

  std::filesystem::path directory_;
  int lock_ = -1;
};

}  // namespace fairground
