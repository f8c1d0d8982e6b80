// Manifests as tables of text.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairground {

struct ManifestRow {
  std::size_t line = 0;            ///< where it begins, 1-based
  std::vector<std::string> cells;  ///< one for each column
};

struct Manifest {
  std::vector<std::string> columns;
  std::vector<ManifestRow> rows;

  [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;
};

/// Reads CSV (RFC 4180: comma, double quotes, CRLF or LF; a UTF-8 byte order mark is allowed) or, where the name ends
/// in .jsonl or .ndjson, one JSON object per line: strings as they are, null and missing keys as empty cells,
/// numbers as they are spelt, arrays and objects (nested up to 64 deep) as their JSON text without spaces. A key given
/// twice is a mistake. Blank lines are passed over. Throws UserError with every mistake as `FILE:LINE: message`.
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& path);

/// The same, but mistakes are added to `mistakes` instead of thrown, and rows that have one are left out, so that the
/// caller can look for further mistakes in the others.
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& path, std::vector<std::string>& mistakes);

/// The same from memory, for tests. `path` is used for its ending and in messages.
[[nodiscard]] Manifest parse_manifest(std::string_view text, const std::filesystem::path& path);

}  // namespace fairground
