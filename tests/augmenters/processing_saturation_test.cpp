// The claims of processing.saturation: luminance and grey stay, and colour is scaled.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/augmenters/every_augmenter.h"

namespace fairground {
namespace {

constexpr double kFloatSteps = 2e-6;  // a few roundings of samples of up to 4

Image saturated(const Image& image, double saturation) {
  return apply_rows("processing.saturation", {{"saturation", saturation}}, image);
}

double luminance(const Image& image, int y, int x) {
  constexpr std::array kWeights{0.2126, 0.7152, 0.0722};
  double sum = 0.0;
  for (int c = 0; c < 3; ++c) {
    sum += kWeights[static_cast<std::size_t>(c)] *
           static_cast<double>(image.row(y)[static_cast<std::size_t>(c * image.width + x)]);
  }
  return sum;
}

TEST(ProcessingSaturation, KeepsLuminanceAndScalesTheDistanceFromIt) {
  const Image image = test_picture(33, 21, 3);
  for (const double saturation : {0.0, 0.5, 1.2, 3.0}) {
    const Image out = saturated(image, saturation);
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        const double before = luminance(image, y, x);
        ASSERT_NEAR(luminance(out, y, x), before, kFloatSteps);
        for (int c = 0; c < 3; ++c) {
          const auto i = static_cast<std::size_t>(c * image.width + x);
          ASSERT_NEAR(out.row(y)[i], before + saturation * (image.row(y)[i] - before), kFloatSteps);
        }
      }
    }
  }
}

TEST(ProcessingSaturation, LeavesGreyToTheBit) {
  Image grey_pixels = test_picture(33, 21, 3);
  for (int y = 0; y < grey_pixels.height; ++y) {
    const ImageRow row = grey_pixels.row(y);
    std::ranges::copy(row.channel(0), row.channel(1).begin());
    std::ranges::copy(row.channel(0), row.channel(2).begin());
  }
  EXPECT_EQ(saturated(grey_pixels, 2.7).samples, grey_pixels.samples);
  const Image grey_picture = test_picture(33, 21, 1);
  EXPECT_EQ(saturated(grey_picture, 2.7).samples, grey_picture.samples);
}

TEST(ProcessingSaturation, ChangesNothingAtOne) {
  const Image image = test_picture(33, 21, 3);
  EXPECT_EQ(saturated(image, 1.0).samples, image.samples);
}

TEST(ProcessingSaturation, CountsWhatLeavesSrgb) {
  Image image = flat_picture(10, 4, 3, 0.3F);
  for (int x = 0; x < 5; ++x) {
    image.row(2).channel(0)[static_cast<std::size_t>(x)] = 0.9F;
  }
  // The five pixels have a luminance of 0.42756: red leaves at a saturation of 1.21.
  EXPECT_EQ(apply_picture("processing.saturation", {{"saturation", 1.2}}, image).measure.values.at(0),
            std::pair(std::string("outside_srgb_fraction"), 0.0));
  EXPECT_EQ(apply_picture("processing.saturation", {{"saturation", 1.22}}, image).measure.values.at(0).second, 0.125);
}

}  // namespace
}  // namespace fairground
