// Skin that a mask has left out: masks drawn by hand, and the same with parts erased.
#include "pipeline/measure/missed_skin.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "pipeline/core/random.h"
#include "tests/measure/portraits.h"
#include "tests/measure/skin_masks.h"
#include "tests/support/rendered_skin.h"

namespace fairground {
namespace {

/// The gate that is built on it.
constexpr double kMost = 0.02;

double missed(const Image& image, const Mask& parts) {
  SkinRegion region;
  region.parts = parts;
  region.weights.resize(parts.codes.size());
  return missed_skin_fraction(image, region);
}

Mask erased(Mask mask, SkinPart part) {
  for (std::uint8_t& code : mask.codes) {
    code = static_cast<SkinPart>(code) == part ? 0 : code;
  }
  return mask;
}

TEST(MissedSkin, IsLittleOfMasksDrawnByHand) {
  if (const std::string problem = portraits_problem(); !problem.empty()) {
    GTEST_SKIP() << problem;
  }
  for (const char* name : {kAstronaut, kHopper}) {
    EXPECT_LT(missed(photo(name), hand_mask(name)), 0.5 * kMost) << name;
  }
}

TEST(MissedSkin, SeesNecksAndEarsThatWereErased) {
  if (const std::string problem = portraits_problem(); !problem.empty()) {
    GTEST_SKIP() << problem;
  }
  EXPECT_GT(missed(photo(kAstronaut), erased(hand_mask(kAstronaut), SkinPart::neck)), kMost);
  EXPECT_GT(missed(photo(kHopper), erased(hand_mask(kHopper), SkinPart::neck)), kMost);
  EXPECT_GT(missed(photo(kHopper), erased(hand_mask(kHopper), SkinPart::ears)), kMost);
  // Both of these ears together are 2 % of the mask: nearly all of them must be seen.
  EXPECT_GT(missed(photo(kAstronaut), erased(hand_mask(kAstronaut), SkinPart::ears)), 0.8 * kMost);
}

/// Ears are a smaller part of the mask than the neck.
constexpr double kLeastOfEars = 0.012;
constexpr double kMostOfWhole = 0.005;

/// As a file of 8 bits would hold it.
Image in_codes(Image image) {
  image.bits = 8;
  Raster raster = make_raster(image, 8);
  for (int y = 0; y < image.height; ++y) {
    put_row(image.row(y), raster);
  }
  return to_linear(raster);
}

TEST(MissedSkin, SeesNecksAndEarsErasedFromRenderedHeads) {
  for (const int size : {256, 512}) {
    for (const std::size_t tone : {0U, 3U, 6U}) {
      RenderedSkinSettings settings;
      settings.width = size;
      settings.height = size;
      settings.albedo = kRenderedTones[tone].albedo();
      settings.noise_constant = 1e-6;
      settings.noise_slope = 1e-4;
      const RenderedSkin head = render_portrait(settings);
      const Image image = in_codes(head.image);
      const std::string name = std::string(kRenderedTones[tone].name) + " of " + std::to_string(size);
      EXPECT_LT(missed(image, head.parts), kMostOfWhole) << name;
      EXPECT_GT(missed(image, erased(head.parts, SkinPart::neck)), kMost) << name;
      EXPECT_GT(missed(image, erased(head.parts, SkinPart::ears)), kLeastOfEars) << name;
    }
  }
}

TEST(MissedSkin, DoesNotCountLips) {
  if (const std::string problem = portraits_problem(); !problem.empty()) {
    GTEST_SKIP() << problem;
  }
  for (const char* name : {kAstronaut, kHopper}) {
    EXPECT_LT(missed(photo(name), erased(hand_mask(name), SkinPart::lips)), kMost) << name;
  }
}

/// A shaded disc of skin before a wall, both with a little noise.
struct Scene {
  Image image = flat(160, 160);
  Mask disc{160, 160, std::vector<std::uint8_t>(160 * 160)};
};

Scene disc_before(const std::array<double, 3>& wall) {
  Scene scene;
  std::vector<float> normals(scene.image.samples.size());
  RandomStream(3, 0, "noise").normals(0, normals);
  std::size_t next = 0;
  fill(scene.image, [&](int c, int x, int y) {
    constexpr std::array kSkin = {0.53, 0.30, 0.18};
    const double from_middle = std::hypot(x - 79.5, y - 79.5) / 45.0;
    const auto channel = static_cast<std::size_t>(c);
    const bool inside = from_middle < 1.0;
    const double light = inside ? kSkin[channel] * (1.0 - 0.3 * from_middle * from_middle) : wall[channel];
    scene.disc.codes[static_cast<std::size_t>(y * 160 + x)] = inside ? 1 : 0;
    return static_cast<float>(light * (1.0 + 0.02 * static_cast<double>(normals[next++])));
  });
  return scene;
}

TEST(MissedSkin, IsNoneBeforeAWallOfAnotherColour) {
  const Scene scene = disc_before({0.3, 0.32, 0.35});
  EXPECT_EQ(missed(scene.image, scene.disc), 0.0);
}

TEST(MissedSkin, IsNoneBeforeAWallOfSkinsChromaThatAnEdgeSeparates) {
  const Scene scene = disc_before({0.26, 0.148, 0.089});  // half as light as the disc's middle
  EXPECT_EQ(missed(scene.image, scene.disc), 0.0);
}

TEST(MissedSkin, IsTheHalfThatWasErased) {
  Scene scene = disc_before({0.3, 0.32, 0.35});
  for (std::size_t i = 0; i < scene.disc.codes.size(); ++i) {
    scene.disc.codes[i] = i % 160 < 80 ? scene.disc.codes[i] : 0;
  }
  // As much as is left, but for the cells along the edges.
  EXPECT_NEAR(missed(scene.image, scene.disc), 1.0, 0.15);
}

TEST(MissedSkin, IsNotMeasuredWhereNothingIsDeep) {
  const Scene scene = disc_before({0.3, 0.32, 0.35});
  SkinRegion region;
  region.parts = scene.disc;
  EXPECT_EQ(measured_missed_skin(scene.image, region), missed_skin_fraction(scene.image, region));
  for (std::size_t i = 0; i < region.parts.codes.size(); ++i) {
    region.parts.codes[i] = i % 160 == 80 ? region.parts.codes[i] : 0;  // a line
  }
  EXPECT_FALSE(measured_missed_skin(scene.image, region));
  EXPECT_EQ(missed_skin_fraction(scene.image, region), 0.0);
}

TEST(MissedSkin, IsNoneWithoutSkin) {
  EXPECT_EQ(missed(flat(40, 40), Mask{40, 40, std::vector<std::uint8_t>(1600)}), 0.0);
}

}  // namespace
}  // namespace fairground
