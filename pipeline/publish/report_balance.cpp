#include "pipeline/publish/report_balance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "pipeline/core/text.h"
#include "pipeline/design/balance_samples.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostDifferences = 100;
// What a cell takes on the page is some 150 bytes, so that these take a third of what the page may.
constexpr std::size_t kMostBalanceCells = 6000;

bool is_worse(const GroupDifference& a, const GroupDifference& b) {
  if (a.is_beyond_chance() != b.is_beyond_chance()) {
    return a.is_beyond_chance();
  }
  if (a.value != b.value) {
    return a.value > b.value;
  }
  return std::tie(a.quantity, a.condition, a.first, a.second) < std::tie(b.quantity, b.condition, b.first, b.second);
}

/// Differences as they are found, the worst of each quantity and pair of groups.
struct Comparisons {
  ReportBalance balance = {};
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, GroupDifference> worst = {};

  void add(const GroupDifference& difference) {
    const auto [place, is_new] =
        worst.try_emplace({difference.quantity, difference.first, difference.second}, difference);
    const std::size_t conditions =
        (is_new ? 0 : place->second.conditions) + (difference.condition == kNoCondition ? 0 : 1);
    if (is_worse(difference, place->second)) {
      place->second = difference;
    }
    place->second.conditions = conditions;
  }

  ReportBalance finish() {
    for (const auto& [key, difference] : worst) {
      balance.differences.push_back(difference);
    }
    balance.pairs = balance.differences.size();
    std::sort(balance.differences.begin(), balance.differences.end(), is_worse);
    balance.differences.resize(std::min(balance.differences.size(), kMostDifferences));
    return std::move(balance);
  }
};

void compare(const BalanceSample& a, const BalanceSample& b, double negligible, double least_sd, GroupDifference where,
             Comparisons& comparisons) {
  ReportBalance& balance = comparisons.balance;
  if (!(a.known > 1.5 && b.known > 1.5)) {
    balance.untold += a.known > 0.5 && b.known > 0.5 ? 1 : 0;
    return;
  }
  ++balance.compared;
  where.value = standardised_difference(a, b, negligible, least_sd);
  if (where.value <= kLargestDifference) {
    return;
  }
  where.chance = chance_difference(where.value, a, b);
  ++balance.above;
  balance.beyond_chance += where.is_beyond_chance() ? 1 : 0;
  comparisons.add(where);
}

/// Every group with every other, or, where these are many, with all others together.
void compare_all(const std::vector<BalanceSample>& samples, const std::vector<Sums>& sums, double shift,
                 double negligible, double least_sd, GroupDifference where, Comparisons& comparisons) {
  const bool is_by_pairs = samples.size() <= kMostGroupsInPairs;
  Sums all;
  double effective = 0.0;
  for (std::size_t g = 0; g < samples.size(); ++g) {
    all.add(sums[g], 1.0);
    effective += samples[g].effective;
  }
  for (where.first = 0; where.first < samples.size(); ++where.first) {
    if (is_by_pairs) {
      for (where.second = where.first + 1; where.second < samples.size(); ++where.second) {
        compare(samples[where.first], samples[where.second], negligible, least_sd, where, comparisons);
      }
      continue;
    }
    Sums others = all;
    others.add(sums[where.first], -1.0);
    BalanceSample rest = balance_sample(others, shift);
    rest.effective = effective - samples[where.first].effective;
    where.second = kAllOthers;
    compare(samples[where.first], rest, negligible, least_sd, where, comparisons);
  }
}

/// Sums over sources, by group and by person.
struct OfSources {
  QuantitySums ReportStatistics::Group::*groups;
  std::array<std::size_t, kMostQuantities> ReportStatistics::Group::*alone;
  QuantitySums ReportStatistics::Subject::*subjects;
};
constexpr OfSources kOfClean = {&ReportStatistics::Group::clean, &ReportStatistics::Group::clean_alone,
                                &ReportStatistics::Subject::clean};
constexpr OfSources kOfMeans = {&ReportStatistics::Group::means, &ReportStatistics::Group::means_alone,
                                &ReportStatistics::Subject::means};

std::vector<Sums> sums_of(const ReportStatistics& statistics, const OfSources& which, std::size_t quantity) {
  std::vector<Sums> sums;
  sums.reserve(statistics.groups.size());
  for (const ReportStatistics::Group& group : statistics.groups) {
    sums.push_back((group.*which.groups)[quantity]);
  }
  return sums;
}

std::vector<BalanceSample> samples_of(const ReportStatistics& statistics, const OfSources& which, std::size_t quantity,
                                      const std::vector<Sums>& sums) {
  std::vector<BalanceSample> samples;
  samples.reserve(sums.size());
  for (const Sums& group : sums) {
    samples.push_back(balance_sample(group, statistics.extents[quantity].shift));
  }
  SubjectSums subjects(sums.size());
  for (const ReportStatistics::Subject& subject : statistics.subjects) {
    if ((subject.*which.subjects)[quantity].count > 0.0) {
      subjects.add(subject.group, (subject.*which.subjects)[quantity]);
    }
  }
  for (std::size_t g = 0; g < sums.size(); ++g) {
    subjects.add_single(g, static_cast<double>((statistics.groups[g].*which.alone)[quantity]));
  }
  find_effective(subjects, sums, samples);
  return samples;
}

double negligible_of(const ReportStatistics& statistics, std::size_t quantity) {
  return negligible_difference(statistics.extents[quantity].lowest, statistics.extents[quantity].highest);
}

/// Over sources, by their clean references or by their means over all conditions. Returns of each
/// group how much of its sources are independent.
std::vector<double> compare_sources(const ReportStatistics& statistics, const OfSources& which, Media media,
                                    std::size_t quantity, Comparisons& comparisons) {
  const std::vector<Sums> sums = sums_of(statistics, which, quantity);
  const std::vector<BalanceSample> samples = samples_of(statistics, which, quantity, sums);
  GroupDifference where;
  where.quantity = quantity;
  where.condition = kNoCondition;
  compare_all(samples, sums, statistics.extents[quantity].shift, negligible_of(statistics, quantity),
              report_quantities(media)[quantity].info.least_sd, where, comparisons);
  std::vector<double> independent;
  for (const BalanceSample& sample : samples) {
    independent.push_back(sample.known > 0.0 ? sample.effective / sample.known : 1.0);
  }
  return independent;
}

ReportBalance balance_of(const ReportStatistics& statistics, const ReportCoverage& coverage, const MediaFacts& facts) {
  const Media media = facts.media;
  const bool is_comparable = facts.json.at("design").at("comparable_across_groups").get<bool>();
  Comparisons comparisons;
  for (std::size_t q = 0; q < report_quantities(media).size(); ++q) {
    if (!statistics.extents[q].is_known) {
      continue;
    }
    // Means over other conditions than those of another group say nothing of the groups.
    Comparisons ignored;
    const std::vector<double> independent =
        compare_sources(statistics, kOfMeans, media, q, is_comparable ? comparisons : ignored);
    const double shift = statistics.extents[q].shift;
    for (std::size_t c = 0; c < coverage.conditions_shown; ++c) {
      std::vector<Sums> sums;
      std::vector<BalanceSample> samples;
      for (std::size_t g = 0; g < coverage.groups_shown; ++g) {
        sums.push_back(statistics.cells[g * coverage.conditions_shown + c].sums[q]);
        samples.push_back(balance_sample(sums.back(), shift));
        // Within a condition sources of one person are taken to be as much alike as over all conditions.
        samples.back().effective *= independent[g];
      }
      GroupDifference where;
      where.quantity = q;
      where.condition = c;
      compare_all(samples, sums, shift, negligible_of(statistics, q), report_quantities(media)[q].info.least_sd, where,
                  comparisons);
    }
  }
  return comparisons.finish();
}

/// The mean in the quantity's unit, the geometric one of ratios, and the spread on the compared scale.
ordered_json statistic_json(const Sums& sums, double shift, const QualityInfo& info) {
  if (sums.count < 0.5) {
    return nullptr;
  }
  const BalanceSample sample = balance_sample(sums, shift);
  return {number_to_read(info.is_ratio ? std::exp2(sample.mean) : sample.mean),
          number_to_read(std::sqrt(sample.variance))};
}

ordered_json cell_json(const ReportStatistics& statistics, const ReportCoverage& coverage, Media media,
                       std::size_t place) {
  const ReportStatistics::Cell& cell = statistics.cells[place];
  if (cell.variants == 0) {
    return nullptr;
  }
  ordered_json json;
  json["n"] = cell.variants;
  const std::int64_t subjects = std::max(coverage.observed[place].subjects, coverage.synthesised[place].subjects);
  json["subjects"] = subjects < 0 ? ordered_json(nullptr) : ordered_json(subjects);
  json["realizations"] = ordered_json::array();
  for (std::size_t r = 0; r < statistics.realizations_told; ++r) {
    json["realizations"].push_back(statistics.realizations[place * statistics.realizations_told + r]);
  }
  json["stats"] = ordered_json::array();
  const std::vector<ReportQuantity>& quantities = report_quantities(media);
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    if (statistics.extents[q].is_known) {
      json["stats"].push_back(statistic_json(cell.sums[q], statistics.extents[q].shift, quantities[q].info));
    }
  }
  return json;
}

}  // namespace

ReportBalance balance_of_clean(const ReportStatistics& statistics, Media media) {
  Comparisons comparisons;
  for (std::size_t q = 0; q < report_quantities(media).size(); ++q) {
    if (statistics.extents[q].is_known) {
      compare_sources(statistics, kOfClean, media, q, comparisons);
    }
  }
  return comparisons.finish();
}

ordered_json balance_json(const ReportStatistics& statistics, const ReportCoverage& coverage, const MediaFacts& facts) {
  const std::vector<ReportQuantity>& quantities = report_quantities(facts.media);
  ordered_json json;
  json["quantities"] = ordered_json::array();
  std::vector<std::size_t> places(quantities.size());  // among those that are known
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    if (statistics.extents[q].is_known) {
      places[q] = json["quantities"].size();
      json["quantities"].push_back({{"id", quantities[q].info.name},
                                    {"name", quantities[q].name},
                                    {"unit", quantities[q].info.unit},
                                    {"is_ratio", quantities[q].info.is_ratio}});
    }
  }
  const std::size_t conditions = std::min(
      coverage.conditions_shown,
      std::max<std::size_t>(1, kMostBalanceCells / coverage.media / std::max<std::size_t>(1, coverage.groups_shown)));
  json["conditions_shown"] = conditions;
  json["cells"] = ordered_json::array();
  for (std::size_t c = 0; c < conditions; ++c) {
    ordered_json of_condition = ordered_json::array();
    for (std::size_t g = 0; g < coverage.groups_shown; ++g) {
      of_condition.push_back(cell_json(statistics, coverage, facts.media, g * coverage.conditions_shown + c));
    }
    json["cells"].push_back(std::move(of_condition));
  }
  const ReportBalance balance = balance_of(statistics, coverage, facts);
  json["differences"] = ordered_json::array();
  for (const GroupDifference& it : balance.differences) {
    if (it.first >= coverage.groups_shown || (it.second != kAllOthers && it.second >= coverage.groups_shown)) {
      continue;
    }
    json["differences"].push_back(
        {{"quantity", places[it.quantity]},
         {"condition", it.condition == kNoCondition ? ordered_json(nullptr) : ordered_json(it.condition)},
         {"first", it.first},
         {"second", it.second == kAllOthers ? ordered_json(nullptr) : ordered_json(it.second)},
         {"conditions", it.conditions},
         {"value", number_to_read(it.value)},
         {"chance", number_to_read(it.chance)},
         {"beyond_chance", it.is_beyond_chance()}});
  }
  json["differences_total"] = balance.pairs;
  json["compared"] = balance.compared;
  json["untold"] = balance.untold;
  json["above"] = balance.above;
  json["beyond_chance"] = balance.beyond_chance;
  json["limit"] = kLargestDifference;
  std::string note =
      coverage.groups.size() <= kMostGroupsInPairs
          ? "Every group is compared with every other, in each condition and in the means of sources over all "
            "conditions."
          : "Every group is compared with all others together, in each condition and in the means of sources over all "
            "conditions; groups that lie on opposite sides of the others within the limit do not show.";
  note +=
      " A difference is that of the means over sources, divided by the root of the mean variance; ratios, such as "
      "durations, are compared by their logarithms, and their spread is in octaves. Chance is what two samples of "
      "one population stay below 19 times out of 20, with sources of one person counted as far as they differ.";
  if (coverage.conditions_shown < coverage.conditions.size()) {
    note += " Of " + std::to_string(coverage.conditions.size()) + " conditions, only the first " +
            std::to_string(coverage.conditions_shown) + " were compared one by one.";
  }
  if (coverage.groups_shown < coverage.groups.size()) {
    note += " In each condition only the first " + std::to_string(coverage.groups_shown) + " of " +
            std::to_string(coverage.groups.size()) + " groups are compared, and all others are those among them.";
  }
  json["note"] = note;
  return json;
}

}  // namespace fairground
