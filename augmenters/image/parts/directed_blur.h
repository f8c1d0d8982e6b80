// ImageMagick's motion blur, of which ImageNet-C makes its own and its snow.
#pragma once

#include <vector>

namespace fairground {

/// Blurs to one side, with half a Gaussian of 2 * ceil(radius) + 1 samples along the angle. What lies beyond the plane
/// is like its edge.
void directed_blur(std::vector<float>& plane, int width, int height, double radius, double sigma, double angle_deg);

/// Enlarges the middle by `factor` and cuts off what is then too much, with the grid of SciPy's zoom of order 1: the
/// corners of the part that was cut out stay its corners.
[[nodiscard]] std::vector<float> zoomed_middle(const std::vector<float>& plane, int width, int height, double factor);

}  // namespace fairground
