#include "pipeline/media/picture_maps.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/core.hpp>
#include <string>

#include "pipeline/core/error.h"
#include "pipeline/media/image_header.h"

namespace fairground {
namespace {

[[noreturn]] void refuse(const Raster& raster, const char* wanted) {
  throw ItemError("it has " + std::to_string(raster.codes.channels()) + " channels of " +
                  std::to_string(raster.bits()) + " bits, and " + wanted + " is expected; save it so");
}

float code_at(const Raster& raster, int y, int sample) {
  return raster.bits() == 16 ? static_cast<float>(raster.codes.ptr<std::uint16_t>(y)[sample])
                             : static_cast<float>(raster.codes.ptr<std::uint8_t>(y)[sample]);
}

Image empty_image(const Raster& raster, int channels) {
  Image image{raster.codes.cols, raster.codes.rows, channels, raster.bits(), {}, {}};
  image.samples.resize(image.row_size() * static_cast<std::size_t>(image.height));
  return image;
}

float highest_code(const Raster& raster) { return raster.bits() == 16 ? 65535.0F : 255.0F; }

}  // namespace

Mask decode_mask(std::span<const std::byte> bytes, const std::filesystem::path& name, const MediaLimits& limits) {
  const ImageHeader header = read_image_header(bytes);
  if (header.is_lossy) {
    throw ItemError(std::string("it is a ") + image_format_name(header.format) +
                    " of lossy compression, which puts codes along edges that nobody drew; save it as PNG");
  }
  const Raster raster = decode_image(bytes, name, limits);
  if (raster.codes.channels() != 1 || raster.bits() != 8) {
    refuse(raster, "one channel of 8 bits");
  }
  Mask mask{raster.codes.cols, raster.codes.rows, {}};
  mask.codes.resize(raster.codes.total());
  const auto width = static_cast<std::size_t>(mask.width);
  for (int y = 0; y < mask.height; ++y) {
    std::memcpy(mask.codes.data() + static_cast<std::size_t>(y) * width, raster.codes.ptr<std::uint8_t>(y), width);
  }
  return mask;
}

Image decode_depth(std::span<const std::byte> bytes, const std::filesystem::path& name, const MediaLimits& limits) {
  const Raster raster = decode_image(bytes, name, limits);
  if (raster.codes.channels() != 1) {
    refuse(raster, "one channel");
  }
  Image depth = empty_image(raster, 1);
  for (int y = 0; y < depth.height; ++y) {
    const ImageRow row = depth.row(y);
    for (int x = 0; x < depth.width; ++x) {
      row.samples[static_cast<std::size_t>(x)] = code_at(raster, y, x) / highest_code(raster);
    }
  }
  return depth;
}

Image decode_normals(std::span<const std::byte> bytes, const std::filesystem::path& name, const MediaLimits& limits) {
  const Raster raster = decode_image(bytes, name, limits);
  if (raster.codes.channels() != 3) {
    refuse(raster, "three channels");
  }
  Image normals = empty_image(raster, 3);
  for (int y = 0; y < normals.height; ++y) {
    const ImageRow row = normals.row(y);
    for (int x = 0; x < normals.width; ++x) {
      // Both depths have an odd highest code, so that no component is 0, and so is no length.
      const auto component = [&](int c) {
        return 2.0F * code_at(raster, y, 3 * x + 2 - c) / highest_code(raster) - 1.0F;
      };
      const float length =
          std::sqrt(component(0) * component(0) + component(1) * component(1) + component(2) * component(2));
      for (int c = 0; c < 3; ++c) {
        row.channel(c)[static_cast<std::size_t>(x)] = component(c) / length;
      }
    }
  }
  return normals;
}

Bytes encode_mask(const Mask& mask) {
  Raster raster{cv::Mat(mask.height, mask.width, CV_8UC1)};
  const auto width = static_cast<std::size_t>(mask.width);
  for (int y = 0; y < mask.height; ++y) {
    std::memcpy(raster.codes.ptr<std::uint8_t>(y), mask.codes.data() + static_cast<std::size_t>(y) * width, width);
  }
  return encode_image(raster, ImageContainer::png, /*quality=*/100);
}

}  // namespace fairground
