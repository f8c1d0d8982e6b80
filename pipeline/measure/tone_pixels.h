// The colours of the pixels of skin, as the meter of tone takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/media/image.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// How many pixels are skin, and the box around them, whose right and lower edges are not in it.
struct MarkedRegion {
  std::size_t pixels = 0;
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

/// Of the pixels that `parts` marks as skin.
[[nodiscard]] MarkedRegion find_marked_region(const Mask& parts);

/// The codes of row `y`.
[[nodiscard]] std::span<const std::uint8_t> mask_row(const Mask& mask, int y);

/// The region's pixels behind the blur, row after row: L* and chroma of CIE L*a*b* for D65, and the hue angle in
/// degrees, from -180 to 180.
struct TonePixels {
  std::vector<float> lightness;
  std::vector<float> hue;
  std::vector<float> chroma;
};

/// Blurs the sRGB-encoded picture, which has three channels, by a Gaussian of sigma 1 px. The region has a pixel.
[[nodiscard]] TonePixels smoothed_pixels(const Image& image, const Mask& parts, const MarkedRegion& region);

}  // namespace fairground
