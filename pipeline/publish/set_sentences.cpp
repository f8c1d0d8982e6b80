#include "pipeline/publish/set_sentences.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "pipeline/core/text.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

std::string value_in_words(const ordered_json& value) {
  if (value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number()) {
    return "drawn from " + value_in_words(value[0]) + " to " + value_in_words(value[1]);
  }
  if (value.is_number_float()) {
    return shortest(value.get<double>());
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string joined(const std::vector<std::string>& texts, const char* between) {
  std::string all;
  for (const std::string& text : texts) {
    all += (all.empty() ? "" : between) + text;
  }
  return all;
}

/// A number somewhere in set.json; 0 where it is not.
std::size_t number_at(const ordered_json& json, const char* pointer) {
  const ordered_json::json_pointer place(pointer);
  return json.contains(place) && json.at(place).is_number() ? json.at(place).get<std::size_t>() : 0;
}

/// What is said of columns of measurements; those that begin alike are one.
struct Measure {
  std::string_view begin;
  const char* text;
};
constexpr std::array<Measure, 13> kMeasures = {{
    {"measured_active_level_dbov", "the active speech level by ITU-T P.56, in dB re full scale"},
    {"measured_activity_factor", "the share of time that P.56 takes for speech"},
    {"measured_rms_dbov", "the level over the whole file, in dB re full scale"},
    {"measured_peak_dbov", "the highest sample, in dB re full scale"},
    {"measured_clipped_fraction", "the share of samples or colour values at either end of their range"},
    {"measured_duration_s", "the length in seconds"},
    {"measured_mean_luminance", "the mean Rec. 709 luminance in linear light, from 0 to 1"},
    {"measured_noise_sigma", "the standard deviation of noise in the encoded luma (Immerkaer 1996), full scale 1"},
    {"measured_width_px", "the width in pixels"},
    {"measured_height_px", "the height in pixels"},
    {"measured_tone_",
     "the apparent tone of the file's own pixels of skin (L*, hue, chroma, ITA, nearest Monk swatch)"},
    {"tone_reference_", "the same before light, camera and file, but after steps that change skin"},
    {"mask_confidence", "how far the mask of skin can be trusted, from 0 to 1"},
}};

}  // namespace

std::string group_in_words(const std::vector<std::string>& labels) {
  return labels.empty() ? "all" : joined(labels, " / ");
}

std::string manifest_in_words(const std::string& path) { return std::filesystem::path(path).filename().string(); }

std::string first_of(const std::vector<std::string>& texts, std::size_t most) {
  const std::size_t shown = std::min(texts.size(), most);
  std::string all = joined({texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(shown)}, "; ");
  return texts.size() > shown ? all + "; and " + std::to_string(texts.size() - shown) + " more" : all;
}

std::string step_in_words(const StepFacts& step) {
  std::vector<std::string> parameters;
  for (const auto& [name, value] : step.parameters.items()) {
    parameters.push_back(name + ' ' + value_in_words(value));
  }
  return step.augmenter + " (version " + std::to_string(step.version) + ")" +
         (parameters.empty() ? "" : ": " + joined(parameters, ", "));
}

std::string level_in_words(const LevelFacts& level) {
  std::vector<std::string> steps;
  for (const StepFacts& step : level.steps) {
    steps.push_back(step_in_words(step));
  }
  return steps.empty() ? "nothing is changed" : joined(steps, "; then ");
}

std::vector<std::string> design_in_words(const MediaFacts& facts) {
  std::vector<std::string> all;
  const ordered_json& json = facts.json;
  const ordered_json& ways = json.at("design").at("ways");
  all.push_back("There are " + counted(number_at(json, "/conditions"), "condition") + ": " +
                (ways.is_number() ? "enough to hold every combination of " + ways.dump() + " levels of different axes"
                                  : std::string("every combination of levels, one of each axis")) +
                ".");
  const ordered_json& settings = json.at("settings");
  const std::size_t realizations = number_at(json, "/settings/realizations");
  all.push_back(
      text_field(settings, "pairing") == "independent"
          ? "Draws are independent for each source, so that groups meet different noise, light and losses."
          : "Whatever is drawn is drawn " + counted(realizations, "time") +
                " and dealt to the sources of each group in equal shares, so that all groups meet the same draws; a "
                "source keeps its draw in all conditions.");
  all.emplace_back(text_field(settings, "order") == "as_written"
                       ? "Steps run in the order in which the config has them."
                       : "Steps run in the order of the signal's path.");
  if (text_field(json.at("design"), "fill") == "missing_only") {
    all.emplace_back("Each group was given the conditions that it lacked, and no others.");
  }
  return all;
}

std::vector<std::string> measures_in_words(const MediaFacts& facts, const std::vector<std::string>& columns) {
  std::vector<std::string> all;
  for (const Measure& measure : kMeasures) {
    if (std::ranges::any_of(columns, [&](const std::string& column) { return column.starts_with(measure.begin); })) {
      all.push_back(std::string(measure.begin) + (measure.begin.ends_with('_') ? "…: " : ": ") + measure.text);
    }
  }
  const bool has_noise = std::ranges::any_of(facts.axes, [](const AxisFacts& axis) {
    return std::ranges::any_of(axis.levels, [](const LevelFacts& level) {
      return std::ranges::any_of(level.steps,
                                 [](const StepFacts& step) { return step.augmenter.starts_with("noise."); });
    });
  });
  if (has_noise && facts.media == Media::audio) {
    all.emplace_back(
        "snr_db, within measured: the ratio of speech to noise at the mixer, on the separate signals, since "
        "what a codec gives cannot be taken apart again");
  }
  return all;
}

std::string labels_in_words() {
  return "Labels of groups and subjects are carried verbatim from the manifests. None was guessed from a voice, a face "
         "or anything else, and none was filled in where it is missing: it stands there as \"unknown\".";
}

}  // namespace fairground
