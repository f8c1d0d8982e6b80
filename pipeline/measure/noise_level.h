// How noisy a picture is, as a function of light.
#pragma once

#include <algorithm>
#include <array>

#include "pipeline/media/image.h"

namespace fairground {

/// The variance of a picture's noise in linear light, of each channel: constant + slope * light. Both at least 0.
struct NoiseLevelFunction {
  struct Channel {
    double constant = 0.0;
    double slope = 0.0;
  };
  std::array<Channel, 3> channels = {};

  /// `light` 0 to 1 and beyond.
  [[nodiscard]] double variance(int channel, double light) const {
    const Channel& law = channels[static_cast<std::size_t>(channel)];
    return law.constant + law.slope * std::max(light, 0.0);
  }
};

/// Estimated on the picture itself, in plain arithmetic. What rounding to codes adds is part of it, where the picture
/// is not so even that rounding is no noise; noise much below a code's step is not seen. Texture that fills the picture
/// counts as noise. Of a picture in which all is about as light, all noise is taken for that of photons. A grey picture
/// has that of its one channel in all three. One of less than 8 x 8 pixels has none.
[[nodiscard]] NoiseLevelFunction measure_noise_level(const Image& image);

}  // namespace fairground
