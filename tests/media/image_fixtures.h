// Encoded pictures with orientations and with headers that lie.
#pragma once

#include "pipeline/media/image_file.h"
#include "tests/media/media_fixtures.h"

namespace fairground {

/// An EXIF block that says nothing but the orientation.
inline Bytes exif_block(int orientation, bool big_endian) {
  Crafted block;
  const auto put = [&](std::uint64_t value, int width) {
    big_endian ? block.big(value, width) : block.little(value, width);
  };
  block.text(big_endian ? "MM" : "II");
  put(42, 2);
  put(8, 4);    // the directory follows
  put(1, 2);    // one entry
  put(274, 2);  // orientation
  put(3, 2);    // SHORT
  put(1, 4);    // one value
  put(static_cast<std::uint64_t>(orientation), 2);
  put(0, 2);
  put(0, 4);  // no further directory
  return block.bytes;
}

inline Bytes jpeg_with_exif(const Bytes& jpeg, const Bytes& exif) {
  Crafted file;
  file.append(first_bytes(jpeg, 2)).text("\xFF\xE1").big(exif.size() + 8, 2).text(std::string_view("Exif\0\0", 6));
  file.append(exif).append({jpeg.begin() + 2, jpeg.end()});
  return file.bytes;
}

/// CRC-32 of ISO/IEC 15948, annex D.
inline std::uint32_t png_checksum(const Bytes& bytes) {
  std::uint32_t remainder = 0xFFFFFFFFU;
  for (const std::byte byte : bytes) {
    remainder ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1U ^ ((remainder & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~remainder;
}

inline Bytes png_chunk(std::string_view name, const Bytes& content) {
  Crafted named;
  named.text(name).append(content);
  return Crafted().big(content.size(), 4).append(named.bytes).big(png_checksum(named.bytes), 4).bytes;
}

constexpr std::size_t kPngHeaderEnd = 33;  // signature 8, IHDR 25

inline Bytes png_with_chunk(const Bytes& png, std::string_view name, const Bytes& content) {
  return Crafted()
      .append(first_bytes(png, kPngHeaderEnd))
      .append(png_chunk(name, content))
      .append({png.begin() + kPngHeaderEnd, png.end()})
      .bytes;
}

/// A simple WebP in the extended form with an EXIF chunk.
inline Bytes webp_with_exif(const Bytes& webp, int width, int height, const Bytes& exif) {
  constexpr int kHasExif = 8;
  Crafted chunks;
  chunks.text("VP8X").little(10, 4).little(kHasExif, 4);
  chunks.little(static_cast<std::uint64_t>(width - 1), 3).little(static_cast<std::uint64_t>(height - 1), 3);
  chunks.append({webp.begin() + 12, webp.end()});
  chunks.text("EXIF").little(exif.size(), 4).append(exif);
  return Crafted().text("RIFF").little(chunks.bytes.size() + 4, 4).text("WEBP").append(chunks.bytes).bytes;
}

struct TiffTag {
  std::uint16_t number;
  std::uint64_t value;
};

/// An uncompressed little-endian TIFF whose tags each hold one value; the picture follows the directory.
inline Bytes crafted_tiff(const std::vector<TiffTag>& tags, const Bytes& pixels) {
  constexpr std::uint16_t kStripOffset = 273;
  Crafted file;
  file.text("II").little(42, 2).little(8, 4).little(tags.size(), 2);
  for (const TiffTag& tag : tags) {
    const std::uint64_t data = 8 + 2 + 12 * tags.size() + 4;
    file.little(tag.number, 2).little(4, 2).little(1, 4).little(tag.number == kStripOffset ? data : tag.value, 4);
  }
  return file.little(0, 4).append(pixels).bytes;
}

/// A grey TIFF of 8 bits with an orientation.
inline Bytes oriented_tiff(const cv::Mat& grey, int orientation) {
  Crafted pixels;
  for (int y = 0; y < grey.rows; ++y) {
    for (int x = 0; x < grey.cols; ++x) pixels.little(grey.ptr<std::uint8_t>(y)[x], 1);
  }
  const auto width = static_cast<std::uint64_t>(grey.cols);
  const auto height = static_cast<std::uint64_t>(grey.rows);
  return crafted_tiff({{256, width},
                       {257, height},
                       {258, 8},
                       {259, 1},
                       {262, 1},
                       {273, 0},
                       {274, static_cast<std::uint64_t>(orientation)},
                       {277, 1},
                       {278, height},
                       {279, width * height}},
                      pixels.bytes);
}

/// An uncompressed BMP of 24 bits.
inline Bytes crafted_bmp(const cv::Mat& colour) {
  const auto width = static_cast<std::uint64_t>(colour.cols);
  const auto height = static_cast<std::uint64_t>(colour.rows);
  const std::uint64_t row = (width * 3 + 3) / 4 * 4;
  Crafted file;
  file.text("BM").little(54 + row * height, 4).little(0, 4).little(54, 4);
  file.little(40, 4).little(width, 4).little(height, 4).little(1, 2).little(24, 2).little(0, 24);
  for (int y = colour.rows - 1; y >= 0; --y) {
    for (int x = 0; x < colour.cols * 3; ++x) file.little(colour.ptr<std::uint8_t>(y)[x], 1);
    file.little(0, static_cast<int>(row - width * 3));
  }
  return file.bytes;
}

}  // namespace fairground
