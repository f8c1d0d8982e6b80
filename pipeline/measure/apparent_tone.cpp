// Thong, Joniak and Xiang, "Beyond skin tone: a multidimensional measure of apparent skin color" (ICCV 2023), and the
// code that they published with it, go this way:
//   1. blur the sRGB-encoded picture by a Gaussian of sigma 1 px;
//   2. take L* and the hue angle of the region's pixels;
//   3. find five clusters of these pairs by k-means;
//   4. take the mode of L* and of the hue in each, by a histogram with as many bins as Sturges' rule says;
//   5. keep the three clusters whose L* is highest, and average, weighted by pixels.
// Steps 1 and 2 are those of tone_pixels.h. The others jump, and tone_clusters.cpp has a continuous counterpart of
// each.

#include "pipeline/measure/apparent_tone.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/skin_part.h"
#include "pipeline/measure/cie_lab.h"
#include "pipeline/measure/monk_scale.h"
#include "pipeline/measure/tone_clusters.h"
#include "pipeline/measure/tone_pixels.h"

namespace fairground {
namespace {

// Floats are summed in so many lanes, in the same order on every machine.
constexpr std::size_t kLanes = 8;

/// Sums of the differences from `middle` and of their squares.
FAIRGROUND_HOT std::array<double, 2> moments_of(const float* values, std::size_t count, double middle) {
  std::array<double, kLanes> sum = {};
  std::array<double, kLanes> square = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) {
      const double difference = static_cast<double>(values[i + j]) - middle;
      sum[j] += difference;
      square[j] += difference * difference;
    }
  }
  for (; i < count; ++i) {
    const double difference = static_cast<double>(values[i]) - middle;
    sum[0] += difference;
    square[0] += difference * difference;
  }
  return {std::accumulate(sum.begin(), sum.end(), 0.0), std::accumulate(square.begin(), square.end(), 0.0)};
}

double deviation_of(std::span<const float> values) {
  // Any of them is a middle that takes off enough.
  const auto [sum, square] = moments_of(values.data(), values.size(), static_cast<double>(values[0]));
  const auto count = static_cast<double>(values.size());
  return std::sqrt(std::max(square / count - sum / count * (sum / count), 0.0));
}

constexpr float kHighestCode = 0.99555F;  // from here on, light is rounded to code 255 of 8 bits

FAIRGROUND_HOT std::uint32_t count_bright(const float* samples, std::size_t count) {
  std::uint32_t bright = 0;
  for (std::size_t i = 0; i < count; ++i) {
    bright += samples[i] > kHighestCode ? 1U : 0U;
  }
  return bright;
}

double clipped_fraction(const Image& image, const Mask& parts, const MarkedRegion& region) {
  const auto width = static_cast<std::size_t>(image.width);
  std::uint64_t clipped = 0;
  for (int y = region.top; y < region.bottom; ++y) {
    const std::span<const float> row = image.row(y);
    if (count_bright(row.data(), row.size()) == 0) {
      continue;  // as most
    }
    const std::span<const std::uint8_t> marks = mask_row(parts, y);
    for (std::size_t x = 0; x < width; ++x) {
      const bool is_clipped = std::max({row[x], row[width + x], row[2 * width + x]}) > kHighestCode;
      clipped += is_clipped && is_skin(static_cast<SkinPart>(marks[x])) ? 1U : 0U;
    }
  }
  return static_cast<double>(clipped) / static_cast<double>(region.pixels);
}

/// Of values from 0 to `highest`: the median, and the standard deviation that a normal distribution of the same median
/// distance from it has.
struct RobustSpread {
  double median = 0.0;
  double deviation = 0.0;
};

RobustSpread robust_spread(std::span<const float> values, double highest) {
  constexpr std::size_t kBins = 512;
  constexpr std::size_t kEnough = 16384;  // values; of more, every second, third or so counts
  const auto per_unit = static_cast<float>(kBins / highest);
  std::array<std::uint32_t, kBins> counts = {};
  const std::size_t step = 1 + values.size() / kEnough;
  for (std::size_t i = 0; i < values.size(); i += step) {
    const auto bin = static_cast<std::int32_t>(values[i] * per_unit);
    ++counts[static_cast<std::uint32_t>(std::clamp(bin, 0, static_cast<std::int32_t>(kBins) - 1))];
  }
  const std::uint64_t half = ((values.size() + step - 1) / step + 1) / 2;
  std::uint64_t seen = counts[0];
  std::size_t median = 0;
  while (seen < half) {
    seen += counts[++median];
  }
  std::uint64_t around = counts[median];
  std::size_t distance = 0;
  while (around < half) {
    ++distance;
    around += distance <= median ? counts[median - distance] : 0;
    around += median + distance < kBins ? counts[median + distance] : 0;
  }
  constexpr double kDeviations = 1.4826;  // in the median distance of a normal distribution
  const double bin = highest / static_cast<double>(kBins);
  return {(static_cast<double>(median) + 0.5) * bin, kDeviations * static_cast<double>(distance) * bin};
}

/// Chroma over L* + 16, which shading leaves alone: away from black, a*, b* and L* + 16 grow with the same root of
/// light.
FAIRGROUND_HOT void colour_share(const float* __restrict lightness, const float* __restrict chroma,
                                 float* __restrict out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = chroma[i] / (lightness[i] + 16.0F);
  }
}

FAIRGROUND_HOT std::uint32_t count_pale(const float* lightness, const float* colour, std::size_t count, float light,
                                        float pale) {
  std::uint32_t pixels = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t is_light = lightness[i] > light ? 1U : 0U;
    pixels += colour[i] < pale ? is_light : 0U;
  }
  return pixels;
}

/// What mirrors the light adds the light's own colour to the skin's (Shafer, "Using color to separate reflection
/// components", Color Res. Appl. 10(4), 1985): it is lighter than the rest and has less colour for its lightness. How
/// much lighter and how much less, in robust standard deviations of the region, is empirical; noise alone passes both
/// in 0.1 % of all pixels.
double specular_fraction(const TonePixels& pixels) {
  constexpr double kLighter = 1.0;
  constexpr double kPaler = 2.5;
  constexpr double kLeastLighter = 2.0;  // in L*, so that even skin has no highlights
  constexpr double kLeastPaler = 0.03;
  const std::size_t count = pixels.lightness.size();
  std::vector<float> colour(count);
  colour_share(pixels.lightness.data(), pixels.chroma.data(), colour.data(), count);
  const RobustSpread lightness = robust_spread(pixels.lightness, 100.0);
  const RobustSpread colours = robust_spread(colour, 1.0);
  const auto light = static_cast<float>(lightness.median + std::max(kLighter * lightness.deviation, kLeastLighter));
  const auto pale = static_cast<float>(colours.median - std::max(kPaler * colours.deviation, kLeastPaler));
  const std::uint32_t specular = count_pale(pixels.lightness.data(), colour.data(), count, light, pale);
  return static_cast<double>(specular) / static_cast<double>(count);
}

}  // namespace

ApparentTone measure_apparent_tone(const Image& image, const Mask& parts) {
  const MarkedRegion region = find_marked_region(parts);
  if (image.channels != 3) {
    throw ItemError("a grey picture has no tone of skin to measure; at least red, green and blue are needed");
  }
  if (region.pixels == 0) {
    throw ItemError("the mask of skin is empty, so that there is no tone to measure");
  }
  const TonePixels pixels = smoothed_pixels(image, parts, region);
  const ToneCluster skin = lightest_clusters(pixels);
  const CieLab lab = {skin.lightness, skin.chroma * plain::cosine_of_turns(skin.hue_deg / 360.0),
                      skin.chroma * plain::sine_of_turns(skin.hue_deg / 360.0)};
  const MonkMatch match = nearest_monk(lab);

  ApparentTone tone;
  tone.lightness = skin.lightness;
  tone.hue_deg = skin.hue_deg;
  tone.chroma = skin.chroma;
  tone.ita_deg = lab_ita_deg(lab);
  tone.monk = match.swatch;
  tone.monk_runner_up = match.runner_up;
  tone.monk_difference = match.difference;
  tone.monk_margin = match.margin;
  tone.lightness_spread = deviation_of(pixels.lightness);
  tone.clipped_fraction = clipped_fraction(image, parts, region);
  tone.specular_fraction = specular_fraction(pixels);
  tone.pixels = region.pixels;
  return tone;
}

}  // namespace fairground
