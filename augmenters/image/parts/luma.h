// The luma of whole pictures, and sums of rows.
#pragma once

#include <span>

#include "pipeline/media/blur.h"
#include "pipeline/media/image.h"

namespace fairground {

/// The luma of an encoded picture, see luma_of(). Of a grey picture, its only channel.
[[nodiscard]] Plane luma_plane(const Image& image);

/// One channel of a picture.
[[nodiscard]] PlaneView channel_view(Image& image, int channel);

/// From red's and blue's differences from luma, R' - Y' and B' - Y', that of green: weighed as luma weighs them, the
/// three add up to nothing.
void green_difference(std::span<const float> red, std::span<const float> blue, std::span<float> green);

/// row += change.
void add(std::span<const float> change, std::span<float> row);
/// row -= change.
void subtract(std::span<const float> change, std::span<float> row);

}  // namespace fairground
