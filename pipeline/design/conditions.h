// Which combinations of levels a design makes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/design/chain.h"

namespace fairground {

/// Whether this combination of levels of these axes was observed often enough. An empty one says that nothing was.
using IsObserved = std::function<bool(std::span<const std::size_t> axes, std::span<const int> levels)>;

/// What a choice may build on.
struct ConditionsBefore {
  std::vector<LevelRow> rows;  ///< conditions of an earlier run, which stay in the design
  IsObserved is_observed;
};

/// Chooses the conditions of the design: all of them, or the fewest that the search finds which hold every combination
/// that is asked for. They are sorted, and `except` allows each of them. The same arguments give the same conditions.
/// Throws like check_conditions().
[[nodiscard]] std::vector<LevelRow> choose_conditions(const Config& config, Media media, int effort,
                                                      const ConditionsBefore& before);

/// Throws UserError where `except` forbids the clean reference or leaves a level in no condition, and where the
/// combinations are too many. Needs no sources, and little time: it is asked before they are read.
void check_conditions(const Config& config, Media media);

/// Puts `rows` into the order in which each next one holds most that none before it holds, that of all first levels
/// first: the most levels and, of equals, the most pairs, and so on up to what the design asks for. For a budget, which
/// can then cut off the end.
[[nodiscard]] std::vector<LevelRow> most_valuable_first(const MediaSettings& settings, std::vector<LevelRow> rows);

/// Levels of some of the axes. Indices, ascending by axis.
struct LevelCombination {
  std::vector<std::size_t> axes;
  std::vector<int> levels;
  bool operator==(const LevelCombination&) const = default;
};

/// Combinations of as many levels as the design asks for (`ways`, `also`).
struct CombinationFigures {
  std::uint64_t demanded = 0;                ///< that some allowed condition can hold
  std::uint64_t observed = 0;                ///< of these, observed often enough
  std::uint64_t held = 0;                    ///< of the demanded ones, by the conditions given, observed or not
  std::uint64_t left = 0;                    ///< of the demanded ones, neither
  std::uint64_t excluded = 0;                ///< that `except` leaves no condition for
  std::vector<LevelCombination> first_left;  ///< a few of those that are left

  /// Of those that are held, the ones that only these conditions bring.
  [[nodiscard]] std::uint64_t filled() const { return demanded - left - observed; }
};
[[nodiscard]] CombinationFigures combination_figures(const MediaSettings& settings, const std::vector<LevelRow>& rows,
                                                     const IsObserved& is_observed = {});

/// The number of combinations of one level for each axis, before `except`. More than fit are given as the largest
/// number.
[[nodiscard]] std::uint64_t full_factorial_size(const MediaSettings& settings);

}  // namespace fairground
