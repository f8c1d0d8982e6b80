// Simulated annealing of rows towards holding all that is needed.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/design/covering_acceptance.h"
#include "pipeline/design/covering_constraints.h"
#include "pipeline/design/covering_needs.h"
#include "pipeline/design/covering_random.h"
#include "pipeline/design/covering_tables.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

class Annealer {
 public:
  /// `rows` are allowed and without open cells. `frozen` are factors whose cells in the first row must stay.
  Annealer(const TupleSpace& space, const Constraints& constraints, const Needs& needs, const std::vector<Row>& rows,
           std::vector<bool> frozen);

  [[nodiscard]] std::size_t row_count() const { return tables_.row_count(); }
  [[nodiscard]] std::vector<Row> rows() const { return tables_.rows(); }
  /// Needed tuples that no row holds.
  [[nodiscard]] std::size_t missing() const { return tables_.missing(); }

  /// Takes away the row that alone holds the fewest tuples; a frozen first row is spared. Not for the last row.
  void drop_cheapest_row(Work& work);

  /// Anneals from `warmth`, in tuples, to half of it over `steps` steps, until nothing is missing or the work is over.
  void anneal(double warmth, std::uint64_t steps, SearchRandom& random, Work& work);

  /// Changes cells that nothing depends on until every factor uses its levels as evenly as that allows.
  void balance();

 private:
  [[nodiscard]] CellChange random_change(SearchRandom& random) const;
  [[nodiscard]] bool is_frozen(std::size_t row, std::size_t factor) const { return row == 0 && frozen_[factor]; }
  [[nodiscard]] bool breaks_constraint(const CellChange& change) const;
  /// Makes a change that breaks a constraint, together with changes of other cells that mend it, and takes all back if
  /// the sum is not accepted.
  void change_and_repair(const CellChange& change, SearchRandom& random);

  const Constraints& constraints_;
  CoverTables tables_;
  std::vector<bool> frozen_;
  std::vector<std::uint32_t> movable_;  ///< factors with more than one level
  std::vector<std::uint64_t> visits_;   ///< by factor: tuples that change with a cell
  Acceptance acceptance_;
};

}  // namespace fairground::covering
