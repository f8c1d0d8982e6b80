// Combinatorial coverage measures (Kuhn, Mendoza, Kacker and Lei, "Combinatorial Coverage Measurement", NISTIR 7878,
// 2012), counted with a threshold: a configuration is covered once at least so many sources, or subjects, show it. With
// threshold 1 they are NIST's own measures.
//
// A variable combination is a set of t attributes; its configurations are the ways of giving each of them one of its
// valid values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/design/uncovered_patterns.h"

namespace fairground {

/// The shares p of (p,t)-completeness that are reported.
inline constexpr std::array<double, 3> kCompletenessShares = {0.5, 0.75, 1.0};

/// The measures of strength t = `ways` at one threshold. There is at least one combination.
struct TWayCoverage {
  std::size_t ways = 0;
  std::uint32_t threshold = 1;
  std::size_t combinations = 0;
  std::uint64_t configurations = 0;
  std::uint64_t configurations_covered = 0;
  /// For each of kCompletenessShares: combinations of which at least this share of the configurations is covered.
  std::array<std::size_t, kCompletenessShares.size()> combinations_complete{};
  /// The smallest share of one combination's configurations that is covered, 0 to 1, and the first such combination.
  double minimum = 1.0;
  std::vector<std::size_t> worst = {};  ///< attributes; empty where all configurations of all are covered

  /// Simple t-way combination coverage, 0 to 1: combinations with all of their configurations covered.
  [[nodiscard]] double simple() const { return share(combinations_complete.back()); }
  /// Total variable-value configuration coverage, 0 to 1.
  [[nodiscard]] double total() const {
    return static_cast<double>(configurations_covered) / static_cast<double>(configurations);
  }
  /// (p,t)-completeness, 0 to 1, for the i-th of kCompletenessShares.
  [[nodiscard]] double completeness(std::size_t i) const { return share(combinations_complete[i]); }

 private:
  [[nodiscard]] double share(std::size_t some) const {
    return static_cast<double>(some) / static_cast<double>(combinations);
  }
};

/// One variable combination, of whose configurations some are not covered.
struct ShortCombination {
  std::vector<std::size_t> attributes;
  std::uint64_t configurations = 0;
  std::uint64_t uncovered = 0;  ///< at the highest threshold
  std::uint64_t empty = 0;      ///< of these: at the lowest
};

/// Adds up the measures, one variable combination after the other.
class CombinationCoverage {
 public:
  /// The first `valid_values[a]` values of attribute a are valid, at least one; configurations with others are left
  /// out. Thresholds are ascending. Of each strength the `most_listed` shortest combinations are kept.
  CombinationCoverage(std::span<const std::size_t> cardinalities, std::span<const std::size_t> valid_values,
                      std::span<const std::uint32_t> thresholds, std::size_t most_ways, std::size_t most_listed = 0);

  /// The counts of all combinations of the values of `attributes`, the first attribute's digit the highest. Each set
  /// of 1 to `most_ways` attributes is given once.
  void add(std::span<const std::size_t> attributes, std::span<const std::uint32_t> counts);

  /// By ways, then by threshold.
  [[nodiscard]] const std::vector<TWayCoverage>& measures() const { return measures_; }
  /// Combinations of `ways` attributes with most uncovered configurations, then with most empty ones, then the first.
  [[nodiscard]] std::vector<ShortCombination> shortest(std::size_t ways) const;

 private:
  /// Counts the valid configurations that are covered at each threshold.
  void count_covered(std::span<const std::size_t> attributes, std::span<const std::uint32_t> counts);
  void list(std::span<const std::size_t> attributes, std::uint64_t configurations);

  std::vector<std::size_t> cardinalities_;
  std::vector<std::size_t> valid_values_;
  std::vector<std::uint32_t> thresholds_;
  std::vector<TWayCoverage> measures_;
  std::size_t most_listed_;
  std::vector<std::vector<ShortCombination>> listed_;  ///< by ways, from 1: a heap, the last in rank on top
  std::vector<std::uint64_t> covered_;                 ///< of the combination at hand, at each threshold
  std::vector<std::size_t> digits_;
  std::vector<std::size_t> strides_;
};

}  // namespace fairground
