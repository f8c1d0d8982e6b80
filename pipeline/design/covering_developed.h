// Covering arrays for pairs, developed from a few starter rows by a group that acts on the levels: each starter row
// stands for its translates by all elements of the group, so that the search has only that fraction of the cells.
// After Meagher and Stevens, "Group construction of covering arrays", J. Combin. Des. 13 (2005) 70; our starter rows
// are not cyclic shifts of one but found by annealing.
#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/design/covering_acceptance.h"
#include "pipeline/design/covering_random.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

/// The factors that are developed: those with at most `levels` levels, but for those with so few that the superfluous
/// levels would cost more than they bring.
[[nodiscard]] std::vector<std::size_t> developed_factors(const TupleSpace& space, std::size_t levels);

/// (levels - 1) x starters + 1 rows that hold most pairs, or all, of the developed factors. The group acts on all
/// levels but the last, which it fixes. All other factors, and levels that a factor does not have, are open. `levels`
/// is at least 3, `starters` at least 1. Takes about `most_work`, which is added to `work`.
[[nodiscard]] std::vector<Row> developed_start(const TupleSpace& space, std::size_t levels, std::size_t starters,
                                               std::uint64_t most_work, SearchRandom& random, Work& work);

}  // namespace fairground::covering
