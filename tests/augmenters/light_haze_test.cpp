// The claims of light.haze: Koschmieder's law, evenly and by depth.
#include <gtest/gtest.h>

#include "tests/augmenters/light.h"

namespace fairground {
namespace {

using Text = std::string;

constexpr double kTolerance = 1e-5;

Picture hazy(const Given& given, const Image& image, const PictureLabels* labels = nullptr) {
  Shot shot;
  shot.labels = labels;
  return apply_picture("light.haze", given, image, {}, shot);
}

TEST(LightHaze, IsKoschmiedersLaw) {
  for (const float level : {0.0F, 0.2F, 1.0F}) {
    for (const int channels : {1, 3}) {
      const Picture picture = hazy({{"transmission", 0.3}, {"airlight", 0.8}}, flat(4, 3, level, channels));
      for (const float x : picture.image.samples) {
        // The display's white is rounded to 6504 K, within 2 in 1000 of each channel.
        EXPECT_NEAR(x, 0.3 * level + 0.7 * 0.8, channels == 1 ? kTolerance : 0.002);
      }
      EXPECT_NEAR(found(picture, "mean_transmission"), 0.3, 1e-12);
      EXPECT_EQ(found(picture, "depth_known"), 0.0);
    }
  }
}

TEST(LightHaze, HasTheColourOfItsLight) {
  const Image image =
      hazy({{"transmission", 0.01}, {"airlight", 0.5}, {"airlight_cct_kelvin", 9000.0}}, flat(1, 1, 0.0F)).image;
  EXPECT_LT(distance(colour_of(image), daylight_at(9000.0)), 0.002);
  EXPECT_NEAR(colour_of(image).y, 0.99 * 0.5, 1e-4);
}

TEST(LightHaze, GrowsWithTheDepth) {
  PictureLabels labels;
  labels.depth = Image{101, 2, 1, 16, {}, {}};
  for (int i = 0; i < 202; ++i) {
    labels.depth->samples.push_back(3.0F + 0.02F * static_cast<float>(i % 101));
  }
  const Image card = flat(101, 2, 0.1F, 1);
  const Picture picture = hazy({{"transmission", 0.05}, {"airlight", 0.9}}, card, &labels);
  double mean = 0.0;
  for (int x = 0; x < 101; ++x) {
    const double t = std::pow(0.05, x / 100.0);
    ASSERT_NEAR(sample(picture.image, x, 1), 0.1 * t + 0.9 * (1.0 - t), kTolerance) << x;
    mean += t / 101.0;
  }
  EXPECT_NEAR(found(picture, "mean_transmission"), mean, kTolerance);
  EXPECT_EQ(found(picture, "depth_known"), 1.0);
  const Picture even = hazy({{"transmission", 0.05}, {"airlight", 0.9}, {"distances", Text("even")}}, card, &labels);
  EXPECT_NEAR(sample(even.image, 0, 0), 0.1 * 0.05 + 0.9 * 0.95, kTolerance);
}

TEST(LightHaze, TakesADepthThatIsFlat) {
  PictureLabels labels;
  labels.depth = flat(4, 4, 2.0F, 1);
  const Image image = hazy({{"transmission", 0.5}}, flat(4, 4, 0.3F, 1), &labels).image;
  EXPECT_NEAR(sample(image, 1, 1), 0.3, kTolerance) << "what is nearest has lost nothing";
}

}  // namespace
}  // namespace fairground
