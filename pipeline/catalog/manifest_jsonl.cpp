#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "pipeline/catalog/manifest_parts.h"

namespace fairground::manifests {
namespace {

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

}  // namespace

Outline read_jsonl(TextWindow& text, Mistakes& mistakes, const RowBody& row) {
  // Each row has a cell for every column so far: short rows with columns of their own take time by the square.
  constexpr std::size_t kMostColumns = 2000;
  constexpr auto kBeforeFirst = static_cast<std::size_t>(-1);
  ColumnIndex columns;
  JsonLine object;
  std::vector<std::string_view> cells;
  std::vector<std::size_t> given;  // for each column, the last line that had it
  std::size_t rows = 0;
  std::size_t line = 0;
  for (std::size_t read = 0; text.skip(read), !text.ahead().empty();) {
    const std::string_view content = text.ahead().substr(0, text.ahead().find('\n'));
    read = std::min(content.size() + 1, text.ahead().size());
    ++line;
    if (content.find_first_not_of(" \t\r") == std::string_view::npos) {
      continue;
    }
    if (content.size() > kLongestRow) {
      mistakes.add(line, kRowTooLong);
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
    if (too_many_columns(columns.names().size(), kMostColumns, line, mistakes)) {
      break;
    }
    if (is_good) {
      ++rows;
      row(columns.names(), line, cells);
    }
  }
  check_columns(columns.names(), 1, mistakes);
  return {columns.names(), rows};
}

}  // namespace fairground::manifests
