// Responses of devices that the user has measured.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/media/assets.h"

namespace fairground {

/// Either a curve or an impulse response.
struct UserResponse {
  std::vector<GainPoint> curve;  ///< empty of an impulse response
  std::vector<float> impulse;    ///< its gain at 1 kHz is 1
  std::size_t delay = 0;         ///< the place of its largest sample, which is taken for the moment of the sound
};

/// The asset's files, in its order. Throws UserError where an impulse response has several channels, is 60 dB down at
/// 1 kHz, or goes on for longer than any device's: more of it than -60 dB lies beyond 0.1 s, or 3072 samples, from its
/// largest sample.
[[nodiscard]] std::vector<UserResponse> user_responses(const Assets& assets, const std::string& asset, int sample_rate);

/// The taps of two filters in a row, cut at ShortFilter::kMostTaps.
[[nodiscard]] std::vector<float> one_after_the_other(const std::vector<float>& first, const std::vector<float>& second);

}  // namespace fairground
