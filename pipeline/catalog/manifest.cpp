#include "pipeline/catalog/manifest.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "pipeline/catalog/manifest_parts.h"
#include "pipeline/catalog/manifest_text.h"
#include "pipeline/core/error.h"
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
using manifests::TextWindow;

std::vector<std::string> read_rows(TextWindow& text, bool is_text, const std::filesystem::path& path,
                                   std::vector<std::string>& mistakes, const RowBody& row) {
  manifests::Mistakes found(path);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.ahead().starts_with(kByteOrderMark)) {
    text.skip(kByteOrderMark.size());
  }
  manifests::Outline outline;
  if (!is_text) {
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
  const std::optional<manifests::ManifestFacts> facts = manifests::read_through(path, mistakes);
  if (!facts) {
    return {};
  }
  if (sha256 != nullptr) {
    *sha256 = facts->sha256.hex();
  }
  if (!facts->kept.empty()) {
    TextWindow text(facts->kept);
    return read_rows(text, facts->is_text, path, mistakes, row);
  }
  InputFile file(path);
  TextWindow text(file);
  std::vector<std::string> columns = read_rows(text, facts->is_text, path, mistakes, row);
  const bool is_the_same = text.sha256_of_file() == facts->sha256;
  if (!file.problem().empty()) {
    mistakes.push_back(on_one_line(path.string()) + ": the manifest cannot be read: " + file.problem());
  } else if (!is_the_same) {
    mistakes.push_back(on_one_line(path.string()) +
                       ": the manifest was changed while it was read; run again once it is whole");
  }
  return columns;
}

Manifest parse_manifest(std::string_view text, const std::filesystem::path& path) {
  std::vector<std::string> mistakes;
  manifests::TextCheck check;
  check.add(text);
  TextWindow window(text);
  Manifest manifest = table([&](const RowBody& row) { return read_rows(window, check.is_text(), path, mistakes, row); },
                            path, mistakes);
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
