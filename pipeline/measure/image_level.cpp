#include "pipeline/measure/image_level.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>
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

// How often each code occurs in one colour channel.
using Histogram = std::vector<std::uint64_t>;

// Codes of neighbouring pixels are often equal, and a counter is slow to read while it is being written. So four
// pixels in turn have counters of their own.
using TurnCounts = std::array<std::array<std::array<std::uint32_t, 256>, kMaxColours>, 4>;

template <std::size_t kChannels>
void count_row(const std::uint8_t* row, std::size_t width, TurnCounts& counts) {
  constexpr std::size_t kColours = std::min(kChannels, kMaxColours);
  const std::size_t whole = width - width % counts.size();
  for (std::size_t x = 0; x < whole; x += counts.size()) {
    for (std::size_t turn = 0; turn < counts.size(); ++turn) {
      for (std::size_t c = 0; c < kColours; ++c) {
        ++counts[turn][c][row[(x + turn) * kChannels + c]];
      }
    }
  }
  for (std::size_t x = whole; x < width; ++x) {
    for (std::size_t c = 0; c < kColours; ++c) {
      ++counts[0][c][row[x * kChannels + c]];
    }
  }
}

std::vector<Histogram> histograms_8(const cv::Mat& codes) {
  TurnCounts counts{};
  const auto width = static_cast<std::size_t>(codes.cols);
  for (int y = 0; y < codes.rows; ++y) {
    const auto* row = codes.ptr<std::uint8_t>(y);
    switch (codes.channels()) {
      case 1:
        count_row<1>(row, width, counts);
        break;
      case 3:
        count_row<3>(row, width, counts);
        break;
      default:
        count_row<4>(row, width, counts);
        break;
    }
  }
  std::vector<Histogram> histograms(colours_of(codes), Histogram(256));
  for (std::size_t c = 0; c < histograms.size(); ++c) {
    for (const auto& turn : counts) {
      std::transform(turn[c].begin(), turn[c].end(), histograms[c].begin(), histograms[c].begin(), std::plus<>());
    }
  }
  return histograms;
}

std::vector<Histogram> histograms_16(const cv::Mat& codes) {
  const auto channels = static_cast<std::size_t>(codes.channels());
  std::vector<Histogram> histograms(colours_of(codes), Histogram(65536));
  for (int y = 0; y < codes.rows; ++y) {
    const auto* row = codes.ptr<std::uint16_t>(y);
    for (std::size_t x = 0; x < static_cast<std::size_t>(codes.cols); ++x) {
      for (std::size_t c = 0; c < histograms.size(); ++c) {
        ++histograms[c][row[x * channels + c]];
      }
    }
  }
  return histograms;
}

// The sRGB transfer function (IEC 61966-2-1). The meter has its own, so that it does not share a fault with the
// conversion whose results it measures.
double linear_light(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

std::vector<double> linear_table(std::size_t codes) {
  std::vector<double> table(codes);
  for (std::size_t code = 0; code < codes; ++code) {
    table[code] = linear_light(static_cast<double>(code) / static_cast<double>(codes - 1));
  }
  return table;
}

double mean_luminance(const std::vector<Histogram>& histograms, double pixels) {
  static const std::vector<double> linear_8 = linear_table(256);
  static const std::vector<double> linear_16 = linear_table(65536);
  const std::vector<double>& linear = histograms[0].size() == 256 ? linear_8 : linear_16;
  // Rec. 709, whose primaries sRGB shares; in the order blue, green, red.
  static constexpr std::array<double, 3> kWeights = {0.0722, 0.7152, 0.2126};
  double luminance = 0.0;
  for (std::size_t c = 0; c < histograms.size(); ++c) {
    double light = 0.0;
    for (std::size_t code = 0; code < linear.size(); ++code) {
      light += static_cast<double>(histograms[c][code]) * linear[code];
    }
    luminance += (histograms.size() == 1 ? 1.0 : kWeights[c]) * light;
  }
  return luminance / pixels;
}

double clipped_fraction(const std::vector<Histogram>& histograms, double pixels) {
  std::uint64_t clipped = 0;
  for (const Histogram& histogram : histograms) {
    clipped += histogram.front() + histogram.back();
  }
  return static_cast<double>(clipped) / (pixels * static_cast<double>(histograms.size()));
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
  const std::vector<Histogram> histograms = raster.bits() == 16 ? histograms_16(codes) : histograms_8(codes);
  const double pixels = static_cast<double>(codes.cols) * codes.rows;
  return {mean_luminance(histograms, pixels), clipped_fraction(histograms, pixels), noise_sigma(raster)};
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
