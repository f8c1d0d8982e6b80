#include "pipeline/publish/set_sentences.h"

#include <algorithm>
#include <array>
#include <utility>

#include "pipeline/core/text.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostNames = 10;
constexpr std::size_t kMostNotes = 20;
constexpr const char* kUnknown = "unknown";

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

std::string text_at(const ordered_json& json, const char* pointer) {
  const ordered_json::json_pointer place(pointer);
  return json.contains(place) && json.at(place).is_string() ? json.at(place).get<std::string>() : std::string();
}

std::vector<std::string> texts_at(const ordered_json& json, const char* name) {
  return json.contains(name) ? json.at(name).get<std::vector<std::string>>() : std::vector<std::string>();
}

std::string sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text.ends_with('.') ? text : text + '.';
}

std::string people_limit(const MediaFacts& facts, const MediaCounts& counts) {
  const std::string sources = counted(counts.sources, noun_of(facts.media));
  std::string text = "The " + counted(counts.files, "file") + " come from " + sources;
  if (facts.subjects_known && facts.subjects) {
    text += " of " + counted(*facts.subjects, "subject") + " that are known";
  }
  text +=
      ". Variants add no people: uncertainty is to be reckoned over subjects, or else over sources, and never over "
      "files.";
  if (!facts.subjects_known) {
    text += " The manifest names no subjects, so nobody can tell how many people there are.";
  }
  return text;
}

void add_gaps(const MediaFacts& facts, const CoverageSummary& coverage, std::vector<std::string>& limits) {
  std::vector<std::string> collect;
  std::vector<std::string> few;
  std::size_t nameless = 0;
  std::size_t unlabelled = 0;
  for (const GroupSummary& group : coverage.groups) {
    const std::string name = group_in_words(group.labels);
    if (group.sources_to_collect > 0 || group.subjects_to_collect > 0) {
      collect.push_back(name + " (" + counted(group.sources_to_collect, "source") + ", " +
                        counted(group.subjects_to_collect, "subject") + ")");
    }
    if (facts.subjects_known && group.before.subjects < 2) {
      few.push_back(name);
    }
    nameless += group.before.sources_without_subject;
    unlabelled += std::ranges::find(group.labels, kUnknown) == group.labels.end() ? 0 : group.before.sources;
  }
  if (!collect.empty()) {
    limits.push_back(
        "These groups are smaller than was asked for, and what they lack must be collected, since no "
        "augmentation makes people: " +
        first_of(collect, kMostNames) + ".");
  }
  if (!few.empty()) {
    limits.push_back(counted(few.size(), "group") + " of " + std::to_string(coverage.groups.size()) +
                     (few.size() == 1 ? " has" : " have") +
                     " one known subject or none, so that what is found there may be that of a single person: " +
                     first_of(few, kMostNames) + ".");
  }
  if (facts.subjects_known && nameless > 0) {
    limits.push_back(counted(nameless, "source") + (nameless == 1 ? " names" : " name") + " no subject.");
  }
  if (unlabelled > 0) {
    limits.push_back(counted(unlabelled, "source") + (unlabelled == 1 ? " lacks" : " lack") +
                     " the label of a group: under \"unknown\" they are to be labelled before groups are compared.");
  }
}

void add_absent(const MediaFacts& facts, std::vector<std::string>& limits) {
  const std::size_t total = number_at(facts.json, "/absent_people/total");
  if (total == 0) {
    return;
  }
  std::vector<std::string> first;
  for (const ordered_json& labels : facts.json.at("absent_people").at("first")) {
    std::vector<std::string> values;
    for (const ordered_json& label : labels) {
      values.push_back(value_in_words(label));
    }
    first.push_back(group_in_words(values));
  }
  first.resize(std::min(first.size(), kMostNames));
  const std::size_t more = total - first.size();
  limits.push_back("Of " + counted(total, "combination") + " of labels there is nobody: " + joined(first, "; ") +
                   (more > 0 ? "; and " + std::to_string(more) + " more" : "") + ".");
}

void add_design_limits(const MediaFacts& facts, const MediaCounts& counts, std::vector<std::string>& limits) {
  const std::size_t left = number_at(facts.json, "/design/combinations/left_by_budget");
  if (left > 0) {
    limits.push_back(counted(left, "combination") + " of levels were left out by the budget.");
  }
  const std::size_t excluded = number_at(facts.json, "/design/combinations/excluded");
  if (excluded > 0) {
    limits.push_back(counted(excluded, "combination") + " of levels were ruled out by the config.");
  }
  if (counts.identity + counts.repeat == 0) {
    limits.emplace_back("There are no controls, so the set does not show how often an answer changes by chance alone.");
  }
  if (!facts.include_clean) {
    limits.emplace_back("There are no clean references, so no variant can be compared with its source.");
  }
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
  const std::size_t realizations = number_at(json, "/settings/realizations");
  all.push_back(
      text_at(json, "/settings/pairing") == "independent"
          ? "Draws are independent for each source, so that groups meet different noise, light and losses."
          : "Whatever is drawn is drawn " + counted(realizations, "time") +
                " and dealt to the sources of each group in equal shares, so that all groups meet the same draws; a "
                "source keeps its draw in all conditions.");
  all.emplace_back(text_at(json, "/settings/order") == "as_written"
                       ? "Steps run in the order in which the config has them."
                       : "Steps run in the order of the signal's path.");
  if (text_at(json, "/design/fill") == "missing_only") {
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

std::vector<std::string> limits_in_words(const MediaFacts& facts, const MediaCounts& counts,
                                         const CoverageSummary& coverage) {
  std::vector<std::string> limits = {people_limit(facts, counts)};
  if (!coverage.comparable_across_groups) {
    limits.emplace_back("Groups meet different conditions: this part of the set is not comparable across groups.");
  }
  add_gaps(facts, coverage, limits);
  add_absent(facts, limits);
  const std::vector<std::string> notes = texts_at(facts.json, "notes");
  for (std::size_t i = 0; i < std::min(notes.size(), kMostNotes); ++i) {
    limits.push_back(sentence(notes[i]));
  }
  if (notes.size() > kMostNotes) {
    limits.push_back("Of such notes " + std::to_string(notes.size() - kMostNotes) + " more are in set.json.");
  }
  for (const std::string& statement : texts_at(facts.json, "skin_statement")) {
    limits.push_back(statement);
  }
  add_design_limits(facts, counts, limits);
  limits.emplace_back(
      "Conditions are models of noise, rooms, light and devices, or recordings laid over: an answer to "
      "them is no measurement made at the place.");
  return limits;
}

std::string labels_in_words() {
  return "Labels of groups and subjects are carried verbatim from the manifests. None was guessed from a voice, a face "
         "or anything else, and none was filled in where it is missing: it stands there as \"unknown\".";
}

}  // namespace fairground
