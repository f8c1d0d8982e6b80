#include "augmenters/audio/parts/capsule_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"
#include "pipeline/measure/weighted_level.h"

namespace fairground {
namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::size_t kSlow = 16;  // samples for each draw of flicker noise
constexpr std::size_t kSlowBlock = kBlock / kSlow;

/// `slow` has a value for each sixteenth sample, and one for the end.
FAIRGROUND_HOT void mix(float* samples, const float* white, const float* slow, std::size_t count, float gain,
                        float noise_gain) {
  for (std::size_t k = 0; k * kSlow < count; ++k) {
    const float from = slow[k];
    const float step = (slow[k + 1] - from) / static_cast<float>(kSlow);
    const std::size_t begin = k * kSlow;
    const std::size_t length = std::min(kSlow, count - begin);
    for (std::size_t i = 0; i < length; ++i) {
      const float noise = white[begin + i] + (from + step * static_cast<float>(i));
      samples[begin + i] = gain * samples[begin + i] + noise_gain * noise;
    }
  }
}

}  // namespace

CapsuleNoise::CapsuleNoise(int sample_rate) {
  double sum = 0.0;
  const int half = sample_rate / 2;
  for (int hz = 1; hz < half; ++hz) {
    sum += weighting_gain(Weighting::a_weighted, hz);
  }
  weighted_rms_ = std::sqrt(sum / half);
  constexpr std::array<double, 3> kCornersHz{1.0, 10.0, 100.0};
  const double slow_rate = static_cast<double>(sample_rate) / kSlow;
  for (std::size_t i = 0; i < kCornersHz.size(); ++i) {
    const double keep = plain::exp(-2.0 * plain::kPi * kCornersHz[i] / slow_rate);
    // White noise at the slow rate has sixteen times the density that it has at the full one.
    const double density = kCornersHz.back() / kCornersHz[i] / kSlow;
    poles_[i] = {static_cast<float>(keep), static_cast<float>((1.0 - keep) * std::sqrt(density))};
  }
}

void CapsuleNoise::add(Audio& audio, double gain, double rms, const StepRandom& random) const {
  const auto noise_gain = static_cast<float>(gain * rms / weighted_rms_);
  std::array<float, kBlock> white;
  std::array<float, kSlowBlock> draws;
  std::array<float, kSlowBlock + 1> slow;
  for (int c = 0; c < audio.channels; ++c) {
    const RandomStream fast_stream = random.stream("white " + std::to_string(c));
    const RandomStream slow_stream = random.stream("flicker " + std::to_string(c));
    const std::span<float> samples = audio.channel(c);
    std::array<float, 3> state{};
    slow.back() = 0.0F;
    for (std::size_t begin = 0; begin < samples.size(); begin += kBlock) {
      const std::size_t count = std::min(kBlock, samples.size() - begin);
      fast_stream.normals(begin, std::span(white).first(count));
      slow_stream.normals(begin / kSlow, draws);
      slow.front() = slow.back();
      for (std::size_t k = 0; k < kSlowBlock; ++k) {
        for (std::size_t i = 0; i < state.size(); ++i) {
          state[i] = poles_[i].keep * state[i] + poles_[i].take * draws[k];
        }
        slow[k + 1] = state[0] + state[1] + state[2];
      }
      mix(samples.data() + begin, white.data(), slow.data(), count, static_cast<float>(gain), noise_gain);
    }
  }
}

}  // namespace fairground
