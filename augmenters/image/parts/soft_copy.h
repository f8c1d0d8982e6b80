// Small copies of pictures, for wide and soft things: glare, haze and grease on a lens.
#pragma once

#include <span>

#include "pipeline/media/image.h"

namespace fairground {

/// Each sample of `small` is the mean of `step` x `step` samples of a picture, or of what is left of these at its right
/// and lower edge.
struct SoftCopy {
  Image small;
  int step = 1;
  int full_width = 0;
  int full_height = 0;
};

/// A copy whose diagonal has some 300 samples, or the picture itself if it is no larger, without transparency.
[[nodiscard]] SoftCopy soft_copy(const Image& image);

/// Blurs all channels by nearly a Gaussian with that standard deviation, in samples: three running means. Beyond the
/// picture its edge goes on. Widths that are not whole are rounded.
void soften(Image& image, double sigma);

/// A part of one row of the copy at the picture's size, from column `first` on. Between its samples it is linear.
void enlarge_row(const SoftCopy& copy, int y, int channel, int first, std::span<float> out);

}  // namespace fairground
