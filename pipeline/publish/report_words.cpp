#include "pipeline/publish/report_words.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "pipeline/core/text.h"

namespace fairground {

using nlohmann::ordered_json;

ordered_json number_to_read(double number) {
  if (!std::isfinite(number)) {
    return nullptr;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", number);
  return std::strtod(text, nullptr) + 0.0;  // which makes 0 of -0
}

const char* noun_of(Media media) { return media == Media::audio ? "recording" : "picture"; }

const char* title_of(Media media) { return media == Media::audio ? "Recordings" : "Pictures"; }

std::string condition_text(const MediaFacts& facts, const std::vector<std::string>& levels) {
  std::string text;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::vector<LevelFacts>& of_axis = facts.axes[i].levels;
    const bool is_empty_level = !of_axis.empty() && of_axis.front().steps.empty() && of_axis.front().name == levels[i];
    if (levels[i] != facts.clean_levels[i] && !is_empty_level) {
      text += (text.empty() ? "" : " + ") + levels[i];
    }
  }
  return text.empty() ? "clean" : text;
}

std::string levels_text(const ordered_json& levels) {
  std::string text;
  for (const auto& [axis, level] : levels.items()) {
    std::string names;
    for (const ordered_json& name : level.is_array() ? level : ordered_json::array({level})) {
      names += (names.empty() ? "" : " or ") + (name.is_string() ? name.get<std::string>() : name.dump());
    }
    text.append(text.empty() ? "" : ", ").append(axis).append("=").append(names);
  }
  return text;
}

std::string share_text(std::size_t part, std::size_t whole) {
  char percent[32];
  std::snprintf(percent, sizeof percent, "%.3g", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return std::to_string(part) + " of " + std::to_string(whole) + " (" + percent + " %)";
}

}  // namespace fairground
