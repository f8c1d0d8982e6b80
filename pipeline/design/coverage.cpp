#include "pipeline/design/coverage.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "pipeline/design/observations.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

/// Counts sources and the distinct people in them.
class Counter {
 public:
  explicit Counter(const MediaCatalog& catalog) : catalog_(catalog), counted_in_(catalog.subjects.size(), 0) {}

  template <typename Wanted>
  [[nodiscard]] Count count(const std::vector<std::size_t>& sources, const Wanted& wanted) {
    ++round_;
    Count count;
    std::size_t subjects = 0;
    for (const std::size_t source : sources) {
      if (!wanted(source)) {
        continue;
      }
      ++count.sources;
      const std::uint32_t subject = catalog_.sources[source].subject;
      if (subject == kUnknownSubject) {
        ++count.sources_without_subject;
      } else if (counted_in_[subject] != round_) {
        counted_in_[subject] = round_;
        ++subjects;
      }
    }
    if (catalog_.has_subjects) {
      count.subjects = subjects;
    }
    return count;
  }

 private:
  const MediaCatalog& catalog_;
  std::vector<std::uint64_t> counted_in_;  ///< the round in which each subject was counted last
  std::uint64_t round_ = 0;
};

/// What of one medium is not in the set.
struct Losses {
  std::set<std::size_t> unread;                             ///< sources
  std::map<std::size_t, std::set<std::size_t>> conditions;  ///< of each source that lost some

  [[nodiscard]] bool contain(std::size_t source, std::size_t condition) const {
    const auto found = conditions.find(source);
    return found != conditions.end() && found->second.contains(condition);
  }
};

/// Counts the groups of one medium.
class MediaCounter {
 public:
  MediaCounter(const MediaPlan& plan, const Losses& losses)
      : plan_(plan), catalog_(*plan.catalog), losses_(losses), counter_(catalog_), members_(catalog_.groups.size()) {
    for (std::size_t i = 0; i < catalog_.sources.size(); ++i) {
      if (catalog_.problem_of(catalog_.sources[i]).empty() && !losses.unread.contains(i)) {
        members_[catalog_.sources[i].group].push_back(i);
      }
    }
  }

  MediaCoverage count() {
    MediaCoverage coverage{plan_.media, {}};
    for (std::size_t g = 0; g < catalog_.groups.size(); ++g) {
      coverage.groups.push_back(count_group(g));
    }
    return coverage;
  }

 private:
  GroupCoverage count_group(std::size_t g) {
    const std::vector<std::size_t>& members = members_[g];
    GroupCoverage group;
    group.labels = catalog_.groups[g];
    group.observed = counter_.count(members, [](std::size_t) { return true; });
    group.taking_part = counter_.count(members, [&](std::size_t source) { return !plan_.block(source).empty(); });
    const Count nothing = counter_.count({}, [](std::size_t) { return false; });
    const bool all_alike = all_meet_the_same(members);
    std::optional<Count> alike;
    for (std::size_t c = 0; c < plan_.conditions.size(); ++c) {
      if (all_alike && !made_of_some(members, c)) {
        put(group, c, nothing, nothing);
        continue;
      }
      if (!all_alike || !alike) {
        alike = counter_.count(members, [&](std::size_t source) { return is_made(source, c); });
      }
      put(group, c, *alike, nothing);
    }
    count_recorded(g, group);
    group.realizations_missing = missing_realizations(members);
    return group;
  }

  void put(GroupCoverage& group, std::size_t condition, const Count& made, const Count& nothing) const {
    if (plan_.conditions[condition].is_clean) {
      group.kept = made;
    }
    group.synthesised.push_back(plan_.conditions[condition].is_clean ? nothing : made);
  }

  [[nodiscard]] bool is_made(std::size_t source, std::size_t condition) const {
    return std::ranges::binary_search(plan_.block(source), static_cast<std::uint32_t>(condition)) &&
           !losses_.contain(source, condition);
  }

  /// Whether every source of a group that meets anything meets the same, with no loss; then one count stands for all.
  [[nodiscard]] bool all_meet_the_same(const std::vector<std::size_t>& members) const {
    std::optional<std::uint32_t> block;
    for (const std::size_t source : members) {
      if (losses_.conditions.contains(source)) {
        return false;
      }
      if (!plan_.block(source).empty()) {
        if (block.value_or(plan_.block_of[source]) != plan_.block_of[source]) {
          return false;
        }
        block = plan_.block_of[source];
      }
    }
    return true;
  }

  [[nodiscard]] bool made_of_some(const std::vector<std::size_t>& members, std::size_t condition) const {
    const auto some = std::ranges::find_if(members, [&](std::size_t source) { return !plan_.block(source).empty(); });
    return some != members.end() && is_made(*some, condition);
  }

  /// How much was recorded in each condition, where the manifest says so.
  void count_recorded(std::size_t g, GroupCoverage& group) {
    if (catalog_.observed_axes.empty()) {
      return;
    }
    std::map<LevelRow, std::vector<std::size_t>> by_row;
    for (const std::size_t source : members_[g]) {
      by_row[observed_row(*plan_.settings, catalog_, source)].push_back(source);
    }
    for (const Condition& condition : plan_.conditions) {
      // Where the clean reference stands outside the combinations, nothing was recorded in it.
      const bool is_row = std::ranges::none_of(condition.levels, [](const Level* level) { return level == nullptr; });
      const auto found = is_row ? by_row.find(row_of(*plan_.settings, condition)) : by_row.end();
      group.recorded.push_back(counter_.count(found == by_row.end() ? std::vector<std::size_t>() : found->second,
                                              [](std::size_t) { return true; }));
    }
  }

  /// Realizations that no source among `members` has brought into the set.
  [[nodiscard]] std::vector<int> missing_realizations(const std::vector<std::size_t>& members) const {
    std::set<int> met;
    for (const std::size_t i : members) {
      const auto lost = losses_.conditions.find(i);
      const std::size_t planned = plan_.block(i).size();
      if (planned > 0 && (lost == losses_.conditions.end() || lost->second.size() < planned)) {
        met.insert(plan_.realizations[i]);
      }
    }
    std::vector<int> missing;
    for (int realization = 0; realization < plan_.settings->design.realizations; ++realization) {
      if (!met.contains(realization)) {
        missing.push_back(realization);
      }
    }
    return missing;
  }

  const MediaPlan& plan_;
  const MediaCatalog& catalog_;
  const Losses& losses_;
  Counter counter_;
  std::vector<std::vector<std::size_t>> members_;  ///< of each group, the sources that could be read
};

ordered_json count_json(const Count& count) {
  ordered_json json;
  json["sources"] = count.sources;
  json["subjects"] = count.subjects ? ordered_json(*count.subjects) : ordered_json("unknown");
  json["sources_without_subject"] = count.sources_without_subject;
  return json;
}

ordered_json condition_json(const MediaPlan& plan, const Condition& condition) {
  ordered_json json = ordered_json::object();
  for (std::size_t i = 0; i < plan.settings->axes.size(); ++i) {
    json[plan.settings->axes[i].name] = condition.level_name(i);
  }
  return json;
}

/// What a group is short of `at_least`, or of one source, in its conditions. What was observed and what was made are
/// not added up: either must be enough.
class OpenGaps {
 public:
  explicit OpenGaps(const AtLeast& at_least)
      : sources_(std::max<std::size_t>(1, static_cast<std::size_t>(at_least.sources))),
        subjects_(static_cast<std::size_t>(at_least.subjects)) {}

  void add(std::initializer_list<const Count*> alternatives) {
    std::size_t sources = sources_;
    std::size_t subjects = subjects_;
    for (const Count* count : alternatives) {
      const std::size_t missing_sources = sources_ - std::min(sources_, count->sources);
      const std::size_t missing_subjects = subjects_ - std::min(subjects_, count->subjects.value_or(0));
      if (std::pair(missing_subjects, missing_sources) < std::pair(subjects, sources)) {
        sources = missing_sources;
        subjects = missing_subjects;
      }
    }
    conditions_ += sources + subjects > 0 ? 1 : 0;
    most_sources_ = std::max(most_sources_, sources);
    most_subjects_ = std::max(most_subjects_, subjects);
  }

  [[nodiscard]] ordered_json json() const {
    return {
        {"conditions", conditions_}, {"sources_to_collect", most_sources_}, {"subjects_to_collect", most_subjects_}};
  }

 private:
  std::size_t sources_;
  std::size_t subjects_;
  std::size_t conditions_ = 0;
  std::size_t most_sources_ = 0;
  std::size_t most_subjects_ = 0;
};

}  // namespace

MediaCoverage count_coverage(const MediaPlan& plan, const std::vector<LostVariant>& lost) {
  Losses losses;
  for (const LostVariant& variant : lost) {
    if (variant.media != plan.media) {
      continue;
    }
    if (variant.control != Control::repeat) {
      losses.conditions[variant.source].insert(variant.condition);
    }
    if (variant.source_unread) {
      losses.unread.insert(variant.source);
    }
  }
  return MediaCounter(plan, losses).count();
}

std::vector<MediaCoverage> count_coverage(const Plan& plan, const std::vector<LostVariant>& lost) {
  std::vector<MediaCoverage> coverage;
  for (const MediaPlan& media : plan.media()) {
    coverage.push_back(count_coverage(media, lost));
  }
  return coverage;
}

std::string coverage_json(const Plan& plan, const std::vector<MediaCoverage>& coverage) {
  ordered_json root;
  for (const MediaCoverage& media : coverage) {
    const MediaPlan& media_plan = plan.of(media.media);
    ordered_json groups = ordered_json::array();
    for (const GroupCoverage& group : media.groups) {
      ordered_json labels = ordered_json::object();
      for (std::size_t i = 0; i < group.labels.size(); ++i) {
        labels[media_plan.catalog->group_columns[i]] = group.labels[i];
      }
      ordered_json after = ordered_json::array();
      OpenGaps gaps(media_plan.settings->design.at_least);
      for (std::size_t c = 0; c < media_plan.conditions.size(); ++c) {
        const Condition& condition = media_plan.conditions[c];
        if (condition.control != Control::none) {
          continue;
        }
        const Count none{0, group.observed.subjects ? std::optional(std::size_t{0}) : std::nullopt, 0};
        ordered_json entry;
        entry["condition"] = condition_json(media_plan, condition);
        entry["observed"] = count_json(condition.is_clean ? group.kept : none);
        entry["synthesised"] = count_json(group.synthesised[c]);
        const Count& recorded = group.recorded.empty() ? none : group.recorded[c];
        if (!group.recorded.empty()) {
          entry["recorded"] = count_json(recorded);
        }
        gaps.add({condition.is_clean ? &group.kept : &none, &group.synthesised[c], &recorded});
        after.push_back(std::move(entry));
      }
      ordered_json json;
      json["group"] = std::move(labels);
      json["before"] = {{"observed", count_json(group.observed)}};
      json["taking_part"] = count_json(group.taking_part);
      json["after"] = std::move(after);
      json["realizations_missing"] = group.realizations_missing;
      json["open_gaps"] = gaps.json();
      groups.push_back(std::move(json));
    }
    const bool is_comparable = media_plan.settings->design.fill == Fill::matched;
    root[to_string(media.media)] = {{"comparable_across_groups", is_comparable}, {"groups", std::move(groups)}};
  }
  return root.dump(2) + '\n';
}

}  // namespace fairground
