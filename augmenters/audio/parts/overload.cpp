#include "augmenters/audio/parts/overload.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "augmenters/audio/parts/peak.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr int kTimes = 4;
// A tone of this peak, in limits, has 10 % of total harmonic distortion; found by bisection, and tested.
constexpr double kOverloadPeak = 1.28556;
// Below it the curve changes a sample by less than a part in 40,000: nothing is to be heard, even where it folds back.
constexpr float kQuiet = 0.1F;
// Samples around a loud stretch, more than both converters' filters together reach.
constexpr std::size_t kMargin = 1024;
constexpr std::size_t kBlock = std::size_t{1} << 16U;

/// What the curve adds to each sample.
FAIRGROUND_HOT void distortion(float* samples, std::size_t count, float per_limit) {
  for (std::size_t i = 0; i < count; ++i) {
    const float x = samples[i];
    const float square = x * per_limit * (x * per_limit);
    samples[i] = x / std::sqrt(std::sqrt(1.0F + square * square)) - x;
  }
}

}  // namespace

Overload::Overload(int sample_rate)
    : up_(sample_rate, kTimes * sample_rate), down_(kTimes * sample_rate, sample_rate) {}

void Overload::apply(Audio& audio, double overload_rms) const {
  const double limit = overload_rms * std::sqrt(2.0) / kOverloadPeak;
  const auto loud = static_cast<float>(kQuiet * limit);
  for (int c = 0; c < audio.channels; ++c) {
    const std::span<float> samples = audio.channel(c);
    if (peak(samples) <= loud) {
      continue;
    }
    const std::vector<float> clean(samples.begin(), samples.end());
    for (std::size_t begin = 0; begin < clean.size(); begin += kBlock) {
      const std::size_t end = std::min(begin + kBlock, clean.size());
      const std::size_t first = begin - std::min(begin, kMargin);
      const std::size_t last = std::min(end + kMargin, clean.size());
      const std::span<const float> stretch = std::span(clean).subspan(first, last - first);
      if (peak(stretch) <= loud) {
        continue;
      }
      Audio part(audio.sample_rate, 1, stretch.size());
      std::ranges::copy(stretch, part.samples.begin());
      part = up_.apply(part);
      distortion(part.samples.data(), part.samples.size(), static_cast<float>(1.0 / limit));
      part = down_.apply(part, stretch.size());
      for (std::size_t i = begin; i < end; ++i) {
        samples[i] += part.samples[i - first];
      }
    }
  }
}

}  // namespace fairground
