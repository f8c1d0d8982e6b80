#include "pipeline/media/webp_codec.h"

#include <webp/encode.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <string>

#include "pipeline/core/error.h"

namespace fairground {
namespace {

struct WebpDeleter {
  void operator()(std::uint8_t* bytes) const { WebPFree(bytes); }
};

}  // namespace

Bytes encode_webp(const Raster& raster, int quality) {
  cv::Mat codes = raster.codes;
  if (codes.cols > WEBP_MAX_DIMENSION || codes.rows > WEBP_MAX_DIMENSION) {
    throw ItemError("WebP holds up to " + std::to_string(WEBP_MAX_DIMENSION) + " pixels along a side, not " +
                    std::to_string(codes.cols) + " x " + std::to_string(codes.rows));
  }
  if (codes.channels() == 1) {
    cv::cvtColor(raster.codes, codes, cv::COLOR_GRAY2BGR);
  }
  const auto encode = codes.channels() == 4 ? WebPEncodeBGRA : WebPEncodeBGR;
  std::uint8_t* encoded = nullptr;
  const std::size_t size = encode(codes.data, codes.cols, codes.rows, static_cast<int>(codes.step[0]),
                                  static_cast<float>(quality), &encoded);
  const std::unique_ptr<std::uint8_t, WebpDeleter> owner(encoded);
  if (size == 0) {
    throw std::bad_alloc();  // the only fault that is left
  }
  Bytes bytes(size);
  std::memcpy(bytes.data(), encoded, size);
  return bytes;
}

}  // namespace fairground
