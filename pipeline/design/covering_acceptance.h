// Which changes simulated annealing accepts.
#pragma once

#include <array>
#include <cstdint>

#include "pipeline/design/covering_random.h"

namespace fairground::covering {

/// What a search may take and has taken. A unit is about a nanosecond; it is counted and not measured, so that the
/// result never depends on the machine.
struct Work {
  std::uint64_t most = 0;
  std::uint64_t done = 0;
  std::uint64_t steps = 0;  ///< changes of a cell that were considered

  [[nodiscard]] bool is_over() const { return done >= most; }
};

/// Metropolis' rule for whole-number costs. The chances are found with plain arithmetic, as the exponential of the C
/// library differs between machines in the last bit.
class Acceptance {
 public:
  /// `temperature` is in units of cost, and above zero.
  void set_temperature(double temperature);

  [[nodiscard]] bool accepts(std::int64_t cost, SearchRandom& random) const {
    return cost <= 0 || (cost < static_cast<std::int64_t>(chances_.size()) &&
                         static_cast<std::uint32_t>(random.bits() >> 32U) < chances_[static_cast<std::size_t>(cost)]);
  }

 private:
  std::array<std::uint32_t, 16> chances_{};  ///< by cost, in 2^-32; beyond them it is zero at our temperatures
};

/// An annealing passes through so many temperatures, each the one before times a factor of its own.
constexpr int kTemperatures = 64;

}  // namespace fairground::covering
