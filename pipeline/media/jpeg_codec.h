// JPEG files with what OpenCV's encoder does not let one choose, and without what its decoder keeps to itself.
#pragma once

#include <span>

#include "pipeline/media/bytes.h"
#include "pipeline/media/image.h"

namespace fairground {

/// How many luminance samples share one of colour: none, two side by side, or two by two.
enum class JpegSubsampling { s444, s422, s420 };

/// A baseline JPEG (ITU-T T.81) in JFIF: libjpeg's tables for the quality (1 to 100, annex K scaled), its usual Huffman
/// tables and its exact integer transform. `subsampling` is nothing to grey. Throws ItemError where the raster does not
/// have 8 bits, has transparency, or is larger than JPEG can say, and std::bad_alloc where memory runs out.
[[nodiscard]] Bytes encode_jpeg(const Raster& raster, int quality, JpegSubsampling subsampling);

/// The codes that OpenCV decodes, not turned upright: one channel, or blue, green and red. `bytes` have passed
/// read_image_header(). Throws ItemError where pixels are missing or damaged, where OpenCV would give grey ones, and
/// std::bad_alloc where memory runs out.
[[nodiscard]] Raster decode_jpeg(std::span<const std::byte> bytes);

}  // namespace fairground
