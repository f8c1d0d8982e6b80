// The same gain for many samples.
#pragma once

#include <span>

namespace fairground {

/// Multiplies each of them.
void multiply_samples(std::span<float> samples, float gain);

}  // namespace fairground
