// The claims of lens.chromatic_aberration: where red and blue go, and that green stays.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr int kWidth = 301;
constexpr int kHeight = 201;

/// A soft white dot on black.
Image dot(double place_x, double place_y, int channels) {
  Image image{kWidth, kHeight, channels, 16, {}, {}};
  image.samples.resize(image.row_size() * kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int c = 0; c < channels; ++c) {
      for (int x = 0; x < kWidth; ++x) {
        const double r = std::hypot(x + 0.5 - place_x, y + 0.5 - place_y);
        image.row(y).channel(c)[static_cast<std::size_t>(x)] = static_cast<float>(std::exp(-0.5 * r * r / 4.0));
      }
    }
  }
  return image;
}

std::pair<double, double> centre(const Image& image, int channel) {
  double sum = 0.0;
  double mean_x = 0.0;
  double mean_y = 0.0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double light =
          static_cast<double>(image.row(y)[static_cast<std::size_t>(channel) * kWidth + static_cast<std::size_t>(x)]);
      sum += light;
      mean_x += light * (x + 0.5);
      mean_y += light * (y + 0.5);
    }
  }
  return {mean_x / sum, mean_y / sum};
}

constexpr double kPlaceTolerance = 0.02;  // of cubic convolution on dots of two pixels, in pixels

TEST(LensChromaticAberration, ScalesRedAndBlueAboutTheMiddle) {
  const Image source = dot(250.3, 40.6, 3);
  const Image fringed =
      apply_picture("lens.chromatic_aberration", {{"red_scale", 1.01}, {"blue_scale", 0.995}}, source).image;
  for (const auto& [channel, scale] : {std::pair(0, 1.01), {1, 1.0}, {2, 0.995}}) {
    const auto [x, y] = centre(fringed, channel);
    EXPECT_NEAR(x, 150.5 + scale * (250.3 - 150.5), kPlaceTolerance) << channel;
    EXPECT_NEAR(y, 100.5 + scale * (40.6 - 100.5), kPlaceTolerance) << channel;
  }
  for (int y = 0; y < kHeight; ++y) {
    ASSERT_TRUE(std::ranges::equal(fringed.row(y).subspan(kWidth, kWidth), source.row(y).subspan(kWidth, kWidth)));
  }
}

TEST(LensChromaticAberration, LeavesGreyAlone) {
  const Image source = dot(250.3, 40.6, 1);
  EXPECT_EQ(apply_picture("lens.chromatic_aberration", {}, source).image.samples, source.samples);
}

TEST(LensChromaticAberration, GivesTheInputBackAtOne) {
  const Image source = dot(250.3, 40.6, 3);
  EXPECT_EQ(apply_picture("lens.chromatic_aberration", {{"red_scale", 1.0}, {"blue_scale", 1.0}}, source).image.samples,
            source.samples);
}

TEST(LensChromaticAberration, KeepsFlatPicturesBitForBit) {
  Image flat{40, 30, 3, 16, {}, {}};
  flat.samples.assign(flat.row_size() * 30, 0.123456789F);
  EXPECT_EQ(apply_picture("lens.chromatic_aberration", {{"red_scale", 1.013}}, flat).image.samples, flat.samples);
}

}  // namespace
}  // namespace fairground
