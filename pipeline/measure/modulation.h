// How the power of a sound comes and goes: rhythms, which return exactly, and wavering, which does not. In arithmetic
// that gives the same bits on every machine.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace fairground {

inline constexpr double kLowestModulationHz = 0.25;
inline constexpr double kHighestModulationHz = 32.0;

/// The spectrum of an envelope over its mean, by one transform under Hann's window, padded with zeros.
struct ModulationSpectrum {
  double hz_per_bin = 0.0;
  double seconds = 0.0;
  std::vector<double> power;  ///< of each bin: the square of the depth where a sine of that depth is
};

/// `envelope` has at most kFourierSize values, `rate` in a second, and is nowhere below zero. One without power has
/// none.
[[nodiscard]] ModulationSpectrum measure_modulation(std::span<const double> envelope, double rate);

/// Something that comes back: a period, and those of its harmonics that stand out.
struct Rhythm {
  double hz = 0.0;
  std::vector<int> harmonics;
  double peak_hz = 0.0;     ///< of the strongest harmonic
  double peak_depth = 0.0;  ///< of the envelope over its mean: 1 is from nothing to twice the mean
};

/// At most three, the strongest first, and none that does not come six times.
[[nodiscard]] std::vector<Rhythm> find_rhythms(const ModulationSpectrum& spectrum);

inline constexpr std::size_t kWaverBands = 10;
/// Octaves of modulation frequency: band i goes from here to twice that.
[[nodiscard]] double waver_low_hz(std::size_t band);

/// What one part of a sound does to the rhythms of the whole.
struct PartModulation {
  std::vector<std::complex<double>> swings;  ///< of each harmonic of each rhythm; twice the magnitude is the depth
  /// Variance of the natural logarithm of the power that is neither rhythm nor chance.
  std::array<double, kWaverBands> waver{};
  double quiet = 1.0;  ///< the power over its mean that is there in nine tenths of the time

  [[nodiscard]] double waver_variance() const;
};

/// `chance` is the density per Hz of the variance that the power of noise of this bandwidth, over its mean, has by
/// itself.
[[nodiscard]] PartModulation measure_part_modulation(std::span<const double> envelope, double rate,
                                                     std::span<const Rhythm> rhythms, double chance,
                                                     double bandwidth_hz);

/// The power over its mean that the swings make at a moment.
[[nodiscard]] double rhythm_power(std::span<const Rhythm> rhythms, const PartModulation& part, double seconds);

}  // namespace fairground
