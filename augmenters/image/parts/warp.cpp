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
  float inside = 1.0F;                ///< how much of a pixel there lies in the old picture
  std::array<float, kTaps> across{};  ///< weights of the samples around it
  std::array<float, kTaps> down{};
};

float part_inside(float middle, int count) {
  const float from_start = std::clamp(middle + 0.5F, 0.0F, 1.0F);
  return from_start * std::clamp(static_cast<float>(count) - middle + 0.5F, 0.0F, 1.0F);
}

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

/// Of sixteen samples, `rows` point to four of each row.
float between(const std::array<const float*, kTaps>& rows, const Place& place) {
  std::array<float, kTaps> columns{};
  for (std::size_t i = 0; i < kTaps; ++i) {
    for (std::size_t k = 0; k < kTaps; ++k) {
      columns[k] += place.down[i] * rows[i][k];
    }
  }
  const float sum = (place.across[0] * columns[0] + place.across[1] * columns[1]) +
                    (place.across[2] * columns[2] + place.across[3] * columns[3]);
  const float low = std::min(std::min(rows[1][1], rows[1][2]), std::min(rows[2][1], rows[2][2]));
  const float high = std::max(std::max(rows[1][1], rows[1][2]), std::max(rows[2][1], rows[2][2]));
  return std::min(std::max(sum, low), high);
}

float sample_at(const Plane<float>& plane, const Place& place) {
  std::array<const float*, kTaps> rows{};
  if (place.x >= 1 && place.y >= 1 && place.x + 2 < plane.width && place.y + 2 < plane.height) {
    const float* first = plane.samples + plane.stride * static_cast<std::size_t>(place.y - 1) + (place.x - 1);
    for (std::size_t i = 0; i < kTaps; ++i) {
      rows[i] = first + i * plane.stride;
    }
    return between(rows, place);
  }
  // Near the border its samples go on.
  std::array<std::array<float, kTaps>, kTaps> samples{};
  for (int i = 0; i < kTaps; ++i) {
    const float* row = plane.row(place.y + i - 1);
    for (int k = 0; k < kTaps; ++k) {
      samples[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)] =
          row[std::clamp(place.x + k - 1, 0, plane.width - 1)];
    }
    rows[static_cast<std::size_t>(i)] = samples[static_cast<std::size_t>(i)].data();
  }
  return between(rows, place);
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
      place.across = cubic(place.behind_x);
      place.down = cubic(place.behind_y);
      place.inside = part_inside(x_[i], image.width) * part_inside(y_[i], image.height);
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

Image warp(const Image& image, int width, int height, Beyond beyond, const RowSource& source) {
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
      const std::span<float> out = warped.row(y).channel(channel);
      fill_row(plane_of(image, channel), places, out);
      if (beyond == Beyond::black) {
        std::ranges::transform(out, places, out.begin(),
                               [](float sample, const Place& place) { return sample * place.inside; });
      }
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
