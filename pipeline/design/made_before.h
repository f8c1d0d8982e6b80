// What an earlier run, which is extended, has of the sources at hand.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/design/chain.h"
#include "pipeline/design/planned_set.h"

namespace fairground {

/// Answers by sources' indices in the catalog and by rows of the config's levels. The config, the catalog and the
/// earlier plan must outlive it.
class MadeBefore {
 public:
  /// `base` may be null: nothing was made before.
  MadeBefore(const MediaSettings& settings, const MediaCatalog& catalog, const PlannedMedia* base);

  [[nodiscard]] bool any() const { return base_ != nullptr; }
  /// Whether the source took part.
  [[nodiscard]] bool knows(std::size_t source) const { return any() && of_source_[source] != nullptr; }
  /// By source id.
  [[nodiscard]] std::map<std::string, int> realizations() const;
  /// The conditions of the sources of some groups, as far as the config still has their levels and allows them. Sorted.
  [[nodiscard]] std::vector<LevelRow> rows(const std::function<bool(std::size_t group)>& of_group) const;
  /// How many of these sorted rows the source still lacks.
  [[nodiscard]] std::size_t owed(std::size_t source, const std::vector<LevelRow>& rows) const;
  /// How many identity controls, and clean references outside the rows, the source has.
  [[nodiscard]] std::size_t made_of_all(std::size_t source) const;
  [[nodiscard]] bool has_clean(std::size_t source) const;
  /// How many variants of the source were made a second time.
  [[nodiscard]] std::size_t repeats(std::size_t source) const;
  /// Sorted; what was made once, or a second time (`Control::repeat`).
  [[nodiscard]] std::vector<LevelRow> rows_of(std::size_t source, Control control) const;

 private:
  template <typename Wanted>
  [[nodiscard]] std::size_t count(std::size_t source, const Wanted& wanted) const;

  const MediaSettings& settings_;
  const MediaCatalog& catalog_;
  const PlannedMedia* base_;
  std::vector<const PlannedSource*> of_source_;
  /// Of the earlier plan; all unknown for the reserved `clean`.
  std::vector<std::optional<LevelRow>> row_of_condition_;
};

}  // namespace fairground
