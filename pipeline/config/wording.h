// How names, numbers and choices are put into words, alike in every message and in the reference.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fairground {

/// The number of characters of UTF-8 text.
[[nodiscard]] std::size_t character_count(std::string_view text);

/// The shortest text that reads back as the same number.
[[nodiscard]] std::string number_text(double number);

/// "from 1 to 5 dB", "at least 0" or "5", as the ends allow. Empty where anything is allowed.
[[nodiscard]] std::string interval_text(double minimum, double maximum, std::string_view unit);

/// "a", "a or b", "a, b or c".
[[nodiscard]] std::string any_of(const std::vector<std::string>& words);
/// "a, b, c".
[[nodiscard]] std::string listing(const std::vector<std::string>& words);

/// `text` between backticks, on one line and cut where it is long, since it may come from anywhere. (Not named
/// `quoted`, which std::quoted would hide.)
[[nodiscard]] std::string in_ticks(std::string_view text);

/// The word that `word` was probably meant to be, or nothing where none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& words);

/// "did you mean `a`?", or else "valid here: a, b".
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& words);

}  // namespace fairground
