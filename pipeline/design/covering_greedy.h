// A covering array row by row, each of them the best of a few that hold as many new tuples as they can (after Cohen,
// Dalal, Fredman and Patton, "The AETG system", IEEE Trans. Software Engineering 23 (1997) 437).
#pragma once

#include <vector>

#include "pipeline/design/covering_acceptance.h"
#include "pipeline/design/covering_constraints.h"
#include "pipeline/design/covering_needs.h"
#include "pipeline/design/covering_random.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

struct GreedyStart {
  std::vector<Row> kept;     ///< rows that must be there: their open cells are filled in
  std::vector<Row> offered;  ///< rows to use as far as they are allowed and hold something new
};

/// Rows without open cells that hold all that is needed; first those of `start.kept`, in order. The
/// work is added up but not limited.
[[nodiscard]] std::vector<Row> greedy_array(const TupleSpace& space, const Constraints& constraints, const Needs& needs,
                                            const GreedyStart& start, SearchRandom& random, Work& work);

}  // namespace fairground::covering
