#include "pipeline/config/wording.h"

#include <algorithm>
#include <cmath>

namespace fairground {
namespace {

/// Insertions, deletions, substitutions and swaps of neighbours, each counted once (optimal string alignment,
/// after Damerau 1964), since swapped letters are one slip of the fingers.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> two_above(width);
  std::vector<std::size_t> above(width);
  std::vector<std::size_t> row(width);
  for (std::size_t j = 0; j < width; ++j) {
    above[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      }
    }
    two_above.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

std::string joined(const std::vector<std::string>& words, std::string_view last_separator) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) {
      text += i + 1 == words.size() ? last_separator : ", ";
    }
    text += words[i];
  }
  return text;
}

}  // namespace

std::string number_text(double number) {
  // Whole numbers are written out where they are exact, as "1e+05" helps nobody.
  constexpr double kWrittenOut = 1e15;
  const bool whole = std::abs(number) < kWrittenOut && number == std::trunc(number);
  return whole ? std::to_string(static_cast<long long>(number)) : shortest(number);
}

std::string interval_text(double minimum, double maximum, std::string_view unit) {
  const std::string end = unit.empty() ? "" : " " + std::string(unit);
  if (minimum == maximum) {
    return number_text(minimum) + end;
  }
  if (std::isfinite(minimum) && std::isfinite(maximum)) {
    return "from " + number_text(minimum) + " to " + number_text(maximum) + end;
  }
  if (std::isfinite(minimum)) {
    return "at least " + number_text(minimum) + end;
  }
  if (std::isfinite(maximum)) {
    return "at most " + number_text(maximum) + end;
  }
  return unit.empty() ? "" : "in" + end;
}

std::string any_of(const std::vector<std::string>& words) { return joined(words, " or "); }

std::string listing(const std::vector<std::string>& words) { return joined(words, ", "); }

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
  // One slip in three letters, an empirical bound: below it suggestions miss, above it they surprise.
  const std::size_t bound = std::max<std::size_t>(1, std::min<std::size_t>(word.size(), 30) / 3);
  std::size_t best = bound + 1;
  std::string found;
  for (const std::string& candidate : words) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    constexpr std::size_t kLongest = 200;  // no name that anybody types is longer, and measuring takes its square
    if (longer - std::min(word.size(), candidate.size()) > bound || longer > kLongest) {
      continue;  // It is at least that far, and need not be measured.
    }
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  if (found.empty()) {
    // `snr` for `snr_db`: the start of a name is meant as the name.
    constexpr std::size_t kShortestStart = 3;
    for (const std::string& candidate : words) {
      const bool is_start = word.size() >= kShortestStart && candidate.starts_with(word);
      found = found.empty() && is_start ? candidate : found;
    }
  }
  return found;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& words) {
  const std::string near = nearest(word, words);
  if (!near.empty()) {
    return "did you mean " + in_ticks(near) + "?";
  }
  if (words.empty()) {
    return "nothing is valid here";
  }
  // The words may be the names of a manifest's columns, of which there may be thousands, and anything may be in them.
  constexpr std::size_t kMostListed = 20;
  std::vector<std::string> listed;
  for (std::size_t i = 0; i < std::min(words.size(), kMostListed); ++i) {
    listed.push_back(shortened(words[i]));
  }
  const std::string text = "valid here: " + listing(listed);
  return words.size() > kMostListed ? text + ", … and " + std::to_string(words.size() - kMostListed) + " more" : text;
}

}  // namespace fairground
