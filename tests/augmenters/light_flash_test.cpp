// The claims of light.flash: the inverse square of the distance, the beam, and gloss that is the same on everyone.
#include <gtest/gtest.h>

#include "tests/augmenters/light.h"

namespace fairground {
namespace {

Picture flashed(Given given, const Image& image, const PictureLabels* labels = nullptr) {
  given.try_emplace("ambient", 0.0);
  given.try_emplace("hot_centre", 0.0);
  given.try_emplace("glare", 0.0);
  Shot shot;
  shot.labels = labels;
  return apply_picture("light.flash", given, image, {}, shot);
}

/// Farther to the right, from 5 to 10 in some unit.
PictureLabels slope() {
  PictureLabels labels;
  labels.depth = Image{101, 40, 1, 16, {}, {}};
  for (int i = 0; i < 40 * 101; ++i) {
    labels.depth->samples.push_back(5.0F + 0.05F * static_cast<float>(i % 101));
  }
  return labels;
}

constexpr double kTolerance = 1e-5;

TEST(LightFlash, FallsOffWithTheSquareOfTheDistance) {
  const PictureLabels labels = slope();
  const Image card = flat(101, 40, 0.3F);
  for (const double ambient : {0.0, 0.25}) {
    const Picture picture = flashed({{"background_distance", 3.0}, {"ambient", ambient}}, card, &labels);
    for (int x = 0; x < 101; ++x) {
      const double distance = 1.0 + 2.0 * x / 100.0;
      ASSERT_NEAR(sample(picture.image, x, 20, 2), 0.3 * (ambient + (1.0 - ambient) / (distance * distance)),
                  kTolerance)
          << x;
    }
    EXPECT_EQ(found(picture, "depth_known"), 1.0);
  }
}

// The face decides what is exposed right, and what is nearer gets more.
TEST(LightFlash, ExposesForTheFace) {
  PictureLabels labels = slope();
  labels.boxes = {{"face", 45.0, 10.0, 10.0, 10.0}};
  const Image image = flashed({{"background_distance", 2.0}}, flat(101, 40, 0.3F), &labels).image;
  EXPECT_NEAR(sample(image, 50, 14), 0.3, 0.01);
  EXPECT_NEAR(sample(image, 100, 14), 0.3 / 4.0, kTolerance);
  EXPECT_GT(sample(image, 0, 14), 0.9);
}

TEST(LightFlash, IsBrighterInItsMiddle) {
  const Image image = flashed({{"background_distance", 1.0}, {"hot_centre", 0.4}}, flat(201, 101, 0.5F, 1)).image;
  const double half_diagonal = 0.5 * std::hypot(201.0, 101.0);
  for (const auto& [x, y] : {std::pair(100, 50), {0, 0}, {200, 100}, {150, 20}}) {
    const double r = std::hypot(x - 100.0, y - 50.0) / half_diagonal;
    EXPECT_NEAR(sample(image, x, y), 0.5 * (1.0 - 0.4 * r * r), kTolerance) << x << " " << y;
  }
}

TEST(LightFlash, ShinesOnEverySkinAlike) {
  const auto gloss = [](float skin, int x, int y) {
    return sample(flashed({{"background_distance", 1.0}, {"glare", 0.1}}, flat(300, 300, skin)).image, x, y) - skin;
  };
  EXPECT_NEAR(gloss(0.05F, 150, 108), 0.1, 0.02);
  EXPECT_NEAR(gloss(0.05F, 150, 108), gloss(0.6F, 150, 108), kTolerance);
  EXPECT_LT(gloss(0.05F, 192, 108), 0.02) << "the side of the head shines";
  EXPECT_LT(gloss(0.05F, 10, 10), 0.001) << "the wall shines";
}

TEST(LightFlash, LeavesWhatIsBehindInTheDark) {
  const Image image = flashed({{"background_distance", 4.0}}, flat(300, 300, 0.4F)).image;
  EXPECT_NEAR(sample(image, 150, 108), 0.4, kTolerance);
  EXPECT_NEAR(sample(image, 3, 3), 0.4 / 16.0, kTolerance);
}

TEST(LightFlash, TakesAllForNearWhereNobodyIs) {
  PictureLabels labels;
  labels.boxes_are_known = true;
  Shot shot;
  shot.labels = &labels;
  const Image image =
      apply_picture("light.flash", {{"hot_centre", 0.0}, {"ambient", 0.0}}, flat(300, 200, 0.2F), {}, shot).image;
  EXPECT_NEAR(sample(image, 150, 80), 0.2, 1e-5);
  EXPECT_NEAR(sample(image, 3, 3), 0.2, 1e-5);
}

}  // namespace
}  // namespace fairground
