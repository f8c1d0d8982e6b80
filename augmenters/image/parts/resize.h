// Pictures of another size, in plain arithmetic: OpenCV's own resizing of floats differs between CPUs.
#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "pipeline/media/image.h"
#include "pipeline/media/point_map.h"

namespace fairground {

/// How the samples of a new size are made of the old ones. All but `area` widen when a picture shrinks, so that nothing
/// finer than the new size is left to alias.
enum class ResizeKernel {
  area,      ///< the mean over the area that a new pixel covers, parts of pixels included
  box,       ///< the mean of the pixels whose middles a new pixel covers
  bilinear,  ///< a triangle
  bicubic,   ///< Keys' cubic with a = -0.5, which Catmull and Rom's splines have too
  lanczos3   ///< a sinc under the main lobe of one that is three times as wide
};

/// What each sample of a line is made of: `taps` neighbours of the old line, whose weights sum to 1.
struct ResizeLine {
  int old_size = 0;
  int new_size = 0;
  std::size_t taps = 0;
  std::vector<int> first;      ///< of each new sample's neighbours
  std::vector<float> weights;  ///< new_size * taps
};

/// Beyond the line's ends there is nothing: the weights within it are brought to a sum of 1.
[[nodiscard]] ResizeLine resize_line(int old_size, int new_size, ResizeKernel kernel);

/// In linear light, with transparency.
[[nodiscard]] Image resize_image(const Image& image, int width, int height, ResizeKernel kernel);
/// Codes of 8 or 16 bits and 1, 3 or 4 channels, each by itself. They are rounded once, at the end.
[[nodiscard]] cv::Mat resize_codes(const cv::Mat& codes, int width, int height, ResizeKernel kernel);

/// What becomes of places where a picture gets that size.
[[nodiscard]] PointMap resize_points(int old_width, int old_height, int width, int height);

}  // namespace fairground
