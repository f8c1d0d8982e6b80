// Power density spectra of long noises, for the tests.
#pragma once

#include <cmath>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "pipeline/core/units.h"
#include "tests/measure/signals.h"

namespace fairground {

/// Welch, "The use of fast Fourier transform for the estimation of power spectra" (IEEE Trans. Audio Electroacoust. 15,
/// 1967): the mean of periodograms that overlap by half. Bin k lies at k * rate / size. With K of them the standard
/// deviation of a bin is about sqrt(1 / K) of its value, as the window leaves the halves nearly independent.
[[nodiscard]] inline std::vector<double> welch(std::span<const float> samples, std::size_t size) {
  std::vector<double> density(size / 2);
  cv::Mat_<double> in(1, static_cast<int>(size));
  cv::Mat_<cv::Vec2d> out;
  for (std::size_t start = 0; start + size <= samples.size(); start += size / 2) {
    for (std::size_t i = 0; i < size; ++i) {
      // Blackman and Harris's window of four terms: side lobes of -92 dB, so that brown noise is seen as it is.
      const double t = kTwoPi * static_cast<double>(i) / static_cast<double>(size);
      const double window = 0.35875 - 0.48829 * std::cos(t) + 0.14128 * std::cos(2 * t) - 0.01168 * std::cos(3 * t);
      in(static_cast<int>(i)) = samples[start + i] * window;
    }
    cv::dft(in, out, cv::DFT_COMPLEX_OUTPUT);
    for (std::size_t k = 0; k < density.size(); ++k) {
      const cv::Vec2d bin = out(static_cast<int>(k));
      density[k] += bin.dot(bin);
    }
  }
  return density;
}

/// Slope of the density in dB per octave between two frequencies: a straight line through the means over bands of a
/// third of an octave, so that each octave weighs the same. Bands are means of dB over their bins, which no slope
/// biases.
[[nodiscard]] inline double slope_db_per_octave(const std::vector<double>& density, double hz_per_bin, double low_hz,
                                                double high_hz) {
  double n = 0.0;
  double sum_x = 0.0;
  double sum_y = 0.0;
  double sum_xx = 0.0;
  double sum_xy = 0.0;
  for (double low = low_hz; low * std::cbrt(2.0) <= high_hz; low *= std::cbrt(2.0)) {
    double octaves = 0.0;
    double level = 0.0;
    double bins = 0.0;
    for (auto k = static_cast<std::size_t>(std::ceil(low / hz_per_bin));
         static_cast<double>(k) * hz_per_bin < low * std::cbrt(2.0); ++k) {
      octaves += std::log2(static_cast<double>(k) * hz_per_bin);
      level += db_from_power(density[k]);
      bins += 1.0;
    }
    const double x = octaves / bins;
    const double y = level / bins;
    n += 1.0;
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  return (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
}

}  // namespace fairground
