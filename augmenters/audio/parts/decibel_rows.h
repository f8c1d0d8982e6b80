// Magnitudes in dB and back for whole rows of samples, many times faster than one by one in plain arithmetic, and with
// the same bits on every CPU: for gains that are found at every sample.
#pragma once

#include <span>

#include "pipeline/media/audio.h"

namespace fairground {

/// Below this, magnitudes count as this.
inline constexpr float kLowestRowDb = -160.0F;

/// Each magnitude becomes 20 log10 of itself, within 3e-5 dB.
void magnitudes_to_db(std::span<float> row);

/// Each level from -700 to 700 dB becomes the amplitude of it, within 3e-6 of itself, and exactly 1 at 0 dB.
void db_to_amplitudes(std::span<float> row);

/// In each frame from `first` on, the largest magnitude of all channels. What has to be held is a peak, and it may
/// stand in any of them.
void largest_magnitudes(const Audio& audio, std::size_t first, std::span<float> row);

/// Multiplies all channels by the row, from frame `first` on.
void multiply(Audio& audio, std::size_t first, std::span<const float> row);

}  // namespace fairground
