// The outlines of a face and of what in it is not bare skin.
#pragma once

#include <vector>

#include "pipeline/measure/face.h"
#include "pipeline/media/point_map.h"

namespace fairground {

/// Polygons in the picture's pixels, and the face's own axes: `across` from the subject's right to the left, which is
/// from left to right in the picture, and `down` from the brow to the chin.
struct FaceOutline {
  std::vector<PixelPoint> oval;   ///< from the hairline to the chin, without ears
  std::vector<PixelPoint> lips;   ///< around both
  std::vector<PixelPoint> mouth;  ///< between them
  std::vector<std::vector<PixelPoint>> eyes;
  std::vector<std::vector<PixelPoint>> brows;
  PixelPoint middle;  ///< between the sides of the face, before the ears
  PixelPoint across{1.0, 0.0};
  PixelPoint down{0.0, 1.0};
  double width = 0.0;  ///< from side to side, in pixels

  // How far below `middle`, in widths of the face.
  double brow_level = 0.0;
  double eye_level = 0.0;
  double mouth_level = 0.0;
  double chin_level = 0.0;

  /// In widths of the face, from `middle`: x across, y down.
  [[nodiscard]] PixelPoint in_face(PixelPoint point) const {
    const double x = (point.x - middle.x) / width;
    const double y = (point.y - middle.y) / width;
    return {x * across.x + y * across.y, x * down.x + y * down.y};
  }
};

/// From the landmarks, or where there are none, by mean proportions from the box.
[[nodiscard]] FaceOutline outline_of(const Face& face);

}  // namespace fairground
