// Maximal uncovered patterns: every gap of a data set in the fewest words (Asudeh, Jin and Jagadish, "Assessing and
// Remedying Coverage for a Given Dataset", ICDE 2019, arXiv:1810.06742).
//
// A pattern names a value for some attributes and leaves the others open; its level is the number of values it names,
// its count the number of sources (or of subjects) that match it. It is uncovered below a threshold, and maximal where
// every pattern that names one value less (its parents) is covered. What is more special than an uncovered pattern is
// uncovered too, so the maximal ones describe all gaps exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "pipeline/design/pattern_cube.h"
#include "pipeline/design/population.h"
#include "pipeline/design/uncovered_summary.h"

namespace fairground {

/// Is handed one maximal uncovered pattern: a value or kAnyValue for each attribute. Valid during the call only.
using PatternVisitor = std::function<void(std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count)>;
/// Is handed the counts of all combinations of the values of `attributes`, as PatternCube::subset_counts gives them.
using SubsetVisitor =
    std::function<void(std::span<const std::size_t> attributes, std::span<const std::uint32_t> counts)>;

/// Calls `visit` for every maximal uncovered pattern, in no promised order. `threshold` is at least 1.
void find_uncovered(const PatternCube& cube, std::uint32_t threshold, const PatternVisitor& visit);

/// The same up to level `deepest` and without a cube: the combinations of each set of attributes are counted alone.
/// `subset`, if given, is handed the counts of every set of 1 to `deepest` attributes.
void find_uncovered(const Population& population, std::uint32_t threshold, std::size_t deepest,
                    const PatternVisitor& visit, const SubsetVisitor& subset = {});

/// Calls `subset` with the counts of every set of 1 to `most` attributes of the cube.
void for_each_subset_count(const PatternCube& cube, std::size_t most, const SubsetVisitor& subset);

/// What the search up to a level costs, as doubles since there may be more than can be counted. The bytes are infinite
/// where it cannot be made.
struct LevelCost {
  double steps = 0.0;  ///< of the inner loops, each in the order of a nanosecond
  double bytes = 0.0;
};
[[nodiscard]] LevelCost cost_of_levels(const Population& population, std::size_t deepest);

/// The combinations of values of the largest set of `size` attributes.
[[nodiscard]] double most_combinations(std::span<const std::size_t> cardinalities, std::size_t size);

/// Calls `body` with every set of `size` of the numbers below `attributes`, each ascending.
void for_each_subset(std::size_t attributes, std::size_t size,
                     const std::function<void(std::span<const std::size_t>)>& body);

}  // namespace fairground
