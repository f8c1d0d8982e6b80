// Whether groups are alike in what was measured of their variants.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "pipeline/publish/report_statistics.h"

namespace fairground {

/// A difference between two groups that is too great: of a quantity, where it is greatest.
struct GroupDifference {
  std::size_t quantity = 0;
  std::size_t condition = 0;   ///< or kNoCondition: over all
  std::size_t first = 0;       ///< groups
  std::size_t second = 0;      ///< or kAllOthers
  double value = 0.0;          ///< standardised
  std::size_t conditions = 0;  ///< in which it is too great
  double chance = 0.0;         ///< two samples of one population differ by less 19 times out of 20
  [[nodiscard]] bool is_beyond_chance() const { return value > chance; }
};

struct ReportBalance {
  /// Those above the limit, each quantity and pair once: beyond chance first, greatest first, the first hundred.
  std::vector<GroupDifference> differences;
  std::size_t pairs = 0;  ///< quantities and pairs with a difference above the limit, listed or not
  std::size_t compared = 0;
  std::size_t untold = 0;  ///< where a group has fewer than two sources
  std::size_t above = 0;
  std::size_t beyond_chance = 0;
};

/// Of the clean references alone: how the sources are, before anything is made of them.
[[nodiscard]] ReportBalance balance_of_clean(const ReportStatistics& statistics, Media media);

/// `balance` of the page's data.
[[nodiscard]] nlohmann::ordered_json balance_json(const ReportStatistics& statistics, const ReportCoverage& coverage,
                                                  const MediaFacts& facts);

}  // namespace fairground
