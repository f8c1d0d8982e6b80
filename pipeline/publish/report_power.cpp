#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "pipeline/core/text.h"
#include "pipeline/design/power.h"
#include "pipeline/publish/report_parts.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

// Of so many groups all pairs are looked at; a hundred groups take about a second. More pairs than that nobody reads.
constexpr std::size_t kMostGroups = 100;
constexpr std::size_t kMostPairsShown = 300;

PowerSettings settings_of(const ordered_json& json) {
  PowerSettings settings;
  json.at("baseline_error").get_to(settings.baseline_error);
  json.at("degradation").get_to(settings.degradation);
  json.at("units").get_to(settings.units);
  json.at("subject_sd").get_to(settings.subject_sd);
  json.at("source_sd").get_to(settings.source_sd);
  json.at("interaction_sd").get_to(settings.interaction_sd);
  json.at("alpha").get_to(settings.alpha);
  json.at("power").get_to(settings.power);
  return settings;
}

std::string why_not(const MediaFacts& facts, std::size_t groups, std::size_t synthetic) {
  if (!facts.subjects_known) {
    return "the people are unknown: name the manifest's column with `subject` under `sources`";
  }
  if (groups < 2) {
    return "there is only one group whose labels are known, so there is nothing to compare";
  }
  if (facts.json.at("design").at("fill") == "missing_only") {
    return "the groups meet different conditions (`fill: missing_only`), so there is nothing to compare";
  }
  return synthetic == 0 ? "the set has no variant in any condition, so nothing can get worse" : "";
}

template <typename T>
ordered_json optional_json(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

}  // namespace

ordered_json power_json(const MediaFacts& facts, const ReportCoverage& coverage, const ReportStatistics& statistics) {
  const ordered_json& assumed = facts.json.at("settings").at("power");
  std::vector<PowerGroup> groups(coverage.groups.size());
  for (const ReportStatistics::Subject& subject : statistics.subjects) {
    if (subject.sources > 0) {
      groups[subject.group].sources_per_subject.push_back(static_cast<int>(subject.sources));
    }
  }
  // Sources without a label are of no group that could be compared.
  std::vector<std::size_t> compared;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (!coverage.groups[g].is_unlabelled) {
      compared.push_back(g);
    }
  }
  ordered_json json;
  json["assumed"] = assumed;
  const std::string reason = why_not(facts, compared.size(), statistics.synthetic);
  json["not_told"] = reason.empty() ? ordered_json(nullptr) : ordered_json(reason);
  json["pairs"] = ordered_json::array();
  const std::size_t pairs_total = compared.size() < 2 ? 0 : compared.size() * (compared.size() - 1) / 2;
  json["pairs_total"] = pairs_total;
  json["pairs_told"] = 0;
  json["n_too_small"] = 0;
  if (!reason.empty()) {
    return json;
  }
  // Where they are too many, those with most people, in which most can be found.
  const auto keep_largest = [&](std::size_t most) {
    std::stable_sort(compared.begin(), compared.end(), [&](std::size_t a, std::size_t b) {
      return groups[a].sources_per_subject.size() > groups[b].sources_per_subject.size();
    });
    compared.resize(std::min(compared.size(), most));
    std::sort(compared.begin(), compared.end());
  };
  if (compared.size() > kMostGroups) {
    keep_largest(kMostGroups);
  }
  std::vector<PowerGroup> told;
  for (const std::size_t g : compared) {
    told.push_back({coverage.groups[g].name, groups[g].sources_per_subject});
    std::sort(told.back().sources_per_subject.begin(), told.back().sources_per_subject.end());
  }
  const std::vector<PairPower> pairs =
      detectable_differences(settings_of(assumed), told, /*comparisons=*/pairs_total,
                             facts.include_clean ? Comparison::paired : Comparison::without_clean);
  json["pairs_told"] = pairs.size();
  json["n_too_small"] = std::ranges::count_if(pairs, [](const PairPower& pair) { return !pair.smallest_difference; });
  const std::vector<std::size_t> all = compared;
  if (pairs.size() > kMostPairsShown) {
    std::size_t most = 2;
    while ((most + 1) * most / 2 <= kMostPairsShown) {
      ++most;
    }
    keep_largest(most);
  }
  for (const PairPower& pair : pairs) {
    const std::size_t first = all[pair.first];
    const std::size_t second = all[pair.second];
    if (first < coverage.groups_shown && second < coverage.groups_shown &&
        std::ranges::binary_search(compared, first) && std::ranges::binary_search(compared, second)) {
      json["pairs"].push_back(
          {{"first", first},
           {"second", second},
           {"smallest_difference",
            pair.smallest_difference ? number_to_read(*pair.smallest_difference) : ordered_json(nullptr)},
           {"worse_degradation",
            pair.worse_degradation ? number_to_read(*pair.worse_degradation) : ordered_json(nullptr)},
           {"subjects_needed", optional_json(pair.subjects_needed)},
           {"note", pair.note}});
    }
  }
  return json;
}

}  // namespace fairground
