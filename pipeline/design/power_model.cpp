#include "pipeline/design/power_model.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "pipeline/design/normal_nodes.h"

namespace fairground::power {
namespace {

/// Raw moments 1 to 4.
using RawMoments = std::array<double, 4>;
/// Cumulants 1 to 4.
using Cumulants = std::array<double, 4>;

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

template <std::size_t kCount>
double average(const std::array<double, kCount>& polynomial, const Shape& shape) {
  double sum = 0.0;
  for (std::size_t j = 0; j < kCount; ++j) {
    sum += polynomial[j] * shape.inverse[j];
  }
  return sum;
}

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

/// condition - clean, of different subjects.
Estimate difference(const Estimate& condition, const Estimate& clean) {
  return {condition.mean - clean.mean, condition.variance + clean.variance,
          condition.variance_of_variance + clean.variance_of_variance, condition.covariance - clean.covariance,
          joint_freedom(condition.variance, condition.freedom, clean.variance, clean.freedom)};
}

}  // namespace

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

}  // namespace fairground::power
