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

/// The darkest that counts towards an exposure, in EV: below it an 8-bit picture has less than nine codes, and black
/// bars would decide the mean.
inline constexpr double kDarkestEv = -6.0;

/// The mean of log2(Y / 0.18) over all pixels, in EV: 0 where the geometric mean of the Rec. 709 luminance Y is middle
/// grey. Half the light measures 1 EV less, but for pixels at kDarkestEv. NaN for a picture without pixels.
[[nodiscard]] double measure_exposure_ev(const Image& image);

}  // namespace fairground
