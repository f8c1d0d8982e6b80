#include "augmenters/image/parts/subject_region.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr float kWhole = 65535.0F;

/// The cubic that starts and ends without a kink.
[[gnu::always_inline]] inline float smooth(float s) {
  const float t = std::min(std::max(s, 0.0F), 1.0F);
  return t * t * (3.0F - 2.0F * t);
}

/// The mask through a square window, in whole numbers, so that the running sums do not drift.
std::vector<std::uint16_t> soften(const Mask& mask, int reach) {
  const auto width = static_cast<std::size_t>(mask.width);
  const int side = 2 * reach + 1;
  std::vector<std::uint16_t> counts(mask.codes.size());  // along the rows
  for (int y = 0; y < mask.height; ++y) {
    const std::uint8_t* in = mask.codes.data() + static_cast<std::size_t>(y) * width;
    std::uint16_t* out = counts.data() + static_cast<std::size_t>(y) * width;
    // What lies beyond the frame is as its edge.
    const auto at = [&](int x) { return in[std::clamp(x, 0, mask.width - 1)] != 0 ? 1 : 0; };
    int sum = 0;
    for (int x = -reach; x <= reach; ++x) {
      sum += at(x);
    }
    for (int x = 0; x < mask.width; ++x) {
      out[x] = static_cast<std::uint16_t>(sum);
      sum += at(x + reach + 1) - at(x - reach);
    }
  }
  const auto line = [&](int y) {
    return counts.data() + static_cast<std::size_t>(std::clamp(y, 0, mask.height - 1)) * width;
  };
  std::vector<std::int32_t> sums(width, 0);
  for (int y = -reach; y <= reach; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      sums[x] += line(y)[x];
    }
  }
  std::vector<std::uint16_t> weights(mask.codes.size());
  const float scale = 1.0F / (static_cast<float>(side) * static_cast<float>(side));
  for (int y = 0; y < mask.height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      weights[static_cast<std::size_t>(y) * width + x] =
          static_cast<std::uint16_t>(smooth(static_cast<float>(sums[x]) * scale) * kWhole + 0.5F);
      sums[x] += line(y + reach + 1)[x] - line(y - reach)[x];
    }
  }
  return weights;
}

/// Of the outline, empirical: the shoulders' middle lies 1.5 half heights below the head's, and they are 2.3 half
/// widths wide to each side.
constexpr float kShoulderDrop = 1.5F;
constexpr float kShoulderWidth = 2.6F;

constexpr float kFar = 1e3F;  // of squares and fourth powers, so that floats can tell one from the other

FAIRGROUND_HOT void outline_row(float* __restrict weight, std::size_t count, float start, float step, float v,
                                float inverse_edge) {
  const float below = std::max(kShoulderDrop - v, 0.0F);  // the body goes on downwards
  for (std::size_t i = 0; i < count; ++i) {
    const float u = start + step * static_cast<float>(static_cast<std::int32_t>(i));
    const float w = u * (1.0F / kShoulderWidth);
    // About twice the distance from each outline, in half heights of the head.
    const float to_head = std::min(u * u + v * v - 1.0F, kFar);
    const float to_body = std::min(w * w * w * w + 4.0F * below * below - 1.0F, kFar);
    // A smooth minimum, so that there is a neck.
    const float difference = to_head - to_body;
    const float joined = 0.5F * (to_head + to_body - std::sqrt(difference * difference + 0.25F));
    // Far outside it grows with the square; the root makes a distance of it again, of -1/2 to infinity.
    const float distance = std::sqrt(std::max(joined + 1.25F, 0.0F)) - 1.118034F;
    weight[i] = smooth(0.2F - distance * inverse_edge);  // most of the edge lies inside, as light wraps around
  }
}

}  // namespace

SubjectRegion::SubjectRegion(const Shot& shot, double edge_px) : head_(head_of(shot)) {
  constexpr double kNarrowest = 0.6;  // in half heights of the head, whose middle then is all the subject's
  edge_heads_ = std::max(edge_px / head_.half_height, kNarrowest);
  if (shot.labels != nullptr && shot.labels->mask) {
    weights_ = soften(*shot.labels->mask, static_cast<int>(0.5 * edge_px + 0.5));
  }
}

void SubjectRegion::row(int y, std::span<float> weight) const {
  if (is_known()) {
    const std::uint16_t* codes = weights_.data() + static_cast<std::size_t>(y) * weight.size();
    for (std::size_t x = 0; x < weight.size(); ++x) {
      weight[x] = static_cast<float>(codes[x]) * (1.0F / kWhole);
    }
    return;
  }
  const double step = 1.0 / head_.half_width;
  outline_row(weight.data(), weight.size(), static_cast<float>((0.5 - head_.x) * step), static_cast<float>(step),
              static_cast<float>((y + 0.5 - head_.y) / head_.half_height), static_cast<float>(1.0 / edge_heads_));
}

}  // namespace fairground
