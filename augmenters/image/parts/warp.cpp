#include "augmenters/image/parts/warp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fairground {
namespace {

constexpr int kTaps = 4;

/// Where one pixel comes from: the sample before it and how far behind that it is, in both directions.
struct Place {
  int x = 0;
  int y = 0;
  float behind_x = 0.0F;  ///< 0 to 1
  float behind_y = 0.0F;
};

/// The sample before `middle`, the place of a pixel's middle. Far outside nothing changes any more.
int sample_before(float middle, int count, float& behind) {
  const float place = std::clamp(middle - 0.5F, -2.0F, static_cast<float>(count) + 1.0F);
  const float before = std::floor(place);
  behind = place - before;
  return static_cast<int>(before);
}

std::array<float, kTaps> cubic(float t) {
  const float s = 1.0F - t;
  return {-0.5F * t * s * s, 1.0F + t * t * (1.5F * t - 2.5F), 1.0F + s * s * (1.5F * s - 2.5F), -0.5F * s * t * t};
}

/// One channel of a picture, or its transparency.
template <class Sample>
struct Plane {
  const Sample* samples = nullptr;
  std::size_t stride = 0;
  int width = 0;
  int height = 0;

  [[nodiscard]] const Sample* row(int y) const {
    return samples + stride * static_cast<std::size_t>(std::clamp(y, 0, height - 1));
  }
};

float sample_at(const Plane<float>& plane, const Place& place) {
  std::array<std::size_t, kTaps> columns{};
  for (int i = 0; i < kTaps; ++i) {
    columns[static_cast<std::size_t>(i)] = static_cast<std::size_t>(std::clamp(place.x + i - 1, 0, plane.width - 1));
  }
  const std::array<float, kTaps> across = cubic(place.behind_x);
  const std::array<float, kTaps> down = cubic(place.behind_y);
  float sum = 0.0F;
  for (int i = 0; i < kTaps; ++i) {
    const float* row = plane.row(place.y + i - 1);
    const float line = across[0] * row[columns[0]] + across[1] * row[columns[1]] + across[2] * row[columns[2]] +
                       across[3] * row[columns[3]];
    sum += down[static_cast<std::size_t>(i)] * line;
  }
  const float* upper = plane.row(place.y);
  const float* lower = plane.row(place.y + 1);
  const auto [low, high] = std::minmax({upper[columns[1]], upper[columns[2]], lower[columns[1]], lower[columns[2]]});
  return std::clamp(sum, low, high);
}

std::uint16_t code_at(const Plane<std::uint16_t>& plane, const Place& place) {
  const auto left = static_cast<std::size_t>(std::clamp(place.x, 0, plane.width - 1));
  const auto right = static_cast<std::size_t>(std::clamp(place.x + 1, 0, plane.width - 1));
  const std::uint16_t* upper = plane.row(place.y);
  const std::uint16_t* lower = plane.row(place.y + 1);
  const float above =
      static_cast<float>(upper[left]) * (1.0F - place.behind_x) + static_cast<float>(upper[right]) * place.behind_x;
  const float below =
      static_cast<float>(lower[left]) * (1.0F - place.behind_x) + static_cast<float>(lower[right]) * place.behind_x;
  return static_cast<std::uint16_t>(above * (1.0F - place.behind_y) + below * place.behind_y + 0.5F);
}

Plane<float> plane_of(const Image& image, int channel) {
  return {image.samples.data() + static_cast<std::size_t>(channel) * static_cast<std::size_t>(image.width),
          image.row_size(), image.width, image.height};
}

/// The places of one row's pixels.
class Places {
 public:
  explicit Places(int width)
      : places_(static_cast<std::size_t>(width)), x_(static_cast<std::size_t>(width)), y_(x_.size()) {}

  const std::vector<Place>& find(int y, const Image& image, const RowSource& source) {
    source(y, x_, y_);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      Place& place = places_[i];
      place.x = sample_before(x_[i], image.width, place.behind_x);
      place.y = sample_before(y_[i], image.height, place.behind_y);
    }
    return places_;
  }

 private:
  std::vector<Place> places_;
  std::vector<float> x_;
  std::vector<float> y_;
};

void fill_row(const Plane<float>& plane, const std::vector<Place>& places, std::span<float> out) {
  std::ranges::transform(places, out.begin(), [&](const Place& place) { return sample_at(plane, place); });
}

}  // namespace

Image warp(const Image& image, int width, int height, const RowSource& source) {
  Image warped{width, height, image.channels, image.bits, {}, {}};
  warped.samples.resize(warped.row_size() * static_cast<std::size_t>(height));
  const std::size_t pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  warped.alpha.resize(image.alpha.empty() ? 0 : pixels);
  const Plane<std::uint16_t> alpha{image.alpha.data(), static_cast<std::size_t>(image.width), image.width,
                                   image.height};
  Places row_places(width);
  for (int y = 0; y < height; ++y) {
    const std::vector<Place>& places = row_places.find(y, image, source);
    for (int channel = 0; channel < image.channels; ++channel) {
      fill_row(plane_of(image, channel), places, warped.row(y).channel(channel));
    }
    if (!image.alpha.empty()) {
      std::ranges::transform(places, warped.alpha.begin() + static_cast<std::ptrdiff_t>(y) * width,
                             [&](const Place& place) { return code_at(alpha, place); });
    }
  }
  return warped;
}

void warp_channel(Image& image, int channel, const RowSource& source) {
  // The old channel, packed, as rows are overwritten in place.
  Image old{image.width, image.height, 1, image.bits, {}, {}};
  old.samples.reserve(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    const std::span<const float> row = image.row(y).channel(channel);
    old.samples.insert(old.samples.end(), row.begin(), row.end());
  }
  Places row_places(image.width);
  for (int y = 0; y < image.height; ++y) {
    fill_row(plane_of(old, 0), row_places.find(y, old, source), image.row(y).channel(channel));
  }
}

}  // namespace fairground
