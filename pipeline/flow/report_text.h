// Words and tables that the printed reports share.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline/design/group_names.h"  // short_listing and group_name, which belong to the words

namespace fairground {

/// The text as on_one_line makes it: labels come from anywhere.
[[nodiscard]] std::string printable(const std::string& text);

/// Prints a paragraph in lines of at most 100 characters, broken at spaces and not at U+00A0, which
/// is printed as a space. `before` stands before the first line, and
/// as many spaces before the others. What cannot be printed is replaced.
void print_wrapped(std::ostream& out, const std::string& text, const std::string& before = "");

/// With so many decimals, rounded.
[[nodiscard]] std::string number_text(double number, int decimals);

/// Rounded as people say it: "12 s", "26 min", "3.5 h".
[[nodiscard]] std::string duration_text(double seconds);

/// "12 kB", "3.5 GB", in powers of 1000.
[[nodiscard]] std::string bytes_text(double bytes);

/// The line after a list of which only `shown` of `count` entries are printed: how many there are more, and where.
[[nodiscard]] std::string more_text(std::size_t count, std::size_t shown, const std::string& where);

/// Prints rows with columns padded to their widest cell; the first row is the head. What cannot be printed is replaced.
void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows);

}  // namespace fairground
