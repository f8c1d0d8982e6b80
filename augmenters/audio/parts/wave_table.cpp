#include "augmenters/audio/parts/wave_table.h"

#include <algorithm>

#include "pipeline/core/plain.h"

namespace fairground {

WaveTable::WaveTable(std::span<const Harmonic> harmonics) : points_(kPoints + 2) {
  std::vector<double> sum(kPoints);
  std::vector<double> turn(kPoints);  // one sine serves all: order n meets every n-th of its points
  for (std::size_t i = 0; i < kPoints; ++i) {
    turn[i] = plain::sine_of_turns(static_cast<double>(i) / kPoints);
  }
  for (const Harmonic& harmonic : harmonics) {
    const double in_phase = harmonic.amplitude * plain::cosine_of_turns(harmonic.start_turns);
    const double quadrature = harmonic.amplitude * plain::sine_of_turns(harmonic.start_turns);
    const auto order = static_cast<std::size_t>(harmonic.order);
    for (std::size_t i = 0; i < kPoints; ++i) {
      sum[i] += in_phase * turn[i * order % kPoints] + quadrature * turn[(i * order + kPoints / 4) % kPoints];
    }
  }
  std::ranges::transform(sum, points_.begin(), [](double value) { return static_cast<float>(value); });
  points_[kPoints] = points_[0];
  points_[kPoints + 1] = points_[1];
}

}  // namespace fairground
