#include "pipeline/catalog/manifest.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

/// Mistakes of one file, kept until all of it is read.
class Mistakes {
 public:
  explicit Mistakes(const std::filesystem::path& path) : file_(on_one_line(path.string())) {}

  void add(std::size_t line, const std::string& message) {
    messages_.push_back(file_ + ":" + std::to_string(line) + ": " + message);
  }
  [[nodiscard]] bool any() const { return !messages_.empty(); }
  [[nodiscard]] std::vector<std::string> take() { return std::move(messages_); }

 private:
  std::string file_;
  std::vector<std::string> messages_;
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
          if (!peek('\r')) {
            mistakes_.add(line_, "text follows a closing quote; a quote inside a quoted cell is written twice");
          }
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
      if (text_[position_] == '\r') {
        refuse_return();
      }
      ++position_;
    }
    if (quote) {
      mistakes_.add(record_line,
                    "a double quote stands inside a cell that is not quoted; quote the whole cell and "
                    "write the inner quote twice");
    }
    return std::string(text_.substr(start, position_ - start));
  }

  /// Once for each line, since a file of them has no other end of line, and is one line.
  void refuse_return() {
    if (line_of_return_ != line_) {
      mistakes_.add(line_,
                    "a carriage return without a line feed stands outside quotes; end lines with LF or CRLF, or "
                    "quote the cell that holds it");
      line_of_return_ = line_;
    }
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
  std::size_t line_of_return_ = 0;  ///< that was refused last
};

void check_columns(const std::vector<std::string>& columns, std::size_t line, Mistakes& mistakes) {
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    if (column.empty()) {
      mistakes.add(line, "a column has no name");
    } else if (!seen.insert(column).second) {
      mistakes.add(line, "two columns are named " + in_ticks(column));
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

/// One line of JSON as keys and the text of their values. A tree of values would not do: it keeps the last of two equal
/// keys, turns numbers into what a double can hold, and takes a stack as deep as the text is nested.
class JsonLine : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<std::pair<std::string, std::string>> cells;
  std::string problem;  ///< what stopped the reading

  bool null() override { return value(depth_ == 1 ? "" : "null"); }
  bool boolean(bool truth) override { return value(truth ? "true" : "false"); }
  // Without a fraction, zero is negative only as "-0".
  bool number_integer(number_integer_t number) override { return value(number == 0 ? "-0" : std::to_string(number)); }
  bool number_unsigned(number_unsigned_t number) override { return value(std::to_string(number)); }
  bool number_float(number_float_t /*number*/, const string_t& text) override { return value(text); }
  bool string(string_t& text) override {
    if (depth_ > 1) {
      return value(nlohmann::json(text).dump());
    }
    return holds_nul(text) ? stop(kNul) : value(text);
  }
  bool binary(binary_t& /*bytes*/) override { return stop(kNoObject); }
  bool key(string_t& name) override {
    if (depth_ > 1) {
      separate();
      cells.back().second += nlohmann::json(name).dump() + ":";
      return true;
    }
    cells.emplace_back(std::move(name), "");
    return holds_nul(cells.back().first) ? stop(kNul) : true;
  }
  bool start_object(std::size_t /*size*/) override {
    if (depth_ == 0) {
      depth_ = 1;
      return true;
    }
    return start('{');
  }
  bool end_object() override { return end('}'); }
  bool start_array(std::size_t /*size*/) override { return depth_ == 0 ? stop(kNoObject) : start('['); }
  bool end_array() override { return end(']'); }
  bool parse_error(std::size_t /*position*/, const std::string& token,
                   const nlohmann::json::exception& error) override {
    constexpr int kNumberOutOfRange = 406;
    return error.id == kNumberOutOfRange
               ? stop("the number " + in_ticks(token) + " is larger than JSON's readers allow; put it into quotes")
               : stop(kNoObject);
  }

 private:
  static constexpr const char* kNoObject = "the line is not a JSON object";
  static constexpr const char* kNul =
      "a key or value holds the character \\u0000, which neither a path nor a label may hold";

  static bool holds_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

  bool stop(const std::string& why) {
    problem = why;
    return false;
  }

  bool value(const std::string& text) {
    if (depth_ == 0) {
      return stop(kNoObject);
    }
    separate();
    cells.back().second += text;
    return true;
  }

  bool start(char bracket) {
    constexpr std::size_t kDeepest = 64;  // as in configs
    if (depth_ == kDeepest) {
      return stop("the line is nested deeper than " + std::to_string(kDeepest) + " levels");
    }
    separate();
    cells.back().second += bracket;
    ++depth_;
    return true;
  }

  bool end(char bracket) {
    if (--depth_ > 0) {
      cells.back().second += bracket;
    }
    return true;
  }

  /// Writes the comma before what is neither the first of its kind nor the value of a key. A string cannot be taken
  /// for a bracket or a colon, since it ends with its quote.
  void separate() {
    std::string& text = cells.back().second;
    if (depth_ > 1 && text.back() != '[' && text.back() != '{' && text.back() != ':') {
      text += ',';
    }
  }

  std::size_t depth_ = 0;  ///< of open objects and arrays, the line's own among them
};

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
    JsonLine object;
    if (!nlohmann::json::sax_parse(content, &object)) {
      mistakes.add(line, object.problem);
      continue;
    }
    ManifestRow row{line, std::vector<std::string>(manifest.columns.size())};
    std::set<std::size_t> given;
    for (auto& [key, text_of_value] : object.cells) {
      const auto [place, is_new] = index.try_emplace(key, manifest.columns.size());
      if (is_new) {
        manifest.columns.push_back(key);
        row.cells.emplace_back();
      }
      if (!given.insert(place->second).second) {
        mistakes.add(line, "the key " + in_ticks(key) + " is given twice");
      }
      row.cells[place->second] = std::move(text_of_value);
    }
    if (given.size() == object.cells.size()) {
      manifest.rows.push_back(std::move(row));
    }
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
    mistakes.push_back(on_one_line(path.string()) + ": the manifest cannot be read");
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
