#include "pipeline/design/coverage.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace fairground {
namespace {

using nlohmann::ordered_json;

/// Counts sources and the distinct people in them.
class Counter {
 public:
  void add(const Source& source) {
    ++count_.sources;
    if (source.subject == kUnknown) {
      ++count_.sources_without_subject;
    } else {
      subjects_.insert(source.subject);
    }
  }
  [[nodiscard]] Count result(bool has_subjects) const {
    Count count = count_;
    if (has_subjects) {
      count.subjects = subjects_.size();
    }
    return count;
  }

 private:
  Count count_;
  std::set<std::string> subjects_;
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

/// Realizations that no source among `members` has brought into the set.
std::vector<int> missing_realizations(const MediaPlan& plan, const std::vector<std::size_t>& members,
                                      const Losses& losses) {
  std::set<int> met;
  for (const std::size_t i : members) {
    const auto lost = losses.conditions.find(i);
    if (lost == losses.conditions.end() || lost->second.size() < plan.conditions.size()) {
      met.insert(plan.realizations[i]);
    }
  }
  std::vector<int> missing;
  for (int realization = 0; realization < plan.settings->design.realizations; ++realization) {
    if (!met.contains(realization)) {
      missing.push_back(realization);
    }
  }
  return missing;
}

MediaCoverage count_media(const MediaPlan& plan, const Losses& losses) {
  const MediaCatalog& catalog = *plan.catalog;
  MediaCoverage coverage{plan.media, {}};
  // Of each group, the sources that could be read.
  std::vector<std::vector<std::size_t>> members(catalog.groups.size());
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    if (catalog.sources[i].problem.empty() && !losses.unread.contains(i)) {
      members[catalog.sources[i].group].push_back(i);
    }
  }
  for (std::size_t g = 0; g < catalog.groups.size(); ++g) {
    GroupCoverage group;
    group.labels = catalog.groups[g];
    Counter observed;
    for (const std::size_t i : members[g]) {
      observed.add(catalog.sources[i]);
    }
    group.observed = observed.result(catalog.has_subjects);
    for (std::size_t c = 0; c < plan.conditions.size(); ++c) {
      Counter made;
      for (const std::size_t i : members[g]) {
        if (!losses.contain(i, c)) {
          made.add(catalog.sources[i]);
        }
      }
      const Count count = made.result(catalog.has_subjects);
      if (plan.conditions[c].is_clean) {
        group.kept = count;
      }
      group.synthesised.push_back(plan.conditions[c].is_clean ? Counter().result(catalog.has_subjects) : count);
    }
    group.realizations_missing = missing_realizations(plan, members[g], losses);
    coverage.groups.push_back(std::move(group));
  }
  return coverage;
}

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

}  // namespace

std::vector<MediaCoverage> count_coverage(const Plan& plan, const std::vector<LostVariant>& lost) {
  std::map<Media, Losses> losses;
  for (const LostVariant& variant : lost) {
    losses[variant.media].conditions[variant.source].insert(variant.condition);
    if (variant.source_unread) {
      losses[variant.media].unread.insert(variant.source);
    }
  }
  std::vector<MediaCoverage> coverage;
  for (const MediaPlan& media : plan.media()) {
    coverage.push_back(count_media(media, losses[media.media]));
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
      for (std::size_t c = 0; c < media_plan.conditions.size(); ++c) {
        const Condition& condition = media_plan.conditions[c];
        const Count none{0, group.observed.subjects ? std::optional(std::size_t{0}) : std::nullopt, 0};
        ordered_json entry;
        entry["condition"] = condition_json(media_plan, condition);
        entry["observed"] = count_json(condition.is_clean ? group.kept : none);
        entry["synthesised"] = count_json(group.synthesised[c]);
        after.push_back(std::move(entry));
      }
      ordered_json json;
      json["group"] = std::move(labels);
      json["before"] = {{"observed", count_json(group.observed)}};
      json["after"] = std::move(after);
      json["realizations_missing"] = group.realizations_missing;
      groups.push_back(std::move(json));
    }
    root[to_string(media.media)] = {{"groups", std::move(groups)}};
  }
  return root.dump(2) + '\n';
}

}  // namespace fairground
