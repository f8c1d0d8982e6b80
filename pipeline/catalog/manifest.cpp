#include "pipeline/catalog/manifest.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "pipeline/catalog/manifest_parts.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/input_file.h"
#include "pipeline/core/text.h"

namespace fairground {

bool manifests::too_many_columns(std::size_t columns, std::size_t most, std::size_t line, Mistakes& mistakes) {
  if (columns > most) {
    mistakes.add(line, "there are more than " + std::to_string(most) + " columns");
  }
  return columns > most;
}

void manifests::check_columns(const std::vector<std::string>& columns, std::size_t line, Mistakes& mistakes) {
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    if (column.empty()) {
      mistakes.add(line, "a column has no name");
    } else if (!seen.insert(column).second) {
      mistakes.add(line, "two columns are named " + in_ticks(column));
    }
  }
}

namespace {

using manifests::RowBody;

std::vector<std::string> read_rows(std::string_view text, const std::filesystem::path& path,
                                   std::vector<std::string>& mistakes, const RowBody& row) {
  manifests::Mistakes found(path);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  manifests::Outline outline;
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    found.add(1, "the manifest is not UTF-8 text; save it as UTF-8");
  } else {
    const std::string ending = path.extension().string();
    const bool is_jsonl = ending == ".jsonl" || ending == ".ndjson";
    outline = is_jsonl ? manifests::read_jsonl(text, found, row) : manifests::read_csv(text, found, row);
    if (outline.rows == 0 && !found.any()) {
      found.add(1, "the manifest lists no sources");
    } else if (outline.columns.empty() && !found.any()) {
      found.add(1, "no line of the manifest has a key");
    }
  }
  std::ranges::move(found.take(), std::back_inserter(mistakes));
  return std::move(outline.columns);
}

/// All bytes of a manifest. Whether a file is none, such as a disk image or one endless line, is seen before all of it
/// is in memory.
std::optional<std::string> read_text(const std::filesystem::path& path, std::vector<std::string>& mistakes) {
  constexpr std::size_t kMost = std::size_t{4} << 30U;
  constexpr std::size_t kBlock = std::size_t{1} << 20U;
  const std::string name = on_one_line(path.string());
  InputFile file(path);
  std::string text;
  if (file.size() <= kMost) {
    text.reserve(file.size() + kBlock);
  }
  std::size_t line_start = 0;
  while (file.problem().empty()) {
    const std::size_t used = text.size();
    text.resize(used + kBlock);
    const std::size_t got = file.read(std::span(text).subspan(used));
    text.resize(used + got);
    if (got == 0) {
      break;
    }
    const std::size_t last_end = std::string_view(text).substr(used).rfind('\n');
    line_start = last_end == std::string_view::npos ? line_start : used + last_end + 1;
    if (text.size() - line_start > manifests::kLongestRow + kBlock) {
      const auto line = 1 + std::ranges::count(text, '\n');
      mistakes.push_back(name + ":" + std::to_string(line) + ": " + manifests::kRowTooLong);
      return std::nullopt;
    }
    if (text.size() > kMost) {
      mistakes.push_back(name + ": the manifest has more than 4 GiB; divide it among several sources");
      return std::nullopt;
    }
  }
  if (!file.problem().empty()) {
    mistakes.push_back(name + ": the manifest cannot be read: " + file.problem());
    return std::nullopt;
  }
  return text;
}

/// Gathers what `read` hands to the body it is called with. A line of JSON without keys has a cell for each column all
/// the same, so that a small file could fill the memory: beyond a number of cells there is a mistake in place of rows.
template <typename Read>
Manifest table(const Read& read, const std::filesystem::path& path, std::vector<std::string>& mistakes) {
  constexpr std::size_t kMostCells = 5'000'000;
  Manifest manifest;
  bool is_full = false;
  manifest.columns = read([&](const std::vector<std::string>& columns, std::size_t line, const auto& cells) {
    is_full = is_full || (manifest.rows.size() + 1) * columns.size() > kMostCells;
    if (!is_full) {
      manifest.rows.push_back({line, {cells.begin(), cells.end()}});
    }
  });
  if (is_full) {
    manifest.rows.clear();
    mistakes.push_back(on_one_line(path.string()) + ": the manifest has more than " + std::to_string(kMostCells) +
                       " cells; leave out columns that are not used");
  }
  for (ManifestRow& row : manifest.rows) {
    row.cells.resize(manifest.columns.size());
  }
  return manifest;
}

void throw_if_any(std::vector<std::string> mistakes) {
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

}  // namespace

std::optional<std::size_t> Manifest::find(std::string_view column) const {
  const auto place = std::ranges::find(columns, column);
  return place == columns.end() ? std::nullopt : std::optional(static_cast<std::size_t>(place - columns.begin()));
}

std::vector<std::string> for_each_manifest_row(const std::filesystem::path& path, std::vector<std::string>& mistakes,
                                               const RowBody& row, std::string* sha256) {
  const std::optional<std::string> text = read_text(path, mistakes);
  if (!text) {
    return {};
  }
  if (sha256 != nullptr) {
    *sha256 = sha256_hex(*text);
  }
  return read_rows(*text, path, mistakes, row);
}

Manifest parse_manifest(std::string_view text, const std::filesystem::path& path) {
  std::vector<std::string> mistakes;
  Manifest manifest = table([&](const RowBody& row) { return read_rows(text, path, mistakes, row); }, path, mistakes);
  throw_if_any(std::move(mistakes));
  return manifest;
}

Manifest read_manifest(const std::filesystem::path& path, std::vector<std::string>& mistakes, std::string* sha256) {
  return table([&](const RowBody& row) { return for_each_manifest_row(path, mistakes, row, sha256); }, path, mistakes);
}

Manifest read_manifest(const std::filesystem::path& path) {
  std::vector<std::string> mistakes;
  Manifest manifest = read_manifest(path, mistakes);
  throw_if_any(std::move(mistakes));
  return manifest;
}

}  // namespace fairground
