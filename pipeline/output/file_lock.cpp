#include "pipeline/output/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "pipeline/core/error.h"

namespace fairground {

namespace fs = std::filesystem;

FileLock::FileLock(fs::path file, Kind kind, const std::string& taken) : file_(std::move(file)) {
  const auto fault = [&](const char* action) {
    return PassingFault(file_.string() + ": cannot " + action + " the file: " +
                        (errno == ELOOP ? "it is a link, which a run does not follow; remove it"
                                        : std::generic_category().message(errno)));
  };
  // Whoever held the file last may delete it between our two calls; then a third could lock a new one. And who only
  // asks whether the lock is held, holds it for an instant.
  constexpr int kMostAttempts = 100;
  constexpr int kMostRefusals = 20;
  constexpr auto kPause = std::chrono::milliseconds(5);
  int refusals = 0;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    descriptor_ = Descriptor(::open(file_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    if (!descriptor_.is_open()) {
      throw fault("create");
    }
    if (::flock(descriptor_.number(), (kind == Kind::alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) {
        throw fault("lock");
      }
      if (++refusals == kMostRefusals) {
        break;
      }
      std::this_thread::sleep_for(kPause);
      continue;
    }
    struct stat locked {};
    struct stat present {};
    if (::fstat(descriptor_.number(), &locked) == 0 && ::stat(file_.c_str(), &present) == 0 &&
        locked.st_ino == present.st_ino && locked.st_dev == present.st_dev) {
      return;
    }
  }
  throw PassingFault(taken);
}

FileLock::~FileLock() {
  // With others still there this fails, and the last of them deletes the file.
  if (::flock(descriptor_.number(), LOCK_EX | LOCK_NB) == 0) {
    ::unlink(file_.c_str());
  }
}

bool is_locked(const fs::path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return descriptor.is_open() && ::flock(descriptor.number(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace fairground
