// The gaps that a reader should see first, out of very many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/design/population.h"

namespace fairground {

struct UncoveredPattern {
  std::vector<ValueCode> pattern;
  std::size_t level = 0;
  std::uint32_t count = 0;
};

/// Totals of many patterns, and the few that a reader should see first: those that miss most, then the broader ones,
/// then the earlier ones by attribute and value. Keeps at most `most` patterns of each level.
class UncoveredSummary {
 public:
  UncoveredSummary(std::size_t attributes, std::size_t most) : most_(most), levels_(attributes + 1) {}

  void add(std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count);

  [[nodiscard]] std::size_t total() const;
  [[nodiscard]] std::size_t at_level(std::size_t level) const { return levels_[level].total; }
  /// The lowest level that has a pattern; 0 where there is none.
  [[nodiscard]] std::size_t lowest_level() const;
  /// The first `most` patterns of a level.
  [[nodiscard]] std::vector<UncoveredPattern> first_of(std::size_t level) const;
  /// The first `most` patterns of levels up to `deepest`.
  [[nodiscard]] std::vector<UncoveredPattern> first(std::size_t deepest) const;

 private:
  struct Level {
    std::size_t total = 0;
    std::vector<UncoveredPattern> first;  ///< a heap, the last in rank on top
  };

  std::size_t most_;
  std::vector<Level> levels_;
};
}  // namespace fairground
