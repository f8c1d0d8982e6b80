#include "pipeline/publish/read_bytes.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "pipeline/core/error.h"

namespace fairground {

void read_bytes(const Descriptor& file, const std::filesystem::path& path, std::uintmax_t offset, std::string& into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const ::ssize_t got =
        ::pread(file.number(), into.data() + filled, into.size() - filled, static_cast<::off_t>(offset + filled));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      throw PassingFault(path.string() + ": cannot read: " +
                         (got < 0 ? std::generic_category().message(errno) : "it became shorter meanwhile"));
    }
    filled += static_cast<std::size_t>(got);
  }
}

}  // namespace fairground
