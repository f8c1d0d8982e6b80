// Edges of masks that follow those of the picture.
#pragma once

#include <vector>

#include "pipeline/measure/skin_colour.h"
#include "pipeline/media/blur.h"
#include "pipeline/media/image.h"

namespace fairground {

/// What a mask is taken to be at the picture's own size, by the guided filter: `shares` is the mask in the field, from
/// 0 to 1, and the plane that is returned covers the field's part of the picture. About 0 to 1, as filters go, and
/// exactly 0 or 1 away from the mask's edges. `radius_px` is in the picture's pixels.
[[nodiscard]] Plane follow_edges(const Image& image, const ColourField& field, const Plane& shares, double radius_px);

/// 0 up to `low`, 1 from `high`, and a straight line between.
[[nodiscard]] inline float ramp(float value, float low, float high) {
  const float part = (value - low) / (high - low);
  return part <= 0.0F ? 0.0F : part >= 1.0F ? 1.0F : part;
}

}  // namespace fairground
