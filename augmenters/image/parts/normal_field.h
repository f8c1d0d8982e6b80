// Where surfaces in a picture face, as far as it is known or can be supposed.
#pragma once

#include <span>

#include "augmenters/picture.h"

namespace fairground {

/// A head as an upright ellipse with the outline of skull and hair, in the terms of PixelPoint.
struct HeadPlace {
  double x = 0.0;  ///< of its middle
  double y = 0.0;
  double half_width = 1.0;   ///< more than 0
  double half_height = 1.0;  ///< more than 0
};

/// Whether a box is labelled `face`.
[[nodiscard]] bool has_face(const Shot& shot);

/// Whether the manifest has boxes and none of them is a face.
[[nodiscard]] bool has_nobody(const Shot& shot);

/// The head in the largest box that is labelled `face`; if boxes are not known, that of a usual portrait. Where nobody
/// is known to be there, it is so far below the frame that nothing of it is seen.
[[nodiscard]] HeadPlace head_of(const Shot& shot);

/// Unit vectors at the pixels of a row: x to the right, y down, z towards the camera.
struct NormalRow {
  std::span<float> x;
  std::span<float> y;
  std::span<float> z;
};

/// Surface normals at every pixel: those of the picture's labels, or of its depth, or of a relief with a head and
/// shoulders before a wall. It lives no longer than the labels.
class NormalField {
 public:
  /// `depth_unit_px` is how many pixels one unit of the depth is; 0 supposes that the whole depth is a quarter of the
  /// picture's diagonal.
  NormalField(const Shot& shot, double depth_unit_px);

  /// Whether it comes from labels and not from the relief.
  [[nodiscard]] bool is_known() const { return normals_ != nullptr || depth_ != nullptr; }

  void row(int y, const NormalRow& out) const;

 private:
  const Image* normals_ = nullptr;
  const Image* depth_ = nullptr;
  float depth_scale_ = 0.0F;  ///< from the depth's unit to pixels
  int reach_ = 1;             ///< over how many pixels the depth's slope is measured
  HeadPlace head_;
};

}  // namespace fairground
