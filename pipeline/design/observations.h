// What the manifest says was recorded in a condition already, instead of being made.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/design/chain.h"
#include "pipeline/design/participants.h"

namespace fairground {

/// A source's level on each axis, as the columns of `observed` say. An axis without such a column is at its first level
/// if that is empty, since nothing was done to the source; otherwise, and where the cell is empty, it is unknown: -1.
[[nodiscard]] LevelRow observed_row(const MediaSettings& settings, const MediaCatalog& catalog, std::size_t source);

/// Whether a source can be the start of variants: only one that was recorded at the first level of every axis, as far
/// as the manifest says.
[[nodiscard]] Part part_of(const MediaSettings& settings, const MediaCatalog& catalog, std::size_t source);

/// Counts sources and people in each group by what was observed.
class Observations {
 public:
  Observations(const MediaSettings& settings, const MediaCatalog& catalog);

  struct Counts {
    std::size_t sources = 0;
    std::size_t subjects = 0;  ///< distinct known ones
  };
  /// Sources of `group` that were observed at these levels of these axes. Those with a known problem do not count.
  [[nodiscard]] Counts count(std::size_t group, std::span<const std::size_t> axes, std::span<const int> levels) const;
  /// Whether that is as many as `at_least` asks for, and one source at the least.
  [[nodiscard]] bool enough(std::size_t group, std::span<const std::size_t> axes, std::span<const int> levels) const;
  /// The same of every group.
  [[nodiscard]] bool enough_everywhere(std::span<const std::size_t> axes, std::span<const int> levels) const;

 private:
  struct Cell {
    std::size_t sources = 0;
    std::set<std::uint32_t> subjects;
  };
  AtLeast at_least_;
  std::vector<std::map<LevelRow, Cell>> groups_;
};

}  // namespace fairground
