// Light, clipping and noise of pictures.
#pragma once

#include "pipeline/media/image.h"

namespace fairground {

/// What every image record carries, of the pixels as they will decode.
struct ImageMeasures {
  double mean_luminance = 0.0;    ///< mean of Rec. 709 luminance in linear light, 0 to 1
  double clipped_fraction = 0.0;  ///< share of colour samples at the lowest or the highest code
  double noise_sigma = 0.0;       ///< standard deviation of noise in the sRGB-encoded luma, full scale 1
};

/// Noise is estimated by Immerkaer, "Fast noise variance estimation" (CVIU 64(2), 1996), whose mask is
/// blind to slopes; fine texture is counted as noise. Alpha is not measured. At least 3 x 3 pixels.
[[nodiscard]] ImageMeasures measure_image(const Raster& raster);

}  // namespace fairground
