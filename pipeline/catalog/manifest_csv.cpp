#include <algorithm>
#include <array>
#include <deque>

#include "pipeline/catalog/manifest_parts.h"

namespace fairground::manifests {
namespace {

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
  CsvReader(TextWindow& window, Mistakes& mistakes) : window_(window), mistakes_(mistakes) {}

  /// Goes to the next record that is not blank, or returns false at the end.
  bool next() {
    while (!is_lost_ && !go_to_next_record().empty()) {
      record_line_ = line_;
      cells_.clear();
      spelt_out_.clear();
      read_record();
      if (position_ > kLongestRow) {
        mistakes_.add(record_line_, kRowTooLong);
        is_lost_ = true;
        return false;
      }
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
  std::string_view go_to_next_record() {
    window_.skip(position_);
    position_ = 0;
    text_ = window_.ahead();
    return text_;
  }

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

  TextWindow& window_;
  Mistakes& mistakes_;
  std::string_view text_;  ///< from the start of the record on
  std::vector<std::string_view> cells_;
  std::deque<std::string> spelt_out_;  ///< cells that differ from their text; a deque, as it never moves them
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
  std::size_t line_of_return_ = 0;  ///< that was refused last
  bool is_lost_ = false;            ///< a record had no end
};

}  // namespace

Outline read_csv(TextWindow& text, Mistakes& mistakes, const RowBody& row) {
  constexpr std::size_t kMostColumns = 100'000;
  Outline outline;
  CsvReader reader(text, mistakes);
  if (reader.next()) {
    if (too_many_columns(reader.cells().size(), kMostColumns, reader.line(), mistakes)) {
      return outline;
    }
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

}  // namespace fairground::manifests
