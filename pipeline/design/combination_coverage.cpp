#include "pipeline/design/combination_coverage.h"

#include <algorithm>

namespace fairground {

CombinationCoverage::CombinationCoverage(std::span<const std::size_t> cardinalities,
                                         std::span<const std::size_t> valid_values,
                                         std::span<const std::uint32_t> thresholds, std::size_t most_ways)
    : cardinalities_(cardinalities.begin(), cardinalities.end()),
      valid_values_(valid_values.begin(), valid_values.end()),
      thresholds_(thresholds.begin(), thresholds.end()) {
  for (std::size_t ways = 1; ways <= most_ways; ++ways) {
    for (const std::uint32_t threshold : thresholds_) {
      TWayCoverage& measure = measures_.emplace_back();
      measure.ways = ways;
      measure.threshold = threshold;
    }
  }
}

void CombinationCoverage::add(std::span<const std::size_t> attributes, std::span<const std::uint32_t> counts) {
  std::uint64_t configurations = 1;
  for (const std::size_t a : attributes) {
    configurations *= valid_values_[a];
  }
  std::vector<std::uint64_t> covered(thresholds_.size(), 0);
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    bool is_valid = true;
    std::size_t rest = cell;
    for (std::size_t i = attributes.size(); i-- > 0 && is_valid;) {
      is_valid = rest % cardinalities_[attributes[i]] < valid_values_[attributes[i]];
      rest /= cardinalities_[attributes[i]];
    }
    for (std::size_t k = 0; k < thresholds_.size() && is_valid; ++k) {
      covered[k] += counts[cell] >= thresholds_[k] ? 1 : 0;
    }
  }
  for (std::size_t k = 0; k < thresholds_.size(); ++k) {
    TWayCoverage& measure = measures_[(attributes.size() - 1) * thresholds_.size() + k];
    const auto all = static_cast<double>(configurations);
    const auto some = static_cast<double>(covered[k]);
    ++measure.combinations;
    measure.configurations += configurations;
    measure.configurations_covered += covered[k];
    for (std::size_t i = 0; i < kCompletenessShares.size(); ++i) {
      // Exact, as the shares are quarters.
      measure.combinations_complete[i] += some >= kCompletenessShares[i] * all ? 1 : 0;
    }
    measure.minimum = std::min(measure.minimum, some / all);
  }
}

void add_subsets(const PatternCube& cube, std::size_t most_ways, CombinationCoverage& coverage) {
  std::vector<std::uint32_t> counts;
  for (std::size_t ways = 1; ways <= most_ways; ++ways) {
    for_each_subset(cube.cardinalities().size(), ways, [&](std::span<const std::size_t> attributes) {
      cube.subset_counts(attributes, counts);
      coverage.add(attributes, counts);
    });
  }
}

}  // namespace fairground
