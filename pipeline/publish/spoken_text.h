// The words of a transcript, as recogniser's answers are compared with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairground {

/// The text on one line, with single spaces between its words: every white space of Unicode and every control character
/// is one. What Kaldi keeps for itself (`<s>`, `</s>`, `#0`) is left out.
[[nodiscard]] std::string one_line_of_speech(std::string_view text);

/// The words as they are scored. In lower case; punctuation, symbols, white space and control characters (of Unicode's
/// categories P, S, Z, Cc and Cf) separate words. What stays are an apostrophe within a word (`it's`; U+2019 is one)
/// and a full stop or a comma between two digits (`3.5`). Bytes that are not UTF-8 separate words too.
[[nodiscard]] std::vector<std::string> scored_words(std::string_view text);

/// The same in Perl, which every Linux has: a function `words` from the bytes of an answer to those of its words. A Perl
/// of another Unicode than 14.0 (that of Perl 5.36) may differ in characters that were added since, or were not known.
[[nodiscard]] std::string_view scored_words_in_perl();

}  // namespace fairground
