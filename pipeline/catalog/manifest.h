// Manifests as tables of text.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
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
/// twice is a mistake. Blank lines are passed over. Every mistake is added to `mistakes` as `FILE:LINE: message`.
/// Calls `row` for each row in order, with the line where it begins, 1-based. Rows with too many or too few cells and
/// lines of JSON with a mistake are left out. The columns of JSON Lines are those met so far, so that they may grow
/// from row to row, always at the end; there is a cell for each of them. Cells are valid during the call only: of a
/// file, a few rows are in memory, of a pipe all bytes. A file is read twice; that it changed in between is a mistake.
/// Returns all columns, in the order in which they were met. `sha256`, if given, becomes that of the file's bytes, or
/// stays as it is where they cannot be read.
std::vector<std::string> for_each_manifest_row(
    const std::filesystem::path& path, std::vector<std::string>& mistakes,
    const std::function<void(const std::vector<std::string>& columns, std::size_t line,
                             std::span<const std::string_view> cells)>& row,
    std::string* sha256 = nullptr);

/// All rows at once, for small manifests and for tests. Throws UserError with every mistake.
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& path);

/// The same, but mistakes are added to `mistakes` instead of thrown, so that the caller can look for further mistakes
/// in the rows that were read. `sha256` as above.
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& path, std::vector<std::string>& mistakes,
                                     std::string* sha256 = nullptr);

/// The same from memory, for tests. `path` is used for its ending and in messages.
[[nodiscard]] Manifest parse_manifest(std::string_view text, const std::filesystem::path& path);

}  // namespace fairground
