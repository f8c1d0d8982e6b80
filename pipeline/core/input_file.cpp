#include "pipeline/core/input_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

constexpr std::chrono::seconds kPatience{5};  // with a pipe that nobody has opened for writing yet
constexpr int kLookAgainMs = 20;

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) {
  // Without O_NONBLOCK, a named pipe would be waited for until somebody opens its other end.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
    throw PassingFault("cannot read '" + on_one_line(path.string()) + "': " + std::generic_category().message(errno));
  }
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
    fail(errno);
  } else if (S_ISDIR(status.st_mode)) {
    problem_ = "it is a folder";
  } else if (S_ISREG(status.st_mode)) {
    size_ = static_cast<std::size_t>(status.st_size);
  } else if (S_ISFIFO(status.st_mode)) {
    is_pipe_ = true;
  } else {
    problem_ = "it is neither a file nor a pipe";
  }
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

std::size_t InputFile::read(std::span<char> into) {
  using std::chrono::steady_clock;
  const steady_clock::time_point deadline = steady_clock::now() + kPatience;
  while (problem_.empty()) {
    const ::ssize_t got = ::read(descriptor_, into.data(), into.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0 && errno != EAGAIN) {
      fail(errno);
      break;
    }
    has_writer_ = has_writer_ || got != 0;
    if (got > 0 || (got == 0 && (!is_pipe_ || has_writer_))) {
      return static_cast<std::size_t>(got);
    }
    if (got == 0 && steady_clock::now() >= deadline) {
      problem_ = "it is a pipe into which nobody writes";
      break;
    }
    // A writer that is there may take its time.
    pollfd pipe{descriptor_, POLLIN, 0};
    (void)::poll(&pipe, 1, got == 0 ? kLookAgainMs : -1);
  }
  return 0;
}

void InputFile::fail(int error) { problem_ = std::generic_category().message(error); }

}  // namespace fairground
