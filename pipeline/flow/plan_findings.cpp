#include "pipeline/flow/plan_findings.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "pipeline/core/text.h"
#include "pipeline/design/conditions.h"
#include "pipeline/design/observations.h"
#include "pipeline/design/uncovered_patterns.h"
#include "pipeline/flow/render.h"
#include "pipeline/flow/report_text.h"

namespace fairground {
namespace {

// More pairs of groups than anybody reads, and their number grows with the square.
constexpr std::size_t kMostPairs = 100'000;
// A group of labels with more combinations than this is searched to level 2 only.
constexpr double kMostCubeBytes = 64e6;
constexpr std::size_t kMostAbsent = 8;
// Counting what was observed looks at every combination for every group.
constexpr std::uint64_t kMostObservedChecks = 5'000'000;

std::vector<LostVariant> expected_losses(const MediaPlan& plan, const Survey& survey) {
  std::vector<LostVariant> lost;
  for (std::size_t source = 0; source < survey.fates.size(); ++source) {
    if (survey.fates[source] != Fate::written) {
      for (const std::uint32_t condition : plan.block(source)) {
        lost.push_back({plan.media, source, condition, Control::none, survey.fates[source] == Fate::failed});
      }
      if (plan.block(source).empty() && survey.fates[source] == Fate::failed) {
        lost.push_back({plan.media, source, 0, Control::none, true});
      }
    }
  }
  return lost;
}

/// Combinations of labels, each of which occurs, that no source of `catalog` has.
AbsentPeople find_absent(const MediaCatalog& catalog) {
  const std::size_t columns = catalog.group_columns.size();
  AbsentPeople absent;
  if (columns < 2 || catalog.groups.empty()) {
    return absent;
  }
  std::vector<std::vector<std::string>> values(columns);
  CodedRows rows;
  rows.columns.resize(columns);
  for (std::size_t a = 0; a < columns; ++a) {
    std::set<std::string> distinct;
    for (const auto& group : catalog.groups) {
      distinct.insert(group[a]);
    }
    if (distinct.size() >= kAnyValue) {
      return absent;  // a column of ids, of which nearly everything is absent
    }
    values[a].assign(distinct.begin(), distinct.end());
    rows.cardinalities.push_back(distinct.size());
    for (const auto& group : catalog.groups) {
      rows.columns[a].push_back(
          static_cast<ValueCode>(std::ranges::lower_bound(values[a], group[a]) - values[a].begin()));
    }
  }
  UncoveredSummary summary(columns, kMostAbsent);
  const auto add = [&](std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count) {
    for (std::size_t a = 0; a < columns; ++a) {
      if (pattern[a] != kAnyValue && values[a][pattern[a]] == kUnknown) {
        return;  // a missing label is no kind of people
      }
    }
    summary.add(pattern, level, count);
  };
  const Population population = count_sources(rows);
  if (cube_bytes(rows.cardinalities) <= kMostCubeBytes) {
    find_uncovered(PatternCube(population), 1, add);
  } else {
    find_uncovered(population, 1, 2, add);
  }
  absent.total = summary.total();
  for (const UncoveredPattern& pattern : summary.first(columns)) {
    std::vector<std::string> labels;
    for (std::size_t a = 0; a < columns; ++a) {
      labels.push_back(pattern.pattern[a] == kAnyValue ? std::string() : values[a][pattern.pattern[a]]);
    }
    absent.first.push_back(std::move(labels));
  }
  return absent;
}

std::vector<LevelRow> rows_of(const MediaPlan& plan, std::uint32_t block) {
  std::vector<LevelRow> rows;
  for (const std::uint32_t c : plan.blocks[block]) {
    const Condition& condition = plan.conditions[c];
    if (!condition.is_clean && condition.control == Control::none) {
      rows.push_back(row_of(*plan.settings, condition));
    }
  }
  std::ranges::sort(rows);
  return rows;
}

/// The combinations of levels that each group's variants hold, and those that were observed.
void count_combinations_of_groups(const MediaPlan& plan, MediaFindings& findings) {
  const MediaSettings& settings = *plan.settings;
  const MediaCatalog& catalog = *plan.catalog;
  const bool says_what_was_observed = !catalog.observed_axes.empty();
  const Observations observations(settings, catalog);
  const IsObserved in_clean = [](std::span<const std::size_t>, std::span<const int> levels) {
    return std::ranges::all_of(levels, [](int level) { return level == 0; });
  };
  // Groups that meet the same conditions hold the same combinations.
  std::map<std::pair<std::uint32_t, bool>, CombinationFigures> known;
  std::uint64_t demanded = 0;
  for (std::size_t g = 0; g < findings.groups.size(); ++g) {
    GroupFinding& group = findings.groups[g];
    const std::uint32_t block = plan.block_of_group[g];
    const bool has_clean = findings.coverage.groups[g].observed.sources > 0 && clean_is_inside(settings);
    const bool is_counted = !says_what_was_observed || demanded * g <= kMostObservedChecks;
    CombinationFigures figures;
    if (says_what_was_observed && is_counted) {
      figures = combination_figures(settings, rows_of(plan, block),
                                    [&](std::span<const std::size_t> axes, std::span<const int> levels) {
                                      return observations.enough(g, axes, levels);
                                    });
    } else {
      const auto [place, is_new] = known.try_emplace({block, has_clean});
      if (is_new) {
        place->second = combination_figures(settings, rows_of(plan, block), has_clean ? in_clean : IsObserved());
      }
      figures = place->second;
    }
    demanded = figures.demanded;
    if (is_counted) {
      group.observed_combinations = figures.observed;
    }
    if (findings.coverage.groups[g].taking_part.sources > 0) {
      group.synthesised_combinations = figures.held;
      group.filled_combinations = figures.filled();
    }
    if (says_what_was_observed && is_counted && figures.demanded > 0 && figures.observed == figures.demanded) {
      // All was recorded often enough, so that nothing needs to be made of anybody.
      group.collect_sources = 0;
      group.collect_subjects = 0;
      group.has_no_start = false;
    }
  }
}

/// Sources of one group that variants can be made of.
struct Starters {
  std::size_t sources = 0;
  std::set<std::uint32_t> subjects;
  std::map<int, std::size_t> of_realization;  ///< of those that take part
};

void find_people(const MediaPlan& plan, const Survey& survey, MediaFindings& findings) {
  const MediaCatalog& catalog = *plan.catalog;
  const DesignSettings& design = plan.settings->design;
  findings.groups.resize(catalog.groups.size());
  std::vector<Starters> starters(catalog.groups.size());
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    const Source& source = catalog.sources[i];
    GroupFinding& group = findings.groups[source.group];
    group.not_chosen += plan.parts[i] == Part::beyond_share ? 1U : 0U;
    group.unmatched += plan.parts[i] == Part::unmatched ? 1U : 0U;
    if (plan.parts[i] == Part::holds_a_level || plan.parts[i] == Part::level_unknown) {
      ++group.holds_a_level;
      continue;
    }
    if (survey.fates[i] != Fate::written) {
      continue;
    }
    Starters& of_group = starters[source.group];
    ++of_group.sources;
    if (source.subject != kUnknownSubject) {
      of_group.subjects.insert(source.subject);
    }
    if (plan.parts[i] == Part::takes_part) {
      ++of_group.of_realization[plan.realizations[i]];
    }
  }
  const auto missing = [](int asked, std::size_t there) {
    return static_cast<std::size_t>(asked) - std::min(static_cast<std::size_t>(asked), there);
  };
  for (std::size_t g = 0; g < findings.groups.size(); ++g) {
    GroupFinding& group = findings.groups[g];
    group.labels = catalog.groups[g];
    group.is_unlabelled = std::ranges::find(group.labels, kUnknown) != group.labels.end();
    group.collect_sources = missing(design.at_least.sources, starters[g].sources);
    group.collect_subjects = missing(design.at_least.subjects, starters[g].subjects.size());
    group.has_no_start = starters[g].sources == 0;
    const std::map<int, std::size_t>& met = starters[g].of_realization;
    for (const auto& [realization, sources] : met) {
      group.most_of_realization = std::max(group.most_of_realization, sources);
    }
    const bool all_are_met = met.size() == static_cast<std::size_t>(design.realizations);
    group.fewest_of_realization =
        all_are_met ? std::ranges::min_element(met, {}, [](const auto& it) { return it.second; })->second : 0;
  }
}

/// Why no figures can be given for `groups` of people; empty where they can.
std::string why_no_power(const MediaPlan& plan, std::size_t groups) {
  if (!plan.catalog->has_subjects) {
    return "the people are unknown: name the manifest's column with `subject` under `sources`";
  }
  if (groups < 2) {
    return "there is only one group, so there is nothing to compare";
  }
  if (groups * (groups - 1) / 2 > kMostPairs) {
    return "there are more than " + std::to_string(kMostPairs) + " pairs of groups; use fewer `groups`";
  }
  if (plan.settings->design.fill == Fill::missing_only) {
    return "the groups meet different conditions (`fill: missing_only`), so there is nothing to compare";
  }
  const bool nothing_varies = std::ranges::all_of(plan.conditions, [](const Condition& condition) {
    return condition.is_clean || condition.control != Control::none;
  });
  return nothing_varies ? "there is no condition beside the clean reference, so nothing can get worse" : "";
}

void find_power(const MediaPlan& plan, const Survey& survey, MediaFindings& findings) {
  const MediaCatalog& catalog = *plan.catalog;
  PowerFinding& power = findings.power;
  // Sources without a label are of no group that could be compared, and their pairs would only cost the others power.
  std::vector<std::size_t> compared;
  for (std::size_t g = 0; g < findings.groups.size(); ++g) {
    if (!findings.groups[g].is_unlabelled) {
      compared.push_back(g);
    }
  }
  power.not_told = why_no_power(plan, compared.size());
  if (!power.not_told.empty()) {
    return;
  }
  std::vector<std::map<std::uint32_t, int>> sources_of_subject(catalog.groups.size());
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    const Source& source = catalog.sources[i];
    if (plan.parts[i] == Part::takes_part && survey.fates[i] == Fate::written && source.subject != kUnknownSubject) {
      ++sources_of_subject[source.group][source.subject];
    }
  }
  std::vector<PowerGroup> power_groups;
  for (const std::size_t g : compared) {
    power_groups.push_back({group_name(catalog.groups[g]), {}});
    for (const auto& [subject, sources] : sources_of_subject[g]) {
      power_groups.back().sources_per_subject.push_back(sources);
    }
  }
  const Comparison comparison = plan.settings->design.include_clean ? Comparison::paired : Comparison::without_clean;
  power.pairs = detectable_differences(plan.settings->design.power, power_groups, /*comparisons=*/0, comparison);
  for (PairPower& pair : power.pairs) {
    pair.first = compared[pair.first];
    pair.second = compared[pair.second];
  }
  power.too_small = static_cast<std::size_t>(
      std::ranges::count_if(power.pairs, [](const PairPower& pair) { return !pair.smallest_difference; }));
}

void find_rates(const MediaPlan& plan, const Survey& survey, MediaFindings& findings) {
  findings.group_rates_hz.resize(findings.groups.size());
  for (std::size_t i = 0; i < survey.fates.size(); ++i) {
    const Source& source = plan.catalog->sources[i];
    if (survey.fates[i] == Fate::written) {
      ++findings.group_rates_hz[source.group][plan.catalog->file_of(source).sample_rate];
    }
  }
}

void find_balance(const MediaPlan& plan, const Survey& survey, MediaFindings& findings) {
  if (survey.qualities.qualities.empty()) {
    return;
  }
  const MediaCatalog& catalog = *plan.catalog;
  findings.qualities = survey.qualities.qualities;
  std::vector<std::uint32_t> groups;
  std::vector<std::uint32_t> subjects;
  groups.reserve(survey.fates.size());
  subjects.reserve(survey.fates.size());
  for (std::size_t i = 0; i < survey.fates.size(); ++i) {
    const bool is_used = survey.fates[i] == Fate::written && plan.parts[i] == Part::takes_part;
    groups.push_back(is_used ? catalog.sources[i].group : kNoGroup);
    // Nobody knows whether two sources without a subject are of one person; here each is of its own.
    const bool is_known = catalog.sources[i].subject != kUnknownSubject;
    subjects.push_back(is_known ? catalog.sources[i].subject : static_cast<std::uint32_t>(catalog.subjects.size() + i));
  }
  findings.balance = measure_balance(survey.qualities, groups, findings.groups.size(), subjects);
}

/// One note for all groups that miss the same realizations.
void add_notes_on_realizations(const MediaPlan& plan, const MediaCoverage& coverage, std::vector<std::string>& notes) {
  if (plan.settings->design.pairing == Pairing::independent) {
    return;  // Every source has draws of its own, so nothing is missed.
  }
  std::map<std::vector<int>, std::vector<std::string>> groups_by_missing;
  for (const GroupCoverage& group : coverage.groups) {
    if (!group.realizations_missing.empty()) {
      groups_by_missing[group.realizations_missing].push_back(group_name(group.labels));
    }
  }
  for (const auto& [missing, groups] : groups_by_missing) {
    std::vector<std::string> numbers;
    for (const int realization : missing) {
      numbers.push_back(std::to_string(realization));
    }
    const bool ungrouped = plan.catalog->group_columns.empty();
    const std::string who = ungrouped ? "there is"
                                      : std::string(groups.size() == 1 ? "group " : "groups ") + short_listing(groups) +
                                            (groups.size() == 1 ? " has" : " have");
    notes.push_back(who + " no usable source with " + (numbers.size() == 1 ? "realization " : "realizations ") +
                    short_listing(numbers));
  }
}

/// What a reader must know before trusting a comparison of groups.
std::vector<std::string> notes_on(const MediaPlan& plan, const MediaCoverage& coverage) {
  std::vector<std::string> notes = plan.facts.notes;
  const DesignSettings& design = plan.settings->design;
  if (design.fill == Fill::missing_only) {
    notes.emplace_back(
        "the groups meet different conditions (`fill: missing_only`): this set is NOT COMPARABLE ACROSS "
        "GROUPS, and serves to complete what was observed");
  }
  const CombinationFigures& figures = plan.facts.combinations;
  if (const std::uint64_t not_made = figures.demanded - figures.held - figures.left;
      design.fill == Fill::matched && not_made > 0) {
    notes.push_back(counted(not_made, "combination") +
                    " observed often enough in every group and not made; what was observed did not meet the same "
                    "realizations");
  }
  add_notes_on_realizations(plan, coverage, notes);
  const SharedBytes& shared = plan.catalog->shared_bytes;
  if (shared.sources > 0) {
    std::string ids;
    for (const std::string& id : shared.ids) {
      ids += (ids.empty() ? "" : ", ") + id;
    }
    notes.push_back(counted(shared.sources, "source") + " have the same bytes as another (" +
                    counted(shared.contents, "different file") + "; the first are " + ids +
                    "): copies are counted as sources, but show nothing new");
  }
  return notes;
}

}  // namespace

MediaFindings find_in(const Config& config, const MediaPlan& plan, const MediaPlan& rest, const Survey& survey) {
  MediaFindings findings;
  findings.plan = &plan;
  findings.rest = &rest;
  findings.coverage = count_coverage(plan, expected_losses(plan, survey));
  find_people(plan, survey, findings);
  count_combinations_of_groups(plan, findings);
  findings.absent = find_absent(*plan.catalog);
  for (std::size_t i = 0; i < survey.fates.size(); ++i) {
    if (survey.fates[i] != Fate::written) {
      findings.problems.push_back(std::string(plan.catalog->sources[i].id()) + ": " + survey.reasons.at(i));
      findings.lost_variants += rest.starts[i + 1] - rest.starts[i];
    }
  }
  find_rates(plan, survey, findings);
  find_balance(plan, survey, findings);
  find_power(plan, survey, findings);
  findings.cost = cost_of(config, rest);
  findings.notes = notes_on(plan, findings.coverage);
  return findings;
}

void try_a_few(const Plan& plan, int jobs, std::vector<MediaFindings>& findings) {
  constexpr std::size_t kTried = 8;
  const Workshop workshop(plan);
  std::size_t before = 0;
  for (MediaFindings& media : findings) {
    const std::size_t variants = media.rest->variants();
    const std::size_t wanted = std::min(kTried, variants);
    double decode_seconds = 0.0;
    double render_seconds = 0.0;
    double bytes = 0.0;
    double foreseen = 0.0;
    for (std::size_t k = 0; k < wanted; ++k) {
      // The middle of each of `wanted` equal parts of the plan.
      const std::size_t index = before + (2 * k + 1) * variants / (2 * wanted);
      const Variant variant = plan.at(index);
      const auto start = std::chrono::steady_clock::now();
      const DecodedSource source = ready_source(workshop, variant.media, variant.source);
      const auto decoded = std::chrono::steady_clock::now();
      const Outcome outcome = render_variant(workshop, index, source);
      const auto rendered = std::chrono::steady_clock::now();
      if (outcome.fate != Fate::written) {
        continue;
      }
      ++media.tried;
      decode_seconds += std::chrono::duration<double>(decoded - start).count();
      render_seconds += std::chrono::duration<double>(rendered - decoded).count();
      bytes += static_cast<double>(outcome.file.size() + outcome.mask.size());
      foreseen += estimate_variant(plan.config(), variant.media, *media.rest->catalog, variant.source).bytes;
    }
    before += variants;
    if (media.tried == 0) {
      continue;
    }
    const auto tried = static_cast<double>(media.tried);
    const auto sources = static_cast<double>(std::ranges::count_if(
        media.rest->block_of, [&](std::uint32_t block) { return !media.rest->blocks[block].empty(); }));
    media.jobs = jobs;
    media.seconds = (decode_seconds / tried * sources + render_seconds / tried * static_cast<double>(variants)) / jobs;
    if (foreseen > 0.0) {
      media.cost.total.bytes *= bytes / foreseen;
    }
  }
}

std::optional<double> MediaFindings::median(std::size_t group, const std::string& quality) const {
  if (!balance) {
    return std::nullopt;
  }
  for (std::size_t q = 0; q < qualities.size(); ++q) {
    if (qualities[q].name == quality && balance->groups[group][q].known > 0) {
      return balance->groups[group][q].median;
    }
  }
  return std::nullopt;
}

}  // namespace fairground
