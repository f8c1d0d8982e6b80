// Voiced sounds and impulse responses, for the tests of the voice's augmenters.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/measure/signals.h"
#include "tests/support/apply.h"
#include "tests/support/wav.h"

namespace fairground {

/// A vowel of steady pitch: harmonics up to 4 kHz that fall by 6 dB per octave over two formants.
inline std::vector<float> vowel(double seconds, int rate, double f0_hz, double rms_dbov) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (int harmonic = 1; harmonic * f0_hz < std::min(4000.0, 0.45 * rate); ++harmonic) {
    const double hz = harmonic * f0_hz;
    const double formants =
        1.0 / (1.0 + std::pow((hz - 600.0) / 150.0, 2)) + 0.5 / (1.0 + std::pow((hz - 1400.0) / 200.0, 2));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      // Phases that add up to no high peak (Schroeder's).
      const double turns = hz * static_cast<double>(i) / rate + 0.005 * harmonic * harmonic;
      samples[i] += static_cast<float>((0.05 + formants) / harmonic * std::sin(kTwoPi * turns));
    }
  }
  set_rms(samples, rms_dbov);
  return samples;
}

/// The clip after one step of the voice, beside noises of these levels.
inline AudioScene voiced(const std::string& name, const Given& given, const Audio& clip,
                         const std::vector<NoiseLevel>& declared = {}) {
  const Augmenter& step = augmenter(name);
  return apply_audio(step, values_of(step.schema, given), clip, {}, nullptr, declared);
}

/// Gain at a frequency of what makes `response` of an impulse of height 1, in dB.
inline double gain_db(std::span<const float> response, int rate, double hz) {
  double re = 0.0;
  double im = 0.0;
  for (std::size_t i = 0; i < response.size(); ++i) {
    re += response[i] * std::cos(kTwoPi * hz * static_cast<double>(i) / rate);
    im += response[i] * std::sin(kTwoPi * hz * static_cast<double>(i) / rate);
  }
  return db_from_power(re * re + im * im);
}

/// A quarter of a second with one sample of 1 in its middle.
inline Audio impulse(int rate) {
  Audio clip(rate, 1, static_cast<std::size_t>(rate) / 4);
  clip.samples[clip.samples.size() / 2] = 1.0F;
  return clip;
}

}  // namespace fairground
