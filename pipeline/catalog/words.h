// When each word of a recording is spoken, as manifests and records have it: `[{"word","start_s","end_s"}]`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairground {

struct SpokenWord {
  std::string word;
  double start_s = 0.0;
  double end_s = 0.0;  ///< not before `start_s`
};

struct SpokenWords {
  std::vector<SpokenWord> words;
  std::string mistake;  ///< what is wrong with the text; empty where nothing is
};

/// Reads a list of words. An empty text has none.
[[nodiscard]] SpokenWords parse_words(std::string_view text);

/// The list as JSON, times rounded as records have them.
[[nodiscard]] std::string words_json(const std::vector<SpokenWord>& words);

/// Aligners count in frames, the last of which may reach beyond the recording.
inline constexpr double kWordsMayEndLateS = 0.03;

/// What is wrong with words of a recording of this length: one that ends later than is allowed. Empty where none does.
[[nodiscard]] std::string late_word(const std::vector<SpokenWord>& words, double seconds,
                                    double allowed_s = kWordsMayEndLateS);

}  // namespace fairground
