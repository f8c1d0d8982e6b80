// Which sources take part in a design, and which realization each of them meets.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"

namespace fairground {

/// Whether a source takes part, and why not.
enum class Part : std::uint8_t {
  takes_part,
  beyond_share,   ///< `sources_per_group` has enough without it
  unmatched,      ///< dropped so that groups match (`match_on`)
  holds_a_level,  ///< it was recorded in one of the conditions, so nothing can be laid over it
  level_unknown,  ///< the column of `observed` is empty
};

/// Sources by group, each group in the order of the hashes of their ids: an order that neither the manifest nor a new
/// source changes.
[[nodiscard]] std::vector<std::vector<std::size_t>> groups_in_hash_order(const MediaCatalog& catalog);

/// Takes the first `count` of a group's sources, spread as evenly over subjects as can be: everybody's first source
/// before anybody's second. Who is whose first, and the order of people, are settled by hash. A source without a known
/// subject counts as a person of its own, but after those who are known, since it adds nobody to a count of people; one
/// with a known problem comes last. Sources of which `is_known` is true are taken whatever `count` is, and count as
/// their people's first.
[[nodiscard]] std::vector<std::size_t> spread_over_subjects(const MediaCatalog& catalog,
                                                            const std::vector<std::size_t>& members, std::size_t count,
                                                            const std::function<bool(std::size_t)>& is_known = {});

/// Deals realizations 0 to R - 1 to each group in equal shares: the k-th of `order` gets k mod R. Sources that `before`
/// knows keep what they had, and each other one gets the realization that its group has least of. -1 for all that are
/// in no order.
[[nodiscard]] std::vector<int> deal_realizations(const MediaCatalog& catalog,
                                                 const std::vector<std::vector<std::size_t>>& order, int realizations,
                                                 const std::map<std::string, int>& before);

}  // namespace fairground
