// Levels of noises in bands, for the tests.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "tests/augmenters/spectrum.h"

namespace fairground {

/// Level between two frequencies, in dB against anything that is the same for all bands of one density. Bins at the
/// edges count by their share.
[[nodiscard]] inline double level_between(const std::vector<double>& density, double hz_per_bin, double low_hz,
                                          double high_hz) {
  double power = 0.0;
  for (std::size_t k = 0; k < density.size(); ++k) {
    const double from = std::max(low_hz, (static_cast<double>(k) - 0.5) * hz_per_bin);
    const double to = std::min(high_hz, (static_cast<double>(k) + 0.5) * hz_per_bin);
    power += std::max(0.0, to - from) / hz_per_bin * density[k];
  }
  return db_from_power(power);
}

/// 1000 Hz times 10^(n/10), the exact centre that is nearest to a nominal one (IEC 61260-1).
[[nodiscard]] inline double exact_centre_hz(double nominal_hz) {
  return 1000.0 * std::pow(10.0, std::round(10.0 * std::log10(nominal_hz / 1000.0)) / 10.0);
}

/// Of a band 1 / `bands_per_octave` wide.
[[nodiscard]] inline double band_level(const std::vector<double>& density, double hz_per_bin, double nominal_hz,
                                       int bands_per_octave) {
  const double centre = exact_centre_hz(nominal_hz);
  const double half = std::pow(10.0, 0.15 / bands_per_octave);
  return level_between(density, hz_per_bin, centre / half, centre * half);
}

}  // namespace fairground
