// What an earlier start of a run found out about its sources, so that it need not read all of them again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pipeline/catalog/catalog.h"

namespace fairground {

/// Files that need not be read again unless they have changed. A file is known by its path, size, time of modification
/// and time of change; of the two times the second cannot be set back by those who write to a file.
class KnownFiles {
 public:
  KnownFiles() = default;
  /// Reads what for_each_line() gave. A file that is missing or that cannot be read makes nothing known, and so do
  /// single lines of it that are damaged.
  explicit KnownFiles(const std::filesystem::path& path);

  /// Fills in hash and header of the file at `file.path` if it is known and has not changed. `kind` is what it was read
  /// as, since that decides what was checked.
  [[nodiscard]] bool fill_in(MediaFile& file, const std::string& kind) const;

  /// The lines for all files of a catalog that can be used, without the lines' ends.
  static void for_each_line(const Catalog& catalog, const std::function<void(const std::string&)>& body);

 private:
  struct Known {
    FileTimes times;
    Sha256Digest sha256;
    int sample_rate = 0;
    int channels = 0;
    float seconds = 0.0F;
    float megapixels = 0.0F;
  };

  /// By a hash of kind and path. Another file of that hash would need the same size and the same two times to be taken
  /// for this one, and its bytes would be refused when they are read for a variant.
  std::unordered_map<std::uint64_t, Known> files_;
  std::int64_t trusted_until_ns_ = 0;  ///< files that changed later may have changed again within the clock's tick
};

/// Whether a line of such a file is whole, with its check.
[[nodiscard]] bool is_known_line(std::string_view line);

/// What a file was read as.
[[nodiscard]] std::string kind_of_file(Media medium, bool is_map);

}  // namespace fairground
