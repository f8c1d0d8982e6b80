// How a room's impulse response decays.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace fairground {

/// The reverberation time T20 of ISO 3382-2, in seconds: from the straight line through the backward integral of the
/// squared response (Schroeder, J. Acoust. Soc. Am. 37, 1965) between -5 and -25 dB. Empty where it does not fall so
/// far before the response ends.
[[nodiscard]] std::optional<double> reverberation_time_s(std::span<const float> response, int sample_rate);

/// What the response holds in the octave around `centre_hz` (IEC 61260-1, class of no standard filter: brick walls with
/// rounded edges, without phase), with as much room before the start as behind the end, where it rings.
struct OctaveBand {
  std::vector<float> samples;
  std::size_t start = 0;  ///< where the response's first sample lies
};
[[nodiscard]] OctaveBand octave_band(std::span<const float> response, int sample_rate, double centre_hz);

/// Energy of the first 50 ms over what comes later, in dB (ISO 3382-1). 100 where nothing comes later.
[[nodiscard]] double clarity_50_db(std::span<const float> response, int sample_rate);

/// Energy of the first 2.5 ms over what comes later, in dB. The response begins with the direct sound. 100 where
/// nothing comes later.
[[nodiscard]] double direct_to_reverberant_db(std::span<const float> response, int sample_rate);

}  // namespace fairground
