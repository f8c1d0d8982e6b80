// Means over neighbourhoods of single planes, in plain arithmetic. Beyond its edges a plane goes on with the values
// there.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace fairground {

/// One value for each pixel.
struct Plane {
  int width = 0;
  int height = 0;
  std::vector<float> samples;

  Plane() = default;
  Plane(int columns, int rows)
      : width(columns), height(rows), samples(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}

  [[nodiscard]] std::span<float> row(int y) {
    return {samples.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width),
            static_cast<std::size_t>(width)};
  }
  [[nodiscard]] std::span<const float> row(int y) const {
    return {samples.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width),
            static_cast<std::size_t>(width)};
  }
};

/// A plane, or one that lies in something else, such as a channel of a picture.
struct PlaneView {
  float* samples = nullptr;
  int width = 0;
  int height = 0;
  std::size_t stride = 0;  ///< from row to row

  PlaneView(Plane& plane)  // implicit, since a plane is the usual case
      : samples(plane.samples.data()),
        width(plane.width),
        height(plane.height),
        stride(static_cast<std::size_t>(plane.width)) {}
  PlaneView(float* first, int columns, int rows, std::size_t row_stride)
      : samples(first), width(columns), height(rows), stride(row_stride) {}

  [[nodiscard]] std::span<float> row(int y) const {
    return {samples + static_cast<std::size_t>(y) * stride, static_cast<std::size_t>(width)};
  }
};

/// Convolves with a Gaussian of standard deviation `sigma_px`, at least 0. Up to 8 px its taps reach as far as four
/// sigma; above, it is four running means with exactly its variance (within 7 % of its peak), in a time that does not
/// grow with sigma.
void gaussian_blur(PlaneView plane, double sigma_px);

/// Mean over the square of 2 `radius_px` + 1 pixels a side, whose outermost pixels count by the radius's fraction. The
/// time does not grow with the radius.
void running_mean(PlaneView plane, double radius_px);

/// The guided filter with the plane as its own guide (He, Sun and Tang, "Guided image filtering", IEEE TPAMI 35(6),
/// 2013, equations 5, 6 and 8) over squares of 2 `radius_px` + 1 pixels a side: smooths where the standard deviation in
/// them is below `edge`, above 0, and keeps what is above. The time does not grow with the radius.
void guided_filter(PlaneView plane, int radius_px, double edge);

/// What the guided filter makes of a plane by a guide of three channels: in each pixel, the plane is
/// a_1 I_1 + a_2 I_2 + a_3 I_3 + b (the same, equations 19 and 20, with the means of both around it).
struct GuidedLines {
  std::array<Plane, 3> factors;
  Plane offset;
};

/// `guide` has the plane's size. `radius_px` may be a fraction; `edge` as above. He and Sun, "Fast guided filter"
/// (arXiv:1505.00996, 2015): lines that were fitted to coarser planes serve the finer ones too, once they are
/// interpolated.
[[nodiscard]] GuidedLines fit_guided_lines(const Plane& plane, const std::array<Plane, 3>& guide, double radius_px,
                                           double edge);

}  // namespace fairground
