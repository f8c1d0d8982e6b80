// coverage.json, as the report shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// Sources, and the people behind them.
struct PeopleCount {
  std::size_t sources = 0;
  std::optional<std::size_t> subjects;  ///< empty: nobody knows
  std::size_t sources_without_subject = 0;
};

struct ReportGroup {
  std::vector<std::string> labels;  ///< in the order of MediaFacts::groups
  std::string name;
  bool is_unlabelled = false;  ///< one of the labels is missing
  PeopleCount observed;        ///< in the manifests, and readable
  PeopleCount taking_part;
  std::size_t in_set = 0;  ///< sources in the condition that has most of them
  std::vector<int> realizations_missing;
  std::size_t open_conditions = 0;
  std::size_t sources_to_collect = 0;
  std::size_t subjects_to_collect = 0;
};

/// One cell of the heat map.
struct CellCounts {
  std::uint32_t sources = 0;
  std::int64_t subjects = -1;  ///< -1: nobody knows
};

/// More cells than this are too much for a page, and more groups than this for a list.
inline constexpr std::size_t kMostReportCells = 40'000;
inline constexpr std::size_t kMostReportConditions = 400;
inline constexpr std::size_t kMostReportGroups = 1000;

/// What coverage.json says of one medium. Groups and conditions are all there, cells only of those that are shown: the
/// first ones, in the order of the plan.
struct ReportCoverage {
  std::vector<ReportGroup> groups;
  std::vector<std::vector<std::string>> conditions;  ///< their levels, in the order of MediaFacts::axes
  std::size_t groups_shown = 0;
  std::size_t conditions_shown = 0;
  std::vector<CellCounts> observed;     ///< of group g in condition c at [g * conditions_shown + c]
  std::vector<CellCounts> synthesised;  ///< likewise
  std::vector<CellCounts> recorded;     ///< likewise; empty where the config does not say what was recorded
  std::size_t media = 1;                ///< of the set, which share what a page can hold
  std::optional<std::size_t> clean;     ///< the clean reference's condition; empty: the set has none

  /// By joined(), of labels and of levels.
  std::unordered_map<std::string, std::uint32_t> group_by_labels;
  std::unordered_map<std::string, std::uint32_t> condition_by_levels;
};

/// Texts as one key: two lists have the same only if they are the same.
template <class Texts>
void join_into(std::string& key, const Texts& texts) {
  key.clear();
  for (const auto& text : texts) {
    key.append(std::to_string(text.size())).append(1, ':').append(text);
  }
}

/// Takes memory by what is shown and by the longest group, and not by the file. Throws UserError where the file is
/// missing or does not fit the set. `media` is how many the set has.
[[nodiscard]] ReportCoverage read_coverage(const OutputTree& tree, const MediaFacts& facts, std::size_t media = 1);

}  // namespace fairground
