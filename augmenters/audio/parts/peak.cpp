#include "augmenters/audio/parts/peak.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

// Maxima side by side, since a single one would be a chain that no vector can carry.
constexpr std::size_t kLanes = 16;

FAIRGROUND_HOT void lane_peaks(const float* samples, std::size_t count, float* lanes) {
  for (std::size_t i = 0; i < count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float size = std::fabs(samples[i + lane]);
      lanes[lane] = size > lanes[lane] ? size : lanes[lane];
    }
  }
}

}  // namespace

float peak(std::span<const float> samples) {
  std::array<float, kLanes> lanes{};
  const std::size_t whole = samples.size() / kLanes * kLanes;
  lane_peaks(samples.data(), whole, lanes.data());
  float largest = *std::ranges::max_element(lanes);
  for (const float sample : samples.subspan(whole)) {
    largest = std::max(largest, std::abs(sample));
  }
  return largest;
}

}  // namespace fairground
