// The cut between skin and everything else.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/measure/skin_colour.h"

namespace fairground {

/// What is known of a pixel before the cut.
enum class Guess : std::uint8_t { surely_not, hardly, probably, surely };

/// The skin of a field, after Rother, Kolmogorov and Blake, "GrabCut" (SIGGRAPH 2004): laws of all other colours, and
/// the cheapest cut along the picture's edges, in turns. Other than there, the laws of skin are given and stay: fitted
/// again to what was cut, they drift into hair and clothes. Costs are whole numbers, so that the cut is the same on any
/// machine. `trust` is what it costs, in nats, to take a pixel for something else.
[[nodiscard]] Shape cut_skin(const ColourField& field, const std::vector<Guess>& guesses, const ColourMixture& skin,
                             const std::vector<float>& trust);

}  // namespace fairground
