// What a fuzz target is: one function, which libFuzzer calls (preset `fuzz`) or driver.cpp does (all others).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

/// Returns 0, whatever the bytes are; a finding is what ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fairground {

/// Ends the process where a promise is broken: both drivers then keep the input.
inline void require(bool holds, std::string_view promise) {
  if (!holds) {
    std::fprintf(stderr, "fuzz: broken: %.*s\n", static_cast<int>(promise.size()), promise.data());
    std::abort();
  }
}

inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Of a mistake in a file called `name`: each message is one line that begins with the name, in text that can be shown.
inline void require_good_messages(const UserError& error, std::string_view name) {
  require(!error.messages().empty(), "a UserError says something");
  for (const std::string& message : error.messages()) {
    require(message.starts_with(std::string(name) + ":"), "a mistake begins with its place: " + message);
    require(message == on_one_line(message), "a mistake is one line of plain text: " + on_one_line(message));
  }
}

/// The message of a fault of one item is shown in one line too.
inline void require_good_message(const std::exception& fault) {
  const std::string_view message = fault.what();
  require(!message.empty(), "a fault says something");
  require(message == on_one_line(message), "a fault is one line of plain text: " + on_one_line(message));
}

/// A folder for what a target needs in files. It is made once, and stays until the process has ended in its own way.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fairground-fuzz-XXXXXX").string();
    require(::mkdtemp(pattern.data()) != nullptr, "a temporary folder can be made");
    path_ = std::filesystem::canonical(pattern);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  void write(const std::filesystem::path& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream file(path_ / name, std::ios::binary);
    file << text;
    require(static_cast<bool>(file.flush()), "a temporary file can be written");
  }

 private:
  std::filesystem::path path_;
};

}  // namespace fairground
