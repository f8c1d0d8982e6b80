// Which rows are allowed, and which partial rows can be completed to one. The answers are exact.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
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

  /// An exclusion that names `factor` and that `row`, without open cells, would break if it had `level` there; nullptr
  /// if there is none.
  [[nodiscard]] const Cells* broken_at(std::span<const LevelIndex> row, std::size_t factor, LevelIndex level) const {
    for (const std::size_t i : of_factor_[factor]) {
      if (std::all_of(exclusions_[i].begin(), exclusions_[i].end(), [&](const Cell& cell) {
            return cell.listed[cell.factor == factor ? level : row[cell.factor]];
          })) {
        return &exclusions_[i];
      }
    }
    return nullptr;
  }
  [[nodiscard]] const Cells* broken_at(std::span<const LevelIndex> row, std::size_t factor) const {
    return broken_at(row, factor, row[factor]);
  }
  [[nodiscard]] bool allows(const Row& row) const;

  /// An allowed row that agrees with `row`, all bound factors filled in; nothing if there is none. `random` only
  /// decides which of several. Throws UserError if the searches take too long. Not for
  /// several threads at once.
  [[nodiscard]] std::optional<Row> completed(const Row& row, SearchRandom& random) const;

 private:
  class Search;

  std::vector<std::size_t> levels_;
  std::vector<Cells> exclusions_;
  std::vector<std::vector<std::size_t>> of_factor_;  ///< indices of the exclusions that name it
  std::vector<std::size_t> component_;
  std::vector<std::size_t> bound_;       ///< the factors that exclusions name
  mutable std::uint64_t dead_ends_ = 0;  ///< met so far; it only limits how long all searches may take
};

}  // namespace fairground::covering
