#include "pipeline/measure/image_level.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr std::size_t kMaxColours = 3;
std::size_t colours_of(const cv::Mat& codes) {
  return std::min(static_cast<std::size_t>(codes.channels()), kMaxColours);
}

// The sRGB transfer function (IEC 61966-2-1). The meter has its own, so that it does not share a fault with the
// conversion whose results it measures.
double linear_light(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

// Rec. 709, whose primaries sRGB shares; in the order blue, green, red. A grey code has all of the light.
double weight(std::size_t colours, std::size_t colour) {
  constexpr std::array<double, kMaxColours> kWeights = {0.0722, 0.7152, 0.2126};
  return colours == 1 ? 1.0 : kWeights[colour];
}

struct LightSums {
  double luminance = 0.0;     // of all pixels
  std::uint64_t clipped = 0;  // samples
};

// Codes of 8 bits. One table holds both what a code adds to the luminance, in whole numbers, and in its lowest bits
// whether the code is clipped, so that a sample costs one addition. Counting how often each code occurs takes half as
// long again, as a counter is slow to read while it is being written.
constexpr std::size_t kAddedPixels = 256;  // whose clipped samples the lowest bits hold, before the sum is taken apart
constexpr std::size_t kTogether = 4;  // of them, in one turn of the loop, which would take longer than the look-ups
constexpr unsigned kClippedBits = 10;
constexpr double kUnit = 0x1p-44;  // of luminance
using AddedLight = std::array<std::array<std::uint64_t, 256>, kMaxColours>;

AddedLight added_light(std::size_t colours) {
  AddedLight table{};
  for (std::size_t c = 0; c < colours; ++c) {
    for (std::size_t code = 0; code < 256; ++code) {
      const double light = weight(colours, c) * linear_light(static_cast<double>(code) / 255.0);
      const std::uint64_t is_clipped = code == 0 || code == 255 ? 1 : 0;
      table[c][code] = static_cast<std::uint64_t>(std::llround(light / kUnit)) << kClippedBits | is_clipped;
    }
  }
  return table;
}

template <std::size_t kChannels>
void add_row(const std::uint8_t* row, std::size_t width, const AddedLight& table, LightSums& sums) {
  constexpr std::size_t kColours = std::min(kChannels, kMaxColours);
  for (std::size_t begin = 0; begin < width; begin += kAddedPixels) {
    const std::size_t end = std::min(begin + kAddedPixels, width);
    std::array<std::uint64_t, kColours> added{};
    const auto add = [&](std::size_t x) {
      for (std::size_t c = 0; c < kColours; ++c) {
        added[c] += table[c][row[x * kChannels + c]];
      }
    };
    std::size_t x = begin;
    for (; x + kTogether <= end; x += kTogether) {
      for (std::size_t k = 0; k < kTogether; ++k) {
        add(x + k);
      }
    }
    for (; x < end; ++x) {
      add(x);
    }
    const std::uint64_t sum = std::accumulate(added.begin(), added.end(), std::uint64_t{0});
    sums.luminance += static_cast<double>(sum >> kClippedBits) * kUnit;
    sums.clipped += sum & ((std::uint64_t{1} << kClippedBits) - 1U);
  }
}

LightSums light_of_8(const cv::Mat& codes) {
  static const AddedLight grey = added_light(1);
  static const AddedLight colour = added_light(kMaxColours);
  LightSums sums;
  const auto width = static_cast<std::size_t>(codes.cols);
  for (int y = 0; y < codes.rows; ++y) {
    const auto* row = codes.ptr<std::uint8_t>(y);
    switch (codes.channels()) {
      case 1:
        add_row<1>(row, width, grey, sums);
        break;
      case 3:
        add_row<3>(row, width, colour, sums);
        break;
      default:
        add_row<4>(row, width, colour, sums);
        break;
    }
  }
  return sums;
}

LightSums light_of_16(const cv::Mat& codes) {
  constexpr std::size_t kCodes = 65536;
  static const std::vector<double> linear = [] {
    std::vector<double> table(kCodes);
    for (std::size_t code = 0; code < kCodes; ++code) {
      table[code] = linear_light(static_cast<double>(code) / (kCodes - 1));
    }
    return table;
  }();
  const auto channels = static_cast<std::size_t>(codes.channels());
  const std::size_t colours = colours_of(codes);
  std::vector<std::vector<std::uint64_t>> counts(colours, std::vector<std::uint64_t>(kCodes));
  for (int y = 0; y < codes.rows; ++y) {
    const auto* row = codes.ptr<std::uint16_t>(y);
    for (std::size_t x = 0; x < static_cast<std::size_t>(codes.cols); ++x) {
      for (std::size_t c = 0; c < colours; ++c) {
        ++counts[c][row[x * channels + c]];
      }
    }
  }
  LightSums sums;
  for (std::size_t c = 0; c < colours; ++c) {
    double light = 0.0;
    for (std::size_t code = 0; code < kCodes; ++code) {
      light += static_cast<double>(counts[c][code]) * linear[code];
    }
    sums.luminance += weight(colours, c) * light;
    sums.clipped += counts[c].front() + counts[c].back();
  }
  return sums;
}

// The luma of JPEG (Rec. 601) in 256ths of a code: exact, and eight times 16 bits of it fit into 32.
template <std::size_t kChannels, typename Code>
[[gnu::always_inline]] inline void luma_row(const Code* row, std::size_t width, std::int32_t* luma) {
  for (std::size_t x = 0; x < width; ++x) {
    const Code* p = row + x * kChannels;
    if constexpr (kChannels == 1) {
      luma[x] = 256 * p[0];
    } else {
      luma[x] = 29 * p[0] + 150 * p[1] + 77 * p[2];
    }
  }
}

template <typename Code>
[[gnu::always_inline]] inline void luma_row(const cv::Mat& codes, int y, std::int32_t* luma) {
  const auto* row = codes.ptr<Code>(y);
  const auto width = static_cast<std::size_t>(codes.cols);
  switch (codes.channels()) {
    case 1:
      luma_row<1>(row, width, luma);
      break;
    case 3:
      luma_row<3>(row, width, luma);
      break;
    default:
      luma_row<4>(row, width, luma);
      break;
  }
}

// Loops are built twice only inside plain functions, so there is one for each type of code.
FAIRGROUND_HOT void luma_row_8(const cv::Mat& codes, int y, std::int32_t* luma) {
  luma_row<std::uint8_t>(codes, y, luma);
}
FAIRGROUND_HOT void luma_row_16(const cv::Mat& codes, int y, std::int32_t* luma) {
  luma_row<std::uint16_t>(codes, y, luma);
}

// The magnitudes of Immerkaer's mask, [1 -2 1] down times [1 -2 1] across, summed over the middle row.
FAIRGROUND_HOT std::uint64_t mask_row(const std::int32_t* above, const std::int32_t* middle, const std::int32_t* below,
                                      std::size_t width, std::int32_t* down) {
  for (std::size_t x = 0; x < width; ++x) {
    down[x] = above[x] - 2 * middle[x] + below[x];
  }
  std::uint64_t sum = 0;
  for (std::size_t x = 1; x + 1 < width; ++x) {
    sum += static_cast<std::uint32_t>(std::abs(down[x - 1] - 2 * down[x] + down[x + 1]));
  }
  return sum;
}

double noise_sigma(const Raster& raster) {
  const auto width = static_cast<std::size_t>(raster.codes.cols);
  const bool is_wide = raster.bits() == 16;
  std::array<std::vector<std::int32_t>, 3> rows;
  rows.fill(std::vector<std::int32_t>(width));
  std::vector<std::int32_t> down(width);
  std::uint64_t sum = 0;
  for (int y = 0; y < raster.codes.rows; ++y) {
    const auto row = [&rows](int index) { return rows[static_cast<std::size_t>(index % 3)].data(); };
    (is_wide ? luma_row_16 : luma_row_8)(raster.codes, y, row(y));
    if (y >= 2) {
      sum += mask_row(row(y - 2), row(y - 1), row(y), width, down.data());
    }
  }
  // The mask's weights have a square sum of 36, and the mean magnitude of a normal variable is
  // sqrt(2 / pi) standard deviations.
  const double places = static_cast<double>(raster.codes.cols - 2) * (raster.codes.rows - 2);
  const double full_scale = 256.0 * (is_wide ? 65535.0 : 255.0);
  return std::sqrt(std::numbers::pi / 2.0) * static_cast<double>(sum) / (6.0 * places * full_scale);
}

}  // namespace

ImageMeasures measure_image(const Raster& raster) {
  const cv::Mat& codes = raster.codes;
  if (codes.cols < 3 || codes.rows < 3) {
    throw ItemError("a picture of " + std::to_string(codes.cols) + " x " + std::to_string(codes.rows) +
                    " pixels cannot be measured; at least 3 x 3 are needed");
  }
  const LightSums sums = raster.bits() == 16 ? light_of_16(codes) : light_of_8(codes);
  const double pixels = static_cast<double>(codes.cols) * codes.rows;
  const double samples = pixels * static_cast<double>(colours_of(codes));
  return {sums.luminance / pixels, static_cast<double>(sums.clipped) / samples, noise_sigma(raster)};
}

double measure_exposure_ev(const Image& image) {
  constexpr double kMiddleGrey = 0.18;
  // The logarithm of a product costs one logarithm. Factors lie between 2^-6 and far less than 2^30.
  constexpr std::size_t kFactors = 32;
  const auto width = static_cast<std::size_t>(image.width);
  const double floor = std::exp2(kDarkestEv);
  double sum = 0.0;
  for (int y = 0; y < image.height; ++y) {
    const std::span<const float> row = image.row(y);
    for (std::size_t first = 0; first < width; first += kFactors) {
      double product = 1.0;
      for (std::size_t x = first; x < std::min(first + kFactors, width); ++x) {
        const double luminance =
            image.channels == 1 ? row[x] : 0.2126 * row[x] + 0.7152 * row[width + x] + 0.0722 * row[2 * width + x];
        product *= std::max(luminance / kMiddleGrey, floor);
      }
      sum += std::log2(product);
    }
  }
  return sum / (static_cast<double>(image.width) * image.height);
}

}  // namespace fairground
