#include "augmenters/image/parts/normal_field.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "pipeline/core/hot.h"

namespace fairground {
namespace {

// The relief, whose every constant is empirical: chosen by eye on portraits, and so that the slopes of the head stay
// within 48 degrees, and fade into the wall without an edge: to half of that at 1.5 radii. A real head's outline is
// never where the relief has it, and an edge there would be seen.

/// The slope of a round bump at `u`, `v` in its radii, over (u, v).
[[gnu::always_inline]] inline float bump_slope(float q) {
  return 1.35F * (1.0F + 0.15F * q) / (1.0F + 0.45F * q * q * q);
}

/// That of the ridge that nose and lips make in the middle of a face, at `u`, `v` in the head's radii.
[[gnu::always_inline]] inline float ridge_slope(float u, float v) {
  constexpr float kInverseWidth = 1.0F / 0.35F;
  const float t = u * kInverseWidth;
  const float narrow = 1.0F + t * t;
  const float below = (v - 0.25F) * (v - 0.25F);
  const float high = 1.0F + 6.0F * below + 20.0F * below * below;
  return 0.9F * t / (narrow * narrow * high);
}

constexpr double kShoulderDrop = 3.0;      // from the head's middle to the body's, in the head's half heights
constexpr double kShoulderWidth = 2.7;     // half, in the head's half widths
constexpr double kShoulderHeight = 1.6;    // half, in the head's half heights
constexpr float kBodyRise = 0.7F * 1.35F;  // a chest is flatter than it is wide

/// A bump's coordinates along a row: u = start + step * x.
struct BumpRow {
  float start;
  float step;
  float v;
};

FAIRGROUND_HOT void relief_row(float* __restrict nx, float* __restrict ny, float* __restrict nz, std::size_t count,
                               BumpRow head, BumpRow body, float head_aspect, float body_aspect) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<float>(static_cast<std::int32_t>(i));
    const float u = head.start + head.step * x;
    const float w = body.start + body.step * x;
    const float q = u * u + head.v * head.v;
    const float of_head = bump_slope(q);
    // The head hides the body. One division serves for both fractions.
    const float b = w * w + body.v * body.v;
    const float hidden = 1.0F + q * q;
    const float of_body = kBodyRise * q * q * (1.0F + 0.15F * b) / (hidden * (1.0F + 0.17F * b * b * b));
    const float sx = u * of_head + ridge_slope(u, head.v) + w * of_body;
    const float sy = head.v * head_aspect * of_head + body.v * body_aspect * of_body;
    const float z = 1.0F / std::sqrt(1.0F + sx * sx + sy * sy);
    nx[i] = sx * z;
    ny[i] = sy * z;
    nz[i] = z;
  }
}

/// How far the values on both sides differ from the middle one, as a slope: their mean, but only that of the flatter
/// side where the other falls off an edge.
[[gnu::always_inline]] inline float slope(float before, float middle, float after, float scale) {
  constexpr float kEdge = 3.0F;  // times as steep; empirical
  const float back = (middle - before) * scale;
  const float ahead = (after - middle) * scale;
  const float least = std::min(std::fabs(back), std::fabs(ahead));
  const float most = std::max(std::fabs(back), std::fabs(ahead));
  const float flatter = std::fabs(back) < std::fabs(ahead) ? back : ahead;
  return most > kEdge * least + 0.5F ? flatter : 0.5F * (back + ahead);
}

/// The largest, or nullptr.
const Box* face_of(const Shot& shot) {
  const Box* face = nullptr;
  if (shot.labels != nullptr) {
    for (const Box& box : shot.labels->boxes) {
      if (box.label == "face" && box.width > 0.0 && box.height > 0.0 &&
          (face == nullptr || box.width * box.height > face->width * face->height)) {
        face = &box;
      }
    }
  }
  return face;
}

}  // namespace

bool has_face(const Shot& shot) { return face_of(shot) != nullptr; }

bool has_nobody(const Shot& shot) { return shot.labels != nullptr && shot.labels->boxes_are_known && !has_face(shot); }

HeadPlace head_of(const Shot& shot) {
  const Box* const face = face_of(shot);
  // Boxes reach from the forehead to the chin and from cheek to cheek; hair adds to that. All empirical.
  if (face != nullptr) {
    return {face->x + 0.5 * face->width, face->y + 0.42 * face->height, 0.62 * face->width, 0.68 * face->height};
  }
  const double side = std::min<double>(shot.width, shot.height);
  if (has_nobody(shot)) {
    constexpr double kFarBelow = 100.0;  // frames
    return {0.5 * shot.width, kFarBelow * shot.height, 0.19 * side, 0.25 * side};
  }
  return {0.5 * shot.width, 0.5 * shot.height - 0.14 * side, 0.19 * side, 0.25 * side};
}

NormalField::NormalField(const Shot& shot, double depth_unit_px) : head_(head_of(shot)) {
  if (shot.labels == nullptr) {
    return;
  }
  if (shot.labels->normals) {
    normals_ = &*shot.labels->normals;
  } else if (shot.labels->depth) {
    depth_ = &*shot.labels->depth;
    const auto [nearest, farthest] = std::ranges::minmax(depth_->samples);
    const double range = std::max<double>(farthest - nearest, 1e-30);
    depth_scale_ = static_cast<float>(depth_unit_px > 0.0 ? depth_unit_px : 0.5 * shot.half_diagonal() / range);
    // Depth has steps; over this many pixels they are slopes.
    reach_ = std::max(1, static_cast<int>(shot.half_diagonal() / 180.0));
  }
}

void NormalField::row(int y, const NormalRow& out) const {
  const std::size_t count = out.x.size();
  if (normals_ != nullptr) {
    const std::span<const float> row = normals_->row(y);
    std::ranges::copy(row.subspan(0, count), out.x.begin());
    std::ranges::copy(row.subspan(count, count), out.y.begin());
    std::ranges::copy(row.subspan(2 * count, count), out.z.begin());
    return;
  }
  if (depth_ != nullptr) {
    const int last_row = depth_->height - 1;
    const auto last = static_cast<int>(count) - 1;
    const std::span<const float> here = depth_->row(y);
    const std::span<const float> above = depth_->row(std::max(y - reach_, 0));
    const std::span<const float> below = depth_->row(std::min(y + reach_, last_row));
    const bool has_above = y >= reach_;
    const bool has_below = y + reach_ <= last_row;
    const float scale = depth_scale_ / static_cast<float>(reach_);
    // Beyond the frame a surface goes on as it came: the side that is there counts for both.
    const auto sides = [](float before, bool has_before, float middle, float after, bool has_after) {
      const float mirrored_before = has_after ? 2.0F * middle - after : middle;
      const float mirrored_after = has_before ? 2.0F * middle - before : middle;
      return std::pair(has_before ? before : mirrored_before, has_after ? after : mirrored_after);
    };
    for (int x = 0; x <= last; ++x) {
      const auto i = static_cast<std::size_t>(x);
      const bool has_left = x >= reach_;
      const bool has_right = x + reach_ <= last;
      const auto [left, right] = sides(has_left ? here[static_cast<std::size_t>(x - reach_)] : 0.0F, has_left, here[i],
                                       has_right ? here[static_cast<std::size_t>(x + reach_)] : 0.0F, has_right);
      const auto [up, down] = sides(above[i], has_above, here[i], below[i], has_below);
      const float sx = slope(left, here[i], right, scale);
      const float sy = slope(up, here[i], down, scale);
      // What is farther on the right faces right.
      const float z = 1.0F / std::sqrt(1.0F + sx * sx + sy * sy);
      out.x[i] = sx * z;
      out.y[i] = sy * z;
      out.z[i] = z;
    }
    return;
  }
  const double pixel = y + 0.5;
  const double body_v = (pixel - head_.y) / head_.half_height / kShoulderHeight - kShoulderDrop / kShoulderHeight;
  const double head_step = 1.0 / head_.half_width;
  const double body_step = head_step / kShoulderWidth;
  const BumpRow head{static_cast<float>((0.5 - head_.x) * head_step), static_cast<float>(head_step),
                     static_cast<float>((pixel - head_.y) / head_.half_height)};
  // The body goes on downwards.
  const BumpRow body{static_cast<float>((0.5 - head_.x) * body_step), static_cast<float>(body_step),
                     static_cast<float>(std::min(body_v, 0.0))};
  relief_row(out.x.data(), out.y.data(), out.z.data(), count, head, body,
             static_cast<float>(head_.half_width / head_.half_height),
             static_cast<float>(head_.half_width * kShoulderWidth / (head_.half_height * kShoulderHeight)));
}

}  // namespace fairground
