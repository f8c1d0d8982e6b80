#include "pipeline/catalog/manifest.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

/// Mistakes of one file, kept until all of it is read. A file that is wrong throughout would drown the reader, so
/// the list is cut after a while, with the number of those left out.
class Mistakes {
 public:
  explicit Mistakes(std::filesystem::path path) : path_(std::move(path)) {}

  void add(std::size_t line, const std::string& message) {
    constexpr std::size_t kMost = 50;
    if (messages_.size() < kMost) {
      messages_.push_back(path_.string() + ":" + std::to_string(line) + ": " + message);
    } else {
      ++left_out_;
    }
  }
  [[nodiscard]] bool any() const { return !messages_.empty(); }
  [[nodiscard]] std::vector<std::string> take() {
    if (left_out_ > 0) {
      messages_.push_back(path_.string() + ": and " + counted(left_out_, "more mistake") + " of this kind");
    }
    return std::move(messages_);
  }

 private:
  std::filesystem::path path_;
  std::vector<std::string> messages_;
  std::size_t left_out_ = 0;
};

/// Reads CSV records one after the other and counts lines, those inside quotes too.
class CsvReader {
 public:
  CsvReader(std::string_view text, Mistakes& mistakes) : text_(text), mistakes_(mistakes) {}

  /// The next record that is not blank, or false at the end.
  bool next(ManifestRow& row) {
    while (position_ < text_.size()) {
      row.line = line_;
      row.cells.clear();
      read_record(row);
      const bool blank = row.cells.size() == 1 && row.cells[0].empty();
      if (!blank) {
        return true;
      }
    }
    return false;
  }

 private:
  void read_record(ManifestRow& row) {
    while (true) {
      row.cells.push_back(peek('"') ? read_quoted(row.line) : read_plain(row.line));
      if (peek(',')) {
        ++position_;
        continue;
      }
      end_line();
      return;
    }
  }

  std::string read_quoted(std::size_t record_line) {
    std::string cell;
    ++position_;
    while (position_ < text_.size()) {
      const char c = text_[position_++];
      if (c != '"') {
        line_ += c == '\n' ? 1 : 0;
        cell += c;
      } else if (peek('"')) {
        cell += '"';
        ++position_;
      } else {
        if (!at_cell_end()) {
          mistakes_.add(line_, "text follows a closing quote; a quote inside a quoted cell is written twice");
          cell += read_plain(line_);
        }
        return cell;
      }
    }
    mistakes_.add(record_line, "a quoted cell is never closed; add the missing double quote");
    return cell;
  }

  std::string read_plain(std::size_t record_line) {
    const std::size_t start = position_;
    bool quote = false;
    while (!at_cell_end()) {
      quote = quote || text_[position_] == '"';
      ++position_;
    }
    if (quote) {
      mistakes_.add(record_line,
                    "a double quote stands inside a cell that is not quoted; quote the whole cell and "
                    "write the inner quote twice");
    }
    return std::string(text_.substr(start, position_ - start));
  }

  [[nodiscard]] bool peek(char c) const { return position_ < text_.size() && text_[position_] == c; }
  [[nodiscard]] bool at_cell_end() const {
    return position_ == text_.size() || text_[position_] == ',' || text_[position_] == '\n' ||
           text_.substr(position_, 2) == "\r\n";
  }
  void end_line() {
    if (peek('\r')) {
      ++position_;
    }
    if (peek('\n')) {
      ++position_;
      ++line_;
    }
  }

  std::string_view text_;
  Mistakes& mistakes_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
};

void check_columns(const std::vector<std::string>& columns, std::size_t line, Mistakes& mistakes) {
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    if (column.empty()) {
      mistakes.add(line, "a column has no name");
    } else if (!seen.insert(column).second) {
      mistakes.add(line, "two columns are named '" + column + "'");
    }
  }
}

Manifest parse_csv(std::string_view text, Mistakes& mistakes) {
  Manifest manifest;
  CsvReader reader(text, mistakes);
  ManifestRow row;
  if (reader.next(row)) {
    manifest.columns = row.cells;
    check_columns(manifest.columns, row.line, mistakes);
  }
  while (reader.next(row)) {
    if (row.cells.size() != manifest.columns.size()) {
      mistakes.add(row.line, "the row has " + counted(row.cells.size(), "cell") + ", but the header names " +
                                 counted(manifest.columns.size(), "column"));
      continue;
    }
    row.cells.shrink_to_fit();  // or a third of a large manifest's memory would be room to grow
    manifest.rows.push_back(std::move(row));
  }
  return manifest;
}

std::string cell_text(const nlohmann::json& value) {
  if (value.is_null()) {
    return {};
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Manifest parse_jsonl(std::string_view text, Mistakes& mistakes) {
  Manifest manifest;
  std::map<std::string, std::size_t> index;
  std::size_t line = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view content = text.substr(start, end - start);
    start = end + 1;
    ++line;
    if (content.find_first_not_of(" \t\r") == std::string_view::npos) {
      continue;
    }
    const auto object = nlohmann::json::parse(content, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) {
      mistakes.add(line, "the line is not a JSON object");
      continue;
    }
    ManifestRow row{line, std::vector<std::string>(manifest.columns.size())};
    bool has_nul = false;
    for (const auto& [key, value] : object.items()) {
      const auto [place, is_new] = index.try_emplace(key, manifest.columns.size());
      if (is_new) {
        manifest.columns.push_back(key);
        row.cells.emplace_back();
      }
      row.cells[place->second] = cell_text(value);
      has_nul = has_nul || row.cells[place->second].find('\0') != std::string::npos;
    }
    if (has_nul) {
      mistakes.add(line, "a value holds the character \\u0000, which neither a path nor a label may hold");
      continue;
    }
    manifest.rows.push_back(std::move(row));
  }
  for (ManifestRow& row : manifest.rows) {
    row.cells.resize(manifest.columns.size());
  }
  check_columns(manifest.columns, 1, mistakes);
  return manifest;
}

Manifest parse(std::string_view text, const std::filesystem::path& path, Mistakes& mistakes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    mistakes.add(1, "the manifest is not UTF-8 text; save it as UTF-8");
    return {};
  }
  const std::string ending = path.extension().string();
  Manifest manifest =
      ending == ".jsonl" || ending == ".ndjson" ? parse_jsonl(text, mistakes) : parse_csv(text, mistakes);
  if (manifest.rows.empty() && !mistakes.any()) {
    mistakes.add(1, "the manifest lists no sources");
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

Manifest parse_manifest(std::string_view text, const std::filesystem::path& path) {
  Mistakes mistakes(path);
  Manifest manifest = parse(text, path, mistakes);
  throw_if_any(mistakes.take());
  return manifest;
}

Manifest read_manifest(const std::filesystem::path& path, std::vector<std::string>& mistakes) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    mistakes.push_back(path.string() + ": the manifest cannot be read");
    return {};
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Mistakes found(path);
  Manifest manifest = parse(text, path, found);
  std::ranges::move(found.take(), std::back_inserter(mistakes));
  return manifest;
}

Manifest read_manifest(const std::filesystem::path& path) {
  std::vector<std::string> mistakes;
  Manifest manifest = read_manifest(path, mistakes);
  throw_if_any(std::move(mistakes));
  return manifest;
}

}  // namespace fairground
