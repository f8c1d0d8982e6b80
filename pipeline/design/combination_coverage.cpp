#include "pipeline/design/combination_coverage.h"

#include <algorithm>

namespace fairground {
namespace {

bool is_shorter(const ShortCombination& a, const ShortCombination& b) {
  if (a.uncovered != b.uncovered) {
    return a.uncovered > b.uncovered;
  }
  return a.empty != b.empty ? a.empty > b.empty : a.attributes < b.attributes;
}

}  // namespace

CombinationCoverage::CombinationCoverage(std::span<const std::size_t> cardinalities,
                                         std::span<const std::size_t> valid_values,
                                         std::span<const std::uint32_t> thresholds, std::size_t most_ways,
                                         std::size_t most_listed)
    : cardinalities_(cardinalities.begin(), cardinalities.end()),
      valid_values_(valid_values.begin(), valid_values.end()),
      thresholds_(thresholds.begin(), thresholds.end()),
      most_listed_(most_listed),
      listed_(most_ways) {
  for (std::size_t ways = 1; ways <= most_ways; ++ways) {
    for (const std::uint32_t threshold : thresholds_) {
      TWayCoverage& measure = measures_.emplace_back();
      measure.ways = ways;
      measure.threshold = threshold;
    }
  }
}

void CombinationCoverage::count_covered(std::span<const std::size_t> attributes,
                                        std::span<const std::uint32_t> counts) {
  covered_.assign(thresholds_.size(), 0);
  digits_.assign(attributes.size(), 0);
  strides_.assign(attributes.size(), 1);
  for (std::size_t i = attributes.size() - 1; i-- > 0;) {
    strides_[i] = strides_[i + 1] * cardinalities_[attributes[i + 1]];
  }
  // The digits count up as an odometer does; the last attribute's valid values lie side by side.
  const std::size_t last = valid_values_[attributes.back()];
  std::size_t cell = 0;
  while (true) {
    for (std::size_t k = 0; k < thresholds_.size(); ++k) {
      const std::uint32_t threshold = thresholds_[k];
      covered_[k] += static_cast<std::uint64_t>(
          std::ranges::count_if(counts.subspan(cell, last), [&](std::uint32_t count) { return count >= threshold; }));
    }
    std::size_t i = attributes.size() - 1;
    for (; i > 0; --i) {
      cell += strides_[i - 1];
      if (++digits_[i - 1] < valid_values_[attributes[i - 1]]) {
        break;
      }
      cell -= digits_[i - 1] * strides_[i - 1];
      digits_[i - 1] = 0;
    }
    if (i == 0) {
      return;
    }
  }
}

void CombinationCoverage::list(std::span<const std::size_t> attributes, std::uint64_t configurations) {
  std::vector<ShortCombination>& listed = listed_[attributes.size() - 1];
  const std::uint64_t uncovered = configurations - covered_.back();
  if (uncovered == 0 || most_listed_ == 0 || (listed.size() == most_listed_ && listed.front().uncovered > uncovered)) {
    return;
  }
  listed.push_back({{attributes.begin(), attributes.end()}, configurations, uncovered, configurations - covered_[0]});
  std::ranges::push_heap(listed, is_shorter);
  if (listed.size() > most_listed_) {
    std::ranges::pop_heap(listed, is_shorter);
    listed.pop_back();
  }
}

void CombinationCoverage::add(std::span<const std::size_t> attributes, std::span<const std::uint32_t> counts) {
  std::uint64_t configurations = 1;
  for (const std::size_t a : attributes) {
    configurations *= valid_values_[a];
  }
  count_covered(attributes, counts);
  list(attributes, configurations);
  for (std::size_t k = 0; k < thresholds_.size(); ++k) {
    TWayCoverage& measure = measures_[(attributes.size() - 1) * thresholds_.size() + k];
    const auto all = static_cast<double>(configurations);
    const auto some = static_cast<double>(covered_[k]);
    ++measure.combinations;
    measure.configurations += configurations;
    measure.configurations_covered += covered_[k];
    for (std::size_t i = 0; i < kCompletenessShares.size(); ++i) {
      // Exact, as the shares are quarters.
      measure.combinations_complete[i] += some >= kCompletenessShares[i] * all ? 1 : 0;
    }
    if (some / all < measure.minimum) {
      measure.minimum = some / all;
      measure.worst.assign(attributes.begin(), attributes.end());
    }
  }
}

std::vector<ShortCombination> CombinationCoverage::shortest(std::size_t ways) const {
  std::vector<ShortCombination> sorted = listed_[ways - 1];
  std::ranges::sort(sorted, is_shorter);
  return sorted;
}

}  // namespace fairground
