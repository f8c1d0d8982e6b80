// JPEG files with what OpenCV's encoder does not let one choose.
#pragma once

#include "pipeline/media/bytes.h"
#include "pipeline/media/image.h"

namespace fairground {

/// How many luminance samples share one of colour: none, two side by side, or two by two.
enum class JpegSubsampling { s444, s422, s420 };

/// A baseline JPEG (ITU-T T.81) in JFIF: libjpeg's tables for the quality (1 to 100, annex K scaled), its usual Huffman
/// tables and its exact integer transform. `subsampling` is nothing to grey. Throws ItemError where the raster does not
/// have 8 bits, has transparency, or is larger than JPEG can say, and std::bad_alloc where memory runs out.
[[nodiscard]] Bytes encode_jpeg(const Raster& raster, int quality, JpegSubsampling subsampling);

}  // namespace fairground
