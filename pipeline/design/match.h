// Choosing sources so that groups have recordings of equal quality.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/design/balance.h"

namespace fairground {

struct MatchLimits {
  double largest_difference = kLargestDifference;
  /// Of each group, no fewer are left; a smaller group is left whole. At least 2, as one source has no spread.
  std::size_t smallest_sources = 2;
  std::size_t smallest_subjects = 1;
  std::vector<bool> stays;  ///< [source], of those that are never dropped; empty: none
};

struct MatchResult {
  std::vector<bool> keeps;  ///< [source]
  std::size_t dropped = 0;
  bool is_reached = false;  ///< no difference above the limit is left
  Balance before;
  Balance after;     ///< of the sources that are kept
  std::string note;  ///< one sentence: what was dropped, and how near it came where the limit was not reached
};

/// Drops few sources until no standardised difference between groups is above the limit, in the qualities of `table`
/// (restrict it to those that shall match). A difference counts both with the spread of before and with that of what is
/// kept, so that the limit is reached neither by keeping extremes nor by what only looks alike. Sources are taken from
/// subjects with many where there is a choice. Sources without a value are kept and do not count.
///
/// `rank_of_source` is a number of each source that does not depend on the order of the manifest, such as a hash of its
/// id; equal choices fall to the lowest. `subject_of_source` may be empty, where subjects are unknown.
///
/// Two groups that no choice within the limits could bring together in a quality are left as they are in it, since
/// dropping would only cost sources. Not the optimum: see the figures in match_search.h.
[[nodiscard]] MatchResult match_sources(const QualityTable& table, std::span<const std::uint32_t> group_of_source,
                                        std::size_t groups, std::span<const std::uint32_t> subject_of_source,
                                        std::span<const std::uint64_t> rank_of_source, const MatchLimits& limits);

}  // namespace fairground
