// Words and tables that the printed reports share.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace fairground {

/// The text with `?` for every control character. Labels come from anywhere, and one of them could break the line or
/// command the terminal.
[[nodiscard]] std::string printable(std::string text);

/// `words` in a row, but no more than a reader takes in.
[[nodiscard]] std::string short_listing(const std::vector<std::string>& words);

/// The labels of a group as one name: "irish / female".
[[nodiscard]] std::string group_name(const std::vector<std::string>& labels);

/// Prints rows with columns padded to their widest cell; the first row is the head. What cannot be printed is replaced.
void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows);

}  // namespace fairground
