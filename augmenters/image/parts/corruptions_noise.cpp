// The three noises. Draws go by row, column and channel, as those of the physical noises do.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "augmenters/image/parts/corruptions.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

/// The number of the first draw of a row of a channel.
std::uint64_t row_draws(int y, std::size_t channel) {
  constexpr std::uint64_t kRowDraws = std::uint64_t{1} << 20U;
  constexpr std::uint64_t kChannels = 3;
  return (static_cast<std::uint64_t>(y) * kChannels + channel) * kRowDraws;
}

FAIRGROUND_HOT void add_clipped(float* __restrict samples, const float* __restrict normals, std::size_t count,
                                float sigma) {
  for (std::size_t i = 0; i < count; ++i) {
    const float sum = samples[i] + sigma * normals[i];
    samples[i] = std::min(std::max(sum, 0.0F), 1.0F);
  }
}

/// Thresholds of a Poisson draw by one 32-bit word: the draw is how many of them the word reaches.
std::vector<std::uint32_t> poisson_thresholds(double mean) {
  constexpr double kWords = 4294967296.0;
  std::vector<std::uint32_t> thresholds;
  double probability = plain::exp(-mean);
  double sum = probability;
  for (int count = 1; sum * kWords < kWords - 1.0 && count < 1000; ++count) {
    thresholds.push_back(static_cast<std::uint32_t>(sum * kWords));
    probability *= mean / count;
    sum += probability;
  }
  return thresholds;
}

}  // namespace

void gaussian_noise(CodePlanes& picture, const CorruptionSetting& setting) {
  constexpr std::array kSigma{0.08F, 0.12F, 0.18F, 0.26F, 0.38F};
  const RandomStream stream = setting.random.stream("noise");
  const auto width = static_cast<std::size_t>(picture.width);
  std::vector<float> normals(width);
  for (int y = 0; y < picture.height; ++y) {
    for (std::size_t c = 0; c < picture.colour.size(); ++c) {
      stream.normals(row_draws(y, c), normals);
      add_clipped(picture.colour[c].data() + static_cast<std::size_t>(y) * width, normals.data(), width,
                  kSigma[setting.severity]);
    }
  }
}

/// Poisson(value * photons) / photons.
void shot_noise(CodePlanes& picture, const CorruptionSetting& setting) {
  constexpr std::array kPhotons{60.0, 25.0, 12.0, 5.0, 3.0};
  constexpr std::size_t kCodes = 256;
  const double photons = kPhotons[setting.severity];
  std::array<std::vector<std::uint32_t>, kCodes> thresholds;
  for (std::size_t code = 0; code < kCodes; ++code) {
    thresholds[code] = poisson_thresholds(photons * static_cast<double>(code) / 255.0);
  }
  const RandomStream stream = setting.random.stream("photons");
  const auto width = static_cast<std::size_t>(picture.width);
  for (int y = 0; y < picture.height; ++y) {
    for (std::size_t c = 0; c < picture.colour.size(); ++c) {
      float* samples = picture.colour[c].data() + static_cast<std::size_t>(y) * width;
      for (std::size_t x = 0; x < width; ++x) {
        const auto& steps = thresholds[static_cast<std::size_t>(255.0F * samples[x] + 0.5F)];
        const auto count = std::ranges::upper_bound(steps, stream.word_at(row_draws(y, c) + x)) - steps.begin();
        samples[x] = std::min(static_cast<float>(static_cast<double>(count) / photons), 1.0F);
      }
    }
  }
}

/// Salt and pepper in equal parts, each sample by itself.
void impulse_noise(CodePlanes& picture, const CorruptionSetting& setting) {
  constexpr std::array kAmount{0.03, 0.06, 0.09, 0.17, 0.27};
  const auto hit = static_cast<std::uint32_t>(kAmount[setting.severity] * 4294967296.0);
  const RandomStream stream = setting.random.stream("impulses");
  const auto width = static_cast<std::size_t>(picture.width);
  for (int y = 0; y < picture.height; ++y) {
    for (std::size_t c = 0; c < picture.colour.size(); ++c) {
      float* samples = picture.colour[c].data() + static_cast<std::size_t>(y) * width;
      for (std::size_t x = 0; x < width; ++x) {
        const std::uint32_t word = stream.word_at(row_draws(y, c) + x);
        if (word < hit) {
          // Which of both is told by a bit that says nothing of whether: so a sample keeps its kind as severity grows.
          samples[x] = static_cast<float>(word & 1U);
        }
      }
    }
  }
}

}  // namespace fairground
