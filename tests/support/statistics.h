// Figures that several rooms' tests take from many draws.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace fairground {

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
  double third = 0.0;   ///< third cumulant
  double fourth = 0.0;  ///< fourth central moment

  [[nodiscard]] double excess_kurtosis() const { return fourth / (variance * variance) - 3.0; }
};

template <class T>
[[nodiscard]] Moments moments(std::span<const T> samples) {
  const auto count = static_cast<double>(samples.size());
  Moments result;
  for (const T sample : samples) {
    result.mean += static_cast<double>(sample) / count;
  }
  for (const T sample : samples) {
    const double d = static_cast<double>(sample) - result.mean;
    result.variance += d * d / count;
    result.third += d * d * d / count;
    result.fourth += d * d * d * d / count;
  }
  return result;
}

/// Pearson's coefficient. For independent samples its standard deviation is 1 / sqrt(count).
[[nodiscard]] inline double correlation(std::span<const float> a, std::span<const float> b) {
  const double mean_a = moments(a).mean;
  const double mean_b = moments(b).mean;
  double both = 0.0;
  double square_a = 0.0;
  double square_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double da = a[i] - mean_a;
    const double db = b[i] - mean_b;
    both += da * db;
    square_a += da * da;
    square_b += db * db;
  }
  return both / std::sqrt(square_a * square_b);
}

}  // namespace fairground
