#include "augmenters/audio/parts/converter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr std::size_t kBlock = 4096;

/// In double, since the words of 24 bits leave a float no room for the dither.
FAIRGROUND_HOT std::size_t convert_block(float* samples, const float* dither, std::size_t count, double steps) {
  std::array<unsigned char, kBlock> saturated;
  for (std::size_t i = 0; i < count; ++i) {
    const double word = std::floor(static_cast<double>(samples[i]) * steps + static_cast<double>(dither[i]) + 0.5);
    const double kept = std::min(std::max(word, -steps), steps - 1.0);
    saturated[i] = kept == word ? 0 : 1;
    samples[i] = static_cast<float>(kept / steps);
  }
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += saturated[i];
  }
  return sum;
}

}  // namespace

double convert(Audio& audio, int bits, const StepRandom& random) {
  const double steps = std::ldexp(1.0, bits - 1);
  std::array<float, kBlock> dither;
  std::size_t saturated = 0;
  for (int c = 0; c < audio.channels; ++c) {
    const RandomStream stream = random.stream("dither " + std::to_string(c));
    const std::span<float> samples = audio.channel(c);
    for (std::size_t begin = 0; begin < samples.size(); begin += kBlock) {
      const std::size_t count = std::min(kBlock, samples.size() - begin);
      stream.triangular(begin, std::span(dither).first(count));
      saturated += convert_block(samples.data() + begin, dither.data(), count, steps);
    }
  }
  return audio.samples.empty() ? 0.0 : static_cast<double>(saturated) / static_cast<double>(audio.samples.size());
}

}  // namespace fairground
