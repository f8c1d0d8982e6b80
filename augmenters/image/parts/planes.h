// Blurs and samples of planes of floats, as the corruptions of benchmarks need them, in plain arithmetic.
#pragma once

#include <cstddef>
#include <vector>

namespace fairground {

/// What lies beyond a line's ends.
enum class Border {
  nearest,     ///< aaa | abcd | ddd
  reflect,     ///< cba | abcd | dcb
  reflect_101  ///< dcb | abcd | cba
};

/// The place within 0 to count - 1 that stands for `i`.
[[nodiscard]] int inside(int i, int count, Border border);

/// A plane with `pad` more samples on each side.
struct PaddedPlane {
  int width = 0;  ///< of a row, with its padding
  int pad = 0;
  std::vector<float> samples;

  /// What lies at (x, y) of the plane within; both may be off it by as much as `pad`.
  [[nodiscard]] const float* at(int x, int y) const {
    return samples.data() + static_cast<std::size_t>(y + pad) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x + pad);
  }
};

[[nodiscard]] PaddedPlane pad_plane(const std::vector<float>& plane, int width, int height, int pad, Border border);

/// sum += weight * row, for `count` samples.
void add_weighted(const float* row, float* sum, std::size_t count, float weight);

/// A Gaussian that ends after `truncate` standard deviations, rounded to whole samples, and sums to 1.
[[nodiscard]] std::vector<float> gaussian_kernel(double sigma, double truncate);

/// Each way with a kernel of odd length.
void blur_plane(std::vector<float>& plane, int width, int height, const std::vector<float>& kernel, Border border);

/// A place between samples: sample (x, y) lies at x, y.
[[nodiscard]] float bilinear_at(const std::vector<float>& plane, int width, int height, double x, double y,
                                Border border);

}  // namespace fairground
