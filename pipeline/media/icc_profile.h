// Colours by a file's ICC profile (ICC.1:2022), through Little CMS.
#pragma once

#include <span>

#include "pipeline/media/bytes.h"
#include "pipeline/media/image.h"
#include "pipeline/media/image_header.h"

namespace fairground {

/// The profile that a file embeds; empty where there is none. Throws ItemError where it is damaged or larger than 4
/// MiB, more than profiles of cameras, scanners and displays have. Of PNG's other colour chunks (cHRM, gAMA) nothing is
/// read.
[[nodiscard]] Bytes read_icc_profile(const ImageHeader& header);

/// Throws ItemError where the profile cannot say what light the picture's codes stand for: one that is damaged, of
/// another colour space than the picture (CMYK, or grey beside colours), or a link between devices, an abstract one or
/// one of named colours.
void check_icc_profile(std::span<const std::byte> profile, bool is_grey);

/// To linear light with the sRGB primaries. Colours are kept as they were measured (relative colorimetric): what lies
/// beyond sRGB stays beyond 0 to 1, and is cut only when the picture is quantised. A profile that is sRGB in effect
/// (within two codes of 255 for all of a grid of colours) changes nothing, so that its picture keeps every code. A grey
/// profile gives the luminance. `is_grey` is the file's own account; throws where the raster's channels contradict it,
/// as check_icc_profile(), and where Little CMS finds no way to linear light.
///
/// The usual profiles, which have three curves and a matrix, or one curve for grey, are only opened by Little CMS and
/// go through plain arithmetic. Others, of tables, go through Little CMS pixel by pixel, and hang on its version.
[[nodiscard]] Image to_linear(const Raster& raster, std::span<const std::byte> profile, bool is_grey);

}  // namespace fairground
