// The text of a manifest, of which no more than a few rows need be in memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/core/hash.h"
#include "pipeline/core/input_file.h"

namespace fairground::manifests {

/// In bytes: a row with the words of many hours has less. What is longer is no manifest, or has lost a quote.
inline constexpr std::size_t kLongestRow = std::size_t{4} << 20U;
inline constexpr const char* kRowTooLong =
    "the row is longer than 4 MiB; end each row with a line feed, and close each quote";
/// How much is read at once.
inline constexpr std::size_t kBlock = std::size_t{1} << 20U;

/// What can be said of a text once all of it has gone by, piece by piece.
class TextCheck {
 public:
  void add(std::string_view piece);
  /// Whether all was UTF-8 without the character zero. Call it last.
  [[nodiscard]] bool is_text();

 private:
  bool is_good_ = true;
  std::string rest_;  ///< of the last piece: the beginning of a character
};

/// Goes through a text from its start to its end.
class TextWindow {
 public:
  /// A text that is in memory, and stays there.
  explicit TextWindow(std::string_view all) : ahead_(all) {}
  /// A file from where it was read up to. It must outlive the window.
  explicit TextWindow(InputFile& file) : file_(&file) { fill(); }

  /// What comes next: more than the longest row that may be, or all that is left. Valid until skip().
  [[nodiscard]] std::string_view ahead() const { return ahead_; }
  void skip(std::size_t bytes);

  /// Of all bytes of the file, those that were skipped and those that are left. Call it last.
  [[nodiscard]] Sha256Digest sha256_of_file();

 private:
  void fill();

  InputFile* file_ = nullptr;  ///< none where there is no more of it
  Sha256 hash_;
  std::string buffer_;
  std::string_view ahead_;
};

/// What has to be known of a manifest before its rows are read.
struct ManifestFacts {
  Sha256Digest sha256;
  bool is_text = false;
  std::string kept;  ///< all bytes, where they cannot be read a second time
};

/// Reads a manifest and keeps no more of it than it must: nothing but a block of a file, all of a pipe. Whether a file
/// is no manifest, such as a disk image or one endless line, is seen before all of it was read. Nothing, with a
/// mistake, where it cannot be read.
[[nodiscard]] std::optional<ManifestFacts> read_through(const std::filesystem::path& path,
                                                        std::vector<std::string>& mistakes);

}  // namespace fairground::manifests
