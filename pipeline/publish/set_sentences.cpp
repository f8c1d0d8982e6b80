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

/// How many conditions there are, and what they hold.
std::string conditions_in_words(const MediaFacts& facts) {
  const std::size_t conditions = number_at(facts.json, "/conditions");
  const std::string begin = (conditions == 1 ? "There is " : "There are ") + counted(conditions, "condition") + ": ";
  if (facts.axes.empty()) {
    return begin + "nothing is changed.";
  }
  const std::size_t demanded = number_at(facts.json, "/design/combinations/demanded");
  const std::size_t held = number_at(facts.json, "/design/combinations/held");
  const std::size_t excluded = number_at(facts.json, "/design/combinations/excluded");
  const std::size_t left = number_at(facts.json, "/design/combinations/left_by_budget");
  const ordered_json& ways = facts.json.at("design").at("ways");
  std::vector<std::string> missing;
  if (left > 0) {
    missing.push_back(std::to_string(left) + " of " + std::to_string(demanded) + " that the budget left out");
  }
  if (excluded > 0) {
    missing.push_back(std::to_string(excluded) + " that the config rules out (`except`)");
  }
  if (demanded > held + left) {
    const std::size_t recorded = demanded - held - left;
    missing.push_back(std::to_string(recorded) + (recorded == 1 ? " that was" : " that were") +
                      " recorded often enough");
  }
  std::string what = "enough to hold every combination of " + ways.dump() + " levels of different axes";
  if (!ways.is_number()) {
    // Beside the combinations there is the clean reference, where no combination of levels is the same as it.
    what = std::string(conditions == held + 1 ? "the clean reference, and " : "") +
           "every combination of levels, one of each axis";
    if (demanded + excluded < number_at(facts.json, "/design/full_factorial")) {
      missing.emplace_back("the one that changes nothing");
    }
  }
  return begin + what + (missing.empty() ? "" : ", but for " + joined(missing, " and ")) + ".";
}

/// Who meets which draws.
std::string draws_in_words(const MediaFacts& facts, const ReportCoverage& coverage) {
  if (text_field(facts.json.at("settings"), "pairing") == "independent") {
    return "Draws are independent for each source, so that groups meet different noise, light and losses.";
  }
  const auto misses_some = [](const ReportGroup& group) { return !group.realizations_missing.empty(); };
  const auto missing = static_cast<std::size_t>(std::ranges::count_if(coverage.groups, misses_some));
  const std::string begin = "Whatever is drawn is drawn " +
                            counted(number_at(facts.json, "/settings/realizations"), "time") +
                            " and dealt to the sources of each group in ";
  const std::string end = "; a source keeps its draw in all conditions.";
  if (missing > 0) {
    const std::string who = facts.groups.empty()
                                ? "there are"
                                : std::to_string(missing) + " of " + counted(coverage.groups.size(), "group") +
                                      (missing == 1 ? " has" : " have");
    return begin + "turn, but " + who + " too few usable sources to meet each draw" + end;
  }
  const bool is_comparable = text_field(facts.json.at("design"), "fill") != "missing_only";
  return begin + "equal shares" + (is_comparable ? ", so that all groups meet the same draws" : "") + end;
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

std::vector<std::string> design_in_words(const MediaFacts& facts, const ReportCoverage& coverage) {
  const ordered_json& json = facts.json;
  std::vector<std::string> all = {conditions_in_words(facts), draws_in_words(facts, coverage)};
  all.emplace_back(text_field(json.at("settings"), "order") == "as_written"
                       ? "Steps run in the order in which the config has them."
                       : "Steps run in the order of the signal's path.");
  if (text_field(json.at("design"), "fill") == "missing_only") {
    all.emplace_back("Each group was given the conditions that it lacked, and no others.");
  }
  return all;
}

std::vector<std::string> preparation_in_words(const MediaFacts& facts) {
  const ordered_json& output = facts.json.at("output");
  const std::string format = output.at("format").get<std::string>();
  if (facts.media == Media::image) {
    return {"Pictures are turned upright, brought to linear light, and written as " + format + "."};
  }
  std::vector<std::string> all;
  for (const ordered_json& entry : facts.json.at("entries")) {
    const auto is_kept = [&](const char* name) { return text_field(entry, name) == "keep"; };
    const std::string rate =
        is_kept("sample_rate_hz") ? "as it was" : value_in_words(entry.at("sample_rate_hz")) + " Hz";
    const std::string channels = is_kept("channels") ? "as they were" : value_in_words(entry.at("channels"));
    const std::string level = is_kept("active_level_dbov")
                                  ? "as it was"
                                  : "brought to " + value_in_words(entry.at("active_level_dbov")) + " dBov";
    all.push_back("Recordings of " + entry.at("manifest").get<std::string>() + ": sample rate " + rate + ", channels " +
                  channels + ", active speech level by ITU-T P.56 " + level + ", written as " + format + " of " +
                  output.at("bits").dump() + " bits.");
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
