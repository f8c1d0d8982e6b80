// Which combinations of levels a design makes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/design/chain.h"

namespace fairground {

struct ChosenConditions {
  std::vector<LevelRow> rows;  ///< sorted; all of them allowed by `except`
  /// Combinations of so many levels as the design asks for (`ways`, `also`).
  std::uint64_t demanded = 0;  ///< that some allowed condition holds, the credited ones among them
  std::uint64_t credited = 0;  ///< that were observed, and need no condition
  std::uint64_t excluded = 0;  ///< that no allowed condition holds
};

/// What a choice may build on.
struct ConditionsBefore {
  std::vector<LevelRow> rows;  ///< conditions of an earlier run, which stay in the design
  /// Whether this combination of levels of these axes was observed often enough. May be empty: nothing was.
  std::function<bool(std::span<const std::size_t> axes, std::span<const int> levels)> is_observed;
};

/// Chooses the conditions of `settings.design`: all of them, or the fewest that the search finds which hold every
/// combination that is asked for. The same arguments give the same conditions. `where` begins every message. Throws
/// UserError where `except` forbids the clean reference or leaves a level in no condition, and where the combinations are
/// too many.
[[nodiscard]] ChosenConditions choose_conditions(const MediaSettings& settings, int effort,
                                                 const ConditionsBefore& before, const std::string& where);

/// Puts `rows` into the order in which each next one holds the most combinations of levels that none before it holds,
/// that of all first levels first. For a budget, which can then cut off the end.
[[nodiscard]] std::vector<LevelRow> most_valuable_first(const MediaSettings& settings, std::vector<LevelRow> rows);

/// How many of the demanded combinations these rows hold.
[[nodiscard]] std::uint64_t count_held(const MediaSettings& settings, const std::vector<LevelRow>& rows);

/// How many of the demanded combinations `is_observed` says yes to.
[[nodiscard]] std::uint64_t count_observed(
    const MediaSettings& settings,
    const std::function<bool(std::span<const std::size_t> axes, std::span<const int> levels)>& is_observed);

/// The number of combinations of one level for each axis, before `except`. More than fit are given as the largest number.
[[nodiscard]] std::uint64_t full_factorial_size(const MediaSettings& settings);

}  // namespace fairground
