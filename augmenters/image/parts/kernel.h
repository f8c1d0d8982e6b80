// What becomes of a point of light behind a lens: convolution of a picture with a small point spread function.
#pragma once

#include <vector>

#include "pipeline/media/image.h"

namespace fairground {

/// A part of the light that belongs to a pixel, and how far away it lands.
struct SpreadTap {
  int dx = 0;
  int dy = 0;
  double weight = 0.0;
};

/// The weights add up to 1. Nothing is the same as one tap of 1 in the middle.
using PointSpread = std::vector<SpreadTap>;

/// A disk of that radius in pixels, at least 0, with smooth edges: what a round aperture makes of a point that is not
/// in focus. Although pixels have a size, it leaves as much contrast as the exact disk where that leaves one half.
[[nodiscard]] PointSpread disk_spread(double radius_px);

/// A place on a path, in pixels.
struct PathPoint {
  double x = 0.0;
  double y = 0.0;
};

/// Light that moves along the path and stays equally long at each of its points, which should be closer than a pixel.
/// The path's mean is put at (0, 0), so that nothing moves as a whole. In the direction in which the path is
/// longest, as much contrast is left as the exact path leaves, where a straight one leaves one half; across a short
/// slanting path, the size of pixels adds to the blur.
[[nodiscard]] PointSpread path_spread(std::vector<PathPoint> path);

/// Spreads every channel. Beyond the picture its edge goes on. A flat picture keeps every bit. Transparency stays.
void spread_light(Image& image, const PointSpread& spread);

}  // namespace fairground
