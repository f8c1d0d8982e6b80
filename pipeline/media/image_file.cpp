#include "pipeline/media/image_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/media/byte_view.h"
#include "pipeline/media/extension.h"
#include "pipeline/media/icc_profile.h"
#include "pipeline/media/image_header.h"
#include "pipeline/media/jpeg_codec.h"
#include "pipeline/media/opencv_codecs.h"
#include "pipeline/media/webp_codec.h"

namespace fairground {
namespace {

constexpr std::int64_t kSmallestSide = 8;

struct Extension {
  std::string_view text;
  ImageFormat format;
};

constexpr std::array kExtensions{
    Extension{".jpg", ImageFormat::jpeg},  Extension{".jpeg", ImageFormat::jpeg}, Extension{".jpe", ImageFormat::jpeg},
    Extension{".jfif", ImageFormat::jpeg}, Extension{".png", ImageFormat::png},   Extension{".webp", ImageFormat::webp},
    Extension{".tif", ImageFormat::tiff},  Extension{".tiff", ImageFormat::tiff}, Extension{".bmp", ImageFormat::bmp},
    Extension{".dib", ImageFormat::bmp},
};

void check_extension(const std::filesystem::path& name, ImageFormat format) {
  const std::string text = lower_extension(name);
  const auto* const known = std::find_if(kExtensions.begin(), kExtensions.end(),
                                         [&text](const Extension& extension) { return extension.text == text; });
  if (known != kExtensions.end() && known->format != format) {
    throw ItemError("the content is " + std::string(image_format_name(format)) + ", which contradicts the extension '" +
                    text + "'; rename the file or mend the manifest");
  }
}

void check_size(const ImageHeader& header, const MediaLimits& limits) {
  const std::string size = std::to_string(header.width) + " x " + std::to_string(header.height) + " pixels";
  if (header.width < kSmallestSide || header.height < kSmallestSide) {
    throw ItemError("it has " + size + "; nothing can be measured below 8 x 8");
  }
  if (static_cast<double>(header.width) * static_cast<double>(header.height) > limits.image_megapixels * 1e6) {
    throw ItemError("it has " + size + ", more than limits.image_megapixels allows (" +
                    shortest(limits.image_megapixels) + ")");
  }
}

/// What decoding takes in memory: the codes, twice where they are turned upright, and beside them first what the
/// library needs and then linear light, where that is asked for.
double decoded_bytes(const ImageHeader& header, bool to_light) {
  constexpr double kFloat = sizeof(float);
  constexpr double kAlpha = sizeof(std::uint16_t);
  const double codes = header.channels * header.bits / 8.0;
  const bool is_held_twice = header.format == ImageFormat::webp || header.format == ImageFormat::tiff;
  const double library = is_held_twice ? 2.0 * codes : 0.0;
  const double light = kFloat * std::min(header.channels, 3) + (header.channels > 3 ? kAlpha : 0.0);
  const double pixel = codes * (header.orientation > 1 ? 2.0 : 1.0) + (to_light ? std::max(light, library) : library);
  return static_cast<double>(header.width) * static_cast<double>(header.height) * pixel;
}

void check_memory(const ImageHeader& header, bool to_light, std::size_t file_bytes, const MediaLimits& limits) {
  check_expansion("it has " + std::to_string(header.width) + " x " + std::to_string(header.height) + " pixels",
                  decoded_bytes(header, to_light), file_bytes, limits);
}

/// As the file holds it: no conversion of depth or channels. An empty matrix where OpenCV finds no picture.
cv::Mat decode_unchanged(std::span<const std::byte> bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw ItemError("it has more than 2 GiB, which OpenCV cannot decode");
  }
  // The matrix is only read, but it knows no constant data.
  auto* data = const_cast<std::byte*>(bytes.data());
  const cv::Mat file(1, static_cast<int>(bytes.size()), CV_8U, data);
  try {
    return decode_unchanged_by_opencv(file);
  } catch (const cv::Exception& fault) {
    if (fault.code == cv::Error::StsNoMem) throw std::bad_alloc();
    throw ItemError("OpenCV cannot decode it: " + fault.err);
  }
}

/// A PNG without all that does not change its codes (ISO/IEC 15948, 11.3): texts that a few bytes may blow up to
/// gigabytes, and profiles about which libpng prints warnings. `bytes` have passed read_image_header(). Empty where
/// there is nothing to leave out.
Bytes bare_png(std::span<const std::byte> bytes) {
  constexpr std::size_t kSignature = 8;
  constexpr std::size_t kOverhead = 12;  // length, name, checksum
  constexpr unsigned kAncillary = 0x20;  // of the first letter of the name
  const ByteView file(bytes, std::endian::big);
  Bytes bare(bytes.begin(), bytes.begin() + kSignature);
  bool is_bare = true;
  for (std::uint64_t at = kSignature; file.holds(at, kOverhead);) {
    const std::span<const std::byte> chunk = file.part(at, file.u32(at) + std::uint64_t{kOverhead});
    const bool is_needed = (file.u8(at + 4) & kAncillary) == 0 || file.matches(at + 4, "tRNS");
    if (is_needed) bare.insert(bare.end(), chunk.begin(), chunk.end());
    is_bare = is_bare && is_needed;
    if (file.matches(at + 4, "IEND")) break;
    at += chunk.size();
  }
  return is_bare ? Bytes() : bare;
}

cv::Mat decode_by_format(std::span<const std::byte> bytes, ImageFormat format) {
  if (format == ImageFormat::jpeg) return decode_jpeg(bytes).codes;
  const Bytes bare = format == ImageFormat::png ? bare_png(bytes) : Bytes();
  return decode_unchanged(bare.empty() ? bytes : bare);
}

/// Turns a stored picture upright: EXIF 2.32, tag 274 (orientation).
cv::Mat upright(const cv::Mat& stored, int orientation) {
  constexpr int kUpsideDown = 0;
  constexpr int kMirrored = 1;
  constexpr int kBoth = -1;
  cv::Mat codes = stored;
  if (orientation >= 5) cv::transpose(stored, codes);
  cv::Mat turned;
  switch (orientation) {
    case 2:
    case 6:
      cv::flip(codes, turned, kMirrored);
      break;
    case 3:
    case 7:
      cv::flip(codes, turned, kBoth);
      break;
    case 4:
    case 8:
      cv::flip(codes, turned, kUpsideDown);
      break;
    default:
      turned = codes;
  }
  return turned;
}

void require_supported(const cv::Mat& codes) {
  const bool has_depth = codes.depth() == CV_8U || codes.depth() == CV_16U;
  const bool has_channels = codes.channels() == 1 || codes.channels() == 3 || codes.channels() == 4;
  if (!has_depth || !has_channels) {
    throw ItemError("its pixels are of OpenCV's type " + cv::typeToString(codes.type()) +
                    "; 8 or 16 bits and 1, 3 or 4 channels can be read");
  }
}

const char* suffix_of(ImageContainer container) {
  switch (container) {
    case ImageContainer::png:
      return ".png";
    case ImageContainer::jpeg:
      return ".jpg";
    case ImageContainer::webp:
      return ".webp";
    case ImageContainer::tiff:
      return ".tiff";
  }
  return "";
}

/// Of what OpenCV encodes. PNG keeps OpenCV's default parameters: naming a compression level also switches the filter
/// strategy, which takes twice the time. TIFF's LZW is OpenCV's default, named so that another version cannot change
/// the bytes; it is lossless, read everywhere, and several times as fast as deflate.
std::vector<int> encoder_parameters(ImageContainer container) {
  constexpr int kLzw = 5;  // TIFF 6.0, section 13
  return container == ImageContainer::tiff ? std::vector<int>{cv::IMWRITE_TIFF_COMPRESSION, kLzw} : std::vector<int>();
}

void require_encodable(const cv::Mat& codes, ImageContainer container, int quality) {
  const bool is_lossy = container == ImageContainer::jpeg || container == ImageContainer::webp;
  const std::string name = container == ImageContainer::jpeg ? "JPEG" : "WebP";
  require_supported(codes);
  if (is_lossy && codes.depth() != CV_8U) throw ItemError(name + " cannot hold 16 bits; write png or tiff");
  if (container == ImageContainer::jpeg && codes.channels() == 4) {
    throw ItemError("JPEG cannot hold transparency; write png, webp or tiff");
  }
  if (is_lossy && (quality < 1 || quality > 100)) {
    throw ItemError("the quality is " + std::to_string(quality) + "; 1 to 100 are allowed");
  }
}

void check_header(const ImageHeader& header, const std::filesystem::path& name, const MediaLimits& limits) {
  check_extension(name, header.format);
  check_size(header, limits);
}

/// `header` is that of the bytes, and has been checked.
Raster decode_checked(std::span<const std::byte> bytes, const ImageHeader& header) {
  cv::Mat codes = decode_by_format(bytes, header.format);
  if (codes.empty()) {
    require_memory(static_cast<std::size_t>(decoded_bytes(header, /*to_light=*/false)) + kDecoderBytes);
    throw ItemError("its picture data are damaged");
  }
  require_supported(codes);
  // OpenCV turns TIFF upright itself, even where it is asked to change nothing; the other formats it leaves to us.
  if (header.format != ImageFormat::tiff) codes = upright(codes, header.orientation);

  const bool is_turned = header.orientation >= 5;
  if (codes.cols != (is_turned ? header.height : header.width) ||
      codes.rows != (is_turned ? header.width : header.height)) {
    throw ItemError("its header says " + std::to_string(header.width) + " x " + std::to_string(header.height) +
                    " pixels, and another size was decoded");
  }
  return {codes};
}

}  // namespace

Raster decode_image(std::span<const std::byte> bytes, const std::filesystem::path& name, const MediaLimits& limits) {
  const ImageHeader header = read_image_header(bytes);
  check_header(header, name, limits);
  check_memory(header, /*to_light=*/false, bytes.size(), limits);
  return decode_checked(bytes, header);
}

Image decode_picture(std::span<const std::byte> bytes, const std::filesystem::path& name, const MediaLimits& limits) {
  const ImageHeader header = read_image_header(bytes);
  check_header(header, name, limits);
  check_memory(header, /*to_light=*/true, bytes.size(), limits);
  const Bytes profile = read_icc_profile(header);
  if (profile.empty()) return to_linear(decode_checked(bytes, header));
  check_icc_profile(profile, header.is_grey);  // before the work of decoding
  return to_linear(decode_checked(bytes, header), profile, header.is_grey);
}

Raster decode_own_image(std::span<const std::byte> bytes) {
  // OpenCV decodes a JPEG to the same codes, and then takes as long again to swap red and blue.
  if (ByteView(bytes, std::endian::big).matches(0, "\xFF\xD8\xFF")) return decode_jpeg(bytes);
  cv::Mat codes = decode_unchanged(bytes);
  if (codes.empty()) throw ItemError("a picture that was just encoded cannot be decoded");
  return {codes};
}

Bytes encode_image(const Raster& raster, ImageContainer container, int quality) {
  require_encodable(raster.codes, container, quality);
  // The bytes are OpenCV's, without the time that it takes to swap red and blue, and to load its codecs.
  if (container == ImageContainer::jpeg) return encode_jpeg(raster, quality, JpegSubsampling::s420);
  if (container == ImageContainer::webp) return encode_webp(raster, quality);
  std::vector<unsigned char> encoded;
  try {
    if (!encode_by_opencv(suffix_of(container), raster.codes, encoded, encoder_parameters(container))) {
      throw ItemError("OpenCV cannot encode the picture");
    }
  } catch (const cv::Exception& fault) {
    throw ItemError("OpenCV cannot encode the picture: " + fault.err);
  }
  Bytes bytes(encoded.size());
  std::memcpy(bytes.data(), encoded.data(), encoded.size());
  return bytes;
}

int container_bits(ImageContainer container, int bits) {
  return container == ImageContainer::jpeg || container == ImageContainer::webp ? 8 : bits;
}

}  // namespace fairground
