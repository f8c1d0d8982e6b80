#include "pipeline/design/power.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <stdexcept>
#include <utility>

#include "pipeline/core/text.h"

namespace fairground {
namespace {

/// With fewer, no spread over subjects can be estimated.
constexpr int kFewestSubjects = 2;

/// Raw moments 1 to 4.
using RawMoments = std::array<double, 4>;
/// Cumulants 1 to 4.
using Cumulants = std::array<double, 4>;

/// Points and weights for the mean of a function of a standard normal variable.
struct Node {
  double z = 0.0;
  double weight = 0.0;
};

/// Equal steps from -`reach` to `reach`. For smooth functions the trapezoidal rule is then as exact as any: its error
/// falls like exp(-2 pi² / step²) (Trefethen and Weideman, SIAM Review 56 (2014) 385).
std::vector<Node> normal_nodes(double step, double reach) {
  const int half = static_cast<int>(reach / step);
  std::vector<Node> nodes;
  double sum = 0.0;
  for (int i = -half; i <= half; ++i) {
    const double z = i * step;
    nodes.push_back({z, std::exp(-0.5 * z * z)});
    sum += nodes.back().weight;
  }
  for (Node& node : nodes) {
    node.weight /= sum;
  }
  return nodes;
}

/// Values and weights of a lognormal factor with mean 1.
std::vector<Node> factor_nodes(double sd) {
  if (sd == 0.0) {
    return {{1.0, 1.0}};
  }
  // Steps of half a unit of the logarithm follow the bends that the bounds make. More than 31 nodes for each of three
  // factors would take long and change nothing that is printed.
  std::vector<Node> nodes = normal_nodes(/*step=*/std::clamp(0.5 / sd, 0.4, 0.8), /*reach=*/6.0);
  for (Node& node : nodes) {
    node.z = std::exp(sd * node.z - 0.5 * sd * sd);
  }
  return nodes;
}

/// Moments of min(units, Poisson(mean)), 0 < mean <= units.
RawMoments bounded_poisson(double mean, int units) {
  constexpr double kSpreads = 9.0;  // beyond so many standard deviations and a few counts more, nothing is left
  constexpr double kCounts = 20.0;
  const double m = mean;
  if (m + kSpreads * std::sqrt(m) + kCounts < units) {
    return {m, m * (1 + m), m * (1 + m * (3 + m)), m * (1 + m * (7 + m * (6 + m)))};
  }
  RawMoments moments{};
  double total = 0.0;
  const auto add = [&](int count, double weight) {
    total += weight;
    double power = weight;
    for (double& moment : moments) {
      power *= std::min(count, units);
      moment += power;
    }
  };
  // From the likeliest count up and down, so that no probability is lost to underflow.
  constexpr double kNegligible = 1e-17;
  const int mode = static_cast<int>(m);
  int count = mode;
  double weight = 1.0;
  while (weight > kNegligible) {
    add(count, weight);
    weight *= m / ++count;
  }
  count = mode;
  weight = mode / m;
  while (weight > kNegligible) {
    add(--count, weight);
    weight *= count / m;
  }
  for (double& moment : moments) {
    moment /= total;
  }
  return moments;
}

/// Moments of errors per unit.
class ErrorMoments {
 public:
  explicit ErrorMoments(int units) : units_(units), at_bound_(per_unit(units)) {}

  /// For `mean` errors expected of a source before the bound.
  [[nodiscard]] RawMoments of(double mean) const { return mean < units_ ? per_unit(mean) : at_bound_; }

 private:
  [[nodiscard]] RawMoments per_unit(double mean) const {
    if (units_ == 1) {
      return {mean, mean, mean, mean};
    }
    RawMoments moments = bounded_poisson(mean, units_);
    double scale = 1.0;
    for (double& moment : moments) {
      scale /= units_;
      moment *= scale;
    }
    return moments;
  }

  int units_;
  RawMoments at_bound_;  ///< kept, as with many units it is the slowest to compute and asked for most
};

/// Moments of x - y, independent.
RawMoments difference_moments(const RawMoments& x, const RawMoments& y) {
  return {x[0] - y[0], x[1] - 2 * x[0] * y[0] + y[1], x[2] - 3 * x[1] * y[0] + 3 * x[0] * y[1] - y[2],
          x[3] - 4 * x[2] * y[0] + 6 * x[1] * y[1] - 4 * x[0] * y[2] + y[3]};
}

Cumulants cumulants(const RawMoments& raw) {
  const double m = raw[0];
  const double second = raw[1] - m * m;
  const double third = raw[2] - m * (3 * raw[1] - 2 * m * m);
  const double fourth_central = raw[3] - m * (4 * raw[2] - m * (6 * raw[1] - 3 * m * m));
  return {m, second, third, fourth_central - 3 * second * second};
}

/// Cumulants of one subject's mean over k sources. Each is a polynomial in 1/k, lowest power first.
struct SubjectCumulants {
  double mean = 0.0;
  std::array<double, 2> second{};
  std::array<double, 3> third{};
  std::array<double, 4> fourth{};
};

/// What a subject's mean is taken of.
enum class Measure { difference, condition, clean };

/// The law of total cumulance (Brillinger, Ann. Inst. Statist. Math. 21 (1969) 215): given the subject's factors its
/// sources are independent, so that the j-th cumulant of their mean is that of one source over k^(j-1).
SubjectCumulants subject_cumulants(const PowerSettings& settings, Measure measure, double degradation) {
  const std::vector<Node> subjects = factor_nodes(settings.subject_sd);
  const std::vector<Node> sources = factor_nodes(settings.source_sd);
  const std::vector<Node> interactions =
      measure == Measure::clean ? std::vector<Node>{{1.0, 1.0}} : factor_nodes(settings.interaction_sd);
  const ErrorMoments errors(settings.units);
  struct Given {
    double weight;
    Cumulants of_source;
  };
  std::vector<Given> givens;
  givens.reserve(subjects.size() * interactions.size());
  std::vector<RawMoments> clean(sources.size());
  for (const Node& subject : subjects) {
    const double rate = settings.baseline_error * settings.units * subject.z;
    for (std::size_t u = 0; u < sources.size() && measure != Measure::condition; ++u) {
      clean[u] = errors.of(rate * sources[u].z);
    }
    for (const Node& interaction : interactions) {
      RawMoments mean{};
      for (std::size_t u = 0; u < sources.size(); ++u) {
        const RawMoments of_source =
            measure == Measure::clean
                ? clean[u]
                : difference_moments(errors.of(rate * sources[u].z * degradation * interaction.z), clean[u]);
        for (std::size_t j = 0; j < mean.size(); ++j) {
          mean[j] += sources[u].weight * of_source[j];
        }
      }
      givens.push_back({subject.weight * interaction.weight, cumulants(mean)});
    }
  }
  Cumulants mean{};
  for (const Given& given : givens) {
    for (std::size_t j = 0; j < mean.size(); ++j) {
      mean[j] += given.weight * given.of_source[j];
    }
  }
  double d11 = 0, d12 = 0, d13 = 0, d22 = 0, d111 = 0, d112 = 0, d1111 = 0;
  for (const auto& [weight, of_source] : givens) {
    const double d1 = of_source[0] - mean[0];
    const double d2 = of_source[1] - mean[1];
    const double d3 = of_source[2] - mean[2];
    d11 += weight * d1 * d1;
    d12 += weight * d1 * d2;
    d13 += weight * d1 * d3;
    d22 += weight * d2 * d2;
    d111 += weight * d1 * d1 * d1;
    d112 += weight * d1 * d1 * d2;
    d1111 += weight * d1 * d1 * d1 * d1;
  }
  return {
      mean[0], {d11, mean[1]}, {d111, 3 * d12, mean[2]}, {d1111 - 3 * d11 * d11, 6 * d112, 4 * d13 + 3 * d22, mean[3]}};
}

/// Subjects, and the means over them of 1, 1/k, 1/k² and 1/k³, where k is a subject's number of sources.
struct Shape {
  double subjects = 0.0;
  std::array<double, 4> inverse{};

  bool operator==(const Shape&) const = default;
};

Shape shape_of(const PowerGroup& group) {
  Shape shape;
  shape.subjects = static_cast<double>(group.sources_per_subject.size());
  for (const int sources : group.sources_per_subject) {
    if (sources < 1) {
      throw std::invalid_argument("a subject without sources does not take part");
    }
    double power = 1.0 / shape.subjects;
    for (double& mean : shape.inverse) {
      mean += power;
      power /= sources;
    }
  }
  return shape;
}

template <std::size_t kCount>
double average(const std::array<double, kCount>& polynomial, const Shape& shape) {
  double sum = 0.0;
  for (std::size_t j = 0; j < kCount; ++j) {
    sum += polynomial[j] * shape.inverse[j];
  }
  return sum;
}

/// A group's mean over subjects, and the estimate of its variance that comes with it.
struct Estimate {
  double mean = 0.0;
  double variance = 0.0;
  double variance_of_variance = 0.0;
  double covariance = 0.0;  ///< of the mean with its estimated variance: skewed groups have them together
  double freedom = 0.0;     ///< degrees of freedom that the test reckons with
};

/// From the sampling moments of a mean and a variance: cov(mean, s²) = κ₃/n and var(s²) = κ₄/n + 2σ⁴/(n-1).
Estimate estimate(const SubjectCumulants& of_subject, const Shape& shape) {
  const double n = shape.subjects;
  const double fourth_power =
      average(std::array{of_subject.second[0] * of_subject.second[0], 2 * of_subject.second[0] * of_subject.second[1],
                         of_subject.second[1] * of_subject.second[1]},
              shape);
  return {of_subject.mean, average(of_subject.second, shape) / n,
          (average(of_subject.fourth, shape) / n + 2 * fourth_power / (n - 1)) / (n * n),
          average(of_subject.third, shape) / (n * n), n - 1};
}

/// The degrees of freedom of a sum of two estimated variances (Satterthwaite, Biometrics Bull. 2 (1946) 110).
double joint_freedom(double variance_a, double freedom_a, double variance_b, double freedom_b) {
  const double sum = variance_a + variance_b;
  return sum * sum / (variance_a * variance_a / freedom_a + variance_b * variance_b / freedom_b);
}

/// condition - clean, of different subjects.
Estimate difference(const Estimate& condition, const Estimate& clean) {
  return {condition.mean - clean.mean, condition.variance + clean.variance,
          condition.variance_of_variance + clean.variance_of_variance, condition.covariance - clean.covariance,
          joint_freedom(condition.variance, condition.freedom, clean.variance, clean.freedom)};
}

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

/// Critical values of two-sided tests at one level, for any degrees of freedom from 1.
class Critical {
 public:
  Critical(double alpha, CriticalValue value) : welch_(value == CriticalValue::welch) {
    const int steps = welch_ ? kSteps : 0;
    for (int i = 0; i <= steps; ++i) {
      log_values_.push_back(log_value(alpha, static_cast<double>(i) / kSteps));
    }
  }

  [[nodiscard]] double at(double freedom) const {
    if (!welch_) {
      return std::exp(log_values_[0]);
    }
    const double place = kSteps / std::max(freedom, 1.0);
    const auto below = std::min(static_cast<std::size_t>(place), static_cast<std::size_t>(kSteps - 1));
    const double part = place - static_cast<double>(below);
    return std::exp(log_values_[below] + part * (log_values_[below + 1] - log_values_[below]));
  }

 private:
  /// Of 1 / freedom; the logarithm of the critical value is so smooth in it that lines between them are good to 1e-4.
  static constexpr int kSteps = 256;

  static double log_value(double alpha, double inverse_freedom) {
    double low = -40.0;
    double high = 40.0;
    constexpr int kHalvings = 60;
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = 0.5 * (low + high);
      (two_sided_tail(std::exp(middle), inverse_freedom) > alpha ? low : high) = middle;
    }
    return high;
  }

  bool welch_;
  std::vector<double> log_values_;
};

/// How often the test rejects. An estimated variance is taken as a scaled χ² with its own spread (Wilson and Hilferty's
/// cube of a normal variable, PNAS 17 (1931) 684); given it, the group's mean is taken as normal about its regression
/// on it. For normal data that is exactly the noncentral t-test, and for skewed data it keeps what matters most: a
/// group that by chance has no extreme subject shows both a small mean and a small variance.
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

/// A subject's cumulants in a condition, of all that a comparison needs.
struct Prepared {
  SubjectCumulants condition;  ///< of the difference where it is paired
  SubjectCumulants clean;      ///< where it is unpaired
};

Prepared prepare(const PowerSettings& settings, double degradation, Comparison comparison) {
  if (comparison == Comparison::paired) {
    return {subject_cumulants(settings, Measure::difference, degradation), {}};
  }
  Prepared prepared{subject_cumulants(settings, Measure::condition, degradation), {}};
  if (comparison == Comparison::unpaired) {
    prepared.clean = subject_cumulants(settings, Measure::clean, 1.0);
  }
  return prepared;
}

Estimate group_estimate(const Prepared& prepared, const Shape& shape, Comparison comparison) {
  const Estimate condition = estimate(prepared.condition, shape);
  return comparison == Comparison::unpaired ? difference(condition, estimate(prepared.clean, shape)) : condition;
}

/// What a condition does to a subject, by how many times worse than assumed it is: computed where first asked for, and
/// between such points by lines.
class Curve {
 public:
  Curve(const PowerSettings& settings, Comparison comparison) : settings_(settings), comparison_(comparison) {}

  [[nodiscard]] Prepared at(double ratio) {
    const double place = std::log(ratio) / kStep;
    const auto below = static_cast<int>(place);
    const double low = std::exp(below * kStep);
    const double part = (ratio - low) / (low * std::expm1(kStep));
    return between(point(below), point(below + 1), part);
  }

 private:
  /// Two per cent: all but the mean bends so slowly that lines are good to 1e-4, and the mean is itself nearly a line.
  static constexpr double kStep = 0.02;

  const Prepared& point(int index) {
    const auto found = points_.find(index);
    if (found != points_.end()) {
      return found->second;
    }
    const double degradation = settings_.degradation * std::exp(index * kStep);
    return points_.emplace(index, prepare(settings_, degradation, comparison_)).first->second;
  }

  template <std::size_t kCount>
  static std::array<double, kCount> between(const std::array<double, kCount>& a, const std::array<double, kCount>& b,
                                            double part) {
    std::array<double, kCount> result{};
    for (std::size_t j = 0; j < kCount; ++j) {
      result[j] = std::lerp(a[j], b[j], part);
    }
    return result;
  }
  static Prepared between(const Prepared& a, const Prepared& b, double part) {
    return {
        {std::lerp(a.condition.mean, b.condition.mean, part), between(a.condition.second, b.condition.second, part),
         between(a.condition.third, b.condition.third, part), between(a.condition.fourth, b.condition.fourth, part)},
        a.clean};
  }

  PowerSettings settings_;
  Comparison comparison_;
  std::map<int, Prepared> points_;
};

/// The lower one of the two in the middle where their number is even; 1 where there are no subjects.
int median_sources(const PowerGroup& a, const PowerGroup& b) {
  std::vector<int> all = a.sources_per_subject;
  all.insert(all.end(), b.sources_per_subject.begin(), b.sources_per_subject.end());
  if (all.empty()) {
    return 1;
  }
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>((all.size() - 1) / 2);
  std::ranges::nth_element(all, middle);
  return *middle;
}

std::string why_too_small(const PowerGroup& a, const PowerGroup& b) {
  std::string few;
  for (const PowerGroup* group : {&a, &b}) {
    if (group->sources_per_subject.size() < kFewestSubjects) {
      few += (few.empty() ? "" : " and ") + in_ticks(group->name) + " has " +
             (group->sources_per_subject.empty() ? "no subject" : "1 subject");
    }
  }
  if (!few.empty()) {
    return few + ", and a test needs at least " + std::to_string(kFewestSubjects) + " in each group";
  }
  return "with " + std::to_string(a.sources_per_subject.size()) + " and " +
         counted(b.sources_per_subject.size(), "subject") + " not even a degradation " + shortest(kLargestRatio) +
         " times that of the other group is found";
}

std::string what_to_collect(const std::optional<int>& subjects, int sources) {
  const std::string many = subjects ? std::to_string(*subjects) : "more than " + std::to_string(kMostSubjects);
  return "to find a degradation " + shortest(kModerateRatio) + " times that of the other, each group needs " + many +
         " subjects with " + counted(static_cast<std::size_t>(sources), "source") + " each";
}

/// The smallest differences of pairs, where equal groups are searched for once only.
class Search {
 public:
  Search(const PowerSettings& settings, double alpha, Comparison comparison)
      : settings_(settings),
        alpha_(alpha),
        comparison_(comparison),
        critical_(alpha, CriticalValue::welch),
        better_(prepare(settings, settings.degradation, comparison)),
        curve_(settings, comparison) {}

  [[nodiscard]] PairPower pair(const PowerGroup& a, const PowerGroup& b) {
    const Shape shape_a = shape_of(a);
    const Shape shape_b = shape_of(b);
    PairPower result;
    result.alpha = alpha_;
    if (std::min(shape_a.subjects, shape_b.subjects) >= kFewestSubjects) {
      const std::optional<double> ratio = either_worse(shape_a, shape_b);
      if (ratio) {
        result.smallest_difference = curve_.at(*ratio).condition.mean - better_.condition.mean;
        result.worse_degradation = settings_.degradation * *ratio;
        return result;
      }
    }
    const int sources = median_sources(a, b);
    const auto [needed, is_new] = needed_.try_emplace(sources);
    if (is_new) {
      needed->second = subjects_needed(settings_, sources, kModerateRatio, alpha_, comparison_);
    }
    result.subjects_needed = needed->second;
    result.note = "n too small: " + why_too_small(a, b) + "; " + what_to_collect(needed->second, sources);
    return result;
  }

 private:
  /// Skewed groups of unequal size can show one of them as the worse more easily than the other: the harder case
  /// counts.
  std::optional<double> either_worse(const Shape& a, const Shape& b) {
    const auto [known, is_new] = ratios_.try_emplace({key(a), key(b)});
    if (is_new) {
      known->second = smallest_ratio(a, b, /*least=*/1.0);
      if (known->second && a != b) {
        known->second = smallest_ratio(b, a, *known->second);
      }
    }
    return known->second;
  }

  /// From `least` on.
  std::optional<double> smallest_ratio(const Shape& better, const Shape& worse, double least) {
    const Estimate of_better = group_estimate(better_, better, comparison_);
    const auto found = [&](double ratio) {
      return rejection(of_better, group_estimate(curve_.at(ratio), worse, comparison_), critical_) >= settings_.power;
    };
    if (found(least)) {
      return least;
    }
    if (!found(kLargestRatio)) {
      return std::nullopt;
    }
    constexpr double kEnough = 1e-4;  // less than is ever printed
    double low = least;
    double high = kLargestRatio;
    while (high - low > kEnough * low) {
      const double middle = std::sqrt(low * high);
      (found(middle) ? high : low) = middle;
    }
    return high;
  }

  using Key = std::array<double, 5>;
  static Key key(const Shape& shape) {
    return {shape.subjects, shape.inverse[0], shape.inverse[1], shape.inverse[2], shape.inverse[3]};
  }

  PowerSettings settings_;
  double alpha_;
  Comparison comparison_;
  Critical critical_;
  Prepared better_;
  Curve curve_;
  std::map<std::pair<Key, Key>, std::optional<double>> ratios_;
  std::map<int, std::optional<int>> needed_;  ///< by sources per subject
};

}  // namespace

std::optional<double> detection_power(const PowerSettings& settings, const PowerGroup& a, const PowerGroup& b,
                                      double degradation_a, double degradation_b, double alpha, Comparison comparison,
                                      CriticalValue critical_value) {
  const Shape shape_a = shape_of(a);
  const Shape shape_b = shape_of(b);
  if (std::min(shape_a.subjects, shape_b.subjects) < kFewestSubjects) {
    return std::nullopt;
  }
  return rejection(group_estimate(prepare(settings, degradation_a, comparison), shape_a, comparison),
                   group_estimate(prepare(settings, degradation_b, comparison), shape_b, comparison),
                   Critical(alpha, critical_value));
}

std::optional<int> subjects_needed(const PowerSettings& settings, int sources_per_subject, double ratio, double alpha,
                                   Comparison comparison) {
  const Prepared better = prepare(settings, settings.degradation, comparison);
  const Prepared worse = prepare(settings, settings.degradation * ratio, comparison);
  const Critical critical(alpha, CriticalValue::welch);
  Shape shape = shape_of({{}, {sources_per_subject}});
  const auto suffice = [&](int subjects) {
    shape.subjects = subjects;
    return rejection(group_estimate(better, shape, comparison), group_estimate(worse, shape, comparison), critical) >=
           settings.power;
  };
  if (!suffice(kMostSubjects)) {
    return std::nullopt;
  }
  int too_few = kFewestSubjects - 1;
  int enough = kMostSubjects;
  while (enough - too_few > 1) {
    const int middle = too_few + (enough - too_few) / 2;
    (suffice(middle) ? enough : too_few) = middle;
  }
  return enough;
}

std::vector<PairPower> detectable_differences(const PowerSettings& settings, std::span<const PowerGroup> groups,
                                              std::size_t comparisons, Comparison comparison) {
  std::vector<PairPower> pairs;
  if (groups.size() < 2) {
    return pairs;
  }
  const std::size_t tests = comparisons != 0 ? comparisons : groups.size() * (groups.size() - 1) / 2;
  Search search(settings, settings.alpha / static_cast<double>(tests), comparison);
  for (std::size_t first = 0; first < groups.size(); ++first) {
    for (std::size_t second = first + 1; second < groups.size(); ++second) {
      pairs.push_back(search.pair(groups[first], groups[second]));
      pairs.back().first = first;
      pairs.back().second = second;
    }
  }
  return pairs;
}

}  // namespace fairground
