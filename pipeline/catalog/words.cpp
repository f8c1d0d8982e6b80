#include "pipeline/catalog/words.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

using nlohmann::json;

constexpr const char* kForm =
    R"(words are a JSON list like [{"word": "one", "start_s": 0.25, "end_s": 0.6}], with times in seconds)";

/// What is wrong with one item of the list, or nothing.
std::string mistake_of(const json& item) {
  if (!item.is_object()) {
    return "is no object";
  }
  for (const auto& [key, value] : item.items()) {
    if (key != "word" && key != "start_s" && key != "end_s") {
      return "has " + in_ticks(key) + ", which no record keeps";
    }
  }
  if (!item.contains("word") || !item["word"].is_string()) {
    return "has no text `word`";
  }
  for (const char* key : {"start_s", "end_s"}) {
    if (!item.contains(key) || !item[key].is_number()) {
      return "has no number `" + std::string(key) + "`";
    }
  }
  const double start = item["start_s"].get<double>();
  const double end = item["end_s"].get<double>();
  if (!(start >= 0.0) || !(end >= start) || !std::isfinite(end)) {
    return "goes from " + shortest(start) + " to " + shortest(end) + " s";
  }
  return {};
}

}  // namespace

SpokenWords parse_words(std::string_view text) {
  SpokenWords found;
  if (text.empty()) {
    return found;
  }
  const json list = parse_json(text);
  if (!list.is_array()) {
    found.mistake = std::string(list.is_discarded() ? "is not JSON" : "is no JSON list") + "; " + kForm;
    return found;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string mistake = mistake_of(list[i]);
    if (!mistake.empty()) {
      found.mistake =
          "word " + std::to_string(i + 1) + " of " + std::to_string(list.size()) + ' ' + mistake + "; " + kForm;
      return found;
    }
    found.words.push_back(
        {list[i]["word"].get<std::string>(), list[i]["start_s"].get<double>(), list[i]["end_s"].get<double>()});
  }
  return found;
}

std::string words_json(const std::vector<SpokenWord>& words) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const SpokenWord& word : words) {
    list.push_back({{"word", word.word}, {"start_s", rounded_unit(word.start_s)}, {"end_s", rounded_unit(word.end_s)}});
  }
  return list.dump();
}

std::string late_word(const std::vector<SpokenWord>& words, double seconds, double allowed_s) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].end_s > seconds + allowed_s) {
      return "word " + std::to_string(i + 1) + " (" + in_ticks(words[i].word) + ") ends at " +
             shortest(rounded_unit(words[i].end_s)) + " s, but the recording is " + shortest(rounded_unit(seconds)) +
             " s long";
    }
  }
  return {};
}

}  // namespace fairground
