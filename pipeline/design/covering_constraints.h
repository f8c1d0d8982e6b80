// Which rows are allowed, and which partial rows can be completed to one. The answers are exact.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/design/covering_random.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground::covering {

class Constraints {
 public:
  /// Throws UserError where no row at all is allowed, and where a level is in no allowed row.
  explicit Constraints(const CoveringModel& model);

  [[nodiscard]] bool any() const { return !exclusions_.empty(); }
  /// Whether an exclusion names `factor`.
  [[nodiscard]] bool binds(std::size_t factor) const { return !of_factor_[factor].empty(); }
  /// Two factors with the same number can influence each other. Only of factors that are bound.
  [[nodiscard]] std::size_t component(std::size_t factor) const { return component_[factor]; }

  /// An exclusion, as factors and whether each of their levels is listed.
  struct Cell {
    std::size_t factor = 0;
    std::vector<bool> listed;
  };
  using Cells = std::vector<Cell>;

  /// An exclusion that `row`, which has no open cell, breaks and that names `factor`; nullptr if there is none.
  [[nodiscard]] const Cells* broken_at(const LevelIndex* row, std::size_t factor) const {
    for (const std::size_t i : of_factor_[factor]) {
      if (holds(exclusions_[i], row)) {
        return &exclusions_[i];
      }
    }
    return nullptr;
  }
  [[nodiscard]] bool allows(const Row& row) const;

  /// An allowed row that agrees with `row`, all bound factors filled in; nothing if there is none. `random` only
  /// decides which of several. Throws UserError if the searches take too long. Not for
  /// several threads at once.
  [[nodiscard]] std::optional<Row> completed(const Row& row, SearchRandom& random) const;

 private:
  class Search;
  static bool holds(const Cells& exclusion, const LevelIndex* row) {
    for (const Cell& cell : exclusion) {
      if (!cell.listed[row[cell.factor]]) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::size_t> levels_;
  std::vector<Cells> exclusions_;
  std::vector<std::vector<std::size_t>> of_factor_;  ///< indices of the exclusions that name it
  std::vector<std::size_t> component_;
  std::vector<std::size_t> bound_;       ///< the factors that exclusions name
  mutable std::uint64_t dead_ends_ = 0;  ///< met so far; it only limits how long all searches may take
};

}  // namespace fairground::covering
