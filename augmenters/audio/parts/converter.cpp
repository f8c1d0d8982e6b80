#include "augmenters/audio/parts/converter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

#include "augmenters/audio/parts/peak.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr std::size_t kBlock = 4096;

/// In double, since the words of 24 bits leave a float no room for the dither.
FAIRGROUND_HOT void round_block(float* samples, const float* dither, std::size_t count, double steps) {
  const double step = 1.0 / steps;  // a power of two, so that multiplying is exact, and much faster than dividing
  for (std::size_t i = 0; i < count; ++i) {
    const double word = std::floor(static_cast<double>(samples[i]) * steps + static_cast<double>(dither[i]) + 0.5);
    samples[i] = static_cast<float>(word * step);
  }
}

/// How many words lay beyond full scale, which are brought back to it.
std::size_t saturate(std::span<float> words, float highest) {
  std::size_t count = 0;
  for (float& word : words) {
    const float kept = std::clamp(word, -1.0F, highest);
    count += kept == word ? 0 : 1;
    word = kept;
  }
  return count;
}

}  // namespace

double convert(Audio& audio, int bits, const StepRandom& random) {
  const double steps = std::ldexp(1.0, bits - 1);
  const auto highest = static_cast<float>((steps - 1.0) / steps);
  std::array<float, kBlock> dither;
  std::size_t saturated = 0;
  for (int c = 0; c < audio.channels; ++c) {
    const RandomStream stream = random.stream("dither " + std::to_string(c));
    const std::span<float> samples = audio.channel(c);
    for (std::size_t begin = 0; begin < samples.size(); begin += kBlock) {
      const std::size_t count = std::min(kBlock, samples.size() - begin);
      stream.triangular(begin, std::span(dither).first(count));
      const std::span<float> block = samples.subspan(begin, count);
      round_block(block.data(), dither.data(), count, steps);
      if (peak(block) >= 1.0F) {
        saturated += saturate(block, highest);
      }
    }
  }
  return audio.samples.empty() ? 0.0 : static_cast<double>(saturated) / static_cast<double>(audio.samples.size());
}

}  // namespace fairground
