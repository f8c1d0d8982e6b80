// Which columns of a manifest the config wants, and where they are.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"

namespace fairground {

/// Where the config wants what, in one manifest. Empty: there is no such column, or none yet.
struct ColumnMap {
  using Place = std::optional<std::size_t>;
  Place id;
  Place file;
  Place subject;
  std::vector<Place> groups;
  std::vector<Place> carried;
  Place words;
  Place boxes;
  Place keypoints;
  std::array<Place, kPictureMaps.size()> maps;
  std::vector<Place> observed;
};

/// Fills what all entries of a medium agree on: what they have, the columns and `observed_axes`. Returns the columns of
/// these axes.
[[nodiscard]] std::vector<std::string> describe_columns(const SourceSettings& settings, const MediaSettings& media,
                                                        MediaCatalog& catalog);

/// Finds the columns of a described `catalog` among `names`.
[[nodiscard]] ColumnMap map_columns(const SourceSettings& settings, const MediaCatalog& catalog,
                                    const std::vector<std::string>& observed_columns,
                                    const std::vector<std::string>& names);

/// Columns that are not among `names`, or that collide with fields of records or with axes.
[[nodiscard]] std::vector<std::string> column_mistakes(const SourceSettings& settings, const MediaSettings& media,
                                                       const MediaCatalog& catalog,
                                                       const std::vector<std::string>& observed_columns,
                                                       const std::vector<std::string>& names);

}  // namespace fairground
