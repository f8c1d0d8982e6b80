// Files that say something of each pixel of a picture: masks, depths and normals.
#pragma once

#include <filesystem>
#include <span>

#include "pipeline/media/bytes.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// These decode what decode_image() does, upright; codes are numbers and no colours, so that ICC profiles are not
/// applied. They throw ItemError as it does, and where the file is of another kind than they expect.

/// From a grey picture of 8 bits: a PNG, BMP or TIFF. What JPEG or WebP compressed is refused, whose edges have codes
/// that nobody drew.
[[nodiscard]] Mask decode_mask(std::span<const std::byte> bytes, const std::filesystem::path& name,
                               const MediaLimits& limits);
/// From a grey picture: 0 for its lowest code to 1 for its highest one.
[[nodiscard]] Image decode_depth(std::span<const std::byte> bytes, const std::filesystem::path& name,
                                 const MediaLimits& limits);
/// From a picture in colour: red is x, green y and blue z, and codes from 0 to the highest stand for -1 to 1. All are
/// brought to length 1.
[[nodiscard]] Image decode_normals(std::span<const std::byte> bytes, const std::filesystem::path& name,
                                   const MediaLimits& limits);

/// A mask as a grey PNG.
[[nodiscard]] Bytes encode_mask(const Mask& mask);

}  // namespace fairground
