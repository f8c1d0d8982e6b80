#include "pipeline/media/image_header.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/media/byte_view.h"
#include "pipeline/media/exif.h"

namespace fairground {
namespace {

constexpr std::string_view kJpegMagic("\xFF\xD8\xFF", 3);
constexpr std::string_view kPngMagic("\x89PNG\r\n\x1A\n", 8);
constexpr std::string_view kExifPrefix("Exif\0\0", 6);
constexpr std::string_view kIccPrefix("ICC_PROFILE\0", 12);
constexpr std::string_view kTiffLittle("II\x2A\0", 4);
constexpr std::string_view kTiffBig("MM\0\x2A", 4);

[[noreturn]] void refuse_cmyk() { throw ItemError("it is CMYK, whose colours would be guesses; convert it to sRGB"); }

// JPEG: ITU-T T.81, annex B.

/// Where the entropy-coded data that begin at `at` end: at the first marker that does not belong to them.
std::uint64_t after_entropy_coded(std::span<const std::byte> bytes, std::uint64_t at) {
  for (;;) {
    const void* found = at < bytes.size() ? std::memchr(bytes.data() + at, 0xFF, bytes.size() - at) : nullptr;
    if (found == nullptr) throw ItemError("cut short: the JPEG has no end-of-image marker");
    at = static_cast<std::uint64_t>(static_cast<const std::byte*>(found) - bytes.data());
    if (at + 1 >= bytes.size()) throw ItemError("cut short: the JPEG has no end-of-image marker");
    const auto next = std::to_integer<unsigned>(bytes[at + 1]);
    const bool is_stuffed = next == 0x00;
    const bool is_restart = next >= 0xD0 && next <= 0xD7;
    if (!is_stuffed && !is_restart && next != 0xFF) return at;
    at += next == 0xFF ? 1 : 2;
  }
}

bool is_jpeg_frame(unsigned marker) {
  constexpr unsigned kHuffmanTables = 0xC4;
  constexpr unsigned kExtension = 0xC8;
  constexpr unsigned kArithmeticConditions = 0xCC;
  return marker >= 0xC0 && marker <= 0xCF && marker != kHuffmanTables && marker != kExtension &&
         marker != kArithmeticConditions;
}

/// `frame` begins with the length of its segment.
void read_jpeg_frame(const ByteView& frame, ImageHeader& header) {
  const int precision = frame.u8(2);
  const int components = frame.u8(7);
  if (precision != 8) throw ItemError("it is a JPEG of " + std::to_string(precision) + " bits; only 8 can be read");
  if (components == 4) refuse_cmyk();
  if (components != 1 && components != 3) {
    throw ItemError("it is a JPEG of " + std::to_string(components) + " channels; 1 and 3 can be read");
  }
  header.height = frame.u16(3);
  header.width = frame.u16(5);
  header.is_grey = components == 1;
  header.channels = components;
}

ImageHeader read_jpeg(std::span<const std::byte> bytes) {
  constexpr unsigned kEnd = 0xD9;
  constexpr unsigned kScan = 0xDA;
  constexpr unsigned kApp1 = 0xE1;
  constexpr unsigned kApp2 = 0xE2;
  const ByteView file(bytes, std::endian::big);
  ImageHeader header{ImageFormat::jpeg};
  header.is_lossy = true;
  bool has_frame = false;
  bool has_exif = false;
  for (std::uint64_t at = 2;;) {
    if (file.u8(at) != 0xFF) throw ItemError("it is a damaged JPEG: no marker at byte " + std::to_string(at));
    while (file.u8(at) == 0xFF) ++at;  // Any number of fill bytes may stand before a marker.
    const unsigned marker = file.u8(at++);
    if (marker == kEnd) break;
    if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;  // These have no content.
    const std::uint64_t length = file.u16(at);
    const ByteView segment(file.part(at, length), std::endian::big);
    if (is_jpeg_frame(marker) && !has_frame) {
      read_jpeg_frame(segment, header);
      has_frame = true;
    }
    if (marker == kApp1 && !has_exif && segment.matches(2, kExifPrefix)) {
      header.orientation = exif_orientation(segment.part(8, length - 8));
      has_exif = true;
    }
    if (marker == kApp2 && segment.matches(2, kIccPrefix)) {
      constexpr std::uint64_t kBefore = 2 + kIccPrefix.size();
      (void)segment.part(kBefore, 2);  // its number, and how many there are
      header.icc.push_back(segment.part(kBefore, length - kBefore));
    }
    at += length;
    if (marker == kScan) at = after_entropy_coded(bytes, at);
  }
  if (!has_frame) throw ItemError("it is a JPEG without a picture");
  return header;
}

// PNG: ISO/IEC 15948.

ImageHeader read_png(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kChunkOverhead = 12;  // length, name, checksum
  constexpr int kGrey = 0;
  constexpr int kGreyWithAlpha = 4;
  const ByteView file(bytes, std::endian::big);
  if (file.u32(8) != 13 || !file.matches(12, "IHDR")) throw ItemError("it is a damaged PNG: it begins without IHDR");
  ImageHeader header{ImageFormat::png};
  header.width = file.u32(16);
  header.height = file.u32(20);
  const int colour_type = file.u8(25);
  header.is_grey = colour_type == kGrey || colour_type == kGreyWithAlpha;
  header.channels = colour_type == kGrey ? 1 : 4;  // transparency may follow the header
  header.bits = file.u8(24) == 16 ? 16 : 8;
  for (std::uint64_t at = 8; !file.matches(at + 4, "IEND");) {
    const std::uint64_t length = file.u32(at);
    (void)file.part(at, length + kChunkOverhead);
    if (file.matches(at + 4, "eXIf")) header.orientation = exif_orientation(file.part(at + 8, length));
    if (file.matches(at + 4, "iCCP") && header.icc.empty()) header.icc.push_back(file.part(at + 8, length));
    if (file.matches(at + 4, "acTL")) throw ItemError("it is an animation; save one of its pictures");
    if (file.matches(at + 4, "tRNS") && colour_type == kGrey) {
      throw ItemError("it is a grey PNG with one transparent shade, which OpenCV drops; save it with an alpha channel");
    }
    at += length + kChunkOverhead;
    if (!file.holds(at, kChunkOverhead)) throw ItemError("cut short: the PNG has no IEND chunk");
  }
  return header;
}

// WebP: RFC 9649.

/// Width and height in the bitstream of VP8 (RFC 6386, section 9.1).
void read_vp8(const ByteView& chunk, ImageHeader& header) {
  constexpr std::uint16_t kSize = 0x3FFF;  // two bits of scale stand above
  if (!chunk.matches(3, "\x9D\x01\x2A")) throw ItemError("it is a damaged WebP: its first frame is no key frame");
  header.width = chunk.u16(6) & kSize;
  header.height = chunk.u16(8) & kSize;
}

void read_vp8_lossless(const ByteView& chunk, ImageHeader& header) {
  if (chunk.u8(0) != 0x2F) throw ItemError("it is a damaged WebP: its lossless signature is missing");
  const std::uint32_t packed = chunk.u32(1);
  header.width = static_cast<std::int64_t>(packed & 0x3FFFU) + 1;
  header.height = static_cast<std::int64_t>(packed >> 14U & 0x3FFFU) + 1;
}

void read_vp8_extended(const ByteView& chunk, ImageHeader& header) {
  constexpr unsigned kAnimation = 2;
  if ((chunk.u8(0) & kAnimation) != 0) throw ItemError("it is an animation; save one of its pictures");
  header.width = static_cast<std::int64_t>(chunk.u24(4)) + 1;
  header.height = static_cast<std::int64_t>(chunk.u24(7)) + 1;
}

ImageHeader read_webp(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kChunkHeader = 8;
  const std::uint64_t length = ByteView(bytes, std::endian::little).u32(4) + kChunkHeader;
  const ByteView file(ByteView(bytes, std::endian::little).part(0, length), std::endian::little);
  ImageHeader header{ImageFormat::webp};
  header.is_lossy = true;
  header.channels = 4;
  for (std::uint64_t at = 12; file.holds(at, kChunkHeader);) {
    const std::uint64_t size = file.u32(at + 4);
    const ByteView chunk(file.part(at + kChunkHeader, size), std::endian::little);
    // Where there is a canvas it comes first, and libwebp refuses a frame of another size.
    if (header.width == 0 && file.matches(at, "VP8X")) read_vp8_extended(chunk, header);
    if (header.width == 0 && file.matches(at, "VP8 ")) read_vp8(chunk, header);
    if (header.width == 0 && file.matches(at, "VP8L")) read_vp8_lossless(chunk, header);
    if (file.matches(at, "ICCP") && header.icc.empty()) header.icc.push_back(file.part(at + kChunkHeader, size));
    if (file.matches(at, "EXIF")) {
      const std::uint64_t prefix = chunk.matches(0, kExifPrefix) ? kExifPrefix.size() : 0;
      header.orientation = exif_orientation(chunk.part(prefix, size - prefix));
    }
    at += kChunkHeader + size + size % 2;
  }
  if (header.width == 0) throw ItemError("it is a WebP without a picture");
  return header;
}

/// TIFF 6.0. Refuses what OpenCV 4.6 was seen to misread: it mixes separate transparency into 8-bit colours, leaves
/// 16-bit pictures whose zero is white inverted, and reduces Lab and two-channel pictures to 8 bits.
void require_plain_tiff(const TiffDirectory& tags) {
  constexpr std::uint32_t kWhiteIsZero = 0, kBlackIsZero = 1, kRgb = 2, kPalette = 3, kSeparated = 5, kYcbcr = 6;
  const std::uint32_t photometric = tags.value(262).value_or(kBlackIsZero);
  const std::uint32_t channels = tags.value(277).value_or(1);
  const std::uint32_t bits = tags.value(258).value_or(1);
  if (photometric == kSeparated) refuse_cmyk();
  if (tags.value(339).value_or(1) != 1) {
    throw ItemError("it is a TIFF of signed or floating-point samples; save it with 8 or 16 bits");
  }
  if (bits != 1 && bits != 8 && bits != 16) {
    throw ItemError("it is a TIFF of " + std::to_string(bits) + " bits; save it with 8 or 16");
  }
  const bool is_usual = photometric == kBlackIsZero || photometric == kRgb;
  const bool is_usual_8_bit = photometric == kWhiteIsZero || photometric == kPalette || photometric == kYcbcr;
  if (!is_usual && !(is_usual_8_bit && bits <= 8)) {
    throw ItemError("it is a TIFF of photometric interpretation " + std::to_string(photometric) + " and " +
                    std::to_string(bits) + " bits, which cannot be read; save it as RGB or grey");
  }
  if (channels != 1 && channels != 3 && channels != 4) {
    throw ItemError("it is a TIFF of " + std::to_string(channels) + " channels; 1, 3 and 4 can be read");
  }
  const bool has_colours = photometric == kRgb || photometric == kYcbcr;
  if (has_colours != (channels > 1)) {
    throw ItemError("it is a damaged TIFF: photometric interpretation " + std::to_string(photometric) + " has no " +
                    std::to_string(channels) + (channels == 1 ? " channel" : " channels"));
  }
  constexpr std::uint32_t kPremultiplied = 1, kSeparate = 2;
  const std::uint32_t extra = tags.value(338).value_or(0);
  if (extra == kPremultiplied || (extra == kSeparate && bits <= 8)) {
    throw ItemError("it is a TIFF whose transparency is mixed into its colours when it is read; save it as PNG");
  }
}

constexpr std::uint16_t kCompressionTag = 259;
constexpr std::uint32_t kUncompressed = 1;
constexpr std::uint32_t kJpegCompression = 7;

/// TIFF 6.0 and its technical note 2: what Baseline readers know, and LZW, JPEG, Deflate under both of its numbers.
/// libtiff knows many more, but rare decoders meet no untrusted file.
void require_usual_compression(const TiffDirectory& tags) {
  constexpr std::array<std::uint32_t, 9> kUsual = {kUncompressed, 2, 3, 4, 5, kJpegCompression, 8, 32773, 32946};
  const std::uint32_t compression = tags.value(kCompressionTag).value_or(kUncompressed);
  if (std::ranges::find(kUsual, compression) == kUsual.end()) {
    throw ItemError("it is a TIFF of compression " + std::to_string(compression) +
                    ", which is not read; save it with LZW, Deflate or without compression");
  }
}

/// OpenCV takes memory for a whole strip or tile before it reads one, whatever the size of the picture.
void require_plain_parts(const TiffDirectory& tags, const ImageHeader& header) {
  constexpr std::uint64_t kLargestTile = 4'000'000;  // pixels, for pictures that are smaller than that
  constexpr std::uint32_t kAllRows = 0xFFFFFFFF;
  require_usual_compression(tags);
  const std::uint32_t rows_per_strip = tags.value(278).value_or(kAllRows);
  const std::uint64_t width = tags.value(322).value_or(static_cast<std::uint32_t>(header.width));
  const std::uint64_t height =
      tags.value(323).value_or(rows_per_strip == kAllRows ? static_cast<std::uint32_t>(header.height) : rows_per_strip);
  const auto picture = static_cast<std::uint64_t>(header.width) * static_cast<std::uint64_t>(header.height);
  if (width * height > std::max(picture, kLargestTile)) {
    throw ItemError("it is a damaged TIFF: its parts of " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels are larger than the picture");
  }
}

void require_tiff_data(const TiffDirectory& tags, std::uint16_t offsets_tag, std::uint16_t sizes_tag,
                       const ByteView& file) {
  const std::vector<std::uint32_t> offsets = tags.values(offsets_tag);
  const std::vector<std::uint32_t> sizes = tags.values(sizes_tag);
  for (std::size_t i = 0; i < std::min(offsets.size(), sizes.size()); ++i) {
    if (!file.holds(offsets[i], sizes[i])) throw ItemError("cut short: part of the TIFF's picture is beyond its end");
  }
}

ImageHeader read_tiff(std::span<const std::byte> bytes) {
  const TiffDirectory tags(bytes);
  ImageHeader header{ImageFormat::tiff};
  header.width = tags.value(256).value_or(0);
  header.height = tags.value(257).value_or(0);
  const std::uint32_t orientation = tags.value(kOrientationTag).value_or(1);
  header.orientation = orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  require_plain_tiff(tags);
  require_plain_parts(tags, header);
  header.is_lossy = tags.value(kCompressionTag).value_or(kUncompressed) == kJpegCompression;
  header.channels = 4;  // as OpenCV has it on the way, whatever comes out
  header.bits = tags.value(258).value_or(1) == 16 ? 16 : 8;
  constexpr std::uint32_t kLastGrey = 1;  // of photometric interpretations: white or black is zero
  header.is_grey = tags.value(262).value_or(kLastGrey) <= kLastGrey;
  if (const auto profile = tags.bytes(kIccTag)) header.icc.push_back(*profile);
  const ByteView file(bytes, std::endian::little);
  require_tiff_data(tags, /*offsets_tag=*/273, /*sizes_tag=*/279, file);  // strips
  require_tiff_data(tags, /*offsets_tag=*/324, /*sizes_tag=*/325, file);  // tiles
  return header;
}

// BMP: Microsoft, BITMAPFILEHEADER and BITMAPINFOHEADER.

ImageHeader read_bmp(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kCoreHeader = 12;
  const ByteView file(bytes, std::endian::little);
  const std::uint64_t pixels = file.u32(10);
  const bool is_core = file.u32(14) == kCoreHeader;
  ImageHeader header{ImageFormat::bmp};
  header.width = is_core ? file.u16(18) : static_cast<std::int32_t>(file.u32(18));
  header.height = is_core ? file.u16(20) : static_cast<std::int32_t>(file.u32(22));
  header.height = std::abs(header.height);  // A negative height says that the rows begin at the top.
  const std::uint32_t compression = is_core ? 0 : file.u32(30);
  const bool is_run_length = compression == 1 || compression == 2;
  if (header.width <= 0 || header.height <= 0) throw ItemError("it is a BMP without a size");
  header.channels = 4;
  const auto bits_per_row = static_cast<std::uint64_t>(header.width) * file.u16(is_core ? 24 : 28);
  const std::uint64_t row = std::max<std::uint64_t>(1, (bits_per_row + 31) / 32 * 4);
  // A division, since the product of hostile sizes would wrap.
  const std::uint64_t rows_there = (file.size() - std::min(pixels, file.size())) / row;
  const bool is_whole =
      is_run_length ? file.holds(pixels, file.u32(34)) : static_cast<std::uint64_t>(header.height) <= rows_there;
  if (!is_whole) throw ItemError("cut short: part of the BMP's picture is beyond its end");
  // BITMAPV5HEADER; offsets of profiles count from where the header begins.
  constexpr std::uint32_t kFifthHeader = 124;
  constexpr std::uint64_t kHeaderAt = 14;
  if (file.u32(kHeaderAt) == kFifthHeader && file.matches(kHeaderAt + 56, "DEBM")) {
    header.icc.push_back(file.part(kHeaderAt + file.u32(kHeaderAt + 112), file.u32(kHeaderAt + 116)));
  }
  return header;
}

}  // namespace

ImageHeader read_image_header(std::span<const std::byte> bytes) {
  const ByteView file(bytes, std::endian::little);
  if (file.matches(0, kJpegMagic)) return read_jpeg(bytes);
  if (file.matches(0, kPngMagic)) return read_png(bytes);
  if (file.matches(0, "RIFF") && file.matches(8, "WEBP")) return read_webp(bytes);
  if (file.matches(0, kTiffLittle) || file.matches(0, kTiffBig)) return read_tiff(bytes);
  if (file.matches(0, "BM")) return read_bmp(bytes);
  throw ItemError("it is no JPEG, PNG, WebP, TIFF or BMP file");
}

const char* image_format_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::jpeg:
      return "JPEG";
    case ImageFormat::png:
      return "PNG";
    case ImageFormat::webp:
      return "WebP";
    case ImageFormat::tiff:
      return "TIFF";
    case ImageFormat::bmp:
      return "BMP";
  }
  return "";
}

}  // namespace fairground
