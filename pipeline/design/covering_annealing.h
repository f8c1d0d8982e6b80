// Simulated annealing of rows towards holding all that is needed. After each change of a cell it is known, without
// counting again, what every other change would bring, so that most steps cost no more than a look into two tables.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "pipeline/design/covering_acceptance.h"
#include "pipeline/design/covering_constraints.h"
#include "pipeline/design/covering_needs.h"
#include "pipeline/design/covering_random.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

class Annealer {
 public:
  /// `rows` are allowed and without open cells. `frozen` are factors whose cells in the first row must stay.
  Annealer(const TupleSpace& space, const Constraints& constraints, const Needs& needs, const std::vector<Row>& rows,
           std::vector<bool> frozen);

  /// Whether the tables would fit into memory, and annealing be worth its time.
  [[nodiscard]] static bool fits(const TupleSpace& space, std::size_t rows);

  [[nodiscard]] std::size_t row_count() const { return rows_; }
  [[nodiscard]] std::vector<Row> rows() const;
  /// Needed tuples that no row holds.
  [[nodiscard]] std::size_t missing() const { return missing_.size(); }

  /// Takes away the row that alone holds the fewest tuples; a frozen first row is spared. Not for the last row.
  void drop_cheapest_row(Work& work);

  /// Anneals from warm to cold over `steps` steps, until nothing is missing or the work is over.
  void anneal(std::uint64_t steps, SearchRandom& random, Work& work);

  /// Changes cells that nothing depends on until every factor uses its levels as evenly as that allows.
  void balance();

 private:
  /// A set from the view of one of its factors, with what is needed to number its tuples.
  template <std::size_t kWays>
  struct Member {
    std::uint32_t base = 0;
    std::uint32_t own_stride = 0;
    std::array<std::uint16_t, kWays - 1> factor{};  ///< the others, ascending
    std::array<std::uint32_t, kWays - 1> stride{};
  };
  template <std::size_t kWays>
  using Members = std::vector<std::vector<Member<kWays>>>;  ///< by factor

  /// How many rows hold a tuple, and the exclusive or of their numbers, which names the row if there is just one. Where
  /// there is none, `rows` is the tuple's slot.
  struct Cover {
    std::uint32_t count = 0;
    std::uint32_t rows = 0;
  };
  struct Missing {
    std::uint32_t ways = 0;
    std::array<std::uint16_t, kMostWays> factor{};
    std::array<std::uint32_t, kMostWays> symbol{};
    std::array<std::uint32_t, kMostWays> place{};  ///< in `missing_with_` of each symbol
    std::uint32_t place_in_all = 0;                ///< in `missing_`
  };
  struct Change {
    std::size_t row = 0;
    std::size_t factor = 0;
    LevelIndex level = 0;
  };

  template <typename Visit>
  void for_each_ways(Visit visit);
  template <std::size_t kWays>
  void leave(std::size_t row, std::size_t factor);
  template <std::size_t kWays>
  void enter(std::size_t row, std::size_t factor);
  template <std::size_t kWays>
  void take_row_out(std::size_t row);
  template <std::size_t kWays>
  void rename_row(std::size_t from, std::size_t to);
  template <std::size_t kWays>
  void add_to_breaks(const Member<kWays>& member, std::size_t row, std::size_t factor, int sign);
  /// Adds `sign` to the gain of each cell that alone stands between its row and the tuple.
  void add_to_gains(const Missing& missing, int sign);
  void add_to_own_gains(std::size_t row, std::uint32_t symbol, int sign);
  void now_missing(std::uint32_t tuple, Missing missing);
  void no_longer_missing(std::uint32_t tuple);
  template <std::size_t kWays>
  Missing described(const Member<kWays>& member, std::size_t row, std::size_t factor) const;

  [[nodiscard]] LevelIndex& cell(std::size_t row, std::size_t factor) { return cells_[row * factors_ + factor]; }
  [[nodiscard]] LevelIndex cell(std::size_t row, std::size_t factor) const { return cells_[row * factors_ + factor]; }
  [[nodiscard]] std::uint32_t symbol(std::size_t factor, std::size_t level) const {
    return static_cast<std::uint32_t>(first_symbol_[factor] + level);
  }
  [[nodiscard]] std::uint64_t* rows_with(std::size_t symbol) { return &rows_with_[symbol * words_]; }
  template <std::size_t kWays>
  [[nodiscard]] std::uint32_t number(const Member<kWays>& member, std::size_t row, std::size_t factor) const {
    std::uint32_t tuple = member.base + cell(row, factor) * member.own_stride;
    for (std::size_t i = 0; i + 1 < kWays; ++i) {
      tuple += cell(row, member.factor[i]) * member.stride[i];
    }
    return tuple;
  }
  /// How many more tuples would be missing.
  [[nodiscard]] int cost(std::size_t row, std::size_t factor, LevelIndex level) const {
    return breaks_[row * factors_ + factor] - gains_[row * symbols_ + symbol(factor, level)];
  }
  void set(std::size_t row, std::size_t factor, LevelIndex level);

  [[nodiscard]] Change random_change(SearchRandom& random) const;
  [[nodiscard]] Change change_towards_missing(SearchRandom& random);
  [[nodiscard]] bool is_frozen(std::size_t row, std::size_t factor) const { return row == 0 && frozen_[factor]; }
  [[nodiscard]] bool breaks_constraint(const Change& change);
  bool repair(const Change& change, SearchRandom& random);

  const Constraints& constraints_;
  std::size_t factors_ = 0;
  std::size_t symbols_ = 0;
  std::size_t rows_ = 0;
  std::size_t words_ = 0;  ///< of a bit for each row
  std::vector<std::size_t> levels_;
  std::vector<std::size_t> first_symbol_;
  std::vector<std::uint32_t> movable_;  ///< factors with more than one level
  std::vector<bool> frozen_;
  std::vector<std::uint64_t> visits_;  ///< tuples that change with a cell of the factor
  std::tuple<Members<1>, Members<2>, Members<3>, Members<4>, Members<5>, Members<6>> members_;

  std::vector<LevelIndex> cells_;  ///< by row and factor
  std::vector<Cover> covers_;      ///< by tuple
  std::vector<Missing> slots_;     ///< of missing tuples
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> missing_;                    ///< the slots in use, in no order
  std::vector<std::vector<std::uint32_t>> missing_with_;  ///< by symbol, likewise
  std::vector<std::uint64_t> rows_with_;                  ///< by symbol, a bit for each row
  std::vector<std::int32_t> breaks_;                      ///< by row and factor: tuples that need this very cell
  std::vector<std::int32_t> gains_;  ///< by row and symbol: missing tuples that this level would complete
  std::vector<std::uint64_t> matching_;
  std::vector<Change> undo_;
  Acceptance acceptance_;
};

}  // namespace fairground::covering
