// The claims of light.mixed: each light on its side, their mixture between them, and what a camera balances.
#include <gtest/gtest.h>

#include "tests/augmenters/light.h"

namespace fairground {
namespace {

using Text = std::string;

constexpr double kTolerance = 1e-5;  // of the light; floats have seven places

Image mixed(Given given, const Image& image = flat(101, 51, 0.2F)) {
  given.try_emplace("first_cct_kelvin", 2900.0);
  given.try_emplace("second_cct_kelvin", 7000.0);
  return apply_rows("light.mixed", given, image);
}

Image lit(double kelvin) {
  return apply_rows("light.illuminant", {{"cct_kelvin", kelvin}, {"awb", 0.0}}, flat(1, 1, 0.2F));
}

TEST(LightMixed, HasEachLightOnItsSideAndTheirMeanBetween) {
  const Image first = lit(2900.0);
  const Image second = lit(7000.0);
  struct Direction {
    double angle_deg;
    int x;  ///< of a pixel on the second light's side
    int y;
  };
  for (const Direction& to : {Direction{0.0, 100, 25}, {180.0, 0, 25}, {90.0, 50, 50}, {-90.0, 50, 0}}) {
    const Image image = mixed({{"awb", 0.0}, {"angle_deg", to.angle_deg}, {"width", 0.2}});
    for (int c = 0; c < 3; ++c) {
      EXPECT_NEAR(sample(image, to.x, to.y, c), sample(second, 0, 0, c), kTolerance) << to.angle_deg;
      EXPECT_NEAR(sample(image, 100 - to.x, 50 - to.y, c), sample(first, 0, 0, c), kTolerance) << to.angle_deg;
      EXPECT_NEAR(sample(image, 50, 25, c), 0.5 * (sample(first, 0, 0, c) + sample(second, 0, 0, c)), kTolerance);
    }
  }
}

// A quarter of the width from the middle, the cubic is at 5/32.
TEST(LightMixed, PassesOverAsItsCubicDoes) {
  const Image image = mixed({{"awb", 0.0}, {"width", 0.8}, {"position", 0.2}}, flat(300, 1, 0.2F));
  const double half_diagonal = 0.5 * std::hypot(300.0, 1.0);
  const double first = sample(lit(2900.0), 0, 0);
  const double change = sample(lit(7000.0), 0, 0) - first;
  for (int x = 0; x < 300; ++x) {
    const double s = std::clamp(((x - 149.5) / half_diagonal - 0.2) / 0.8 + 0.5, 0.0, 1.0);
    ASSERT_NEAR(sample(image, x, 0), first + change * (3 * s * s - 2 * s * s * s), 3 * kTolerance) << x;
  }
}

TEST(LightMixed, IsBalancedForWhatItIsToldTo) {
  const auto cast = [&](const Text& choice, int x, int channel) {
    const Image image = mixed({{"awb", 1.0}, {"balanced_for", choice}, {"width", 0.2}});
    return sample(image, x, 25, channel) / 0.2;
  };
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(cast("first", 0, c), 1.0, kTolerance);
    EXPECT_NEAR(cast("second", 100, c), 1.0, kTolerance);
    EXPECT_NEAR(cast("mean", 50, c), 1.0, kTolerance);
  }
  EXPECT_GT(cast("first", 100, 2), 1.5) << "daylight beside a lamp is not blue";
  EXPECT_GT(cast("second", 0, 0), 1.3) << "a lamp beside daylight is not red";
  EXPECT_GT(cast("mean", 0, 0), cast("mean", 100, 0));
}

TEST(LightMixed, IsLightIlluminantWhereBothLightsAreOne) {
  const Image image = mixed({{"first_cct_kelvin", 3000.0}, {"second_cct_kelvin", 3000.0}, {"awb", 0.7}});
  const Image one = apply_rows("light.illuminant", {{"cct_kelvin", 3000.0}, {"awb", 0.7}}, flat(101, 51, 0.2F));
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    ASSERT_NEAR(image.samples[i], one.samples[i], kTolerance);
  }
}

TEST(LightMixed, LeavesGreyPictures) {
  const Image grey = flat(9, 5, 0.4F, 1);
  EXPECT_EQ(mixed({}, grey).samples, grey.samples);
}

}  // namespace
}  // namespace fairground
