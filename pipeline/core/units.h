// Decibels and their inverses, and how measured numbers are rounded. Full scale is 1.0 = 0 dBov.
#pragma once

#include <cmath>

namespace fairground {

/// The lowest level that is ever reported: what digital silence measures, since JSON has no infinity.
inline constexpr double kSilenceDbov = -100.0;

[[nodiscard]] inline double amplitude_from_db(double db) { return std::pow(10.0, db / 20.0); }
[[nodiscard]] inline double power_from_db(double db) { return std::pow(10.0, db / 10.0); }
[[nodiscard]] inline double db_from_amplitude(double amplitude) { return 20.0 * std::log10(amplitude); }
[[nodiscard]] inline double db_from_power(double power) { return 10.0 * std::log10(power); }

/// `power` in dB, or kSilenceDbov where it is lower than that.
[[nodiscard]] inline double level_dbov(double power) { return power > 1e-10 ? db_from_power(power) : kSilenceDbov; }

/// Measured numbers, so that they read well, and so that the last bits of a machine's mathematics library decide nothing
/// that hangs on them. Adding zero turns -0 into 0.
[[nodiscard]] inline double rounded(double value, double steps_per_unit) {
  return std::round(value * steps_per_unit) / steps_per_unit + 0.0;
}
[[nodiscard]] inline double rounded_db(double value) { return rounded(value, 1e4); }
/// Of everything that is no dB value.
[[nodiscard]] inline double rounded_unit(double value) { return rounded(value, 1e6); }

}  // namespace fairground
