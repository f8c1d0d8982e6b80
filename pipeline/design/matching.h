// The key `match_on`: sources are left out until groups are alike, and the rest is dealt so that realizations are alike
// too.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/design/balance.h"

namespace fairground {

struct MatchedGroups {
  /// Who is left of each group, in the order in which realizations are to be dealt.
  std::vector<std::vector<std::size_t>> members;
  std::vector<std::size_t> left_out;  ///< sources
  std::string note;                   ///< one sentence on how far it came
};

/// `qualities` are those of all sources, by their index; what the design does not match on is not looked at. Sources of
/// which `stays` is true are not left out.
[[nodiscard]] MatchedGroups match_groups(const DesignSettings& design, const MediaCatalog& catalog,
                                         const QualityTable& qualities,
                                         const std::vector<std::vector<std::size_t>>& members,
                                         const std::function<bool(std::size_t)>& stays);

}  // namespace fairground
