#include "pipeline/design/uncovered_patterns.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace fairground {
namespace {

/// Looks for maximal uncovered patterns from the root down. A pattern is reached from the parent that lacks its last
/// value, and only if that parent is covered, so that each is met once and nothing below a gap is looked at.
class CubeSearch {
 public:
  CubeSearch(const PatternCube& cube, std::uint32_t threshold, const PatternVisitor& visit)
      : cube_(cube), threshold_(threshold), visit_(visit), pattern_(cube.cardinalities().size(), kAnyValue) {}

  void run() {
    const std::size_t root = cube_.cells().size() - 1;
    if (is_uncovered(root)) {
      visit_(pattern_, 0, cube_.cells()[root]);
    } else {
      search(root, 0);
    }
  }

 private:
  [[nodiscard]] bool is_uncovered(std::size_t cell) const { return cube_.cells()[cell] < threshold_; }

  /// Tries every pattern that names one more value than that of `cell`, which is covered, at `first` or after.
  void search(std::size_t cell, std::size_t first) {
    for (std::size_t a = first; a < pattern_.size(); ++a) {
      const std::size_t stride = cube_.strides()[a];
      const std::size_t values = cube_.cardinalities()[a];
      for (std::size_t v = 0; v < values; ++v) {
        const std::size_t child = cell - (values - v) * stride;
        pattern_[a] = static_cast<ValueCode>(v);
        if (!is_uncovered(child)) {
          if (a + 1 < pattern_.size()) {
            steps_up_.push_back((values - v) * stride);
            search(child, a + 1);
            steps_up_.pop_back();
          }
        } else if (std::ranges::none_of(steps_up_, [&](std::size_t step) { return is_uncovered(child + step); })) {
          visit_(pattern_, steps_up_.size() + 1, cube_.cells()[child]);
        }
      }
      pattern_[a] = kAnyValue;
    }
  }

  const PatternCube& cube_;
  std::uint32_t threshold_;
  const PatternVisitor& visit_;
  std::vector<ValueCode> pattern_;
  std::vector<std::size_t> steps_up_;  ///< from the cell to each of its parents, in the order of the values named
};

/// Counts the combinations of a set of attributes.
class SubsetCounter {
 public:
  explicit SubsetCounter(const Population& population) : population_(population) {}

  void count(std::span<const std::size_t> attributes, std::vector<std::uint32_t>& counts) {
    std::size_t cells = 1;
    indices_.assign(population_.combinations(), 0);
    for (const std::size_t a : attributes) {
      const auto values = static_cast<std::uint32_t>(population_.cardinalities[a]);
      cells *= values;
      const std::vector<ValueCode>& column = population_.columns[a];
      for (std::size_t i = 0; i < indices_.size(); ++i) {
        indices_[i] = indices_[i] * values + column[i];
      }
    }
    counts.assign(cells, 0);
    const std::size_t singles = population_.singles();
    for (std::size_t i = 0; i < singles; ++i) {
      counts[indices_[i]] += population_.weights[i];
    }
    if (!population_.owners.empty()) {
      seen_.assign(cells, 0);
      for (std::size_t i = 0; i < population_.owners.size(); ++i) {
        const std::size_t cell = indices_[singles + i];
        const std::uint32_t owner = population_.owners[i] + 1;
        counts[cell] += seen_[cell] != owner ? 1 : 0;
        seen_[cell] = owner;
      }
    }
  }

 private:
  const Population& population_;
  std::vector<std::uint32_t> indices_;  ///< the cell of each combination
  std::vector<std::uint32_t> seen_;     ///< of each cell: the last subject counted there, from 1
};

/// Which combinations of a set of attributes are covered, by set.
using CoveredBySet = std::map<std::vector<std::size_t>, std::vector<bool>>;

/// Looks at all patterns that name values of exactly these attributes.
void search_subset(const Population& population, std::span<const std::size_t> attributes,
                   std::span<const std::uint32_t> counts, std::uint32_t threshold, const CoveredBySet& parents,
                   const PatternVisitor& visit) {
  const std::size_t level = attributes.size();
  std::vector<const std::vector<bool>*> parent_covered;  // without the i-th attribute
  for (std::size_t i = 0; i < level; ++i) {
    std::vector<std::size_t> others(attributes.begin(), attributes.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    parent_covered.push_back(&parents.at(others));
  }
  std::vector<ValueCode> pattern(population.cardinalities.size(), kAnyValue);
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    if (counts[cell] >= threshold) {
      continue;
    }
    // With one digit taken out, what is below it moves up.
    bool is_maximal = true;
    std::size_t below = 1;
    for (std::size_t i = level; i-- > 0 && is_maximal;) {
      const std::size_t values = population.cardinalities[attributes[i]];
      is_maximal = (*parent_covered[i])[cell / (below * values) * below + cell % below];
      pattern[attributes[i]] = static_cast<ValueCode>(cell / below % values);
      below *= values;
    }
    if (is_maximal) {
      visit(pattern, level, counts[cell]);
    }
  }
}

/// Adds up the products of the cardinalities of all sets of `size` attributes.
double sum_over_subsets(std::span<const std::size_t> cardinalities, std::size_t size) {
  // The elementary symmetric polynomial: sums[k] over all sets of k of the attributes so far.
  std::vector<double> sums(size + 1, 0.0);
  sums[0] = 1.0;
  for (const std::size_t cardinality : cardinalities) {
    for (std::size_t k = size; k > 0; --k) {
      sums[k] += sums[k - 1] * static_cast<double>(cardinality);
    }
  }
  return sums[size];
}

}  // namespace

void find_uncovered(const PatternCube& cube, std::uint32_t threshold, const PatternVisitor& visit) {
  CubeSearch(cube, threshold, visit).run();
}

void find_uncovered(const Population& population, std::uint32_t threshold, std::size_t deepest,
                    const PatternVisitor& visit, const SubsetVisitor& subset) {
  const std::size_t attributes = population.cardinalities.size();
  const bool root_is_covered = population.members >= threshold;
  if (!root_is_covered) {
    visit(std::vector<ValueCode>(attributes, kAnyValue), 0, static_cast<std::uint32_t>(population.members));
  }
  CoveredBySet parents;
  parents[{}] = {root_is_covered};
  SubsetCounter counter(population);
  std::vector<std::uint32_t> counts;
  for (std::size_t level = 1; level <= std::min(deepest, attributes); ++level) {
    CoveredBySet covered;
    for_each_subset(attributes, level, [&](std::span<const std::size_t> set) {
      counter.count(set, counts);
      if (subset) {
        subset(set, counts);
      }
      search_subset(population, set, counts, threshold, parents, visit);
      if (level < deepest) {
        std::vector<bool>& bits = covered[{set.begin(), set.end()}];
        bits.reserve(counts.size());
        for (const std::uint32_t count : counts) {
          bits.push_back(count >= threshold);
        }
      }
    });
    parents = std::move(covered);
  }
}

void for_each_subset_count(const PatternCube& cube, std::size_t most, const SubsetVisitor& subset) {
  std::vector<std::uint32_t> counts;
  for (std::size_t size = 1; size <= most; ++size) {
    for_each_subset(cube.cardinalities().size(), size, [&](std::span<const std::size_t> attributes) {
      cube.subset_counts(attributes, counts);
      subset(attributes, counts);
    });
  }
}

LevelCost cost_of_levels(const Population& population, std::size_t deepest) {
  const std::vector<std::size_t>& cardinalities = population.cardinalities;
  const std::vector<std::size_t> ones(cardinalities.size(), 1);
  const auto rows = static_cast<double>(population.combinations());
  constexpr double kBytesOfSet = 256.0;  // of a node, its set and its bits' vector, generously
  // Empirical: a combination is counted, marked as covered or not, compared with its parents and measured; subjects are
  // remembered, too.
  const double steps_of_cell = population.owners.empty() ? 20.0 : 40.0;
  LevelCost cost;
  for (std::size_t level = 1; level <= deepest; ++level) {
    const double sets = sum_over_subsets(ones, level);
    const double cells = sum_over_subsets(cardinalities, level);
    cost.steps += sets * rows * static_cast<double>(level) + cells * steps_of_cell;
    if (level < deepest) {
      cost.bytes = std::max(cost.bytes, sets * kBytesOfSet + cells / 8.0);
    }
  }
  // The largest set of attributes, as counts and as marks of the subjects seen.
  const double cells = most_combinations(cardinalities, deepest);
  cost.bytes = 2.0 * cost.bytes + cells * 2.0 * sizeof(std::uint32_t) + rows * sizeof(std::uint32_t);
  if (cells > std::numeric_limits<std::uint32_t>::max()) {
    cost.bytes = std::numeric_limits<double>::infinity();  // The cells of a set are numbered with 32 bits.
  }
  return cost;
}

double most_combinations(std::span<const std::size_t> cardinalities, std::size_t size) {
  std::vector<std::size_t> largest(cardinalities.begin(), cardinalities.end());
  std::ranges::sort(largest, std::ranges::greater());
  double combinations = 1.0;
  for (std::size_t i = 0; i < std::min(size, largest.size()); ++i) {
    combinations *= static_cast<double>(largest[i]);
  }
  return combinations;
}

void for_each_subset(std::size_t attributes, std::size_t size,
                     const std::function<void(std::span<const std::size_t>)>& body) {
  if (size > attributes) {
    return;
  }
  std::vector<std::size_t> set(size);
  std::iota(set.begin(), set.end(), std::size_t{0});
  while (true) {
    body(set);
    // The last number that can still grow does, and those after it follow at once.
    std::size_t i = size;
    while (i > 0 && set[i - 1] == attributes - size + i - 1) {
      --i;
    }
    if (i == 0) {
      return;
    }
    ++set[i - 1];
    for (; i < size; ++i) {
      set[i] = set[i - 1] + 1;
    }
  }
}

}  // namespace fairground
