// The combinations that a covering array must hold, numbered without gaps. A "set" is some factors that are demanded
// together; its "tuples" are the combinations of their levels.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "pipeline/design/covering_array.h"

namespace fairground::covering {

using LevelIndex = std::uint16_t;
/// A cell that any level may fill.
constexpr LevelIndex kOpen = std::numeric_limits<LevelIndex>::max();
using Row = std::vector<LevelIndex>;

constexpr int kMostWays = 6;

/// The number of a tuple is `base` plus the sum of level x stride.
struct TupleSet {
  std::uint32_t ways = 0;
  std::array<std::uint16_t, kMostWays> factor{};  ///< ascending
  std::array<std::uint32_t, kMostWays> stride{};  ///< descending; that of the last factor is 1
  std::uint32_t base = 0;
  std::uint32_t size = 0;
};

/// The number of the tuple of `set` that `row` holds; the row must not be open there.
[[nodiscard]] inline std::uint32_t number_in(const TupleSet& set, const Row& row) {
  std::uint32_t tuple = set.base;
  for (std::size_t i = 0; i < set.ways; ++i) {
    tuple += row[set.factor[i]] * set.stride[i];
  }
  return tuple;
}

/// One factor of one set.
struct SetMember {
  std::uint32_t set = 0;
  std::uint32_t position = 0;
};

class TupleSpace {
 public:
  /// Throws UserError where a demand has more ways than factors, and where there are too many combinations.
  explicit TupleSpace(const CoveringModel& model);

  [[nodiscard]] std::size_t factor_count() const { return levels_.size(); }
  [[nodiscard]] std::size_t levels(std::size_t factor) const { return levels_[factor]; }
  [[nodiscard]] const std::vector<TupleSet>& sets() const { return sets_; }
  [[nodiscard]] const std::vector<SetMember>& sets_of(std::size_t factor) const { return sets_of_[factor]; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Calls `visit` with the number of each tuple in `row`, which may have open cells.
  template <typename Visit>
  void for_each_held(const Row& row, Visit visit) const {
    for (const TupleSet& set : sets_) {
      std::uint32_t tuple = set.base;
      bool complete = true;
      for (std::size_t i = 0; i < set.ways; ++i) {
        const LevelIndex level = row[set.factor[i]];
        complete = complete && level != kOpen;
        tuple += level * set.stride[i];
      }
      if (complete) {
        visit(tuple);
      }
    }
  }

  /// The level that `tuple` of `set` has for its factor number `i`.
  [[nodiscard]] LevelIndex level_in(const TupleSet& set, std::uint32_t tuple, std::size_t i) const {
    return static_cast<LevelIndex>((tuple - set.base) / set.stride[i] % levels_[set.factor[i]]);
  }

  /// An open row but for `tuple` of `set`.
  [[nodiscard]] Row row_of(const TupleSet& set, std::uint32_t tuple) const;

 private:
  std::vector<std::size_t> levels_;
  std::vector<TupleSet> sets_;
  std::vector<std::vector<SetMember>> sets_of_;
  std::size_t size_ = 0;
};

/// A row as the search holds it. Throws std::invalid_argument where it does not fit the model.
[[nodiscard]] Row searched_row(const CoveringModel& model, const std::vector<int>& row);

}  // namespace fairground::covering
