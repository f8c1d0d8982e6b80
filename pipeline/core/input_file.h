// Files of text that users name: configs and manifests.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace fairground {

/// A file or pipe that is open for reading. Folders and devices are refused, and so is, after some seconds, a pipe that
/// nobody opens for writing, so that no name can make the program wait for ever.
class InputFile {
 public:
  /// Throws PassingFault where the system has run out of memory or of open files.
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// Why it cannot be read; empty where it can.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// In bytes. That of a pipe is not known, and 0.
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Fills the start of `into`, and waits for it where it is a pipe. Returns how many bytes there were: none at the
  /// end, and none where there is a problem().
  [[nodiscard]] std::size_t read(std::span<char> into);

 private:
  void fail(int error);

  int descriptor_ = -1;
  std::size_t size_ = 0;
  bool is_pipe_ = false;
  bool has_writer_ = false;  ///< or had one
  std::string problem_;
};

}  // namespace fairground
