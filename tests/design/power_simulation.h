// The model that power is computed from, simulated. It shares no code with the formula: it draws people and errors and
// runs the test on them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/design/power.h"

namespace fairground {

[[nodiscard]] PowerGroup group(int subjects, int sources);

/// One planned comparison, as it is simulated.
struct Audit {
  PowerSettings settings;
  PowerGroup a;
  PowerGroup b;
  double degradation_a = 2.0;
  double degradation_b = 2.0;
  double alpha = 0.05;
  Comparison comparison = Comparison::paired;
  CriticalValue critical_value = CriticalValue::welch;
};

/// What the formula says of it.
[[nodiscard]] double formula(const Audit& audit);

/// Draws people and what the service makes of their sources.
class SimulatedWorld {
 public:
  explicit SimulatedWorld(const PowerSettings& settings, bool errors_are_bounded)
      : settings_(settings), errors_are_bounded_(errors_are_bounded) {}

  /// Mean errors per unit over one person's sources, in the clean reference and in the condition.
  struct Rates {
    double clean = 0.0;
    double condition = 0.0;
  };

  [[nodiscard]] Rates person(int sources, double degradation);

 private:
  double factor(double sd);
  double normal();
  int errors(double expected);

  PowerSettings settings_;
  bool errors_are_bounded_;
  RandomStream normal_stream_{1, 0, "factors"};
  RandomStream uniform_stream_{1, 0, "errors"};
  std::vector<float> normals_;
  std::size_t used_ = 0;
  std::uint64_t drawn_ = 0;
};

struct Simulated {
  double power = 0.0;
  double standard_error = 0.0;
};

/// The same data under both critical values.
struct Tested {
  Simulated welch;
  Simulated normal;

  [[nodiscard]] const Simulated& by(CriticalValue value) const {
    return value == CriticalValue::welch ? welch : normal;
  }
};

/// `errors_are_bounded`: as the formula has it, no source has more errors than units. The reference page bounds only
/// the expected number.
[[nodiscard]] Tested simulate(const Audit& audit, int repetitions, bool errors_are_bounded = true);

}  // namespace fairground
