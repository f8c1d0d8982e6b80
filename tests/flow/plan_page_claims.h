// Every number on a page is to be explained by somebody who counted again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairground {

/// A number that was counted again, and by how much the printed one may differ beyond the half unit of its last place.
/// A whole number without slack must be printed as it is.
struct Recounted {
  double value = 0.0;
  double slack = 0.0;

  // Implicit, as most are counts.
  Recounted(double number) : value(number) {}
  Recounted(std::size_t count) : value(static_cast<double>(count)) {}
  Recounted(int count) : value(count) {}
  Recounted(double number, double by) : value(number), slack(by) {}
};

/// The numbers that one line of a page should hold, from left to right.
struct Claim {
  std::string section;  ///< as in PageLine
  std::string
      key;  ///< some words of the line, which no other line of the section has; `\n` at their ends is that of the line
  std::vector<Recounted> numbers = {};
};

struct PageLine {
  std::string section;  ///< the medium and the first word of the heading, "audio design"; before the first medium empty
  std::string text;     ///< single spaces only
};

/// The page's lines in order, without the blank ones.
[[nodiscard]] std::vector<PageLine> lines_of_page(std::string_view page);

/// A number of a text, and how many places behind the point were printed.
struct PrintedNumber {
  double value = 0.0;
  int decimals = 0;
};

/// Digits that belong to a word, as in `pink_20` or `3rd`, are no number.
[[nodiscard]] std::vector<PrintedNumber> numbers_in(std::string_view text);

/// What is wrong with the page: numbers that no claim explains or that differ from it, claims that no line or more than
/// one has. A line with several claims is wrong, too.
[[nodiscard]] std::vector<std::string> check_page(std::string_view page, const std::vector<Claim>& claims);

}  // namespace fairground
