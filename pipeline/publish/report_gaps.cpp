#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/design/group_names.h"
#include "pipeline/publish/report_parts.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostRules = 20;

ordered_json texts_of(const ordered_json& combinations, std::size_t most) {
  ordered_json texts = ordered_json::array();
  for (const ordered_json& levels : combinations) {
    if (texts.size() < most) {
      texts.push_back(levels_text(levels));
    }
  }
  return texts;
}

ordered_json absent_json(const MediaFacts& facts) {
  const ordered_json& absent = facts.json.at("absent_people");
  ordered_json first = ordered_json::array();
  for (const ordered_json& labels : absent.at("first")) {
    std::vector<std::string> words;
    for (const auto& [column, label] : labels.items()) {
      words.push_back(label.get<std::string>());
    }
    first.push_back(group_name(words));
  }
  return {{"total", absent.at("total")}, {"first", std::move(first)}};
}

}  // namespace

ordered_json gaps_json(const MediaFacts& facts, const ReportCoverage& coverage, bool extends) {
  ordered_json json;
  json["collect"] = ordered_json::array();
  json["label"] = ordered_json::array();
  std::size_t collect_total = 0;
  std::size_t label_total = 0;
  std::size_t label_sources = 0;
  for (std::size_t g = 0; g < coverage.groups.size(); ++g) {
    const ReportGroup& group = coverage.groups[g];
    const bool is_shown = g < coverage.groups_shown;
    if (group.sources_to_collect + group.subjects_to_collect > 0) {
      ++collect_total;
      if (is_shown) {
        json["collect"].push_back(
            {{"group", g}, {"sources", group.sources_to_collect}, {"subjects", group.subjects_to_collect}});
      }
    }
    if (group.is_unlabelled && group.observed.sources > 0) {
      ++label_total;
      label_sources += group.observed.sources;
      if (is_shown) {
        json["label"].push_back({{"group", g}, {"sources", group.observed.sources}});
      }
    }
  }
  json["collect_total"] = collect_total;
  json["label_total"] = label_total;
  json["label_sources"] = label_sources;
  const ordered_json& design = facts.json.at("design");
  const ordered_json& combinations = design.at("combinations");
  json["extends"] = extends;
  json["left"] = {{"combinations", combinations.at("left_by_budget")},
                  {"first", texts_of(design.at("first_left_by_budget"), kMostRules)}};
  json["ruled_out"] = {{"combinations", combinations.at("excluded")},
                       {"rules", texts_of(facts.json.at("except"), kMostRules)},
                       {"rules_total", facts.json.at("except").size()}};
  json["absent"] = absent_json(facts);
  json["filled"] = {{"combinations", combinations.at("held")}, {"demanded", combinations.at("demanded")}};
  return json;
}

}  // namespace fairground
