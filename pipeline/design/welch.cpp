#include "pipeline/design/welch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pipeline/design/normal_nodes.h"

namespace fairground::power {
namespace {

/// The regularized incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22), evaluated by Lentz's
/// method.
double incomplete_beta(double x, double a, double b) {
  if (x <= 0.0 || x >= 1.0) {
    return x <= 0.0 ? 0.0 : 1.0;
  }
  if (x > (a + 1) / (a + b + 2)) {
    return 1.0 - incomplete_beta(1.0 - x, b, a);
  }
  constexpr int kMostTerms = 1000;
  constexpr double kEnough = 1e-14;
  constexpr double kTiny = 1e-300;
  double d = 1.0 / std::max(1.0 - (a + b) * x / (a + 1), kTiny);
  double c = 1.0;
  double fraction = d;
  for (int i = 1; i < kMostTerms; ++i) {
    double change = 1.0;
    const double even = i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i));
    const double odd = -(a + i) * (a + b + i) * x / ((a + 2 * i) * (a + 2 * i + 1));
    for (const double term : {even, odd}) {
      d = 1.0 + term * d;
      d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
      c = 1.0 + term / c;
      c = std::abs(c) < kTiny ? kTiny : c;
      change = c * d;
      fraction *= change;
    }
    if (std::abs(change - 1.0) < kEnough) {
      break;
    }
  }
  const double log_front = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
  return std::exp(log_front) / a * fraction;
}

double normal_tail(double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); }

/// P(|T| > t); `inverse_freedom` 0 is the normal distribution.
double two_sided_tail(double t, double inverse_freedom) {
  if (inverse_freedom == 0.0) {
    return 2.0 * normal_tail(t);
  }
  const double freedom = 1.0 / inverse_freedom;
  return incomplete_beta(freedom / (freedom + t * t), 0.5 * freedom, 0.5);
}

/// Of 1 / freedom; the logarithm of the critical value is so smooth in it that lines between them are good to 1e-4.
constexpr int kSteps = 256;

double log_value(double alpha, double inverse_freedom) {
  double low = -40.0;
  double high = 40.0;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    (two_sided_tail(std::exp(middle), inverse_freedom) > alpha ? low : high) = middle;
  }
  return high;
}

}  // namespace

double joint_freedom(double variance_a, double freedom_a, double variance_b, double freedom_b) {
  const double sum = variance_a + variance_b;
  return sum * sum / (variance_a * variance_a / freedom_a + variance_b * variance_b / freedom_b);
}

Critical::Critical(double alpha, CriticalValue value) : welch_(value == CriticalValue::welch) {
  const int steps = welch_ ? kSteps : 0;
  for (int i = 0; i <= steps; ++i) {
    log_values_.push_back(log_value(alpha, static_cast<double>(i) / kSteps));
  }
}

double Critical::at(double freedom) const {
  if (!welch_) {
    return std::exp(log_values_[0]);
  }
  const double place = kSteps / std::max(freedom, 1.0);
  const auto below = std::min(static_cast<std::size_t>(place), static_cast<std::size_t>(kSteps - 1));
  const double part = place - static_cast<double>(below);
  return std::exp(log_values_[below] + part * (log_values_[below + 1] - log_values_[below]));
}

double rejection(const Estimate& a, const Estimate& b, const Critical& critical) {
  static const std::vector<Node> nodes = normal_nodes(/*step=*/1.0, /*reach=*/4.0);
  struct Regression {
    double slope = 0.0;
    double residual = 0.0;
    double inverse = 0.0;  ///< 2 / (9 degrees of freedom of the χ²)
  };
  const auto regress = [](const Estimate& e) {
    if (!(e.variance_of_variance > 0.0)) {
      return Regression{0.0, e.variance, 0.0};
    }
    const double slope = e.covariance / e.variance_of_variance;
    return Regression{slope, e.variance - slope * e.covariance, e.variance_of_variance / (9 * e.variance * e.variance)};
  };
  const auto drawn = [](const Estimate& e, const Regression& r, double z) {
    const double root = std::max(1.0 - r.inverse + z * std::sqrt(r.inverse), 0.0);
    return e.variance * root * root * root;
  };
  const Regression of_a = regress(a);
  const Regression of_b = regress(b);
  const double sd = std::sqrt(std::max(of_a.residual + of_b.residual, 0.0));
  if (!(sd > 0.0)) {
    return a.mean == b.mean ? 0.0 : 1.0;
  }
  double power = 0.0;
  for (const Node& node_a : nodes) {
    const double variance_a = drawn(a, of_a, node_a.z);
    for (const Node& node_b : nodes) {
      const double variance_b = drawn(b, of_b, node_b.z);
      const double sum = variance_a + variance_b;
      if (!(sum > 0.0)) {
        continue;  // all subjects alike, as where errors are rare: there is nothing to test
      }
      const double shift =
          b.mean - a.mean + of_b.slope * (variance_b - b.variance) - of_a.slope * (variance_a - a.variance);
      const double bound = critical.at(joint_freedom(variance_a, a.freedom, variance_b, b.freedom)) * std::sqrt(sum);
      power += node_a.weight * node_b.weight * (normal_tail((bound - shift) / sd) + normal_tail((bound + shift) / sd));
    }
  }
  return std::min(power, 1.0);
}

}  // namespace fairground::power
