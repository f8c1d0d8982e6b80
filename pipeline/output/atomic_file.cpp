#include "pipeline/output/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "pipeline/core/error.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const char* action, int error) {
  throw PassingFault(path.string() + ": cannot " + action + ": " + std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(const fs::path& path)
      : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (fd_ < 0) {
      refuse(path, "create the file", errno);
    }
  }
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) {
        refuse(path_, "write", errno);
      }
      bytes = bytes.subspan(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
  }
  void close() {
    // Some file systems report a full disk only here.
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) {
      refuse(path_, "finish the file", errno);
    }
  }

 private:
  fs::path path_;
  int fd_;
};

fs::path beside(const fs::path& path) {
  fs::path partial = path;
  partial += ".part";
  return partial;
}

[[noreturn]] void give_up(const fs::path& partial, const fs::path& path, const char* action, int error) {
  ::unlink(partial.c_str());
  refuse(path, action, error);
}

void put_in_place(const fs::path& partial, const fs::path& path) {
  if (std::rename(partial.c_str(), path.c_str()) != 0) {
    give_up(partial, path, "put the file in its place", errno);
  }
}

}  // namespace

void write_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  const fs::path partial = beside(path);
  try {
    Descriptor file(partial);
    file.write(bytes);
    file.close();
  } catch (const PassingFault&) {
    ::unlink(partial.c_str());
    throw;
  }
  put_in_place(partial, path);
}

void write_atomically(const fs::path& path, std::string_view text) {
  write_atomically(path, std::as_bytes(std::span(text)));
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw PassingFault(path.string() + ": cannot make the folder: " + error.message());
  }
}

GrowingFile::GrowingFile(fs::path path)
    : path_(std::move(path)), partial_(beside(path_)), stream_(partial_, std::ios::binary | std::ios::trunc) {
  if (!stream_) {
    refuse(partial_, "create the file", errno);
  }
}

GrowingFile::~GrowingFile() {
  if (stream_.is_open()) {
    stream_.close();
    ::unlink(partial_.c_str());
  }
}

void GrowingFile::add_line(std::string_view line) {
  stream_ << line << '\n';
  if (!stream_) {
    refuse(partial_, "write", errno);
  }
}

void GrowingFile::finish() {
  stream_.close();
  if (!stream_) {
    give_up(partial_, partial_, "finish the file", errno);
  }
  put_in_place(partial_, path_);
}

}  // namespace fairground
