// After Colom and Buades, "Analysis and extension of the Ponomarenko et al. method, estimating a noise curve from a
// single image" (Image Processing On Line 3, 2013): blocks are transformed, of those of like light the ones with the
// least energy in the low frequencies are taken for smooth, and their high frequencies for noise. As noise is
// independent in both, choosing by one does not bias the other. A straight line is then fitted to the variances (Foi,
// Trimeche, Katkovnik and Egiazarian, "Practical Poissonian-Gaussian noise modeling and fitting for single-image
// raw-data", IEEE TIP 17(10), 2008).

#include "pipeline/measure/noise_level.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kSide = 8;  // of a block
// From here on, across as well as down, a frequency is high. Slopes and most of what curves lies below in one of them.
constexpr std::size_t kFirstHigh = 2;
constexpr std::size_t kHighCount = (kSide - kFirstHigh) * (kSide - kFirstHigh);

constexpr std::size_t kMostBlocks = 16384;  // of each channel; larger pictures are looked at in places
constexpr std::size_t kBins = 16;           // of light, with as many blocks in each
constexpr std::size_t kFewestInBin = 32;
constexpr std::size_t kSmoothPart = 8;  // one in so many blocks is taken for smooth
constexpr std::size_t kFewestSmooth = 4;

// What is clipped has lost its noise. Code 254 of 8 bits is below.
constexpr float kClipped = 0.9955F;

/// The orthonormal cosine transform, type II: at [x][u].
using Basis = std::array<std::array<float, kSide>, kSide>;

Basis cosine_basis() {
  Basis basis = {};
  for (std::size_t x = 0; x < kSide; ++x) {
    for (std::size_t u = 0; u < kSide; ++u) {
      const double turns = static_cast<double>((2 * x + 1) * u) / 32.0;
      basis[x][u] = static_cast<float>(u == 0 ? std::sqrt(0.125) : 0.5 * plain::cosine_of_turns(turns));
    }
  }
  return basis;
}

struct Block {
  float light = 0.0F;     ///< the mean
  float low = 0.0F;       ///< energy of the low frequencies, without the mean
  float variance = 0.0F;  ///< mean energy of the high ones
};

/// Rows of samples, `down` in `kSide` rows of `width`.
FAIRGROUND_HOT void transform_down(const float* samples, std::size_t stride, std::size_t width, const Basis& basis,
                                   float* __restrict down) {
  for (std::size_t v = 0; v < kSide; ++v) {
    float* __restrict out = down + v * width;
    for (std::size_t x = 0; x < width; ++x) {
      float sum = 0.0F;
      for (std::size_t y = 0; y < kSide; ++y) {
        sum += basis[y][v] * samples[y * stride + x];
      }
      out[x] = sum;
    }
  }
}

FAIRGROUND_HOT void extremes_down(const float* samples, std::size_t stride, std::size_t width, float* __restrict low,
                                  float* __restrict high) {
  for (std::size_t x = 0; x < width; ++x) {
    float least = samples[x];
    float most = samples[x];
    for (std::size_t y = 1; y < kSide; ++y) {
      const float value = samples[y * stride + x];
      least = value < least ? value : least;
      most = value > most ? value : most;
    }
    low[x] = least;
    high[x] = most;
  }
}

/// The block whose transformed columns begin at `down`.
FAIRGROUND_HOT Block measure_block(const float* down, std::size_t width, const Basis& basis) {
  std::array<float, kSide> low = {};   // of each horizontal frequency, over the vertical ones below kFirstHigh
  std::array<float, kSide> high = {};  // and over the others
  float mean = 0.0F;
  for (std::size_t v = 0; v < kSide; ++v) {
    std::array<float, kSide> across = {};
    for (std::size_t x = 0; x < kSide; ++x) {
      const float sample = down[v * width + x];
      for (std::size_t u = 0; u < kSide; ++u) {
        across[u] += basis[x][u] * sample;
      }
    }
    if (v == 0) {
      mean = across[0];
      across[0] = 0.0F;
    }
    std::array<float, kSide>& energy = v < kFirstHigh ? low : high;
    for (std::size_t u = 0; u < kSide; ++u) {
      energy[u] += across[u] * across[u];
    }
  }
  Block block{.light = mean / static_cast<float>(kSide)};
  for (std::size_t u = 0; u < kSide; ++u) {
    block.low += u < kFirstHigh ? low[u] + high[u] : low[u];
    block.variance += u < kFirstHigh ? 0.0F : high[u];
  }
  block.variance /= static_cast<float>(kHighCount);
  return block;
}

std::vector<Block> measure_blocks(const Image& image, std::size_t channel) {
  static const Basis basis = cosine_basis();
  const auto width = static_cast<std::size_t>(image.width);
  const std::size_t columns = width / kSide;
  const std::size_t rows = static_cast<std::size_t>(image.height) / kSide;
  std::size_t step = 1;
  while ((columns / step) * (rows / step) > kMostBlocks) {
    ++step;
  }
  std::vector<float> down(kSide * width);
  std::vector<float> low(width);
  std::vector<float> high(width);
  std::vector<Block> blocks;
  std::vector<Block> clipped;
  for (std::size_t row = step / 2; row < rows; row += step) {
    const float* samples = image.row(static_cast<int>(row * kSide)).data() + channel * width;
    transform_down(samples, image.row_size(), width, basis, down.data());
    extremes_down(samples, image.row_size(), width, low.data(), high.data());
    for (std::size_t column = step / 2; column < columns; column += step) {
      const std::size_t x = column * kSide;
      const Block block = measure_block(down.data() + x, width, basis);
      const bool is_dark = *std::min_element(low.data() + x, low.data() + x + kSide) <= 0.0F;
      const bool is_white = *std::max_element(high.data() + x, high.data() + x + kSide) >= kClipped;
      (is_dark || is_white ? clipped : blocks).push_back(block);
    }
  }
  return blocks.empty() ? clipped : blocks;
}

struct Point {
  double light = 0.0;
  double variance = 0.0;
};

/// Of the smoothest of `count` blocks, which it reorders. Equal ones stay in an order of their own, since which of them
/// are chosen must not hang on a library.
Point smooth_point(Block* blocks, std::size_t count) {
  std::stable_sort(blocks, blocks + count, [](const Block& a, const Block& b) { return a.low < b.low; });
  const std::size_t smooth = std::min(std::max(count / kSmoothPart, kFewestSmooth), count);
  Point point;
  std::vector<float> variances(smooth);
  for (std::size_t i = 0; i < smooth; ++i) {
    point.light += static_cast<double>(blocks[i].light) / static_cast<double>(smooth);
    variances[i] = blocks[i].variance;
  }
  std::ranges::sort(variances);
  const double median =
      0.5 * (static_cast<double>(variances[(smooth - 1) / 2]) + static_cast<double>(variances[smooth / 2]));
  // The median of a chi-squared distribution over its mean (Wilson and Hilferty 1931).
  constexpr double kNinths = 1.0 - 2.0 / (9.0 * static_cast<double>(kHighCount));
  point.variance = median / (kNinths * kNinths * kNinths);
  return point;
}

/// Least squares in relative terms, for variances are measured with a relative error. What stands out upwards is
/// texture and counts less.
NoiseLevelFunction::Channel fit(const std::vector<Point>& points) {
  constexpr double kLeast = 1e-12;  // far below the rounding of 16 bits near black
  double darkest = points.front().light;
  double brightest = darkest;
  double sum_light = 0.0;
  double sum_variance = 0.0;
  for (const Point& point : points) {
    darkest = std::min(darkest, point.light);
    brightest = std::max(brightest, point.light);
    sum_light += point.light;
    sum_variance += point.variance;
  }
  if (sum_variance <= 0.0) {
    return {};
  }
  // One light says nothing of how noise goes with it; then it is taken for that of photons.
  constexpr double kRange = 2.0;
  if (brightest < kRange * darkest || sum_light <= 0.0) {
    return sum_light > 0.0 ? NoiseLevelFunction::Channel{0.0, sum_variance / sum_light}
                           : NoiseLevelFunction::Channel{sum_variance / static_cast<double>(points.size()), 0.0};
  }
  constexpr int kRounds = 20;
  constexpr double kTexture = 0.3;  // of the variance; empirical
  NoiseLevelFunction::Channel law = {0.0, sum_variance / sum_light};
  for (int round = 0; round < kRounds; ++round) {
    double w = 0.0, wx = 0.0, wxx = 0.0, wy = 0.0, wxy = 0.0;
    for (const Point& point : points) {
      const double light = std::max(point.light, 0.0);
      const double expected = std::max(law.constant + law.slope * light, kLeast);
      const double excess = point.variance / expected - 1.0;
      double weight = 1.0 / (expected * expected);
      if (excess > kTexture) {
        weight *= kTexture / excess;
      }
      w += weight;
      wx += weight * light;
      wxx += weight * light * light;
      wy += weight * point.variance;
      wxy += weight * light * point.variance;
    }
    const double determinant = w * wxx - wx * wx;
    law.constant = (wxx * wy - wx * wxy) / determinant;
    law.slope = (w * wxy - wx * wy) / determinant;
    if (law.slope < 0.0 || !(determinant > 0.0)) {
      law = {wy / w, 0.0};
    } else if (law.constant < 0.0) {
      law = {0.0, wxy / wxx};
    }
  }
  return law;
}

NoiseLevelFunction::Channel measure_channel(const Image& image, std::size_t channel) {
  std::vector<Block> blocks = measure_blocks(image, channel);
  if (blocks.empty()) {
    return {};
  }
  std::ranges::stable_sort(blocks, [](const Block& a, const Block& b) { return a.light < b.light; });
  const std::size_t bins = std::clamp(blocks.size() / kFewestInBin, std::size_t{1}, kBins);
  std::vector<Point> points;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const std::size_t first = bin * blocks.size() / bins;
    const std::size_t end = (bin + 1) * blocks.size() / bins;
    points.push_back(smooth_point(blocks.data() + first, end - first));
  }
  return fit(points);
}

}  // namespace

NoiseLevelFunction measure_noise_level(const Image& image) {
  NoiseLevelFunction noise;
  noise.channels[0] = measure_channel(image, 0);
  for (std::size_t c = 1; c < noise.channels.size(); ++c) {
    noise.channels[c] = image.channels == 3 ? measure_channel(image, c) : noise.channels[0];
  }
  return noise;
}

}  // namespace fairground
