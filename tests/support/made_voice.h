// A made voice, for the tests of what codecs do to speech.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tests/measure/signals.h"

namespace fairground {

/// Four syllables a second with pauses between phrases: three of four are vowels of gliding pitch (100 to 220 Hz) with
/// three formants each, the others are hissed. Waveform coders of speech, which predict from what came before and from
/// a pitch, find in it what they find in a voice, as they do not in noise.
inline std::vector<float> talk(double seconds, int rate, double rms_dbov, std::uint64_t seed) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  RandomStream random(seed, 0, "syllables");
  std::vector<float> hiss(samples.size());
  RandomStream(seed, 0, "hiss").normals(0, hiss);
  double turns = 0.0;
  double smooth = 0.0;
  const std::size_t length = static_cast<std::size_t>(rate) / 4;
  for (std::size_t start = 0; start < samples.size(); start += length) {
    const bool pause = random.uniform(0.0, 1.0) < 0.12;
    const bool voiced = random.uniform(0.0, 1.0) < 0.75;
    const double gain = amplitude_from_db(random.uniform(-9.0, 3.0));
    const double pitch = random.uniform(100.0, 220.0);
    const double glide = random.uniform(-0.25, 0.25);
    const std::array formants{random.uniform(300.0, 800.0), random.uniform(900.0, 2200.0),
                              random.uniform(2400.0, 3000.0)};
    for (std::size_t i = start; i < std::min(start + length, samples.size()); ++i) {
      const double t = static_cast<double>(i - start) / static_cast<double>(length);
      const double swell = gain * std::pow(std::sin(0.5 * kTwoPi * t), 0.7);
      const double f0 = pitch * (1.0 + glide * (t - 0.5));
      turns += f0 / rate;
      smooth += 0.4 * (static_cast<double>(hiss[i]) - smooth);
      const double noise = static_cast<double>(hiss[i]) - smooth;
      if (pause) {
        continue;
      }
      double sum = 0.0;
      for (int h = 1; voiced && h * f0 < std::min(4500.0, 0.45 * rate); ++h) {
        const double hz = h * f0;
        double height = 0.01;
        for (const double formant : formants) {
          height += 0.4 / (1.0 + std::pow((hz - formant) / 90.0, 2)) * 500.0 / formant;
        }
        sum += height / std::sqrt(h) * std::sin(kTwoPi * (h * turns + 0.005 * h * h));
      }
      samples[i] = static_cast<float>(swell * (sum + (voiced ? 0.004 : 0.12) * noise));
    }
  }
  set_rms(samples, rms_dbov);
  return samples;
}

}  // namespace fairground
