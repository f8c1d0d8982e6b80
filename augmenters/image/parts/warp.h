// Pictures whose parts are moved.
#pragma once

#include <functional>
#include <span>

#include "pipeline/media/image.h"

namespace fairground {

/// Where the pixels of one row of the new picture come from: fills in the place of each pixel's middle in the old
/// picture, in the terms of PixelPoint. Rows are asked for from the top, each once.
using RowSource = std::function<void(int y, std::span<float> source_x, std::span<float> source_y)>;

/// What is seen beyond the old picture. Its transparency goes on there.
enum class Beyond { edge, black };

/// A picture of that size, whose pixels and transparency come from where `source` says. By cubic convolution (Keys,
/// "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981, a = -0.5), held between the
/// four nearest samples, so that nothing rings and flat areas keep every bit.
[[nodiscard]] Image warp(const Image& image, int width, int height, Beyond beyond, const RowSource& source);

/// Likewise one channel in place, in a picture of the same size, whose edge goes on.
void warp_channel(Image& image, int channel, const RowSource& source);

}  // namespace fairground
