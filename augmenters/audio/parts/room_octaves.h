// The octaves of a room, as filters that share all frequencies among them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "pipeline/core/convolution.h"

namespace fairground {

/// Filters without phase for the octaves of kRoomBandsHz, whose shares add up to 1 at every frequency. They are the
/// same for every room at this rate, and so made once.
[[nodiscard]] std::shared_ptr<const std::vector<BlockSpectra>> octave_filters(int sample_rate);

/// Adds what the filter's octave holds of `in`, to as many samples as `out` has. Nothing is delayed.
void add_octave(std::span<const float> in, const BlockSpectra& filter, std::span<float> out);

}  // namespace fairground
