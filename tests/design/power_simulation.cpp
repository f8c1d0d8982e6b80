#include "tests/design/power_simulation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fairground {
namespace {

/// Mean over people and the variance of that mean.
struct Sample {
  double mean = 0.0;
  double variance = 0.0;
  double freedom = 0.0;
};

Sample sample(const std::vector<double>& people) {
  Sample result;
  const auto count = static_cast<double>(people.size());
  for (const double value : people) {
    result.mean += value / count;
  }
  for (const double value : people) {
    result.variance += (value - result.mean) * (value - result.mean) / (count - 1) / count;
  }
  result.freedom = count - 1;
  return result;
}

Sample joined(const Sample& a, const Sample& b) {
  const double variance = a.variance + b.variance;
  const double freedom =
      variance * variance / (a.variance * a.variance / a.freedom + b.variance * b.variance / b.freedom);
  return {a.mean - b.mean, variance, freedom};
}

Sample draw(SimulatedWorld& world, const PowerGroup& group, double degradation, Comparison comparison) {
  std::vector<double> values;
  std::vector<double> clean;
  for (const int sources : group.sources_per_subject) {
    const SimulatedWorld::Rates rates = world.person(sources, degradation);
    values.push_back(comparison == Comparison::paired ? rates.condition - rates.clean : rates.condition);
    if (comparison == Comparison::unpaired) {
      clean.push_back(world.person(sources, degradation).clean);
    }
  }
  return comparison == Comparison::unpaired ? joined(sample(values), sample(clean)) : sample(values);
}

/// P(|T| > t) of Student's distribution: with T = sqrt(freedom) tan(angle), the density is cos(angle)^(freedom-1).
double two_sided_p(double t, double freedom) {
  constexpr int kSteps = 400;
  const double from = std::atan(t / std::sqrt(freedom));
  const double step = (std::numbers::pi / 2 - from) / kSteps;
  double sum = 0.0;
  for (int i = 0; i < kSteps; ++i) {
    sum += std::pow(std::cos(from + (i + 0.5) * step), freedom - 1) * step;
  }
  return 2 * sum * std::exp(std::lgamma((freedom + 1) / 2) - std::lgamma(freedom / 2)) / std::sqrt(std::numbers::pi);
}

}  // namespace

PowerGroup group(int subjects, int sources) {
  return {"group of " + std::to_string(subjects), std::vector<int>(static_cast<std::size_t>(subjects), sources)};
}

double formula(const Audit& audit) {
  return detection_power(audit.settings, audit.a, audit.b, audit.degradation_a, audit.degradation_b, audit.alpha,
                         audit.comparison, audit.critical_value)
      .value();
}

SimulatedWorld::Rates SimulatedWorld::person(int sources, double degradation) {
  const double subject = factor(settings_.subject_sd);
  const double interaction = factor(settings_.interaction_sd);
  Rates sum;
  for (int i = 0; i < sources; ++i) {
    const double expected = settings_.baseline_error * settings_.units * subject * factor(settings_.source_sd);
    sum.clean += errors(expected);
    sum.condition += errors(expected * degradation * interaction);
  }
  const double units = static_cast<double>(sources) * settings_.units;
  return {sum.clean / units, sum.condition / units};
}

double SimulatedWorld::factor(double sd) { return std::exp(sd * normal() - 0.5 * sd * sd); }

double SimulatedWorld::normal() {
  if (used_ == normals_.size()) {
    normals_.resize(4096);
    normal_stream_.normals(drawn_, normals_);
    drawn_ += normals_.size();
    used_ = 0;
  }
  return static_cast<double>(normals_[used_++]);
}

int SimulatedWorld::errors(double expected) {
  if (settings_.units == 1) {
    return uniform_stream_.bernoulli(std::min(expected, 1.0)) ? 1 : 0;
  }
  const double mean = std::min(expected, static_cast<double>(settings_.units));
  const double u = uniform_stream_.uniform();
  double probability = std::exp(-mean);
  double sum = probability;
  int count = 0;
  // The tail beyond ten units of the mean is below what `u` can tell apart.
  while (sum < u && count < 10 * settings_.units + 50) {
    probability *= mean / ++count;
    sum += probability;
  }
  return errors_are_bounded_ ? std::min(count, settings_.units) : count;
}

Tested simulate(const Audit& audit, int repetitions, bool errors_are_bounded) {
  SimulatedWorld world(audit.settings, errors_are_bounded);
  int welch = 0;
  int normal = 0;
  for (int i = 0; i < repetitions; ++i) {
    const Sample a = draw(world, audit.a, audit.degradation_a, audit.comparison);
    const Sample b = draw(world, audit.b, audit.degradation_b, audit.comparison);
    const Sample difference = joined(b, a);
    constexpr double kNothing = 1e-14;  // rounding's share of a variance that is zero
    if (difference.variance < kNothing) {
      continue;
    }
    const double t = std::abs(difference.mean) / std::sqrt(difference.variance);
    // Student's p is never the smaller one, so that its slow integral is only needed below alpha.
    if (std::erfc(t / std::numbers::sqrt2) < audit.alpha) {
      ++normal;
      welch += two_sided_p(t, difference.freedom) < audit.alpha ? 1 : 0;
    }
  }
  const auto share = [&](int rejected) {
    const double power = static_cast<double>(rejected) / repetitions;
    return Simulated{power, std::sqrt(power * (1 - power) / repetitions)};
  };
  return {share(welch), share(normal)};
}

}  // namespace fairground
