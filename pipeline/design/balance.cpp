#include "pipeline/design/balance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "pipeline/core/units.h"
#include "pipeline/design/balance_samples.h"
#include "pipeline/design/sums.h"

namespace fairground {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// The sources of one quality whose value is known, on the compared scale.
struct Column {
  std::vector<std::uint32_t> sources;  // [known]
  std::vector<double> values;          // [known]
  double lowest = 0.0;
  double highest = 0.0;

  [[nodiscard]] double negligible() const { return negligible_difference(lowest, highest); }
};

Column make_column(const QualityTable& table, std::size_t quality, std::span<const std::uint32_t> group_of_source) {
  Column column;
  column.sources.reserve(table.sources());
  column.values.reserve(table.sources());
  for (std::size_t i = 0; i < table.sources(); ++i) {
    const double value = compared(table.qualities[quality], table.values[quality][i]);
    if (group_of_source[i] != kNoGroup && !std::isnan(value)) {
      column.sources.push_back(static_cast<std::uint32_t>(i));
      column.values.push_back(value);
    }
  }
  if (!column.values.empty()) {
    const auto [lowest, highest] = std::minmax_element(column.values.begin(), column.values.end());
    column.lowest = *lowest;
    column.highest = *highest;
  }
  return column;
}

// Of the sources of one subject in one group.
SubjectSums subject_sums(const Column& column, std::span<const std::uint32_t> group_of_source,
                         std::span<const std::uint32_t> subject_of_source, std::size_t groups) {
  SubjectSums all(groups);
  std::map<std::pair<std::uint32_t, std::uint32_t>, Sums> subjects;
  for (std::size_t k = 0; k < column.sources.size(); ++k) {
    const std::uint32_t source = column.sources[k];
    subjects[{group_of_source[source], subject_of_source[source]}].add(column.values[k] - column.lowest);
  }
  for (const auto& [key, sums] : subjects) {
    all.add(key.first, sums);
  }
  return all;
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
    const Column column = make_column(table, q, group_of_source);
    std::vector<Sums> sums(groups);
    std::vector<std::vector<double>> members(groups);
    for (std::size_t g = 0; g < groups; ++g) {
      members[g].reserve(sizes[g]);
    }
    Sums all;
    for (std::size_t k = 0; k < column.sources.size(); ++k) {
      const std::uint32_t group = group_of_source[column.sources[k]];
      sums[group].add(column.values[k] - column.lowest);
      all.add(column.values[k] - column.lowest);
      members[group].push_back(table.values[q][column.sources[k]]);
    }
    std::vector<BalanceSample> samples;
    samples.reserve(groups);
    for (const Sums& group : sums) {
      samples.push_back(balance_sample(group, column.lowest));
    }
    if (!subject_of_source.empty()) {
      find_effective(subject_sums(column, group_of_source, subject_of_source, groups), sums, samples);
    }
    double effective = 0.0;
    for (std::size_t g = 0; g < groups; ++g) {
      const BalanceSample& sample = samples[g];
      effective += sample.effective;
      const auto known = static_cast<std::size_t>(sample.known);
      balance.groups[g][q] = {known,
                              sizes[g] - known,
                              quality.is_ratio ? std::exp2(sample.mean) : sample.mean,
                              median_of(members[g]),
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
      Sums others = all;
      others.add(sums[a], -1.0);
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
