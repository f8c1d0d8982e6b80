#include "pipeline/design/share.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <utility>

#include "pipeline/design/cost.h"

namespace fairground {
namespace {

// Microseconds of one core, empirical: a second of 16 kHz speech with noise and a room, a megapixel with six steps, and
// what every variant takes whatever its size.
constexpr double kForSecond = 1000.0;
constexpr double kForMegapixel = 100'000.0;
constexpr double kForVariant = 300.0;

/// In whole microseconds, so that every machine adds up the same. Decoding costs about as much as a variant.
std::uint64_t cost_of_source(const Plan& plan, const MediaPlan& media, std::size_t source) {
  const std::size_t variants = media.starts[source + 1] - media.starts[source];
  if (variants == 0) {
    return 0;
  }
  const VariantSize size = estimate_variant(plan.config(), media.media, *media.catalog, source);
  const double one = kForVariant + size.audio_seconds * kForSecond + size.megapixels * kForMegapixel;
  return static_cast<std::uint64_t>(std::floor(one)) * (variants + 1);
}

}  // namespace

std::string to_string(const Shard& shard) { return std::to_string(shard.index) + "/" + std::to_string(shard.count); }

std::vector<std::uint64_t> costs_of_sources(const Plan& plan) {
  std::vector<std::uint64_t> costs;
  for (const MediaPlan& media : plan.media()) {
    for (std::size_t source = 0; source < media.catalog->sources.size(); ++source) {
      costs.push_back(cost_of_source(plan, media, source));
    }
  }
  return costs;
}

std::vector<std::uint32_t> shard_of_sources(const Plan& plan, std::uint32_t shards) {
  const std::vector<std::uint64_t> costs = costs_of_sources(plan);
  std::vector<std::size_t> costliest_first(costs.size());
  std::iota(costliest_first.begin(), costliest_first.end(), std::size_t{0});
  std::ranges::stable_sort(costliest_first, std::greater<>{}, [&](std::size_t source) { return costs[source]; });
  using Load = std::pair<std::uint64_t, std::uint32_t>;  // and whose it is
  std::priority_queue<Load, std::vector<Load>, std::greater<>> least_loaded;
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    least_loaded.emplace(0, shard);
  }
  std::vector<std::uint32_t> shard_of(costs.size());
  for (const std::size_t source : costliest_first) {
    const auto [load, shard] = least_loaded.top();
    least_loaded.pop();
    shard_of[source] = shard;
    least_loaded.emplace(load + costs[source], shard);
  }
  return shard_of;
}

std::vector<std::size_t> share_of(const Plan& plan, const std::optional<Shard>& shard) {
  std::vector<std::size_t> share;
  if (!shard) {
    share.resize(plan.size());
    std::iota(share.begin(), share.end(), std::size_t{0});
    return share;
  }
  const std::vector<std::uint32_t> shard_of = shard_of_sources(plan, shard->count);
  for (std::size_t index = 0; index < plan.size(); ++index) {
    if (shard_of[plan.source_number(index)] == shard->index) {
      share.push_back(index);
    }
  }
  return share;
}

}  // namespace fairground
