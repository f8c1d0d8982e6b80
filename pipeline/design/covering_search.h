// The search for few rows: which starts are made, which is annealed, and for how long.
#pragma once

#include <vector>

#include "pipeline/design/covering_acceptance.h"
#include "pipeline/design/covering_constraints.h"
#include "pipeline/design/covering_needs.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

struct SearchProblem {
  const TupleSpace* space = nullptr;
  const Constraints* constraints = nullptr;
  const Needs* needs = nullptr;
  bool keep_first = false;   ///< one row, the first, shall hold the first level of each frozen factor
  std::vector<bool> frozen;  ///< by factor; none if `keep_first` is off
  std::size_t least_rows = 0;
};

/// What one search may take at effort 1.
[[nodiscard]] std::uint64_t work_at_first_effort(const TupleSpace& space);

/// Allowed rows that hold all that is needed, the kept one first. `steps` is what they took.
[[nodiscard]] std::vector<Row> search_rows(const SearchProblem& problem, int effort, std::uint64_t seed,
                                           std::uint64_t& steps);

/// The same, from rows that hold it already; never more than these.
[[nodiscard]] std::vector<Row> fewer_rows(const SearchProblem& problem, const std::vector<Row>& rows,
                                          std::uint64_t seed, std::uint64_t& steps);

}  // namespace fairground::covering
