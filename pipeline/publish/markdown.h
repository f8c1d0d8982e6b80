// Text for pages in Markdown (CommonMark with GitHub's tables) from labels that may come from anywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fairground {

/// `text` on one line, so that it reads as it is written: no mark-up, no HTML, no link, no cell's end. Line ends and
/// tabs become spaces, and other control characters `?`.
[[nodiscard]] std::string markdown_text(std::string_view text);

/// `text` as code within a line; for names, paths and hashes.
[[nodiscard]] std::string markdown_code(std::string_view text);
/// The same within a cell of a table, where a bar would end the cell even in code.
[[nodiscard]] std::string markdown_code_in_cell(std::string_view text);

/// `text` as it stands, in a block of its own, whatever it holds.
[[nodiscard]] std::string markdown_block(std::string_view text, std::string_view language = {});

/// A link where `text` is a web or mail address that can be one, and text otherwise.
[[nodiscard]] std::string markdown_link(std::string_view text);

/// A table that says how many rows it leaves out beyond `most`. Cells are Markdown already; `right` are the columns of
/// numbers.
class MarkdownTable {
 public:
  MarkdownTable(std::vector<std::string> header, std::vector<bool> right, std::size_t most);
  void add(const std::vector<std::string>& cells);
  /// `where` ends the sentence on what is left out, as in "they are in `coverage.json`".
  [[nodiscard]] std::string text(std::string_view where) const;

 private:
  std::string rows_;
  std::size_t added_ = 0;
  std::size_t most_;
};

}  // namespace fairground
