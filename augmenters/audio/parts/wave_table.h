// One turn of something that goes round, as a sum of harmonics: engines, motors.
#pragma once

#include <cmath>
#include <span>
#include <vector>

namespace fairground {

struct Harmonic {
  int order = 1;  ///< of the turn's frequency, 1 or more
  double amplitude = 0.0;
  double start_turns = 0.0;  ///< of its own phase
};

/// Harmonics above half the sample rate must be left out by the caller. Read between points on a straight line: with
/// orders up to 64 what that adds is 60 dB below each.
class WaveTable {
 public:
  explicit WaveTable(std::span<const Harmonic> harmonics);

  [[nodiscard]] float at(double turns) const {
    const double place = (turns - std::floor(turns)) * kPoints;
    const auto point = static_cast<std::size_t>(place);
    const auto t = static_cast<float>(place - static_cast<double>(point));
    return points_[point] + t * (points_[point + 1] - points_[point]);
  }

 private:
  static constexpr std::size_t kPoints = 4096;

  std::vector<float> points_;  ///< two more than a turn, for places that round up to the next one
};

}  // namespace fairground
