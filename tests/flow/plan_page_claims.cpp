#include "tests/flow/plan_page_claims.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <sstream>

namespace fairground {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string with_single_spaces(const std::string& text) {
  std::istringstream words(text);
  std::string result;
  for (std::string word; words >> word;) {
    result += (result.empty() ? "" : " ") + word;
  }
  return result;
}

std::string text_of(const std::vector<Recounted>& numbers) {
  std::ostringstream text;
  for (const Recounted& number : numbers) {
    text << (text.tellp() > 0 ? ", " : "") << number.value;
  }
  return text.tellp() > 0 ? text.str() : "no numbers";
}

bool agree(const Recounted& counted, const PrintedNumber& printed) {
  // What lies half-way may be rounded either way, and sums of binary fractions do not quite lie there.
  constexpr double kJustBeyondHalf = 0.5 + 1e-6;
  const bool is_whole = counted.value == std::floor(counted.value) && counted.slack == 0.0;
  const double rounding = is_whole ? 0.0 : kJustBeyondHalf * std::pow(10.0, -printed.decimals);
  return std::abs(printed.value - counted.value) <= rounding + counted.slack;
}

}  // namespace

std::vector<PageLine> lines_of_page(std::string_view page) {
  std::vector<PageLine> lines;
  std::istringstream text{std::string(page)};
  std::string medium;
  std::string section;
  bool begins = false;
  for (std::string line; std::getline(text, line);) {
    if (line.empty()) {
      begins = true;
      continue;
    }
    const std::string words = with_single_spaces(line);
    if (begins) {
      const std::string first = words.substr(0, words.find_first_of(" :"));
      medium = line.front() == ' ' ? medium : first;
      section = line.front() == ' ' ? medium + " " + first : medium;
    }
    begins = false;
    lines.push_back({section, words});
  }
  return lines;
}

std::vector<PrintedNumber> numbers_in(std::string_view text) {
  std::vector<PrintedNumber> numbers;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_of_word(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() &&
           (is_of_word(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1])))) {
      ++end;
    }
    const std::string word(text.substr(i, end - i));
    if (word.find_first_not_of("0123456789.") == std::string::npos) {
      const bool is_negative = i > 0 && text[i - 1] == '-' && (i == 1 || text[i - 2] == ' ' || text[i - 2] == '(');
      const std::size_t point = word.find('.');
      numbers.push_back({(is_negative ? -1.0 : 1.0) * std::strtod(word.c_str(), nullptr),
                         point == std::string::npos ? 0 : static_cast<int>(word.size() - point - 1)});
    }
    i = end;
  }
  return numbers;
}

std::vector<std::string> check_page(std::string_view page, const std::vector<Claim>& claims) {
  std::vector<std::string> complaints;
  std::vector<int> lines_of_claim(claims.size(), 0);
  for (const PageLine& line : lines_of_page(page)) {
    const std::vector<PrintedNumber> printed = numbers_in(line.text);
    int claims_of_line = 0;
    for (std::size_t c = 0; c < claims.size(); ++c) {
      if (claims[c].section != line.section || ('\n' + line.text + '\n').find(claims[c].key) == std::string::npos) {
        continue;
      }
      ++claims_of_line;
      ++lines_of_claim[c];
      if (!std::ranges::equal(claims[c].numbers, printed, agree)) {
        complaints.push_back("counted again: " + text_of(claims[c].numbers) + "; the page says, in `" + line.section +
                             "`: " + line.text);
      }
    }
    if (claims_of_line > 1 || (claims_of_line == 0 && !printed.empty())) {
      complaints.push_back(
          std::string(claims_of_line > 1 ? "explained more than once" : "nobody explains the numbers of") + ", in `" +
          line.section + "`: " + line.text);
    }
  }
  for (std::size_t c = 0; c < claims.size(); ++c) {
    if (lines_of_claim[c] != 1) {
      complaints.push_back("`" + claims[c].section + "` should have one line with `" + claims[c].key +
                           "` and the numbers " + text_of(claims[c].numbers) + ", and has " +
                           std::to_string(lines_of_claim[c]));
    }
  }
  return complaints;
}

}  // namespace fairground
