#include "pipeline/media/bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

constexpr double kBytesPerMegabyte = 1e6;

/// An open file descriptor. Reading through it sees the very file that was examined, whatever happens to the path.
class Descriptor {
 public:
  // A named pipe would block an ordinary open() until somebody writes to it, hence O_NONBLOCK.
  explicit Descriptor(const std::filesystem::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw ItemError("cannot read '" + path.string() + "': " + reason);
}

/// What the machine has run out of is no fault of the file.
[[noreturn]] void refuse(const std::filesystem::path& path, int error) {
  const std::string reason = std::generic_category().message(error);
  if (error == EMFILE || error == ENFILE || error == ENOMEM) {
    throw PassingFault("cannot read '" + path.string() + "': " + reason);
  }
  refuse(path, reason);
}

}  // namespace

Bytes read_file(const std::filesystem::path& path, const MediaLimits& limits) {
  const Descriptor file(path);
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

  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ::ssize_t got = ::read(file.number(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path, errno);
    if (got == 0) refuse(path, "it became shorter while it was read");
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace fairground
