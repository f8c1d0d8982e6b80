#include "pipeline/flow/report_text.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <sstream>
#include <utility>

#include "pipeline/core/text.h"

namespace fairground {

std::string printable(const std::string& text) { return on_one_line(text); }

void print_wrapped(std::ostream& out, const std::string& text, const std::string& before) {
  constexpr std::size_t kWidth = 100;
  constexpr std::string_view kNoBreak = "\u00A0";
  std::string line = printable(before);
  const std::string indent(character_count(line), ' ');
  std::istringstream words(printable(text));
  bool is_first = true;
  for (std::string word; words >> word;) {
    if (!is_first && character_count(line) + 1 + character_count(word) > kWidth) {
      out << line << '\n';
      line = indent;
      is_first = true;
    }
    for (std::size_t i = word.find(kNoBreak); i != std::string::npos; i = word.find(kNoBreak, i)) {
      word.replace(i, kNoBreak.size(), " ");
    }
    line += (is_first ? "" : " ") + word;
    is_first = false;
  }
  out << line << '\n';
}

std::string number_text(double number, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

std::string duration_text(double seconds) {
  if (seconds < 60.0) {
    return number_text(seconds, seconds < 10.0 ? 1 : 0) + " s";
  }
  return seconds < 7200.0 ? number_text(seconds / 60.0, 0) + " min" : number_text(seconds / 3600.0, 1) + " h";
}

std::string bytes_text(double bytes) {
  const char* const units[] = {"kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (bytes /= 1000.0; bytes >= 1000.0 && unit + 1 < std::size(units); bytes /= 1000.0) {
    ++unit;
  }
  return number_text(bytes, bytes < 10.0 ? 1 : 0) + " " + units[unit];
}

std::string more_text(std::size_t count, std::size_t shown, const std::string& where) {
  return "    … and " + std::to_string(count - shown) + " more; " + where + "\n";
}

void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = printable(row[i]);
      widths[i] = std::max(widths[i], character_count(row[i]));
    }
  }
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += ' ' + row[i] + std::string(widths[i] - character_count(row[i]) + 1, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace fairground
