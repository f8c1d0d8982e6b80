// Forces a run's files to the disk now and then, in the background, and notes how far that went.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>

#include "pipeline/output/journal.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

/// How many bytes of a journal are known to be on the disk, together with all files that they speak of. To force each
/// file to the disk would take fifty times as long as to write it; so it is done for all of them at once, every few
/// seconds, and what a power cut may have lost is found by the hashes of the lines that came later.
class DiskSync {
 public:
  /// `name`: of the file that holds the number. `journal` must outlive this.
  DiskSync(const OutputTree& tree, std::filesystem::path name, const JournalWriter& journal,
           std::chrono::milliseconds interval = std::chrono::seconds(2));
  ~DiskSync();
  DiskSync(const DiskSync&) = delete;
  DiskSync& operator=(const DiskSync&) = delete;

  /// Throws what the disk refused since the last call.
  void check();
  /// Ends the thread. What was not forced to the disk by then is not.
  void stop();

 private:
  void work();
  void sync();

  const OutputTree& tree_;
  std::filesystem::path name_;
  const JournalWriter& journal_;
  std::chrono::milliseconds interval_;
  std::uintmax_t synced_ = 0;
  std::atomic<bool> has_failed_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::exception_ptr error_;
  std::thread thread_;  // last: it uses everything above
};

/// The number that an earlier start has noted of `journal`; 0 where there is none, or none of this journal as it is
/// now.
[[nodiscard]] std::uintmax_t synced_bytes(const OutputTree& tree, const std::filesystem::path& name,
                                          const std::filesystem::path& journal);

}  // namespace fairground
