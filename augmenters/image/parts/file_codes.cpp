#include "augmenters/image/parts/file_codes.h"

#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>

namespace fairground {

OpaqueCodes take_off_alpha(const Raster& raster) {
  if (raster.codes.channels() != 4) {
    return {raster, {}};
  }
  OpaqueCodes codes;
  codes.colour.codes.create(raster.codes.size(), CV_MAKETYPE(raster.codes.depth(), 3));
  codes.alpha.create(raster.codes.size(), CV_MAKETYPE(raster.codes.depth(), 1));
  cv::Mat parts[] = {codes.colour.codes, codes.alpha};
  constexpr int kPlaces[] = {0, 0, 1, 1, 2, 2, 3, 3};
  cv::mixChannels(&raster.codes, 1, parts, 2, kPlaces, 4);
  return codes;
}

Raster put_on_alpha(const OpaqueCodes& codes) {
  if (codes.alpha.empty()) {
    return codes.colour;
  }
  Raster raster{cv::Mat(codes.alpha.size(), CV_MAKETYPE(codes.alpha.depth(), 4))};
  const cv::Mat parts[] = {codes.colour.codes, codes.alpha};
  constexpr int kPlaces[] = {0, 0, 1, 1, 2, 2, 3, 3};
  cv::mixChannels(parts, 2, &raster.codes, 1, kPlaces, 4);
  return raster;
}

Raster to_eight_bits(Raster raster) {
  if (raster.bits() == 8) {
    return raster;
  }
  const cv::Mat& deep = raster.codes;
  cv::Mat codes(deep.size(), CV_MAKETYPE(CV_8U, deep.channels()));
  for (int y = 0; y < deep.rows; ++y) {
    const auto* in = deep.ptr<std::uint16_t>(y);
    auto* out = codes.ptr<std::uint8_t>(y);
    for (int i = 0; i < deep.cols * deep.channels(); ++i) {
      out[i] = static_cast<std::uint8_t>((std::uint32_t{in[i]} + 128U) / 257U);
    }
  }
  return {codes};
}

int whole_quality(double quality) { return static_cast<int>(std::floor(quality + 0.5)); }

}  // namespace fairground
