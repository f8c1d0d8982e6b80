// How sharp a picture is.
#pragma once

#include "pipeline/media/image.h"

namespace fairground {

/// The sharpest that can be told: two pixels to a cycle.
inline constexpr double kHighestSharpness = 0.5;

/// The spatial frequency in cycles per pixel at which the contrast of the picture's strongest edges has fallen to one
/// half (MTF50), at most kHighestSharpness: edges blurred by a Gaussian of sigma pixels measure 0.187 / sigma from one
/// pixel on, and the sharpest 0.35 to 0.5, as pixels have a size. It is of luminance in linear light, where a gain
/// changes nothing and optical blur adds up. Scenes have soft edges too, so that it is a property of the picture and
/// not of the lens alone.
///
/// NaN where there are no edges: pictures of less than 32 pixels a side, flat ones, and those of white noise
/// alone.
[[nodiscard]] double measure_sharpness(const Image& image);

}  // namespace fairground
