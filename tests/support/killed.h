// Runs that are killed on the way.
#pragma once

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/process.h"

namespace fairground {

inline constexpr int kKilled = 128 + SIGKILL;

/// Ends the process so long after it was begun, as a crash or the system would, if it still runs then.
inline std::function<void(pid_t)> kill_after(std::chrono::microseconds delay) {
  return [delay](pid_t child) {
    std::this_thread::sleep_for(delay);
    ::kill(child, SIGKILL);
  };
}

/// Waits until `has_come`, and returns false where the process ended before by itself.
inline bool wait_until(pid_t child, const std::function<bool()>& has_come) {
  siginfo_t info{};
  while (!has_come()) {
    info.si_pid = 0;
    if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0) {
      return has_come();
    }
    ::sched_yield();  // a sleep would miss files that are there for less than a millisecond
  }
  return true;
}

/// Ends the process as soon as `has_come` and so long after that.
inline std::function<void(pid_t)> kill_when(const std::function<bool()>& has_come,
                                            std::chrono::microseconds delay = std::chrono::microseconds(0)) {
  return [has_come, delay](pid_t child) {
    if (wait_until(child, has_come)) {
      std::this_thread::sleep_for(delay);
      ::kill(child, SIGKILL);
    }
  };
}

/// Holds the process as soon as `has_come`, does something meanwhile, and lets it go on.
inline std::function<void(pid_t)> hold_when(const std::function<bool()>& has_come,
                                            const std::function<void(pid_t)>& meanwhile) {
  return [has_come, meanwhile](pid_t child) {
    EXPECT_TRUE(wait_until(child, has_come)) << "it ended before";
    ::kill(child, SIGSTOP);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED | WEXITED | WNOWAIT);
    meanwhile(child);
    ::kill(child, SIGCONT);
  };
}

inline std::function<bool()> is_there(const std::filesystem::path& file) {
  return [file] {
    std::error_code ignored;
    return std::filesystem::exists(file, ignored);
  };
}

/// How many lines a file has; 0 where there is none.
inline std::size_t lines_in(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return 0;
  }
  const std::string text = read_text(file);
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace fairground
