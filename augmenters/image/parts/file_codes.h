// What steps of the file stage share: colour without its transparency, and 8 bits.
#pragma once

#include <opencv2/core/mat.hpp>

#include "pipeline/media/image.h"

namespace fairground {

/// Codes whose transparency lies beside them.
struct OpaqueCodes {
  Raster colour;  ///< 1 or 3 channels
  cv::Mat alpha;  ///< one channel, or empty
};

[[nodiscard]] OpaqueCodes take_off_alpha(const Raster& raster);
[[nodiscard]] Raster put_on_alpha(const OpaqueCodes& codes);

/// The nearest codes of 8 bits.
[[nodiscard]] Raster to_eight_bits(Raster raster);

/// A quality as the encoders take it: whole, so that a drawn one is rounded.
[[nodiscard]] int whole_quality(double quality);

}  // namespace fairground
