#include "tests/benchmark/child_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

namespace fairground {
namespace {

constexpr int kCannotBegin = 127;  // as of a shell

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

ProcessCost run_process(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  const auto start = std::chrono::steady_clock::now();
  // Not posix_spawn(), whose child shares this process's memory until it becomes the program: the system counts the
  // most that this process ever had as the child's.
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0 && ::dup2(nowhere, STDOUT_FILENO) >= 0) {
      ::execv(arguments[0], arguments.data());
    }
    ::_exit(kCannotBegin);
  }
  if (child < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "wait4");
    }
  }
  const std::chrono::duration<double> real = std::chrono::steady_clock::now() - start;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::string line;
    for (const std::string& word : words) {
      line += word + ' ';
    }
    throw std::runtime_error(line + "did not end well");
  }
  constexpr double kKilobytesPerMegabyte = 1024.0;
  return {real.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) / kKilobytesPerMegabyte};
}

}  // namespace fairground
