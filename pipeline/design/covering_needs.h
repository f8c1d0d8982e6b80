// What the rows must hold: the combinations demanded, less those that no allowed row can hold and those that seeds
// and credit stand for.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/design/covering_constraints.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

enum class TupleState : std::uint8_t { needed, credited, excluded };

struct Needs {
  std::vector<TupleState> states;  ///< by the number of the tuple
  std::uint64_t needed = 0;
  std::uint64_t credited = 0;
  std::uint64_t excluded = 0;
  /// No array has fewer rows: the most tuples that one set needs, as a row holds one of each set.
  std::size_t least_rows = 0;
};

[[nodiscard]] Needs find_needs(const CoveringModel& model, const TupleSpace& space, const Constraints& constraints);

}  // namespace fairground::covering
