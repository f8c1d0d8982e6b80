#include "augmenters/audio/parts/drawn_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "pipeline/core/aligned.h"
#include "pipeline/core/fourier.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

// The constant block keeps a longer signal's start equal to a shorter one's. 16384 samples resolve 1 Hz at
// 16 kHz and 12 Hz at 192 kHz.
constexpr std::size_t kBlock = kFourierSize;
constexpr std::size_t kFade = 2048;
constexpr std::size_t kHop = kBlock - kFade;

struct Fades {
  std::array<float, kFade> in;
  std::array<float, kFade> out;
};

Fades make_fades() {
  Fades fades{};
  for (std::size_t i = 0; i < kFade; ++i) {
    // Square roots add up in power: the neighbours are independent.
    const float t = (static_cast<float>(i) + 0.5F) / static_cast<float>(kFade);
    fades.in[i] = std::sqrt(t);
    fades.out[i] = std::sqrt(1.0F - t);
  }
  return fades;
}

FAIRGROUND_HOT void multiply(float* samples, const float* factors, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= factors[i];
  }
}

FAIRGROUND_HOT void add_product(float* out, const float* samples, const float* factors, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] += samples[i] * factors[i];
  }
}

/// Two independent blocks: with the same weight at both signs of a frequency, the real and the imaginary part of
/// the transform are two independent real noises, so that no half of the work is thrown away.
struct BlockPair {
  AlignedFloats values = AlignedFloats(2 * kBlock);

  void draw(const std::vector<float>& weights, const RandomStream& stream, std::size_t pair) {
    const auto real = std::span(values).first<kBlock>();
    const auto imaginary = std::span(values).last<kBlock>();
    stream.normals(pair * 2 * kBlock, values);
    multiply(real.data(), weights.data(), kBlock);
    multiply(imaginary.data(), weights.data(), kBlock);
    inverse_fourier(real, imaginary);
  }
  [[nodiscard]] float* block(std::size_t index) { return values.data() + index % 2 * kBlock; }
};

}  // namespace

DrawnNoise::DrawnNoise(int sample_rate, const std::function<double(double hz)>& amplitude) : weights_(kBlock) {
  const double hz_per_bin = static_cast<double>(sample_rate) / static_cast<double>(kBlock);
  for (std::size_t k = 1; k < kBlock / 2; ++k) {
    weights_[k] = weights_[kBlock - k] = static_cast<float>(amplitude(static_cast<double>(k) * hz_per_bin));
  }
}

double DrawnNoise::power() const {
  double power = 0.0;
  for (const float weight : weights_) {
    power += static_cast<double>(weight) * weight;
  }
  return power;
}

double DrawnNoise::power_of_density(int sample_rate) {
  // A bin and its mirror each have a draw of variance 1 in either part, of which a real block takes one.
  return 2.0 * static_cast<double>(kBlock) / sample_rate;
}

void DrawnNoise::synthesise(std::span<float> out, const RandomStream& stream) const {
  static const Fades fades = make_fades();
  BlockPair pair;
  for (std::size_t block = 0; block * kHop < out.size(); ++block) {
    if (block % 2 == 0) {
      pair.draw(weights_, stream, block / 2);
    }
    float* const samples = pair.block(block);
    multiply(samples + kHop, fades.out.data(), kFade);
    const std::span<float> rest = out.subspan(block * kHop);
    const std::size_t length = std::min(kBlock, rest.size());
    const std::size_t faded = block == 0 ? 0 : std::min(kFade, length);
    add_product(rest.data(), samples, fades.in.data(), faded);
    std::copy(samples + faded, samples + length, rest.begin() + static_cast<std::ptrdiff_t>(faded));
  }
}

void DrawnNoise::synthesise(Audio& out, const StepRandom& random) const {
  for (int channel = 0; channel < out.channels; ++channel) {
    synthesise(out.channel(channel), random.stream("spectrum " + std::to_string(channel)));
  }
}

}  // namespace fairground
