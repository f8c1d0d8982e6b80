#include "pipeline/design/power.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/design/power_model.h"
#include "pipeline/design/welch.h"

namespace fairground {
namespace {

using power::Critical;
using power::Estimate;
using power::prepare;
using power::Prepared;
using power::Shape;
using power::shape_of;

/// With fewer, no spread over subjects can be estimated.
constexpr int kFewestSubjects = 2;

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
