#include "pipeline/publish/report_words.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "augmenters/augmenter.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

std::string value_text(const ordered_json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_number_float()) {
    return shortest(value.get<double>());
  }
  if (value.is_array() && value.size() == 2) {
    return value_text(value[0]) + " to " + value_text(value[1]);
  }
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

/// Whether the registry knows the parameter and has this as its default.
bool is_default(const std::string& augmenter, const std::string& parameter, const ordered_json& value) {
  const Augmenter* const known = find_augmenter(augmenter);
  const auto index = known == nullptr ? std::nullopt : known->schema.find(parameter);
  if (!index) {
    return false;
  }
  return std::visit(
      [&](const auto& fallback) {
        if constexpr (std::is_same_v<std::decay_t<decltype(fallback)>, std::monostate>) {
          return false;
        } else {
          return value == ordered_json(fallback);
        }
      },
      known->schema.parameters[*index].fallback);
}

}  // namespace

ordered_json number_to_read(double number) {
  if (!std::isfinite(number)) {
    return nullptr;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", number);
  return std::strtod(text, nullptr) + 0.0;  // which makes 0 of -0
}

const char* noun_of(Media media) { return media == Media::audio ? "recording" : "picture"; }

std::string level_text(const LevelFacts& level) {
  std::string text;
  for (const StepFacts& step : level.steps) {
    text += (text.empty() ? "" : "; ") + step.augmenter;
    std::string parameters;
    for (const auto& [name, value] : step.parameters.items()) {
      if (!is_default(step.augmenter, name, value)) {
        parameters += (parameters.empty() ? ": " : ", ") + name + " " + value_text(value);
      }
    }
    text += parameters;
  }
  return text.empty() ? "nothing is changed" : text;
}

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
      names += (names.empty() ? "" : " or ") + value_text(name);
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
