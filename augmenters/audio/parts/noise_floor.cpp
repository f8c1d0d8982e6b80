#include "augmenters/audio/parts/noise_floor.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr double kSmoothingS = 0.1;  // of the power, near Martin's constant example of 0.85 at 16 ms (empirical)

/// What the mean of noise lies over the minimum of its smoothed power, from runs on Gaussian noise with frames of 8 to
/// 16 ms and windows of 0.5 to 10 s, whose noise it meets within 0.2 dB (empirical).
double bias_db(double frame_s, double window_s) {
  return std::sqrt(frame_s / kSmoothingS * (25.5 * plain::log(window_s / kSmoothingS) - 17.0));
}

FAIRGROUND_HOT void follow(float* smooth, float* least, const float* power, std::size_t bins, float keep) {
  for (std::size_t k = 0; k < bins; ++k) {
    smooth[k] = power[k] + (smooth[k] - power[k]) * keep;
    least[k] = least[k] < smooth[k] ? least[k] : smooth[k];
  }
}

FAIRGROUND_HOT void keep_less(float* least, const float* values, std::size_t bins) {
  for (std::size_t k = 0; k < bins; ++k) {
    least[k] = least[k] < values[k] ? least[k] : values[k];
  }
}

}  // namespace

NoiseFloor::NoiseFloor(std::size_t bins, double frame_s, double window_s)
    : part_frames_(static_cast<std::size_t>(std::max(1.0, std::floor(window_s / frame_s / kParts + 0.5)))),
      keep_(static_cast<float>(plain::exp(-frame_s / kSmoothingS))),
      bias_(static_cast<float>(plain::power_from_db(bias_db(frame_s, window_s)))),
      smooth_(bins),
      older_(bins, kMost) {
  parts_.fill(std::vector<float>(bins, kMost));
}

void NoiseFloor::take(std::span<const float> power) {
  // The first frames are averaged before a minimum of them is taken.
  ++seen_;
  const float keep = std::min(keep_, 1.0F - 1.0F / static_cast<float>(seen_));
  follow(smooth_.data(), parts_.back().data(), power.data(), power.size(), keep);
  if (seen_ <= kAveraged) {
    parts_.back() = smooth_;
  }
  if (seen_ % part_frames_ == 0) {
    std::rotate(parts_.begin(), parts_.begin() + 1, parts_.end());
    std::ranges::fill(parts_.back(), kMost);
    std::ranges::fill(older_, kMost);
    for (const std::vector<float>& part : parts_) {
      keep_less(older_.data(), part.data(), part.size());
    }
  }
}

void NoiseFloor::write(std::span<float> noise) const {
  std::ranges::copy(older_, noise.begin());
  keep_less(noise.data(), parts_.back().data(), noise.size());
  const float bias = seen_ == 0 ? 0.0F : bias_;
  for (float& power : noise) {
    power *= bias;
  }
}

}  // namespace fairground
