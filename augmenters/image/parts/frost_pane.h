// A window pane with frost on it, made and not photographed.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "pipeline/core/random.h"

namespace fairground {

/// How much ice there is at each pixel, from 0 to 1, sized for a picture of 224 pixels and `scale` times as large, but
/// at least a tenth. Feathers of ice grow at random places over a haze; both go on without an end, so that the draw
/// hangs on no size.
[[nodiscard]] std::vector<float> frost_pane(int width, int height, double scale, const StepRandom& random);

/// Thin ice is dark and blue, thick ice white.
inline constexpr std::array kFrostTint{0.62F, 0.80F, 1.0F};
inline constexpr float kFrostGrey = 0.77F;
[[nodiscard]] inline float frost_colour(float ice, float tint) {
  const float white = ice * ice;
  return ice * (tint + white * (1.0F - tint));
}

}  // namespace fairground
