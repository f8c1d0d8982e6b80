// ICC profiles by themselves: in most files they are compressed, so that no mutation of a file reaches them.
#include <algorithm>
#include <cmath>

#include "pipeline/media/icc_profile.h"
#include "tests/fuzz/fuzz_target.h"

namespace fairground {
namespace {

/// All channels go from one end to the other.
Raster slope(int type) {
  constexpr int kSide = 8;
  Raster raster{cv::Mat(kSide, kSide, type)};
  const int samples = kSide * raster.codes.channels();
  for (int y = 0; y < kSide; ++y) {
    for (int i = 0; i < samples; ++i) {
      const double share = static_cast<double>(y * samples + i) / (kSide * samples - 1);
      if (raster.bits() == 16) {
        raster.codes.ptr<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(65535.0 * share);
      } else {
        raster.codes.ptr<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(255.0 * share);
      }
    }
  }
  return raster;
}

}  // namespace
}  // namespace fairground

/// The first byte says what picture the profile is for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairground;
  if (size == 0) {
    return 0;
  }
  const bool is_grey = (data[0] & 1U) != 0;
  const bool is_wide = (data[0] & 2U) != 0;
  const std::span<const std::byte> profile = bytes_of(data, size).subspan(1);
  const Raster raster = slope(is_wide ? (is_grey ? CV_16UC1 : CV_16UC3) : (is_grey ? CV_8UC1 : CV_8UC3));
  try {
    check_icc_profile(profile, is_grey);
    const Image image = to_linear(raster, profile, is_grey);
    require(image.width == raster.codes.cols && image.height == raster.codes.rows, "a profile keeps the size");
    require(std::ranges::all_of(image.samples, [](float sample) { return std::isfinite(sample); }),
            "all light is finite");
  } catch (const ItemError& fault) {
    require_good_message(fault);
  }
  return 0;
}
