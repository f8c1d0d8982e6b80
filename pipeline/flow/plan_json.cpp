#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/flow/plan_json_parts.h"
#include "pipeline/flow/plan_page.h"
#include "pipeline/output/skin_counts.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

/// JSON has no NaN and no infinity.
ordered_json number_json(double number) { return std::isfinite(number) ? ordered_json(number) : ordered_json(nullptr); }

template <typename T>
ordered_json optional_json(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

}  // namespace

ordered_json labels_json(const MediaPlan& plan, const std::vector<std::string>& labels) {
  ordered_json json = ordered_json::object();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!labels[i].empty()) {
      json[plan.catalog->group_columns[i]] = labels[i];
    }
  }
  return json;
}

ordered_json first_left_json(const MediaSettings& settings, const CombinationFigures& figures) {
  ordered_json all = ordered_json::array();
  for (const LevelCombination& left : figures.first_left) {
    ordered_json levels = ordered_json::object();
    for (std::size_t i = 0; i < left.axes.size(); ++i) {
      const Axis& axis = settings.axes[left.axes[i]];
      levels[axis.name] = axis.levels[static_cast<std::size_t>(left.levels[i])].name;
    }
    all.push_back(std::move(levels));
  }
  return all;
}

ordered_json absent_json(const MediaFindings& findings) {
  ordered_json first = ordered_json::array();
  for (const auto& labels : findings.absent.first) {
    first.push_back(labels_json(*findings.plan, labels));
  }
  return {{"total", findings.absent.total}, {"first", std::move(first)}};
}

ordered_json power_assumptions_json(const PowerSettings& settings) {
  return {{"baseline_error", settings.baseline_error},
          {"degradation", settings.degradation},
          {"units", settings.units},
          {"subject_sd", settings.subject_sd},
          {"source_sd", settings.source_sd},
          {"interaction_sd", settings.interaction_sd},
          {"alpha", settings.alpha},
          {"power", settings.power}};
}

namespace {

ordered_json design_json(const MediaFindings& findings) {
  const MediaPlan& plan = *findings.plan;
  const DesignSettings& design = plan.settings->design;
  const DesignFacts& facts = plan.facts;
  ordered_json json;
  json["ways"] = design.ways == 0 ? ordered_json("all") : ordered_json(design.ways);
  json["fill"] = design.fill == Fill::matched ? "matched" : "missing_only";
  json["comparable_across_groups"] = design.fill == Fill::matched;
  json["full_factorial"] = facts.full_factorial;
  const CombinationFigures& figures = facts.combinations;
  json["combinations"] = {{"demanded", figures.demanded},
                          {"held", figures.held},
                          {"observed", figures.observed},
                          {"excluded", figures.excluded},
                          {"left_by_budget", figures.left}};
  json["first_left_by_budget"] = first_left_json(*plan.settings, figures);
  json["conditions_left_by_budget"] = facts.conditions_left;
  json["identity_conditions"] = count_conditions(plan, Control::identity);
  json["repeats"] = plan.repeats.size();
  json["sources"] = {{"take_part", count_parts(plan, Part::takes_part)},
                     {"beyond_share", count_parts(plan, Part::beyond_share)},
                     {"unmatched", count_parts(plan, Part::unmatched)},
                     {"hold_a_level", count_parts(plan, Part::holds_a_level)},
                     {"level_unknown", count_parts(plan, Part::level_unknown)}};
  json["made_before"] = findings.rest->facts.made_before;
  json["clean_again"] = findings.rest->facts.clean_again;
  json["originals_again"] = findings.rest->facts.originals_again;
  json["not_planned"] = findings.rest->facts.not_planned;
  return json;
}

ordered_json balance_json(const MediaFindings& findings) {
  if (!findings.balance) {
    return nullptr;
  }
  const Balance& balance = *findings.balance;
  ordered_json json;
  json["limit"] = balance.limit;
  json["compared"] = balance.compared;
  json["not_told"] = balance.untold;
  json["above_limit"] = balance.above;
  json["beyond_chance"] = balance.beyond_chance;
  json["worst"] = ordered_json::array();
  for (const Imbalance& it : balance.worst) {
    ordered_json entry;
    entry["quality"] = findings.qualities[it.quality].name;
    entry["first_group"] = labels_json(*findings.plan, findings.groups[it.first_group].labels);
    entry["second_group"] = it.second_group == kAllOthers
                                ? ordered_json("all others")
                                : labels_json(*findings.plan, findings.groups[it.second_group].labels);
    entry["standardised_difference"] = number_json(it.standardised_difference);
    entry["chance"] = number_json(it.chance);
    json["worst"].push_back(std::move(entry));
  }
  return json;
}

ordered_json power_json(const MediaFindings& findings) {
  ordered_json json;
  json["assumed"] = power_assumptions_json(findings.plan->settings->design.power);
  json["not_told"] = findings.power.not_told.empty() ? ordered_json(nullptr) : ordered_json(findings.power.not_told);
  json["n_too_small"] = findings.power.too_small;
  json["pairs"] = ordered_json::array();
  for (const PairPower& pair : findings.power.pairs) {
    ordered_json entry;
    entry["first_group"] = labels_json(*findings.plan, findings.groups[pair.first].labels);
    entry["second_group"] = labels_json(*findings.plan, findings.groups[pair.second].labels);
    entry["alpha"] = pair.alpha;
    entry["smallest_difference"] = optional_json(pair.smallest_difference);
    entry["worse_degradation"] = optional_json(pair.worse_degradation);
    entry["subjects_needed"] = optional_json(pair.subjects_needed);
    entry["note"] = pair.note;
    json["pairs"].push_back(std::move(entry));
  }
  return json;
}

ordered_json qualities_json(const MediaFindings& findings, std::size_t g) {
  ordered_json json = ordered_json::object();
  for (std::size_t q = 0; q < findings.qualities.size(); ++q) {
    const GroupBalance& cell = findings.balance->groups[g][q];
    json[findings.qualities[q].name] = {{"known", cell.known},
                                        {"mean", number_json(cell.mean)},
                                        {"median", number_json(cell.median)},
                                        {"sd", number_json(cell.sd)},
                                        {"effective", number_json(cell.effective)}};
  }
  return json;
}

void add_group_findings(const MediaFindings& findings, std::size_t g, ordered_json& json) {
  const GroupFinding& group = findings.groups[g];
  json["combinations"] = {{"observed", optional_json(group.observed_combinations)},
                          {"synthesised", group.synthesised_combinations},
                          {"filled", group.filled_combinations}};
  json["collect"] = {{"sources", group.collect_sources}, {"subjects", group.collect_subjects}};
  json["nothing_can_be_made"] = group.has_no_start;
  json["sources_left_out"] = {{"beyond_share", group.not_chosen},
                              {"unmatched", group.unmatched},
                              {"recorded_in_a_condition", group.holds_a_level}};
  json["sources_of_a_realization"] = {{"fewest", group.fewest_of_realization}, {"most", group.most_of_realization}};
  if (findings.plan->media == Media::audio) {
    ordered_json rates = ordered_json::object();
    for (const auto& [rate, count] : findings.group_rates_hz[g]) {
      rates[std::to_string(rate)] = count;
    }
    json["file_rates_hz"] = std::move(rates);
    json["median_bandwidth_hz"] = optional_json(findings.median(g, "bandwidth_hz"));
  }
  if (findings.balance) {
    json["qualities"] = qualities_json(findings, g);
  }
}

ordered_json media_json(const MediaFindings& findings, ordered_json groups) {
  const MediaPlan& plan = *findings.plan;
  ordered_json json;
  json["sources"] = plan.catalog->sources.size();
  json["conditions"] = count_conditions(plan);
  json["variants"] = findings.rest->variants();
  if (plan.media == Media::audio) {
    json["audio_seconds"] = findings.cost.total.audio_seconds;
  }
  json["realizations"] = plan.settings->design.realizations;
  json["axes"] = ordered_json::object();
  for (const Axis& axis : plan.settings->axes) {
    for (const Level& level : axis.levels) {
      json["axes"][axis.name].push_back(level.name);
    }
  }
  if (plan.settings->needs_skin()) {
    ordered_json levels = ordered_json::object();
    for (const Axis& axis : plan.settings->axes) {
      for (const Level& level : axis.levels) {
        if (needs_skin(level)) {
          levels[axis.name].push_back(level.name);
        }
      }
    }
    json["apparent_skin_tone"] = {{"levels", std::move(levels)}, {"statement", skin_statement()}};
  }
  json["design"] = design_json(findings);
  for (std::size_t g = 0; g < findings.groups.size(); ++g) {
    add_group_findings(findings, g, groups[g]);
  }
  json["groups"] = std::move(groups);
  json["absent_people"] = absent_json(findings);
  json["balance"] = balance_json(findings);
  json["power"] = power_json(findings);
  json["cost"] = {{"variants", findings.cost.variants},           {"audio_seconds", findings.cost.total.audio_seconds},
                  {"megapixels", findings.cost.total.megapixels}, {"bytes", findings.cost.total.bytes},
                  {"seconds", optional_json(findings.seconds)},   {"tried", findings.tried}};
  json["notes"] = findings.notes;
  json["cannot_be_used"] = findings.problems;
  json["lost_variants"] = findings.lost_variants;
  return json;
}

ordered_json names_json(const NamedCount& names) { return {{"count", names.count}, {"first", names.first}}; }

ordered_json difference_json(const PlanDifference& difference, const std::string& against) {
  ordered_json json;
  json["against"] = against;
  json["same"] = difference.same;
  json["variants_only_here"] = names_json(difference.variants_only_here);
  json["variants_only_there"] = names_json(difference.variants_only_there);
  json["sources_only_here"] = names_json(difference.sources_only_here);
  json["sources_only_there"] = names_json(difference.sources_only_there);
  json["moved"] = names_json(difference.moved);
  json["conditions_only_here"] = names_json(difference.conditions_only_here);
  json["conditions_only_there"] = names_json(difference.conditions_only_there);
  return json;
}

}  // namespace

void print_plan_json(std::ostream& out, const PlanFindings& findings) {
  std::vector<MediaCoverage> counts;
  for (const MediaFindings& media : findings.media) {
    counts.push_back(media.coverage);
  }
  ordered_json coverage = ordered_json::parse(coverage_json(*findings.design, counts));
  ordered_json json;
  json["name"] = findings.plan->config().name;
  json["plan_sha256"] = findings.sha256;
  json["variants"] = findings.plan->size();
  if (!findings.base.empty()) {
    json["base"] = findings.base;
  }
  for (const MediaFindings& media : findings.media) {
    const char* const name = to_string(media.plan->media);
    json["media"][name] = media_json(media, std::move(coverage.at(name).at("groups")));
  }
  if (findings.difference) {
    json["difference"] = difference_json(*findings.difference, findings.against);
  }
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace fairground
