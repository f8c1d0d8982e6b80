#include "pipeline/design/covering_acceptance.h"

namespace fairground::covering {
namespace {

/// exp(-x) for 0 <= x <= 20, to about 1e-7.
double exp_of_minus(double x) {
  constexpr int kHalvings = 8;
  const double y = -x / (1 << kHalvings);
  double power = 1.0 + y * (1.0 + y / 2 * (1.0 + y / 3 * (1.0 + y / 4 * (1.0 + y / 5))));
  for (int i = 0; i < kHalvings; ++i) {
    power *= power;
  }
  return power;
}

}  // namespace

void Acceptance::set_temperature(double temperature) {
  const double ratio = exp_of_minus(1.0 / temperature);
  double chance = 4294967295.0;
  for (std::uint32_t& entry : chances_) {
    entry = static_cast<std::uint32_t>(chance);
    chance *= ratio;
  }
}

}  // namespace fairground::covering
