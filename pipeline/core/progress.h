// What a user sees while a long job runs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

namespace fairground {

enum class ProgressStyle {
  silent,    ///< nothing
  terminal,  ///< one line, rewritten several times a second
  log,       ///< a line every ten seconds
};

/// How standard error should show progress: `silent` if asked for, otherwise by what it is connected to.
[[nodiscard]] ProgressStyle progress_style(bool quiet);

/// The text of a progress line: done of total, rate, failures and the time left. `before`: how many of `done` were done
/// before the time that is counted began.
[[nodiscard]] std::string progress_text(const std::string& noun, std::size_t done, std::size_t failed,
                                        std::size_t total, double seconds, std::size_t before = 0);

/// Shows progress from a thread of its own until it is destroyed.
class Progress {
 public:
  /// `noun` names what is counted. A total of 0 is not known yet: nothing is shown until expect() gives it. `before`:
  /// how many are done already.
  Progress(std::ostream& out, ProgressStyle style, std::string noun, std::size_t total = 0, std::size_t before = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void expect(std::size_t total) { total_ = total; }
  void update(std::size_t done, std::size_t failed) {
    done_ = done;
    failed_ = failed;
  }
  void add_one() { ++done_; }

 private:
  void work();
  [[nodiscard]] std::string text() const;

  std::ostream& out_;
  ProgressStyle style_;
  std::string noun_;
  std::atomic<std::size_t> total_;
  std::size_t before_;
  std::atomic<std::size_t> done_;
  std::atomic<std::size_t> failed_{0};
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace fairground
