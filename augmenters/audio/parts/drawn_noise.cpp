#include "augmenters/audio/parts/drawn_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
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

/// Complex numbers, whose parts lie apart, by others.
FAIRGROUND_HOT void multiply(float* real, float* imaginary, const float* by_real, const float* by_imaginary,
                             std::size_t count) {
  FAIRGROUND_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    const float r = real[i];
    const float m = imaginary[i];
    real[i] = r * by_real[i] - m * by_imaginary[i];
    imaginary[i] = r * by_imaginary[i] + m * by_real[i];
  }
}

FAIRGROUND_HOT void add_product(float* out, const float* samples, const float* factors, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] += samples[i] * factors[i];
  }
}

/// Real parts and then imaginary parts, of a block's spectrum.
using Spectrum = AlignedFloats;
FourierPart real_of(Spectrum& spectrum) { return std::span(spectrum).first<kBlock>(); }
FourierPart imaginary_of(Spectrum& spectrum) { return std::span(spectrum).last<kBlock>(); }

/// Fills `out`. `draw` gives two blocks at a time: they are independent, the real and the imaginary part of a transform
/// whose weights are those of a real signal, so that no half of the work is thrown away.
template <class Draw>
void join_blocks(std::span<float> out, const Draw& draw) {
  static const Fades fades = make_fades();
  Spectrum pair(2 * kBlock);
  for (std::size_t block = 0; block * kHop < out.size(); ++block) {
    if (block % 2 == 0) {
      draw(block / 2, pair);
      inverse_fourier(real_of(pair), imaginary_of(pair));
    }
    float* const samples = pair.data() + block % 2 * kBlock;
    multiply(samples + kHop, fades.out.data(), kFade);
    const std::span<float> rest = out.subspan(block * kHop);
    const std::size_t length = std::min(kBlock, rest.size());
    const std::size_t faded = block == 0 ? 0 : std::min(kFade, length);
    add_product(rest.data(), samples, fades.in.data(), faded);
    std::copy(samples + faded, samples + length, rest.begin() + static_cast<std::ptrdiff_t>(faded));
  }
}

std::string stream_of_channel(int channel) { return "spectrum " + std::to_string(channel); }

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
  join_blocks(out, [&](std::size_t pair, Spectrum& spectrum) {
    stream.normals(pair * spectrum.size(), spectrum);
    multiply(real_of(spectrum).data(), weights_.data(), kBlock);
    multiply(imaginary_of(spectrum).data(), weights_.data(), kBlock);
  });
}

void DrawnNoise::synthesise(Audio& out, const StepRandom& random) const {
  for (int channel = 0; channel < out.channels; ++channel) {
    synthesise(out.channel(channel), random.stream(stream_of_channel(channel)));
  }
}

void DrawnNoise::synthesise_through(std::span<const float> taps, Audio& out, const StepRandom& random) const {
  if (taps.size() > kMostTaps) {
    throw std::invalid_argument("a drawn noise goes through " + std::to_string(kMostTaps) + " taps at most, not " +
                                std::to_string(taps.size()));
  }
  Spectrum weights(2 * kBlock);
  std::ranges::fill(std::ranges::copy(taps, weights.begin()).out, weights.end(), 0.0F);
  forward_fourier(real_of(weights), imaginary_of(weights));
  multiply(real_of(weights).data(), weights_.data(), kBlock);
  multiply(imaginary_of(weights).data(), weights_.data(), kBlock);
  for (int channel = 0; channel < out.channels; ++channel) {
    const RandomStream stream = random.stream(stream_of_channel(channel));
    join_blocks(out.channel(channel), [&](std::size_t pair, Spectrum& spectrum) {
      stream.normals(pair * spectrum.size(), spectrum);
      multiply(real_of(spectrum).data(), imaginary_of(spectrum).data(), real_of(weights).data(),
               imaginary_of(weights).data(), kBlock);
    });
  }
}

}  // namespace fairground
