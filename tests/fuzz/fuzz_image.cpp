// Pictures from anywhere: each is decoded within its limits or refused, in all the ways in which a config may ask.
#include <algorithm>
#include <cmath>

#include "pipeline/media/exif.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/image_header.h"
#include "pipeline/media/picture_maps.h"
#include "tests/fuzz/fuzz_target.h"

namespace fairground {
namespace {

/// Every seed has less, and a decoder is through with it soon.
const MediaLimits kLimits{.image_megapixels = 0.1};

void require_sane(const Image& image) {
  require(image.width >= 8 && image.height >= 8, "a picture has 8 x 8 pixels at least");
  require(image.width * static_cast<double>(image.height) <= kLimits.image_megapixels * 1e6,
          "the size is within limits");
  require(image.channels == 1 || image.channels == 3, "a picture is grey or in colour");
  require(image.samples.size() == image.row_size() * static_cast<std::size_t>(image.height), "all pixels are there");
  require(std::ranges::all_of(image.samples, [](float sample) { return std::isfinite(sample); }),
          "all light is finite");
}

/// Whether `decode` gave something, which may be an ItemError.
template <class Decode>
bool decodes(Decode decode) {
  try {
    decode();
    return true;
  } catch (const ItemError& fault) {
    require_good_message(fault);
    return false;
  }
}

}  // namespace
}  // namespace fairground

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairground;
  const std::span<const std::byte> bytes = bytes_of(data, size);
  const int orientation = exif_orientation(bytes);  // TIFF files are such a block themselves
  require(orientation >= 1 && orientation <= 8, "the orientation is one of eight");
  const bool is_picture = decodes([&] {
    const ImageHeader header = read_image_header(bytes);
    require(header.orientation >= 1 && header.orientation <= 8, "the orientation is one of eight");
  });
  if (!is_picture) {
    return 0;
  }
  decodes([&] { require_sane(decode_picture(bytes, "fuzz", kLimits)); });
  decodes([&] { require_sane(decode_normals(bytes, "fuzz", kLimits)); });
  decodes([&] { require_sane(decode_depth(bytes, "fuzz", kLimits)); });
  decodes([&] {
    const Mask mask = decode_mask(bytes, "fuzz", kLimits);
    require(mask.codes.size() == static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height),
            "a mask has a code for each pixel");
    require(decode_mask(encode_mask(mask), "fuzz", kLimits).codes == mask.codes, "a mask is written as it was read");
  });
  return 0;
}
