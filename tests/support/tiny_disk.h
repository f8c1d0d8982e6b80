// A disk that is soon full, where the machine lets a test mount one.
#pragma once

#include <sys/mount.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

namespace fairground {

/// A file system in memory of `kilobytes`, mounted on the folder `where` while this lives. problem() says why
/// there is none: that takes root and the right to mount, which a container may lack.
class TinyDisk {
 public:
  TinyDisk(std::filesystem::path where, int kilobytes) : where_(std::move(where)) {
    std::filesystem::create_directories(where_);
    const std::string size = "size=" + std::to_string(kilobytes) + "k";
    if (::mount("tmpfs", where_.c_str(), "tmpfs", 0, size.c_str()) != 0) {
      problem_ = "no small disk can be mounted here: " + std::generic_category().message(errno);
    }
  }
  ~TinyDisk() {
    if (problem_.empty()) {
      ::umount2(where_.c_str(), MNT_DETACH);
    }
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;

  [[nodiscard]] const std::string& problem() const { return problem_; }

  bool grow(int kilobytes) const {
    const std::string size = "size=" + std::to_string(kilobytes) + "k";
    return ::mount("tmpfs", where_.c_str(), "tmpfs", MS_REMOUNT, size.c_str()) == 0;
  }

 private:
  std::filesystem::path where_;
  std::string problem_;
};

}  // namespace fairground
