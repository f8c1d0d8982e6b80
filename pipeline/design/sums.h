// Sums from which means and variances follow, so that one value can be added or taken away at a time.
#pragma once

#include <algorithm>

namespace fairground {

/// Of values whose mean is small beside their spread; otherwise their squares round away what makes the variance.
struct Sums {
  double count = 0.0;
  double first = 0.0;
  double second = 0.0;

  void add(double value, double sign = 1.0) {
    count += sign;
    first += sign * value;
    second += sign * value * value;
  }
  void add(const Sums& other, double sign) {
    count += sign * other.count;
    first += sign * other.first;
    second += sign * other.second;
  }
  [[nodiscard]] double mean() const { return first / count; }
  /// The sum of squared deviations.
  [[nodiscard]] double spread() const { return std::max(second - first * first / count, 0.0); }
  [[nodiscard]] double variance() const { return spread() / (count - 1.0); }
};

}  // namespace fairground
