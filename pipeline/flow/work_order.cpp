#include "pipeline/flow/work_order.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "pipeline/design/share.h"

namespace fairground {

std::vector<std::size_t> long_ones_first(std::span<const std::uint64_t> costs, std::span<const std::uint64_t> longest,
                                         int jobs) {
  // A thread that has nothing left to do for this part of its share, because another is still at its last piece, costs
  // no more than that.
  constexpr std::uint64_t kPartOfShare = 100;
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (jobs < 2) {
    return order;
  }
  const std::uint64_t total = std::accumulate(costs.begin(), costs.end(), std::uint64_t{0});
  const std::uint64_t most = total / (static_cast<std::uint64_t>(jobs) * kPartOfShare);
  const auto others = std::ranges::stable_partition(order, [&](std::size_t piece) { return longest[piece] > most; });
  std::ranges::stable_sort(order.begin(), others.begin(), std::greater<>{},
                           [&](std::size_t piece) { return longest[piece]; });
  return order;
}

std::vector<std::size_t> long_ones_first(const Plan& plan, const std::vector<std::size_t>& variants, int jobs) {
  const std::vector<std::uint64_t> of_sources = costs_of_sources(plan);
  std::vector<std::size_t> begins;  // of each source's variants in `variants`
  std::vector<std::uint64_t> costs;
  std::vector<std::uint64_t> longest;
  std::size_t last_source = of_sources.size();
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const std::size_t source = plan.source_number(variants[i]);
    if (source != std::exchange(last_source, source)) {
      begins.push_back(i);
      costs.push_back(of_sources[source]);
      // Its decoding and one variant, of which a source's cost has as many as it has variants and one more.
      longest.push_back(2 * of_sources[source] / (plan.variants_of_source(variants[i]) + 1));
    }
  }
  begins.push_back(variants.size());
  std::vector<std::size_t> ordered;
  ordered.reserve(variants.size());
  for (const std::size_t piece : long_ones_first(costs, longest, jobs)) {
    ordered.insert(ordered.end(), variants.begin() + static_cast<std::ptrdiff_t>(begins[piece]),
                   variants.begin() + static_cast<std::ptrdiff_t>(begins[piece + 1]));
  }
  return ordered;
}

}  // namespace fairground
