// The binary, run as a user runs it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace fairground {

struct ProcessResult {
  int status = -1;  ///< the exit status; 128 + N where signal N ended it
  std::string out;
  std::string err;
};

/// Runs a program and waits for its end. `meanwhile` is called with its process id as soon as it runs.
inline ProcessResult run_process(const std::vector<std::string>& arguments,
                                 const std::filesystem::path& working_directory,
                                 const std::function<void(pid_t)>& meanwhile = {}) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    if (::chdir(working_directory.c_str()) == 0) {
      ::execv(argv[0], argv.data());
    }
    ::_exit(127);
  }
  if (meanwhile) {
    meanwhile(child);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(out), read_text(err)};
}

#ifdef FAIRGROUND_BINARY
inline ProcessResult run_fairground_in(const std::filesystem::path& working_directory,
                                       std::vector<std::string> arguments,
                                       const std::function<void(pid_t)>& meanwhile = {}) {
  arguments.insert(arguments.begin(), FAIRGROUND_BINARY);
  return run_process(arguments, working_directory, meanwhile);
}

inline ProcessResult run_fairground(std::vector<std::string> arguments,
                                    const std::function<void(pid_t)>& meanwhile = {}) {
  return run_fairground_in("/", std::move(arguments), meanwhile);
}
#endif

}  // namespace fairground
