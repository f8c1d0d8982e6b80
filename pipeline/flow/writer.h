// The one thread that writes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "pipeline/output/outcome.h"

namespace fairground {

// Shared, so that the flow graph's copies of a message do not copy a file.
using OutcomePointer = std::shared_ptr<const Outcome>;

/// Calls `write` for each outcome that is handed over, in that order, on a thread of its own.
class Writer {
 public:
  /// Sets `failed` when a write throws; nothing is written after that.
  Writer(const std::function<void(const Outcome&)>& write, std::atomic<bool>& failed);
  /// Ends the thread once its queue is empty.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// `done` is called by the writing thread when it is through with the outcome, whether it was written or not.
  void hand_over(OutcomePointer outcome, std::function<void()> done);

  /// Waits for the queue, ends the thread and throws what a write threw. Returns how many were written.
  std::size_t finish();

 private:
  void work();
  void write(const Outcome& outcome);
  void end_thread();

  const std::function<void(const Outcome&)>& write_;
  std::atomic<bool>& failed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<OutcomePointer, std::function<void()>>> queue_;
  bool ending_ = false;
  std::size_t next_ = 0;  ///< the index that must come next; also how many were written
  std::exception_ptr error_;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace fairground
