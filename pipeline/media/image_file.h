// Pictures in and out, through OpenCV, and between codes and linear light.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "pipeline/media/bytes.h"
#include "pipeline/media/code_table.h"
#include "pipeline/media/image.h"
#include "pipeline/media/limits.h"

namespace fairground {

enum class ImageContainer { png, jpeg, webp, tiff };

/// Decodes a JPEG, PNG, WebP, TIFF or BMP file, upright. Throws ItemError where it is none of these, contradicts its
/// extension, is cut short, is CMYK or in floating point, is smaller than 8 x 8, or goes beyond the limits.
/// Sizes are checked in the header, before anything is decoded.
[[nodiscard]] Raster decode_image(std::span<const std::byte> bytes, const std::filesystem::path& name,
                                  const MediaLimits& limits);

/// The same in linear light with the sRGB primaries: by the ICC profile in the file, or as sRGB where there is none.
/// Throws ItemError too where the profile cannot be applied; see icc_profile.h.
[[nodiscard]] Image decode_picture(std::span<const std::byte> bytes, const std::filesystem::path& name,
                                   const MediaLimits& limits);

/// Decodes bytes that encode_image made.
[[nodiscard]] Raster decode_own_image(std::span<const std::byte> bytes);

/// The file's bytes. `quality` (1 to 100) is used by jpeg and webp. Throws ItemError where the format
/// cannot hold the raster: transparency in a JPEG, 16 bits in a JPEG or WebP.
[[nodiscard]] Bytes encode_image(const Raster& raster, ImageContainer container, int quality);

/// Bits per sample with which a picture of `bits` is written: JPEG and WebP hold 8, the others keep.
[[nodiscard]] int container_bits(ImageContainer container, int bits);

/// To linear light by the sRGB transfer function (IEC 61966-2-1).
[[nodiscard]] Image to_linear(const Raster& raster);

/// An empty raster of the picture's size, ready for its rows; transparency is copied into it.
[[nodiscard]] Raster make_raster(const Image& image, int bits);

/// Encodes one linear row with the sRGB transfer function, rounds it and puts it into the raster. What lies
/// beyond 0 to 1 saturates. Within 0.51 codes of the exact function at 8 bits and 0.6 at 16. A picture of 8 or
/// 16 bits that is only read and written keeps every code.
void put_row(const ImageRow& row, Raster& raster);

/// The same into a raster of 8 bits by tables that may have a curve in them; see code_table.h.
void put_row(const ImageRow& row, Raster& raster, const CodeTables& tables);

}  // namespace fairground
