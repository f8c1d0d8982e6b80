// The sound field in a rectangular room: images of the source in its walls, and a diffuse tail after them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "pipeline/core/random.h"

namespace fairground {

inline constexpr double kSpeedOfSound = 343.0;  ///< m/s, at 20 degrees Celsius

/// Centres of the octaves in which walls and air absorb.
inline constexpr std::array kRoomBandsHz{125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0};
/// One value for each octave.
using RoomBands = std::array<double, kRoomBandsHz.size()>;

struct Point {
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;
};

[[nodiscard]] double distance(const Point& a, const Point& b);

/// A room from (0, 0, 0) to `size`, in metres.
struct Shoebox {
  Point size;
  /// -ln(1 - absorption coefficient) of the walls at x = 0 and x = size.x, then of y and z.
  std::array<RoomBands, 6> wall_nepers = {};
  RoomBands air_nepers_per_m = {};  ///< by which energy falls on its way
};

/// Of air at 20 degrees Celsius, 50 % humidity and one atmosphere, by ISO 9613-1, as energy.
[[nodiscard]] RoomBands air_absorption();

/// Energy of the reflections that arrive after `metres` of way, as a share of what it would be without absorption: the
/// mean over all directions (Lehmann and Johansson, J. Acoust. Soc. Am. 124, 2008).
[[nodiscard]] double reflected_energy(const Shoebox& room, std::size_t band, double metres);

/// The reverberation time that T20 finds in that decay: -5 to -25 dB of its backward integral, times three.
[[nodiscard]] double decay_time_s(const Shoebox& room, std::size_t band);

/// Changes the walls, all by the same factor in a band, so that decay_time_s() is `rt60_s` in every band. A band that
/// air alone damps faster keeps walls that reflect everything.
void set_decay_time(Shoebox& room, double rt60_s);

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
