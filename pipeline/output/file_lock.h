// Files that are locked while somebody works beside them.
#pragma once

#include <filesystem>
#include <string>

#include "pipeline/output/output_tree.h"

namespace fairground {

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

/// Whether somebody holds the lock alone now. Makes no file.
[[nodiscard]] bool is_locked(const std::filesystem::path& file);

}  // namespace fairground
