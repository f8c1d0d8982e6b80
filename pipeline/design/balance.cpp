#include "pipeline/design/balance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <tuple>

#include "pipeline/core/units.h"
#include "pipeline/design/balance_samples.h"
#include "pipeline/design/sums.h"

namespace fairground {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// The sources of which a quality is known, group after group. Values are looked up when they are needed: a copy of them
// for millions of sources would be felt.
struct Column {
  std::vector<std::uint32_t> sources;  // [known], in order within each group
  std::vector<std::size_t> ends;       // [group], in `sources`
  double lowest = 0.0;                 // on the compared scale
  double highest = 0.0;
  Sums all;  // of all values less the lowest

  [[nodiscard]] double negligible() const { return negligible_difference(lowest, highest); }
  [[nodiscard]] std::span<const std::uint32_t> of(std::size_t group) const {
    const std::size_t begin = group == 0 ? 0 : ends[group - 1];
    return std::span(sources).subspan(begin, ends[group] - begin);
  }
};

double compared_value(const QualityTable& table, std::size_t quality, std::size_t source) {
  return compared(table.qualities[quality], table.values[quality][source]);
}

Column make_column(const QualityTable& table, std::size_t quality, std::span<const std::uint32_t> group_of_source,
                   std::size_t groups) {
  Column column;
  column.lowest = std::numeric_limits<double>::infinity();
  column.highest = -column.lowest;
  column.ends.resize(groups);
  const auto for_each_known = [&](const auto& take) {
    for (std::size_t i = 0; i < table.sources(); ++i) {
      const double value = group_of_source[i] == kNoGroup ? kUnknown : compared_value(table, quality, i);
      if (!std::isnan(value)) {
        take(static_cast<std::uint32_t>(i), value);
      }
    }
  };
  for_each_known([&](std::uint32_t source, double value) {
    ++column.ends[group_of_source[source]];
    column.lowest = std::min(column.lowest, value);
    column.highest = std::max(column.highest, value);
  });
  std::inclusive_scan(column.ends.begin(), column.ends.end(), column.ends.begin());
  column.sources.resize(groups == 0 ? 0 : column.ends.back());
  if (column.sources.empty()) {
    column.lowest = column.highest = 0.0;
    return column;
  }
  std::vector<std::size_t> next(groups);
  std::copy(column.ends.begin(), column.ends.end() - 1, next.begin() + 1);
  for_each_known([&](std::uint32_t source, double value) {
    column.sources[next[group_of_source[source]]++] = source;
    column.all.add(value - column.lowest);
  });
  return column;
}

double median_of(std::vector<double>& values) {
  if (values.empty()) {
    return kUnknown;
  }
  const std::size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle), values.end());
  const double upper = values[middle];
  if (values.size() % 2 == 1) {
    return upper;
  }
  return 0.5 * (*std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle)) + upper);
}

// Of each group in one quality.
struct GroupFigures {
  std::vector<Sums> sums;  // of values less the lowest
  std::vector<BalanceSample> samples;
  std::vector<double> medians;  // in the quality's unit
};

GroupFigures measure_groups(const QualityTable& table, std::size_t quality, const Column& column,
                            std::span<const std::uint32_t> subject_of_source) {
  const std::size_t groups = column.ends.size();
  GroupFigures figures;
  SubjectSums by_subject(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    Sums sums;
    std::map<std::uint32_t, Sums> subjects;
    std::vector<double> members;
    members.reserve(column.of(g).size());
    for (const std::uint32_t source : column.of(g)) {
      const double value = compared_value(table, quality, source) - column.lowest;
      sums.add(value);
      if (!subject_of_source.empty()) {
        subjects[subject_of_source[source]].add(value);
      }
      members.push_back(table.values[quality][source]);
    }
    for (const auto& [subject, of_subject] : subjects) {
      by_subject.add(g, of_subject);
    }
    figures.sums.push_back(sums);
    figures.samples.push_back(balance_sample(sums, column.lowest));
    figures.medians.push_back(median_of(members));
  }
  if (!subject_of_source.empty()) {
    find_effective(by_subject, figures.sums, figures.samples);
  }
  return figures;
}

bool is_worse(const Imbalance& a, const Imbalance& b) {
  if (a.standardised_difference != b.standardised_difference) {
    return a.standardised_difference > b.standardised_difference;
  }
  return std::tie(a.quality, a.first_group, a.second_group) < std::tie(b.quality, b.first_group, b.second_group);
}

void compare(const BalanceSample& a, const BalanceSample& b, const Column& column, double least_sd, Imbalance where,
             Balance& balance) {
  if (!(a.known > 1.5 && b.known > 1.5)) {
    ++balance.untold;
    return;
  }
  ++balance.compared;
  where.standardised_difference = standardised_difference(a, b, column.negligible(), least_sd);
  double& largest = balance.largest[where.quality];
  largest = std::max(largest, where.standardised_difference);
  if (where.standardised_difference <= balance.limit) {
    return;
  }
  where.chance = chance_difference(where.standardised_difference, a, b);
  ++balance.above;
  balance.beyond_chance += where.standardised_difference > where.chance ? 1 : 0;
  // Sorted, and shortened now and then, so that memory stays small.
  balance.worst.push_back(where);
  if (balance.worst.size() >= 2 * kMostListed) {
    std::sort(balance.worst.begin(), balance.worst.end(), is_worse);
    balance.worst.resize(kMostListed);
  }
}

}  // namespace

double compared(const QualityInfo& quality, double value) {
  if (!std::isfinite(value) || (quality.is_ratio && value <= 0.0)) {
    return kUnknown;
  }
  constexpr double kSteps = 1e9;  // coarse enough to hide by which library the logarithm was made
  return quality.is_ratio ? rounded(std::log2(value), kSteps) : value;
}

Balance measure_balance(const QualityTable& table, std::span<const std::uint32_t> group_of_source, std::size_t groups,
                        std::span<const std::uint32_t> subject_of_source, double limit) {
  Balance balance;
  balance.limit = limit;
  balance.is_by_pairs = groups <= kMostGroupsInPairs;
  balance.largest.assign(table.qualities.size(), 0.0);
  balance.groups.assign(groups, std::vector<GroupBalance>(table.qualities.size()));
  std::vector<std::size_t> sizes(groups);
  for (const std::uint32_t group : group_of_source) {
    if (group != kNoGroup) {
      ++sizes[group];
    }
  }
  for (std::size_t q = 0; q < table.qualities.size(); ++q) {
    const QualityInfo& quality = table.qualities[q];
    const Column column = make_column(table, q, group_of_source, groups);
    const GroupFigures figures = measure_groups(table, q, column, subject_of_source);
    const std::vector<BalanceSample>& samples = figures.samples;
    double effective = 0.0;
    for (std::size_t g = 0; g < groups; ++g) {
      const BalanceSample& sample = samples[g];
      effective += sample.effective;
      const auto known = static_cast<std::size_t>(sample.known);
      balance.groups[g][q] = {known,
                              sizes[g] - known,
                              quality.is_ratio ? std::exp2(sample.mean) : sample.mean,
                              figures.medians[g],
                              std::sqrt(sample.variance),
                              sample.effective};
    }
    for (std::size_t a = 0; a < groups; ++a) {
      if (balance.is_by_pairs) {
        for (std::size_t b = a + 1; b < groups; ++b) {
          compare(samples[a], samples[b], column, quality.least_sd, {q, a, b, 0.0, 0.0}, balance);
        }
        continue;
      }
      Sums others = column.all;
      others.add(figures.sums[a], -1.0);
      BalanceSample rest = balance_sample(others, column.lowest);
      rest.effective = effective - samples[a].effective;
      compare(samples[a], rest, column, quality.least_sd, {q, a, kAllOthers, 0.0, 0.0}, balance);
    }
  }
  std::sort(balance.worst.begin(), balance.worst.end(), is_worse);
  balance.worst.resize(std::min(balance.worst.size(), kMostListed));
  return balance;
}

}  // namespace fairground
