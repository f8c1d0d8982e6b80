// WebP by libwebp's own interface: OpenCV's encoder calls the same, but loading OpenCV's codecs takes a tenth of a second.
#pragma once

#include "pipeline/media/bytes.h"
#include "pipeline/media/image.h"

namespace fairground {

/// The file's bytes, lossy, as cv::imencode() would give them. `quality` is 1 to 100. Throws ItemError where a side has
/// more than 16383 pixels.
[[nodiscard]] Bytes encode_webp(const Raster& raster, int quality);

}  // namespace fairground
