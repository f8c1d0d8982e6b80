// How often Welch's test finds a difference, given what its estimates are like.
#pragma once

#include <vector>

#include "pipeline/design/power.h"

namespace fairground::power {

/// A group's mean over subjects, and the estimate of its variance that comes with it.
struct Estimate {
  double mean = 0.0;
  double variance = 0.0;
  double variance_of_variance = 0.0;
  double covariance = 0.0;  ///< of the mean with its estimated variance: skewed groups have them together
  double freedom = 0.0;     ///< degrees of freedom that the test reckons with
};

/// The degrees of freedom of a sum of two estimated variances (Satterthwaite, Biometrics Bull. 2 (1946) 110).
[[nodiscard]] double joint_freedom(double variance_a, double freedom_a, double variance_b, double freedom_b);

/// Critical values of two-sided tests at one level, for any degrees of freedom from 1.
class Critical {
 public:
  Critical(double alpha, CriticalValue value);

  [[nodiscard]] double at(double freedom) const;

 private:
  bool welch_;
  std::vector<double> log_values_;  ///< by equal steps of 1 / freedom
};

/// How often the test rejects. An estimated variance is taken as a scaled χ² with its own spread (Wilson and Hilferty's
/// cube of a normal variable, PNAS 17 (1931) 684); given it, the group's mean is taken as normal about its regression
/// on it. For normal data that is exactly the noncentral t-test, and for skewed data it keeps what matters most: a
/// group that by chance has no extreme subject shows both a small mean and a small variance.
[[nodiscard]] double rejection(const Estimate& a, const Estimate& b, const Critical& critical);

}  // namespace fairground::power
