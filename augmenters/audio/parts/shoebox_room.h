// A rectangular room: its walls, its air, and how fast the sound in it dies away.
#pragma once

#include <array>
#include <cstddef>

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

/// The way in metres after which the energy of that decay's backward integral has fallen by so much.
[[nodiscard]] double way_to_fall_m(const Shoebox& room, std::size_t band, double fall_db);

}  // namespace fairground
