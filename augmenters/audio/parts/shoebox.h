// The sound field in a rectangular room: images of the source in its walls, and a diffuse tail after them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "augmenters/audio/parts/shoebox_room.h"
#include "pipeline/core/random.h"

namespace fairground {

/// How a response is made.
struct ShoeboxResponse {
  int sample_rate = 0;
  double jitter_m = 0.0;  ///< each image stands at most so far off its place, in every direction of the three
  /// Time since the sound set out after which a diffuse tail goes on for the images. Empty: only images.
  std::optional<double> tail_after_s = {};
};

/// The moment when the tail may begin unheard (Lindau, Kosanke and Weinzierl, J. Audio Eng. Soc. 60, 2012, for 95 % of
/// listeners), and not before the direct sound.
[[nodiscard]] double mixing_time_s(const Shoebox& room, double distance_m);

/// Samples of a response before the direct sound. Delays between samples and filters without phase both begin to rise
/// before their time, some 60 dB down.
inline constexpr std::size_t kResponseLead = 128;

/// The pressure at the microphone of an impulse that would have 1 at 1 m in the open. The direct sound is at sample
/// kResponseLead: the way there is left out. It ends when every band has fallen by 60 dB. `who` names the source, so
/// that each has random numbers of its own.
[[nodiscard]] std::vector<float> shoebox_response(const Shoebox& room, const Point& source, const Point& microphone,
                                                  const ShoeboxResponse& how, std::string_view who,
                                                  const StepRandom& random);

}  // namespace fairground
