// What the tests of devices ask of a signal: gains at single frequencies.
#pragma once

#include <cmath>
#include <complex>
#include <span>
#include <vector>

#include "augmenters/augmenter.h"
#include "tests/measure/signals.h"
#include "tests/support/wav.h"

namespace fairground {

/// What full scale stands for where speech of -26 dBov is at 60 dBA.
inline constexpr double kFullScaleDba = 86.0;
/// For an AudioSignal.
inline std::optional<double> full_scale_dba() { return kFullScaleDba; }

/// The Fourier transform at one frequency.
[[nodiscard]] inline std::complex<double> at_hz(std::span<const float> samples, double hz, int rate) {
  std::complex<double> sum;
  const std::complex<double> turn = std::polar(1.0, -kTwoPi * hz / rate);
  std::complex<double> phase(1.0, 0.0);
  for (std::size_t n = 0; n < samples.size(); ++n) {
    if (n % 4096 == 0) {
      phase = std::polar(1.0, -kTwoPi * std::fmod(hz / rate * static_cast<double>(n), 1.0));
    }
    sum += static_cast<double>(samples[n]) * phase;
    phase *= turn;
  }
  return sum;
}

[[nodiscard]] inline double db(std::complex<double> value) { return db_from_amplitude(std::abs(value)); }

/// A tone of an RMS in dBov.
[[nodiscard]] inline Audio tone(int rate, double hz, double rms_dbov, double seconds) {
  Audio audio(rate, 1, static_cast<std::size_t>(seconds * rate));
  const double peak = std::sqrt(2.0) * amplitude_from_db(rms_dbov);
  for (std::size_t i = 0; i < audio.samples.size(); ++i) {
    audio.samples[i] = static_cast<float>(peak * std::sin(kTwoPi * std::fmod(hz * static_cast<double>(i) / rate, 1.0)));
  }
  return audio;
}

/// A sine that passes every octave in the same time, from 20 Hz to half the rate, with quiet before and behind.
[[nodiscard]] inline Audio sweep(int rate, double seconds, double peak) {
  const double low_hz = 20.0;
  const double high_hz = 0.5 * rate;
  const double growth = std::log(high_hz / low_hz) / seconds;
  const auto quiet = static_cast<std::size_t>(rate / 4);
  Audio audio(rate, 1, static_cast<std::size_t>(seconds * rate) + 2 * quiet);
  for (std::size_t i = quiet; i + quiet < audio.samples.size(); ++i) {
    const double t = static_cast<double>(i - quiet) / rate;
    const double turns = low_hz / growth * (std::exp(growth * t) - 1.0);
    audio.samples[i] = static_cast<float>(peak * std::sin(kTwoPi * std::fmod(turns, 1.0)));
  }
  return audio;
}

}  // namespace fairground
