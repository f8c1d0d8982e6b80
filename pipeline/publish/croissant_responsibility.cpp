// What a description in Croissant says in the vocabulary of responsible AI (RAI 1.0).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "pipeline/core/text.h"
#include "pipeline/publish/croissant_parts.h"
#include "pipeline/publish/report_coverage.h"
#include "pipeline/publish/report_data.h"
#include "pipeline/publish/set_sentences.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

// A description is read at one go; what is beyond stands in set.json, and the text says so.
constexpr std::size_t kMostLevels = 200;

std::string manipulation(const ExportInputs& inputs) {
  std::string text;
  std::size_t levels = 0;
  for (const MediaFacts& facts : inputs.set.media) {
    text += std::string(title_of(facts.media)) + ". ";
    for (const std::string& sentence : design_in_words(facts, read_coverage(inputs.tree, facts))) {
      text += sentence + ' ';
    }
    for (const AxisFacts& axis : facts.axes) {
      for (const LevelFacts& level : axis.levels) {
        if (++levels <= kMostLevels) {
          text += "Level " + level.name + " of the axis " + axis.name + ": " + level_in_words(level) + ". ";
        }
      }
    }
  }
  if (levels > kMostLevels) {
    text += std::to_string(levels - kMostLevels) + " more levels are in set.json. ";
  }
  return text + "What was drawn for each file stands in the field augmentations.";
}

std::vector<std::string> preprocessing(const SetFacts& set) {
  std::vector<std::string> all;
  for (const MediaFacts& facts : set.media) {
    const std::vector<std::string> sentences = preparation_in_words(facts);
    all.insert(all.end(), sentences.begin(), sentences.end());
  }
  return all;
}

std::vector<std::string> limitations(const ExportInputs& inputs) {
  std::vector<std::string> all = what_it_cannot_show(inputs.tree, inputs.set, inputs.run);
  if (!inputs.set.card.limits.empty() && std::ranges::find(all, inputs.set.card.limits) == all.end()) {
    all.insert(all.begin(), inputs.set.card.limits);
  }
  return all;
}

/// What is uneven between groups, as far as it can be counted.
std::vector<std::string> biases(const SetFacts& set, const SetCounts& counts) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < set.media.size(); ++i) {
    const std::vector<GroupCounts>& groups = counts.media[i].groups;
    if (groups.size() < 2) {
      continue;
    }
    const std::string noun = std::string(noun_of(set.media[i].media)) + "s";
    // A group with more files by its controls alone is not heard or seen more often.
    const auto answers = [](const GroupCounts& group) { return group.observed + group.synthesised; };
    const auto [fewest, most] = std::ranges::minmax_element(groups, {}, answers);
    if (answers(*fewest) < answers(*most)) {
      all.push_back("Groups of " + noun + " have between " + std::to_string(answers(*fewest)) + " (" +
                    group_in_words(fewest->labels) + ") and " + std::to_string(answers(*most)) + " (" +
                    group_in_words(most->labels) + ") files, without controls.");
    }
    const auto planned = [](const GroupCounts& group) { return group.lost.all() + group.files(); };
    const auto lost = [&](const GroupCounts& group) {
      return static_cast<double>(group.lost.all()) / static_cast<double>(planned(group));
    };
    const auto [least, worst] = std::ranges::minmax_element(groups, {}, lost);
    if (lost(*least) < lost(*worst)) {
      all.push_back("Of " + noun + ", the group " + group_in_words(worst->labels) +
                    " lost the largest share of its variants: " + std::to_string(worst->lost.all()) + " of " +
                    std::to_string(planned(*worst)) + ".");
    }
  }
  return all;
}

std::vector<std::string> sensitive(const SetFacts& set) {
  std::vector<std::string> all;
  for (const MediaFacts& facts : set.media) {
    std::string columns;
    for (const std::string& column : facts.groups) {
      columns += (columns.empty() ? "" : ", ") + column;
    }
    const std::string noun = std::string(noun_of(facts.media)) + "s";
    all.push_back("Records of " + noun + " have " +
                  (columns.empty() ? "no labels of groups" : "the labels " + columns) +
                  (facts.subjects_known ? " and names of subjects, as the manifest has them." : "."));
    all.push_back(facts.media == Media::audio ? "Voices may let people be recognised."
                                              : "Pictures may show people who can be recognised.");
  }
  return all;
}

std::string raw_data(const SetFacts& set, const SetCounts& counts) {
  std::string text;
  for (std::size_t i = 0; i < set.media.size(); ++i) {
    const MediaFacts& facts = set.media[i];
    std::vector<std::string> licences;
    for (const LicenceCount& licence : counts.media[i].licences) {
      licences.push_back((licence.licence.empty() ? "none stated" : licence.licence) + " (" +
                         counted(licence.sources, "source") + ")");
    }
    text += (text.empty() ? "" : " ") + counted(counts.media[i].sources, noun_of(facts.media)) +
            " of the manifests that prov:wasDerivedFrom names. Their licences: " +
            (licences.empty() ? std::string("not stated") : first_of(licences, 20)) + ".";
  }
  return text;
}

}  // namespace

void add_croissant_responsibility(const ExportInputs& inputs, const SetCounts& counts, ordered_json& json) {
  const SetFacts& set = inputs.set;
  json["rai:dataCollectionRawData"] = raw_data(set, counts);
  json["rai:dataPreprocessingProtocol"] = preprocessing(set);
  json["rai:dataManipulationProtocol"] = manipulation(inputs);
  json["rai:dataImputationProtocol"] = labels_in_words();
  json["rai:dataLimitations"] = limitations(inputs);
  if (const std::vector<std::string> uneven = biases(set, counts); !uneven.empty()) {
    json["rai:dataBiases"] = uneven;
  }
  std::vector<std::string> uses;
  if (!set.card.purpose.empty()) {
    uses.push_back(set.card.purpose);
  }
  uses.emplace_back(
      "Testing: whether the errors of a model differ between groups under the same conditions. Not for "
      "training, and not for estimating how frequent a group or a condition is.");
  json["rai:dataUseCases"] = uses;
  json["rai:personalSensitiveInformation"] = sensitive(set);
  json["rai:machineAnnotationTools"] = {"fairground " + set.tool_version + ": all that was measured"};
  if (std::ranges::any_of(set.media, &MediaFacts::skin)) {
    json["rai:machineAnnotationTools"].push_back("fairground " + set.tool_version +
                                                 ": where skin is, unless the field mask_source says supplied");
  }
}

}  // namespace fairground
