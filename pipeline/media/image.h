// Pictures as the pipeline holds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <span>
#include <vector>

namespace fairground {

/// One row of a picture in linear light, channel after channel: sample (c, x) is samples[c * width + x].
/// 1.0 is the display's white; what lies beyond 0 to 1 is kept until the picture is quantised.
struct ImageRow {
  int y = 0;
  int width = 0;
  int channels = 0;  ///< 3 (red, green, blue) or 1 (grey)
  std::span<float> samples;

  [[nodiscard]] std::span<float> channel(int index) const {
    return samples.subspan(static_cast<std::size_t>(index) * static_cast<std::size_t>(width),
                           static_cast<std::size_t>(width));
  }
};

/// A picture in linear light with the sRGB primaries. Rows lie one after the other as in ImageRow, so that
/// each channel is also a strided matrix. Transparency is carried beside it and never altered.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;  ///< 3 (red, green, blue) or 1 (grey)
  int bits = 8;      ///< per sample in the file it came from: 8 or 16
  std::vector<float> samples;
  std::vector<std::uint16_t> alpha;  ///< empty, or width * height codes of `bits` bits

  [[nodiscard]] std::size_t row_size() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] std::span<const float> row(int y) const {
    return {samples.data() + static_cast<std::size_t>(y) * row_size(), row_size()};
  }
  [[nodiscard]] ImageRow row(int y) {
    return {y, width, channels, {samples.data() + static_cast<std::size_t>(y) * row_size(), row_size()}};
  }
};

/// Codes as a file holds them: 8 or 16 bits, 1, 3 or 4 channels, sRGB-encoded, in OpenCV's order
/// (blue, green, red, alpha), upright (any EXIF orientation is already applied).
struct Raster {
  cv::Mat codes;

  [[nodiscard]] int bits() const { return codes.depth() == CV_16U ? 16 : 8; }
};

}  // namespace fairground
