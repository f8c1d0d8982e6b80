// The apparent tone of skin, as its pixels are and not as anybody is.
#pragma once

#include <cstddef>

#include "pipeline/media/image.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// After Thong, Joniak and Xiang, "Beyond Skin Tone" (ICCV 2023): of the clusters of lightness and hue, the lighter
/// ones. In CIE L*a*b* of the sRGB-encoded picture, for D65. Values of pixels and nothing else: they hang on light,
/// camera and processing as much as on skin.
struct ApparentTone {
  double lightness = 0.0;          ///< L*, 0 to 100
  double hue_deg = 0.0;            ///< atan2(b*, a*), in degrees: 0 is red, 90 is yellow
  double chroma = 0.0;             ///< sqrt(a*^2 + b*^2)
  double ita_deg = 0.0;            ///< individual typology angle, atan2(L* - 50, b*), in degrees
  int monk = 0;                    ///< nearest swatch of the Monk Skin Tone scale by CIEDE2000, 1 to 10
  int monk_runner_up = 0;          ///< the second nearest
  double monk_difference = 0.0;    ///< CIEDE2000 to the nearest
  double monk_margin = 0.0;        ///< how much farther the runner-up is
  double lightness_spread = 0.0;   ///< standard deviation of L* over the region
  double clipped_fraction = 0.0;   ///< share of the region's pixels with a channel at its highest value
  double specular_fraction = 0.0;  ///< share of its pixels that mirror the light more than they show skin
  std::size_t pixels = 0;          ///< of the region
};

/// Of the pixels that `parts` marks as skin (see SkinPart: neither none nor lips nor brows). It has the picture's size.
/// Plain arithmetic, so that what is built on it repeats on any machine. Throws ItemError where the picture is grey or
/// the region has no pixel.
[[nodiscard]] ApparentTone measure_apparent_tone(const Image& image, const Mask& parts);

}  // namespace fairground
