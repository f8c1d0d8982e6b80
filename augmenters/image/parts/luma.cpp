#include "augmenters/image/parts/luma.h"

#include <algorithm>

#include "augmenters/image/parts/encoded_light.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

FAIRGROUND_HOT void add_scaled(const float* __restrict change, float* __restrict row, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) {
    row[i] += factor * change[i];
  }
}

FAIRGROUND_HOT void weigh_difference(const float* __restrict red, const float* __restrict blue, float* __restrict green,
                                     std::size_t count) {
  constexpr float kRed = -kLumaRed / kLumaGreen;
  constexpr float kBlue = -kLumaBlue / kLumaGreen;
  for (std::size_t i = 0; i < count; ++i) {
    green[i] = kRed * red[i] + kBlue * blue[i];
  }
}

}  // namespace

Plane luma_plane(const Image& image) {
  Plane luma(image.width, image.height);
  const auto width = static_cast<std::size_t>(image.width);
  for (int y = 0; y < image.height; ++y) {
    const std::span<const float> row = image.row(y);
    if (image.channels == 1) {
      std::ranges::copy(row, luma.row(y).begin());
    } else {
      luma_of(row.first(width), row.subspan(width, width), row.last(width), luma.row(y));
    }
  }
  return luma;
}

PlaneView channel_view(Image& image, int channel) {
  return {image.samples.data() + static_cast<std::size_t>(channel) * static_cast<std::size_t>(image.width), image.width,
          image.height, image.row_size()};
}

void green_difference(std::span<const float> red, std::span<const float> blue, std::span<float> green) {
  weigh_difference(red.data(), blue.data(), green.data(), green.size());
}

void add(std::span<const float> change, std::span<float> row) {
  add_scaled(change.data(), row.data(), row.size(), 1.0F);
}

void subtract(std::span<const float> change, std::span<float> row) {
  add_scaled(change.data(), row.data(), row.size(), -1.0F);
}

}  // namespace fairground
