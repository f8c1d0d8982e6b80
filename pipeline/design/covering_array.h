// Covering arrays: few rows that together hold every combination of the levels of every t factors. Constraints, rows
// that exist already, and demands of different strength are all part of the one search: a greedy array, or one from
// an orthogonal array, from which simulated annealing then takes away row after row.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/config/config.h"

namespace fairground {

/// In seeds and counted rows: the level of this factor is not known.
constexpr int kAnyLevel = -1;

/// More combinations than this are refused at once. The tables of the search take about 20 bytes for each, and a
/// greedy array of so many takes tens of seconds.
constexpr std::uint64_t kMaximalCombinations = 20'000'000;

/// What the rows must hold. Factors and levels are indices; a row has one level for each factor.
struct CoveringModel {
  std::vector<int> levels;                            ///< how many each factor has, 1 to 65535
  std::vector<std::string> factor_names;              ///< for messages only; empty: `factor 1` and so on
  std::vector<std::vector<std::string>> level_names;  ///< likewise

  /// Every `ways` (1 to 6) of these factors in all combinations of their levels.
  struct Demand {
    std::vector<std::size_t> factors;
    int ways = 2;
  };
  std::vector<Demand> demands;  ///< several: mixed strength

  /// Combinations that no row may hold: those in which every factor named has one of the levels listed.
  std::vector<Exclusion> except;

  /// Rows that exist. What they hold need not be held again. They may break `except` and may have unknown levels.
  std::vector<std::vector<int>> seeds;

  /// Whether a combination, given by ascending factors and their levels, need not be held for another reason.
  std::function<bool(std::span<const std::size_t> factors, std::span<const int> levels)> is_credited;

  /// Whether the row of all first levels shall be among the rows. It costs no row unless seeds or credit make the
  /// levels of a factor differ in what they need, or constraints bind it.
  bool include_first = true;
};

struct CoveringArray {
  std::vector<std::vector<int>> rows;  ///< in lexicographical order, each of them once
  std::uint64_t demanded = 0;          ///< combinations demanded that an allowed row can hold
  std::uint64_t credited = 0;          ///< those of them that seeds or `is_credited` stand for; the rows hold the rest
  std::uint64_t excluded = 0;          ///< further combinations demanded that no allowed row can hold
  std::uint64_t steps = 0;             ///< of annealing
};

/// Rows that are all allowed and hold every combination that is demanded and not credited. The same model, effort and
/// seed give the same rows on every machine. Effort 1 takes at most about a second, and milliseconds for a model of
/// a few factors; effort N about N times that. Throws UserError where the demands cannot be met: unsatisfiable
/// constraints, a level that they never allow, a row of first levels that they exclude, more ways than factors, more
/// than kMaximalCombinations.
[[nodiscard]] CoveringArray covering_array(const CoveringModel& model, int effort = 1, std::uint64_t seed = 0);

/// Throw what covering_array() would throw, at once: the first for too many combinations or more ways than factors,
/// the second for constraints.
void check_size(const CoveringModel& model);
void check_constraints(const CoveringModel& model);

/// Rows in the order of what they bring, for budgets: first the row of all first levels, if it is there, then always
/// the row that holds most of what is demanded and not yet held by a row before it, a seed or a credit. Where demands
/// differ in their ways, those of the fewest ways count first, and the others between equals.
struct RankedRows {
  std::vector<std::size_t> order;    ///< indices into the rows given
  std::vector<std::uint64_t> total;  ///< combinations held by that row and all before it, the credited ones included
};
[[nodiscard]] RankedRows rank_rows(const CoveringModel& model, const std::vector<std::vector<int>>& rows);

/// A combination of levels of some factors, ascending.
struct Combination {
  std::vector<std::size_t> factors;
  std::vector<int> levels;
  bool operator==(const Combination&) const = default;
};

/// What rows, which need not be allowed and may have unknown levels, hold of a model's demands. Seeds and
/// `is_credited` count as well.
struct CombinationCount {
  std::uint64_t demanded = 0;  ///< as in CoveringArray
  std::uint64_t held = 0;
  std::uint64_t excluded = 0;
  std::vector<Combination> missing;  ///< the first few that are not held
};
[[nodiscard]] CombinationCount count_combinations(const CoveringModel& model, const std::vector<std::vector<int>>& rows,
                                                  std::size_t most_missing = 10);

}  // namespace fairground
