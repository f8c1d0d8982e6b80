// What the bytes of a picture say about it before anything is decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fairground {

enum class ImageFormat { jpeg, png, webp, tiff, bmp };

struct ImageHeader {
  ImageFormat format = ImageFormat::jpeg;
  std::int64_t width = 0;   ///< as stored, before it is turned upright
  std::int64_t height = 0;  ///< as stored, before it is turned upright
  int orientation = 1;      ///< EXIF tag 274: 1 (upright) to 8
  int channels = 3;         ///< that it decodes to, at the most
  int bits = 8;             ///< of each of these: 8 or 16
  bool is_grey = false;     ///< by its own account, whatever it decodes to
  bool is_lossy = false;    ///< made to hold other codes than were saved: JPEG, WebP, and TIFFs compressed so
  /// What holds the ICC profile, for read_icc_profile(): parts of the bytes that were read.
  std::vector<std::span<const std::byte>> icc = {};
};

/// Reads the header and walks through the file's structure to its end, without decoding. Throws ItemError where the
/// bytes are no JPEG, PNG, WebP, TIFF or BMP file, are cut short, or hold what is refused: CMYK, floating point,
/// animations, and forms whose colours or transparency OpenCV would change.
[[nodiscard]] ImageHeader read_image_header(std::span<const std::byte> bytes);

/// "JPEG", "PNG", …
[[nodiscard]] const char* image_format_name(ImageFormat format);

}  // namespace fairground
