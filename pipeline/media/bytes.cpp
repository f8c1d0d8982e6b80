#include "pipeline/media/bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

constexpr double kBytesPerMegabyte = 1e6;

// A named pipe would block an ordinary open() until somebody writes to it, hence O_NONBLOCK.
constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

/// Opens a path without links in it: openat2 of Linux 5.6 looks at every part. Older systems, and some containers, do
/// not have it; there the opened file is asked for its path.
int open_without_links(const std::filesystem::path& path) {
#ifdef SYS_openat2
  struct open_how how {};
  how.flags = kFlags;
  how.resolve = RESOLVE_NO_SYMLINKS;
  const auto number = static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how));
  if (number >= 0 || (errno != ENOSYS && errno != EPERM)) return number;
#endif
  const int opened = ::open(path.c_str(), kFlags | O_NOFOLLOW);
  if (opened < 0) return opened;
  std::error_code error;
  const std::filesystem::path place = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(opened), error);
  if (!error && place == path) return opened;
  ::close(opened);
  errno = ELOOP;
  return -1;
}

/// An open file descriptor. Reading through it sees the very file that was examined, whatever happens to the path.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, Links links)
      : number_(links == Links::refused ? open_without_links(path) : ::open(path.c_str(), kFlags)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// The path may hold anything, and the message may reach a terminal.
std::string beginning(const std::filesystem::path& path) {
  return "cannot read '" + on_one_line(path.string()) + "': ";
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw ItemError(beginning(path) + reason);
}

/// What the machine has run out of is no fault of the file.
[[noreturn]] void refuse(const std::filesystem::path& path, int error) {
  const std::string reason = std::generic_category().message(error);
  if (error == EMFILE || error == ENFILE) {
    throw PassingFault(beginning(path) + reason + "; allow more open files (ulimit -n)");
  }
  if (error == ENOMEM) throw PassingFault(beginning(path) + reason);
  if (error == ELOOP) {
    refuse(path, "a link stands in the path that was none when the manifest was read, so that it may lead elsewhere");
  }
  refuse(path, reason);
}

}  // namespace

Bytes read_file(const std::filesystem::path& path, const MediaLimits& limits, Links links) {
  const Descriptor file(path, links);
  if (file.number() < 0) refuse(path, errno);

  struct stat status {};
  if (::fstat(file.number(), &status) != 0) refuse(path, errno);
  if (S_ISDIR(status.st_mode)) refuse(path, "it is a folder");
  if (!S_ISREG(status.st_mode)) refuse(path, "it is not a regular file");
  if (status.st_size == 0) refuse(path, "it is empty");
  if (static_cast<double>(status.st_size) > limits.file_megabytes * kBytesPerMegabyte) {
    refuse(path, "it has " + shortest(static_cast<double>(status.st_size) / kBytesPerMegabyte) +
                     " MB, and limits.file_megabytes allows " + shortest(limits.file_megabytes));
  }

  // Grown part by part, since new bytes are set to zero first: a part is still in the cache when it is read into.
  constexpr std::size_t kPart = std::size_t{256} << 10U;
  const auto size = static_cast<std::size_t>(status.st_size);
  Bytes bytes;
  bytes.reserve(size);
  std::size_t filled = 0;
  while (filled < size) {
    if (filled == bytes.size()) bytes.resize(std::min(size, filled + kPart));
    const ::ssize_t got = ::read(file.number(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path, errno);
    if (got == 0) refuse(path, "it became shorter while it was read");
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace fairground
