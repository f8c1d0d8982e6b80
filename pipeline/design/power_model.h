// The assumed model of a service's errors, from its parameters to what the means of a group of subjects are like.
#pragma once

#include <array>

#include "pipeline/design/power.h"
#include "pipeline/design/welch.h"

namespace fairground::power {

/// Cumulants of one subject's mean over k sources. Each is a polynomial in 1/k, lowest power first.
struct SubjectCumulants {
  double mean = 0.0;
  std::array<double, 2> second{};
  std::array<double, 3> third{};
  std::array<double, 4> fourth{};
};

/// Subjects, and the means over them of 1, 1/k, 1/k² and 1/k³, where k is a subject's number of sources.
struct Shape {
  double subjects = 0.0;
  std::array<double, 4> inverse{};

  bool operator==(const Shape&) const = default;
};

/// Throws std::invalid_argument for a subject without sources.
[[nodiscard]] Shape shape_of(const PowerGroup& group);

/// A subject's cumulants in a condition, of all that a comparison needs.
struct Prepared {
  SubjectCumulants condition;  ///< of the difference where it is paired
  SubjectCumulants clean;      ///< where it is unpaired
};

/// The condition multiplies the rate of errors by `degradation`.
[[nodiscard]] Prepared prepare(const PowerSettings& settings, double degradation, Comparison comparison);

/// Of a group of such subjects, what the test is about. `comparison` is that of `prepared`.
[[nodiscard]] Estimate group_estimate(const Prepared& prepared, const Shape& shape, Comparison comparison);

}  // namespace fairground::power
