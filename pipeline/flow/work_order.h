// In which order the variants of a run are made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/design/plan.h"

namespace fairground {

/// The order in which `jobs` threads should begin with pieces of work that cost so much: as it is, but for the long
/// ones, which come first, the longest of them before the others. What would keep one thread busy while the others have
/// nothing left to do is thus begun while there is enough for all. `longest`: the part of each that only one thread can
/// do.
[[nodiscard]] std::vector<std::size_t> long_ones_first(std::span<const std::uint64_t> costs,
                                                       std::span<const std::uint64_t> longest, int jobs);

/// The same of variants of a plan, ascending, of which those of one source stay together.
[[nodiscard]] std::vector<std::size_t> long_ones_first(const Plan& plan, const std::vector<std::size_t>& variants,
                                                       int jobs);

}  // namespace fairground
