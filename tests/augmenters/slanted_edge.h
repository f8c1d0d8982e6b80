// The modulation transfer function by a slanted edge, as ISO 12233:2017 (annex D) has it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "pipeline/media/image.h"

namespace fairground {

inline constexpr double kEdgeDark = 0.1;
inline constexpr double kEdgeLight = 0.6;

/// Dark left of an edge through the middle that leans by `slope` columns per row. Each pixel is the mean over its area,
/// by many exact lines.
inline Image slanted_edge(int width, int height, double slope) {
  constexpr int kLines = 64;
  Image image{width, height, 1, 16, {}, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double light = 0.0;
      for (int line = 0; line < kLines; ++line) {
        const double edge = 0.5 * width + slope * (y + (line + 0.5) / kLines - 0.5 * height);
        light += std::clamp(x + 1.0 - edge, 0.0, 1.0) / kLines;
      }
      image.samples.push_back(static_cast<float>(kEdgeDark + (kEdgeLight - kEdgeDark) * light));
    }
  }
  return image;
}

/// Contrast by frequency, from the edge's spread function at a quarter of a pixel, differentiated and transformed. The
/// frequency is in cycles per pixel across the edge.
class EdgeSpread {
 public:
  /// Rows and columns closer to the border than `border` are left out.
  EdgeSpread(const Image& image, double slope, int border) {
    const double shorter = std::sqrt(1.0 + slope * slope);  // distances across a leaning edge are shorter than in rows
    const auto bins =
        static_cast<std::size_t>((image.width - 2 * border - std::fabs(slope) * image.height) * kPerPixel);
    std::vector<double> sums(bins);
    std::vector<double> counts(bins);
    for (int y = border; y < image.height - border; ++y) {
      for (int x = border; x < image.width - border; ++x) {
        const double edge = 0.5 * image.width + slope * (y + 0.5 - 0.5 * image.height);
        const double bin = (x + 0.5 - edge) / shorter * kPerPixel + 0.5 * static_cast<double>(bins);
        if (bin >= 0.0 && bin < static_cast<double>(bins)) {
          sums[static_cast<std::size_t>(bin)] += static_cast<double>(image.row(y)[static_cast<std::size_t>(x)]);
          counts[static_cast<std::size_t>(bin)] += 1.0;
        }
      }
    }
    for (std::size_t i = 1; i < bins; ++i) {
      line_.push_back(sums[i] / counts[i] - sums[i - 1] / counts[i - 1]);
    }
  }

  [[nodiscard]] double contrast(double frequency) const {
    const double difference = std::numbers::pi * frequency / kPerPixel;
    // The bins are as wide as they are apart, and so is the difference of two.
    const double bins = frequency > 0.0 ? std::sin(difference) / difference : 1.0;
    return at(frequency) / at(0.0) / (bins * bins);
  }

 private:
  static constexpr double kPerPixel = 4.0;

  [[nodiscard]] double at(double frequency) const {
    double real = 0.0;
    double imaginary = 0.0;
    for (std::size_t i = 0; i < line_.size(); ++i) {
      const double angle = 2.0 * std::numbers::pi * frequency * static_cast<double>(i) / kPerPixel;
      real += line_[i] * std::cos(angle);
      imaginary += line_[i] * std::sin(angle);
    }
    return std::hypot(real, imaginary);
  }

  std::vector<double> line_;
};

/// The frequency at which the blur alone takes half of the contrast: that of the blurred edge over that of the sharp
/// one.
inline double half_contrast(const EdgeSpread& sharp, const EdgeSpread& blurred) {
  double low = 0.0;
  double high = 0.0;
  while (blurred.contrast(high) > 0.5 * sharp.contrast(high) && high < 1.0) {
    low = high;
    high += 0.01;
  }
  for (int i = 0; i < 30; ++i) {
    const double middle = 0.5 * (low + high);
    (blurred.contrast(middle) > 0.5 * sharp.contrast(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace fairground
