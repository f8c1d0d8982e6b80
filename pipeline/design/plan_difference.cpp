#include "pipeline/design/plan_difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace fairground {
namespace {

std::string words_of(Media media, const std::map<std::string, std::string>& levels) {
  std::string text = to_string(media);
  for (const auto& [axis, level] : levels) {
    text.append(&level == &levels.begin()->second ? ": " : ", ").append(axis).append("=").append(level);
  }
  return text;
}

std::set<std::string> conditions_of(const MediaPlan& plan) {
  std::set<std::string> conditions;
  for (const Condition& condition : plan.conditions) {
    std::map<std::string, std::string> levels;
    for (std::size_t i = 0; i < plan.settings->axes.size(); ++i) {
      levels[plan.settings->axes[i].name] = condition.level_name(i);
    }
    conditions.insert(words_of(plan.media, levels));
  }
  return conditions;
}

void compare_conditions(const Plan& plan, const PlannedSet& other, PlanDifference& difference) {
  std::set<std::string> here;
  std::set<std::string> there;
  for (const MediaPlan& media : plan.media()) {
    here.merge(conditions_of(media));
  }
  for (const auto& [media, planned] : other.media) {
    for (const auto& levels : planned.conditions) {
      there.insert(words_of(media, levels));
    }
  }
  for (const std::string& condition : here) {
    if (!there.contains(condition)) {
      difference.conditions_only_here.add(condition);
    }
  }
  for (const std::string& condition : there) {
    if (!here.contains(condition)) {
      difference.conditions_only_there.add(condition);
    }
  }
}

}  // namespace

void NamedCount::add(const std::string& name) {
  if (++count <= kMostNamed) {
    first.push_back(name);
  }
}

PlanDifference compare_plans(const Plan& plan, const PlannedSet& other) {
  PlanDifference difference;
  compare_conditions(plan, other, difference);
  // What is left of these at the end is only there.
  std::set<std::string> variants_there;
  std::map<std::string, int> sources_there;
  for (const auto& [media, planned] : other.media) {
    for (const auto& [id, source] : planned.sources) {
      sources_there[id] = source.realization;
      for (const PlannedLine& line : source.lines) {
        variants_there.insert(line.variant_id);
      }
    }
  }
  std::string last_source;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Variant variant = plan.at(i);
    if (variants_there.erase(variant.variant_id) > 0) {
      ++difference.same;
    } else {
      difference.variants_only_here.add(variant.variant_id);
    }
    const std::string id(plan.of(variant.media).catalog->sources[variant.source].id());
    if (id == last_source) {
      continue;
    }
    last_source = id;
    const auto found = sources_there.find(id);
    if (found == sources_there.end()) {
      difference.sources_only_here.add(id);
      continue;
    }
    if (found->second != variant.realization) {
      difference.moved.add(id);
    }
    sources_there.erase(found);
  }
  for (const std::string& id : variants_there) {
    difference.variants_only_there.add(id);
  }
  for (const auto& [id, realization] : sources_there) {
    difference.sources_only_there.add(id);
  }
  return difference;
}

}  // namespace fairground
