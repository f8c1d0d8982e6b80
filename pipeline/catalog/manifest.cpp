#include "pipeline/catalog/manifest.h"

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>
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

using RowBody =
    std::function<void(const std::vector<std::string>&, std::size_t line, std::span<const std::string_view> cells)>;

/// Whether a byte can end a cell of CSV without quotes, or be a mistake inside it.
constexpr std::array<bool, 256> kStopsCell = [] {
  std::array<bool, 256> stops{};
  for (const unsigned char c : {',', '\n', '\r', '"'}) {
    stops[c] = true;
  }
  return stops;
}();

/// Reads CSV records one after the other and counts lines, those inside quotes too.
class CsvReader {
 public:
  CsvReader(std::string_view text, Mistakes& mistakes) : text_(text), mistakes_(mistakes) {}

  /// Goes to the next record that is not blank, or returns false at the end.
  bool next() {
    while (position_ < text_.size()) {
      record_line_ = line_;
      cells_.clear();
      spelt_out_.clear();
      read_record();
      const bool blank = cells_.size() == 1 && cells_[0].empty();
      if (!blank) {
        return true;
      }
    }
    return false;
  }

  /// Where the record begins.
  [[nodiscard]] std::size_t line() const { return record_line_; }
  /// Valid until the next record is read.
  [[nodiscard]] std::span<const std::string_view> cells() const { return cells_; }

 private:
  void read_record() {
    while (true) {
      cells_.push_back(peek('"') ? read_quoted() : read_plain(record_line_));
      if (peek(',')) {
        ++position_;
        continue;
      }
      end_line();
      return;
    }
  }

  /// A view of the text itself unless quotes inside the cell are doubled.
  std::string_view read_quoted() {
    const std::string_view start = read_to_quote();
    if (peek('"') && at_cell_end(position_ + 1)) {
      ++position_;
      return start;
    }
    std::string& cell = spelt_out_.emplace_back(start);
    while (position_ < text_.size()) {
      ++position_;
      if (peek('"')) {
        cell += '"';
        cell += read_to_quote();
        continue;
      }
      if (!at_cell_end(position_)) {
        if (!peek('\r')) {
          mistakes_.add(line_, "text follows a closing quote; a quote inside a quoted cell is written twice");
        }
        cell += read_plain(line_);
      }
      return cell;
    }
    mistakes_.add(record_line_, "a quoted cell is never closed; add the missing double quote");
    return cell;
  }

  /// Goes from one quote to the next, or to the end of the text, and returns what is between.
  std::string_view read_to_quote() {
    const std::size_t start = position_ + 1;
    position_ = std::min(text_.find('"', start), text_.size());
    const std::string_view between = text_.substr(start, position_ - start);
    line_ += static_cast<std::size_t>(std::ranges::count(between, '\n'));
    return between;
  }

  std::string_view read_plain(std::size_t line) {
    const std::size_t start = position_;
    bool quote = false;
    while (true) {
      while (position_ < text_.size() && !kStopsCell[static_cast<unsigned char>(text_[position_])]) {
        ++position_;
      }
      if (at_cell_end(position_)) {
        break;
      }
      if (text_[position_] == '"') {
        quote = true;
      } else {
        refuse_return();
      }
      ++position_;
    }
    if (quote) {
      mistakes_.add(line,
                    "a double quote stands inside a cell that is not quoted; quote the whole cell and "
                    "write the inner quote twice");
    }
    return text_.substr(start, position_ - start);
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
  [[nodiscard]] bool at_cell_end(std::size_t position) const {
    return position == text_.size() || text_[position] == ',' || text_[position] == '\n' ||
           text_.substr(position, 2) == "\r\n";
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
  std::vector<std::string_view> cells_;
  std::deque<std::string> spelt_out_;  ///< cells that differ from their text; a deque, as it never moves them
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
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

/// What is known of a manifest once its rows are read.
struct Outline {
  std::vector<std::string> columns;
  std::size_t rows = 0;  ///< without those that were left out
};

Outline read_csv(std::string_view text, Mistakes& mistakes, const RowBody& row) {
  Outline outline;
  CsvReader reader(text, mistakes);
  if (reader.next()) {
    outline.columns.assign(reader.cells().begin(), reader.cells().end());
    check_columns(outline.columns, reader.line(), mistakes);
  }
  while (reader.next()) {
    if (reader.cells().size() != outline.columns.size()) {
      mistakes.add(reader.line(), "the row has " + counted(reader.cells().size(), "cell") + ", but the header names " +
                                      counted(outline.columns.size(), "column"));
      continue;
    }
    ++outline.rows;
    row(outline.columns, reader.line(), reader.cells());
  }
  return outline;
}

/// One line of JSON as keys and the text of their values. A tree of values would not do: it keeps the last of two equal
/// keys, turns numbers into what a double can hold, and takes a stack as deep as the text is nested.
class JsonLine : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<std::pair<std::string, std::string>> cells;
  std::string problem;  ///< what stopped the reading

  /// Makes ready for another line.
  void clear() {
    cells.clear();
    problem.clear();
    depth_ = 0;
  }

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

/// The columns met so far, and where to find them.
class ColumnIndex {
 public:
  /// The place of column `name`, which is new at the end if it was never met. Lines mostly have their keys in the same
  /// order, so the column after `previous` is tried first.
  std::size_t place(const std::string& name, std::size_t previous) {
    if (previous + 1 < names_.size() && names_[previous + 1] == name) {
      return previous + 1;
    }
    const auto [place, is_new] = places_.try_emplace(name, names_.size());
    if (is_new) {
      names_.push_back(name);
    }
    return place->second;
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> places_;
};

Outline read_jsonl(std::string_view text, Mistakes& mistakes, const RowBody& row) {
  constexpr auto kBeforeFirst = static_cast<std::size_t>(-1);
  ColumnIndex columns;
  JsonLine object;
  std::vector<std::string_view> cells;
  std::vector<std::size_t> given;  // for each column, the last line that had it
  std::size_t rows = 0;
  std::size_t line = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view content = text.substr(start, end - start);
    start = end + 1;
    ++line;
    if (content.find_first_not_of(" \t\r") == std::string_view::npos) {
      continue;
    }
    object.clear();
    if (!nlohmann::json::sax_parse(content, &object)) {
      mistakes.add(line, object.problem);
      continue;
    }
    cells.assign(columns.names().size(), {});
    bool is_good = true;
    std::size_t place = kBeforeFirst;
    for (const auto& [key, text_of_value] : object.cells) {
      place = columns.place(key, place);
      cells.resize(columns.names().size());
      given.resize(columns.names().size());
      if (given[place] == line) {
        mistakes.add(line, "the key " + in_ticks(key) + " is given twice");
        is_good = false;
      }
      given[place] = line;
      cells[place] = text_of_value;
    }
    if (is_good) {
      ++rows;
      row(columns.names(), line, cells);
    }
  }
  check_columns(columns.names(), 1, mistakes);
  return {columns.names(), rows};
}

std::vector<std::string> read_rows(std::string_view text, const std::filesystem::path& path,
                                   std::vector<std::string>& mistakes, const RowBody& row) {
  Mistakes found(path);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Outline outline;
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    found.add(1, "the manifest is not UTF-8 text; save it as UTF-8");
  } else {
    const std::string ending = path.extension().string();
    const bool is_jsonl = ending == ".jsonl" || ending == ".ndjson";
    outline = is_jsonl ? read_jsonl(text, found, row) : read_csv(text, found, row);
    if (outline.rows == 0 && !found.any()) {
      found.add(1, "the manifest lists no sources");
    }
  }
  std::ranges::move(found.take(), std::back_inserter(mistakes));
  return std::move(outline.columns);
}

/// All bytes of a file, or nothing where it cannot be read. It may be a pipe, whose size is not known.
std::optional<std::string> read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    return std::nullopt;
  }
  constexpr std::size_t kFirstBlock = 65536;
  std::error_code no_size;
  const std::size_t size = std::filesystem::file_size(path, no_size);
  std::string text(no_size ? kFirstBlock : size + 1, '\0');  // with one byte more, or the end would not be seen
  std::size_t used = 0;
  while (file.read(text.data() + used, static_cast<std::streamsize>(text.size() - used))) {
    used = text.size();
    text.resize(2 * used);
  }
  text.resize(used + static_cast<std::size_t>(file.gcount()));
  return file.bad() ? std::nullopt : std::optional(std::move(text));
}

/// Gathers what `read` hands to the body it is called with.
template <typename Read>
Manifest table(const Read& read) {
  Manifest manifest;
  manifest.columns = read([&](const std::vector<std::string>&, std::size_t line, const auto& cells) {
    manifest.rows.push_back({line, {cells.begin(), cells.end()}});
  });
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
                                               const RowBody& row) {
  const std::optional<std::string> text = read_text(path);
  if (!text) {
    mistakes.push_back(on_one_line(path.string()) + ": the manifest cannot be read");
    return {};
  }
  return read_rows(*text, path, mistakes, row);
}

Manifest parse_manifest(std::string_view text, const std::filesystem::path& path) {
  std::vector<std::string> mistakes;
  Manifest manifest = table([&](const RowBody& row) { return read_rows(text, path, mistakes, row); });
  throw_if_any(std::move(mistakes));
  return manifest;
}

Manifest read_manifest(const std::filesystem::path& path, std::vector<std::string>& mistakes) {
  return table([&](const RowBody& row) { return for_each_manifest_row(path, mistakes, row); });
}

Manifest read_manifest(const std::filesystem::path& path) {
  std::vector<std::string> mistakes;
  Manifest manifest = read_manifest(path, mistakes);
  throw_if_any(std::move(mistakes));
  return manifest;
}

}  // namespace fairground
