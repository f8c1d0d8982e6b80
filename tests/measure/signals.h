// Sounds that the tests of the meters make for themselves.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/core/units.h"

namespace fairground {

inline constexpr double kTwoPi = 2.0 * std::numbers::pi;

inline void set_rms(std::vector<float>& samples, double rms_dbov) {
  double energy = 0.0;
  for (const float sample : samples) {
    energy += static_cast<double>(sample) * sample;
  }
  const double rms = std::sqrt(energy / static_cast<double>(samples.size()));
  for (float& sample : samples) {
    sample = static_cast<float>(sample * amplitude_from_db(rms_dbov) / rms);
  }
}

/// Noise with the rhythm of speech: four syllables a second of changing loudness, in phrases of 1 to 3 s with
/// pauses of 0.2 to 1 s between them.
inline std::vector<float> speech_like(double seconds, int rate, double rms_dbov, std::uint64_t seed) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  RandomStream(seed, 0, "noise").normals(0, samples);
  RandomStream random(seed, 0, "rhythm");
  double phrase_end = random.uniform(1.0, 3.0);
  double next_phrase = phrase_end + random.uniform(0.2, 1.0);
  double syllable_end = 0.25;
  double loudness = 1.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    if (t >= syllable_end) {
      syllable_end += 0.25;
      loudness = amplitude_from_db(random.uniform(-12.0, 6.0));
    }
    if (t >= next_phrase) {
      phrase_end = t + random.uniform(1.0, 3.0);
      next_phrase = phrase_end + random.uniform(0.2, 1.0);
    }
    const double swell = 0.5 - 0.5 * std::cos(kTwoPi * (t - syllable_end) / 0.25);
    samples[i] = t < phrase_end ? static_cast<float>(samples[i] * loudness * swell) : 0.0F;
  }
  set_rms(samples, rms_dbov);
  return samples;
}

inline std::vector<float> sine(double seconds, int rate, double hz, double amplitude) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<float>(amplitude * std::sin(kTwoPi * hz * static_cast<double>(i) / rate));
  }
  return samples;
}

}  // namespace fairground
