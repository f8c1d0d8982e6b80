// A plan divided among machines that do not talk to each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/design/plan.h"

namespace fairground {

/// More than any scheduler gives out: arrays of AWS Batch end at 10,000.
inline constexpr std::uint32_t kMostShards = 100'000;

/// One of `count` shares of a plan; `index` runs from 0.
struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;

  friend bool operator==(const Shard&, const Shard&) = default;
};
/// As the command line has it: `3/7`.
[[nodiscard]] std::string to_string(const Shard& shard);

/// About how long each source takes with all its variants, by Plan::source_number(), in microseconds of one core. Costs
/// are empirical: what they are wrong by costs time and nothing else.
[[nodiscard]] std::vector<std::uint64_t> costs_of_sources(const Plan& plan);

/// For each source, by Plan::source_number(), the shard that makes its variants: all of them, so that a source is
/// decoded once. The costliest sources are dealt first, each to the shard with the least to do. Who gets what hangs on
/// the plan and on `shards` alone.
[[nodiscard]] std::vector<std::uint32_t> shard_of_sources(const Plan& plan, std::uint32_t shards);

/// The plan's lines (indices, ascending) that belong to a shard; all of them where there is none.
[[nodiscard]] std::vector<std::size_t> share_of(const Plan& plan, const std::optional<Shard>& shard);

}  // namespace fairground
