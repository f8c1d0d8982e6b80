// How names, numbers and choices are put into words, alike in every message and in the reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/core/text.h"  // in_ticks, which belongs to the words

namespace fairground {

/// The shortest text that reads back as the same number.
[[nodiscard]] std::string number_text(double number);

/// "from 1 to 5 dB", "at least 0" or "5", as the ends allow. Empty where anything is allowed.
[[nodiscard]] std::string interval_text(double minimum, double maximum, std::string_view unit);

/// "a", "a or b", "a, b or c".
[[nodiscard]] std::string any_of(const std::vector<std::string>& words);
/// "a, b, c".
[[nodiscard]] std::string listing(const std::vector<std::string>& words);

/// The word that `word` was probably meant to be, or nothing where none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& words);

/// "did you mean `a`?", or else "valid here: a, b" with the first few of the words. Safe to print.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& words);

}  // namespace fairground
