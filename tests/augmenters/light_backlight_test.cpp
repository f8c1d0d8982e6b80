// The claims of light.backlight: stops of subject and background, and the veil.
#include "tests/augmenters/light.h"

#include <gtest/gtest.h>

namespace fairground {
namespace {

/// The left half is the subject.
PictureLabels half() {
  PictureLabels labels;
  labels.mask = Mask{200, 100, std::vector<std::uint8_t>(200 * 100)};
  for (std::size_t i = 0; i < labels.mask->codes.size(); ++i) {
    labels.mask->codes[i] = i % 200 < 100 ? 7 : 0;
  }
  return labels;
}

Picture lit(const Given& given, const PictureLabels* labels, const Image& image = flat(200, 100, 0.2F)) {
  Shot shot;
  shot.labels = labels;
  return apply_picture("light.backlight", given, image, {}, shot);
}

constexpr double kTolerance = 1e-6;

TEST(LightBacklight, SharesTheContrastAsTheCameraMeters) {
  const PictureLabels labels = half();
  for (const double metered : {0.0, 0.25, 1.0}) {
    const Picture picture = lit({{"contrast_ev", 4.0}, {"metered_for_background", metered}, {"veil", 0.0}}, &labels);
    const double subject = sample(picture.image, 10, 50, 1);
    const double background = sample(picture.image, 190, 50, 1);
    EXPECT_NEAR(subject, 0.2 * std::exp2(-4.0 * metered), kTolerance);
    EXPECT_NEAR(background, 0.2 * std::exp2(4.0 - 4.0 * metered), 16.0 * kTolerance);
    EXPECT_NEAR(found(picture, "subject_ev"), -4.0 * metered, 1e-12);
    EXPECT_EQ(found(picture, "mask_known"), 1.0);
  }
}

TEST(LightBacklight, LaysItsVeilOverDarkAndLightAlike) {
  const PictureLabels labels = half();
  for (const float level : {0.0F, 0.05F, 0.6F}) {
    const Image image = lit({{"contrast_ev", 0.0}, {"veil", 0.1}}, &labels, flat(200, 100, level)).image;
    EXPECT_NEAR(sample(image, 190, 50), level + 0.1, kTolerance);
    EXPECT_NEAR(sample(image, 10, 50), level + 0.04, kTolerance);
  }
}

// The edge is the mask through a window of 0.02 diagonals of 223.6 pixels, so 4.5 pixels wide.
TEST(LightBacklight, HasAnEdgeOfItsWidth) {
  const PictureLabels labels = half();
  const Image image =
      lit({{"contrast_ev", 6.0}, {"metered_for_background", 1.0}, {"veil", 0.0}, {"edge", 0.02}}, &labels).image;
  EXPECT_NEAR(sample(image, 96, 50), 0.2 / 64.0, kTolerance);
  EXPECT_NEAR(sample(image, 103, 50), 0.2, kTolerance);
  int between = 0;
  for (int x = 96; x < 103; ++x) {
    EXPECT_LE(sample(image, x, 50), sample(image, x + 1, 50) + kTolerance);
    between += sample(image, x, 50) > 0.01 && sample(image, x, 50) < 0.19 ? 1 : 0;
  }
  EXPECT_GE(between, 3);
  EXPECT_LE(between, 5);
}

TEST(LightBacklight, FindsASubjectInTheMiddleOrAtAFace) {
  const Image card = flat(300, 300, 0.2F, 1);
  const Image portrait = lit({{"veil", 0.0}}, nullptr, card).image;
  EXPECT_LT(sample(portrait, 150, 110), 0.06);
  EXPECT_LT(sample(portrait, 150, 290), 0.06) << "the body is in the background";
  EXPECT_GT(sample(portrait, 5, 5), 0.3);
  const PictureLabels labels{.boxes = {{"face", 200.0, 120.0, 40.0, 50.0}}};
  const Image aside = lit({{"veil", 0.0}}, &labels, card).image;
  EXPECT_LT(sample(aside, 220, 140), 0.06);
  EXPECT_LT(sample(aside, 220, 290), 0.06);
  EXPECT_GT(sample(aside, 60, 100), 0.3);
}

TEST(LightBacklight, HasNoSubjectWhereBoxesAreKnownAndNoneIsAFace) {
  PictureLabels labels;
  labels.boxes_are_known = true;
  const Image image =
      lit({{"contrast_ev", 3.0}, {"metered_for_background", 1.0}, {"veil", 0.0}}, &labels, flat(300, 300, 0.2F, 1))
          .image;
  EXPECT_NEAR(sample(image, 150, 110), 0.2, kTolerance);
  EXPECT_NEAR(sample(image, 150, 290), 0.2, kTolerance);
}

}  // namespace
}  // namespace fairground
