// What an array of rows holds and what each change of a cell would bring, kept up to date from change to change, so
// that the search asks for most changes with no more than a look into two tables.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "pipeline/design/covering_needs.h"
#include "pipeline/design/covering_random.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

/// One cell and the level that it shall have.
struct CellChange {
  std::size_t row = 0;
  std::size_t factor = 0;
  LevelIndex level = 0;
};

class CoverTables {
 public:
  /// `rows` are without open cells.
  CoverTables(const TupleSpace& space, const Needs& needs, const std::vector<Row>& rows);

  /// Whether the tables are of a sensible size.
  [[nodiscard]] static bool fit(const TupleSpace& space, std::size_t rows);

  [[nodiscard]] std::size_t row_count() const { return rows_; }
  [[nodiscard]] std::size_t factor_count() const { return factors_; }
  [[nodiscard]] std::size_t levels(std::size_t factor) const { return levels_[factor]; }
  [[nodiscard]] std::span<const LevelIndex> row(std::size_t row) const { return {&cells_[row * factors_], factors_}; }
  [[nodiscard]] LevelIndex cell(std::size_t row, std::size_t factor) const { return cells_[row * factors_ + factor]; }
  [[nodiscard]] std::vector<Row> rows() const;

  /// Needed tuples that no row holds.
  [[nodiscard]] std::size_t missing() const { return missing_.size(); }
  /// Tuples that only this cell, in its row, holds.
  [[nodiscard]] int depending_on(std::size_t row, std::size_t factor) const { return breaks_[row * factors_ + factor]; }
  /// How many more tuples would be missing. `level` is another than the present one.
  [[nodiscard]] int cost(const CellChange& change) const {
    return breaks_[change.row * factors_ + change.factor] -
           gains_[change.row * symbols_ + symbol(change.factor, change.level)];
  }
  /// A change towards a missing tuple, any of them: of a cell that it alone lacks in some row. Where it lacks more
  /// everywhere, any of its cells in any row. At least one tuple is missing.
  [[nodiscard]] CellChange change_towards_missing(SearchRandom& random);

  void set(const CellChange& change);
  /// The last row takes the place of the one dropped.
  void drop_row(std::size_t row);

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
  /// The row's own gains at other factors, for the missing tuples with the symbol `own`.
  void add_to_own_gains(std::size_t row, std::uint32_t own, int sign);
  void now_missing(std::uint32_t tuple, Missing missing);
  void no_longer_missing(std::uint32_t tuple);
  template <std::size_t kWays>
  Missing described(const Member<kWays>& member, std::size_t row, std::size_t factor) const;

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

  std::size_t factors_ = 0;
  std::size_t symbols_ = 0;
  std::size_t rows_ = 0;
  std::size_t words_ = 0;  ///< of a bit for each row
  std::vector<std::size_t> levels_;
  std::vector<std::size_t> first_symbol_;
  std::tuple<Members<1>, Members<2>, Members<3>, Members<4>, Members<5>, Members<6>> members_;

  std::vector<LevelIndex> cells_;  ///< by row and factor
  std::vector<Cover> covers_;      ///< by tuple
  std::vector<Missing> slots_;     ///< of missing tuples
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> missing_;                    ///< the slots in use, in no order
  std::vector<std::vector<std::uint32_t>> missing_with_;  ///< by symbol, likewise
  std::vector<std::uint64_t> rows_with_;                  ///< by symbol, a bit for each row
  std::vector<std::int32_t> breaks_;                      ///< by row and factor: tuples that need this very cell
  std::vector<std::int32_t> gains_;      ///< by row and symbol: missing tuples that this level would complete
  std::vector<std::uint64_t> matching_;  ///< only to save making it anew: a bit for each row
};

}  // namespace fairground::covering
