#include "pipeline/catalog/file_times.h"

#include <sys/stat.h>

namespace fairground {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  return static_cast<std::int64_t>(time.tv_sec) * kPerSecond + static_cast<std::int64_t>(time.tv_nsec);
}

}  // namespace

std::optional<FileTimes> file_times(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return FileTimes{static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
                   nanoseconds(status.st_ctim)};
}

}  // namespace fairground
