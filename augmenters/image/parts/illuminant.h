// The colour of light, from its correlated colour temperature to what it does to pixels.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/config/schema.h"

namespace fairground {

/// Which colours a colour temperature stands for.
enum class Locus {
  daylight,   ///< phases of daylight, 4000 K and more
  planckian,  ///< glowing bodies
  automatic   ///< glowing bodies up to 4000 K, daylight from 5000 K, and mixed in between
};

inline constexpr double kLowestCct = 1000.0;    ///< in kelvin
inline constexpr double kHighestCct = 25000.0;  ///< likewise
inline constexpr double kLowestDaylight = 4000.0;
inline constexpr double kLargestDuv = 0.05;  ///< beyond it a colour temperature says nothing (CIE 15:2004, 9.5)

/// A colour without its brightness, in the CIE 1931 diagram.
struct Chromaticity {
  double x = 0.0;
  double y = 0.0;
};

/// As it is called in configs, for a table of parameters.
[[nodiscard]] std::vector<std::pair<std::string, Locus>> locus_names();

/// The light of this temperature, in kelvin, moved by `duv` off the locus in the CIE 1960 diagram; greater is greener.
/// It moves at right angles to the Planckian locus, so that the correlated temperature stays.
[[nodiscard]] Chromaticity illuminant(double cct_kelvin, double duv, Locus locus);

/// Red, green and blue.
using Rgb = std::array<double, 3>;

/// Relative luminance of linear sRGB.
[[nodiscard]] constexpr double luminance(const Rgb& rgb) { return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]; }
/// `rgb`, made as bright as white.
[[nodiscard]] Rgb with_luminance_one(const Rgb& rgb);

/// A white surface under this light in linear sRGB, with luminance 1. Channels may be negative.
[[nodiscard]] Rgb linear_srgb(const Chromaticity& light);

/// What light of this colour is in a picture: as linear_srgb(), but no channel is less than a fiftieth of the
/// luminance: below 2000 K the display has too little blue, and cameras, whose primaries are wider, still some.
[[nodiscard]] Rgb picture_white(const Chromaticity& light);

/// `gains` to the power of `share`, with luminance 1: of a cast, the part that a white balance leaves.
[[nodiscard]] Rgb part_of_cast(const Rgb& gains, double share);

/// For a `check`: what is wrong with settings of a temperature on a locus, or nothing.
[[nodiscard]] std::string check_locus(const Setting& cct_kelvin, const Setting& locus);

}  // namespace fairground
