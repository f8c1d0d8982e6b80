// What is known of the contents of a picture.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/media/image.h"
#include "pipeline/media/point_map.h"

namespace fairground {

/// A rectangle around something, by its edges in the terms of PixelPoint.
struct Box {
  std::string label;
  double x = 0.0;       ///< left edge
  double y = 0.0;       ///< upper edge
  double width = 0.0;   ///< at least 0
  double height = 0.0;  ///< at least 0
  bool operator==(const Box&) const = default;
};

struct KeyPoint {
  std::string name;
  PixelPoint point;
  bool operator==(const KeyPoint&) const = default;
};

/// What each pixel belongs to: 0 is nothing, the other codes are the file's own.
struct Mask {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> codes;  ///< width * height, row after row
};

/// What the manifest says of a picture. All of it has the picture's size and place.
struct PictureLabels {
  std::vector<Box> boxes = {};
  std::vector<KeyPoint> keypoints = {};
  std::optional<Mask> mask = {};
  /// How far away each pixel is, in one channel, in any unit; greater is farther.
  std::optional<Image> depth = {};
  /// Where the surface at each pixel faces, in three channels from -1 to 1, of length 1: x to the right, y down, and z
  /// towards the camera.
  std::optional<Image> normals = {};
  /// The manifest has boxes: what none is around is not there.
  bool boxes_are_known = false;
};

}  // namespace fairground
