// Dealing sources out so that realizations meet recordings of equal quality.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/design/balance.h"

namespace fairground {

/// All sources, each group's in an order such that dealing its k-th source realization k mod `realizations` gives every
/// realization the same number of sources, or one more, and nearly the same mean of every quality. Without it the few
/// sources of a group that meet realization 3 may happen to be its noisy ones. Groups come by number.
[[nodiscard]] std::vector<std::size_t> balanced_order(const QualityTable& table,
                                                      std::span<const std::uint32_t> group_of_source,
                                                      std::size_t groups, std::span<const std::uint64_t> rank_of_source,
                                                      std::size_t realizations);

}  // namespace fairground
