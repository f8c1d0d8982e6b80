// The combinations of levels that a design asks for, listed one by one.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "tests/flow/plan_page_stated.h"

namespace fairground {

using Row = std::vector<std::size_t>;                    ///< a level of each axis
using Combination = std::map<std::size_t, std::size_t>;  ///< a level of some axes

struct Combinations {
  std::size_t full_factorial = 0;     ///< rows, those that `except` names among them
  std::vector<Combination> demanded;  ///< that some row has which `except` does not name
  std::size_t excluded = 0;           ///< that no such row has
};

[[nodiscard]] Combinations list_combinations(const StatedDesign& design);

[[nodiscard]] bool holds(const Row& row, const Combination& combination);

/// How many of the combinations some row has.
[[nodiscard]] std::size_t count_held(const std::set<Row>& rows, const std::vector<Combination>& combinations);

}  // namespace fairground
