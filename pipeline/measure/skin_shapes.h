// Shapes of pixels: polygons, distances, pieces and holes. In plain arithmetic.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/media/point_map.h"

namespace fairground {

/// A set of pixels: 1 for those in it, else 0; row after row.
struct Shape {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;

  Shape() = default;
  Shape(int columns, int rows)
      : width(columns), height(rows), pixels(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}

  [[nodiscard]] std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
  [[nodiscard]] bool has(int x, int y) const {
    return x >= 0 && y >= 0 && x < width && y < height && pixels[at(x, y)] != 0;
  }
  [[nodiscard]] std::size_t count() const;
};

/// Adds the pixels whose middle lies in the polygon.
void add_polygon(Shape& shape, std::span<const PixelPoint> corners);

/// Of each pixel, the squared distance to the nearest pixel of the shape; very far where it has none. Felzenszwalb and
/// Huttenlocher, "Distance transforms of sampled functions" (Theory of Computing 8, 2012). What lies beyond the
/// picture is of no shape.
[[nodiscard]] std::vector<float> squared_distances(const Shape& shape);

/// All within `radius` of a pixel of the shape.
[[nodiscard]] Shape grown(const Shape& shape, double radius);
/// All farther than `radius` from what is not of the shape. It is thought to go on beyond the picture.
[[nodiscard]] Shape shrunk(const Shape& shape, double radius);
/// What discs of that radius within the shape cover.
[[nodiscard]] Shape opened(const Shape& shape, double radius);

[[nodiscard]] Shape both(const Shape& a, const Shape& b);
[[nodiscard]] Shape either(const Shape& a, const Shape& b);
[[nodiscard]] Shape without(const Shape& a, const Shape& b);

/// The number of the piece that each pixel belongs to, from 1, or 0 outside; pixels that share a side hang together.
struct Pieces {
  std::vector<int> numbers;
  std::vector<std::size_t> sizes;  ///< of piece n at n - 1
};
[[nodiscard]] Pieces pieces_of(const Shape& shape);

/// The pieces that share a pixel with `seed`.
[[nodiscard]] Shape touching(const Shape& shape, const Shape& seed);

/// Adds holes: pieces of what is not of the shape that do not reach the frame.
[[nodiscard]] Shape filled(const Shape& shape);

}  // namespace fairground
