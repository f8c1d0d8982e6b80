// What a budget pays for.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "pipeline/config/config.h"
#include "pipeline/design/chain.h"

namespace fairground {

/// The sources of one group, as far as they cost something.
struct GroupBill {
  std::vector<std::size_t> sources;
  std::size_t repeats_made = 0;  ///< by the earlier run
};

/// Conditions that the same groups meet.
struct ConditionList {
  std::vector<GroupBill> groups;
  std::vector<LevelRow> fixed;   ///< stay whatever they cost: those of an earlier run
  std::vector<LevelRow> wanted;  ///< the others, the most valuable first
};

/// What a variant costs, and what the earlier run has of it.
struct BillingRules {
  double repeat = 0.0;  ///< as Controls::repeat
  /// Whatever the lists say: identity controls, and a clean reference outside the rows.
  std::size_t conditions_of_all = 0;
  bool repeats_clean_of_all = false;  ///< whether such a clean reference is among these, and may be repeated
  /// Of a source: how many of `fixed` and of the conditions of all are still to be made. Empty: all of them.
  std::function<std::size_t(std::size_t source, const std::vector<LevelRow>& fixed)> owed;
  /// Whether a clean reference of the source was made before, and is made again as soon as anything else is.
  std::function<bool(std::size_t source)> has_clean;
  std::function<double(std::size_t source)> bytes;
};

/// How many of each list's wanted conditions are made, filling all lists evenly. Empty: the budget does not even pay
/// for what is fixed. Counts of variants are exact; bytes are estimates.
[[nodiscard]] std::optional<std::vector<std::size_t>> affordable(const Budget& budget, const BillingRules& rules,
                                                                 const std::vector<ConditionList>& lists);

/// How many of `cells` variants a share of repeats means: rounded up, but not for the sake of rounding errors.
[[nodiscard]] std::size_t repeats_of(double share, std::size_t cells);

}  // namespace fairground
