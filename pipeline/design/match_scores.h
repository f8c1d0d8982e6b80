// What matching and dealing compare: qualities on one scale, and sources in an order of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/design/balance.h"

namespace fairground::matching {

/// A smaller part of what is to be lowered is no improvement but rounding.
inline constexpr double kRounding = 1e-9;

/// The values on the compared scale, every quality less its mean and divided by its standard deviation, which `scales`
/// then holds. [source][quality]
[[nodiscard]] std::vector<std::vector<double>> standard_scores(const QualityTable& table, std::vector<double>& scales);

[[nodiscard]] std::vector<std::size_t> order_by_rank(std::span<const std::uint64_t> rank_of_source);

/// Sums are made in the order of ranks, so that not even their rounding depends on the manifest's.
[[nodiscard]] QualityTable ranked_table(const QualityTable& table, const std::vector<std::size_t>& by_rank);

}  // namespace fairground::matching
