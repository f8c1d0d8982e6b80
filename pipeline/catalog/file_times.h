// When a file was changed, as its file system has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fairground {

struct FileTimes {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  ///< when its bytes were written; whoever owns the file may set this to anything
  std::int64_t changed_ns = 0;   ///< when its bytes, or what is known of it, were changed

  friend bool operator==(const FileTimes&, const FileTimes&) = default;
};

/// Of a regular file; nothing where there is none.
[[nodiscard]] std::optional<FileTimes> file_times(const std::string& path);

}  // namespace fairground
