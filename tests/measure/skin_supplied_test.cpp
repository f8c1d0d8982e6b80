// Masks that come with the picture.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/measure/skin_finder.h"
#include "pipeline/measure/skin_regions.h"
#include "tests/measure/portraits.h"
#include "tests/measure/skin_masks.h"

namespace fairground {
namespace {

using testing::HasSubstr;

constexpr int kSize = 96;

Mask square_mask(std::uint8_t code = 1) {
  Mask mask{kSize, kSize, std::vector<std::uint8_t>(kSize * kSize)};
  for (int y = 24; y < 72; ++y) {
    for (int x = 24; x < 72; ++x) {
      mask.codes[static_cast<std::size_t>(y * kSize + x)] = code;
    }
  }
  return mask;
}

PictureLabels labels_with(Mask mask) {
  PictureLabels labels;
  labels.mask = std::move(mask);
  return labels;
}

/// Skin in the square's columns from `first` to `last`, without the latter, and grey around.
Image skin_between(int first, int last) {
  Image image = flat(kSize, kSize);
  fill(image, [&](int c, int x, int y) {
    constexpr std::array kSkin = {0.53F, 0.30F, 0.18F};
    const bool skin = x >= first && x < last && y >= 24 && y < 72;
    return skin ? kSkin[static_cast<std::size_t>(c)] : 0.05F;
  });
  return image;
}

float weight(const SkinRegion& region, int x, int y) { return region.weights[static_cast<std::size_t>(y * kSize + x)]; }

TEST(SuppliedSkin, IsNowhereOutsideTheMask) {
  const auto region = supplied_region(skin_between(18, 78), labels_with(square_mask()), plain_mask_codes());
  ASSERT_TRUE(region);
  EXPECT_EQ(region->source, MaskSource::supplied);
  EXPECT_EQ(region->confidence, 1.0);
  for (std::size_t i = 0; i < region->weights.size(); ++i) {
    ASSERT_TRUE(region->parts.codes[i] != 0 || region->weights[i] == 0.0F) << i;
  }
  EXPECT_EQ(weight(*region, 48, 48), 1.0F);
}

TEST(SuppliedSkin, ComesUpOverTwoPixelsWhereThereIsNoEdge) {
  const auto region = supplied_region(flat(kSize, kSize), labels_with(square_mask()), plain_mask_codes());
  ASSERT_TRUE(region);
  EXPECT_EQ(weight(*region, 23, 48), 0.0F);
  EXPECT_GT(weight(*region, 24, 48), 0.2F);
  EXPECT_LT(weight(*region, 24, 48), 0.7F);
  EXPECT_GT(weight(*region, 25, 48), weight(*region, 24, 48));
  EXPECT_GT(weight(*region, 26, 48), 0.95F);
}

TEST(SuppliedSkin, IsWholeUpToAnEdgeOfThePicture) {
  const auto region = supplied_region(skin_between(24, 72), labels_with(square_mask()), plain_mask_codes());
  ASSERT_TRUE(region);
  for (const int x : {24, 25, 71}) {
    EXPECT_GT(weight(*region, x, 48), 0.95F) << x;
  }
}

TEST(SuppliedSkin, LeavesOutWhatLiesBeyondAnEdgeOfThePicture) {
  // The mask was drawn one pixel too far.
  const auto region = supplied_region(skin_between(25, 72), labels_with(square_mask()), plain_mask_codes());
  ASSERT_TRUE(region);
  EXPECT_LT(weight(*region, 24, 48), 0.2F);
  EXPECT_GT(weight(*region, 25, 48), 0.9F);
}

TEST(SuppliedSkin, FillsThePictureWhereTheMaskDoes) {
  Mask all{kSize, kSize, std::vector<std::uint8_t>(kSize * kSize, 200)};
  const auto region = supplied_region(skin_between(24, 72), labels_with(all), plain_mask_codes());
  ASSERT_TRUE(region);
  EXPECT_TRUE(std::ranges::all_of(region->weights, [](float value) { return value == 1.0F; }));
}

TEST(SuppliedSkin, KnowsTheFacesWidth) {
  const Image image = skin_between(24, 72);
  EXPECT_FALSE(supplied_region(image, labels_with(square_mask()), plain_mask_codes())->face_width_px);
  EXPECT_NEAR(*supplied_region(image, labels_with(square_mask()), part_codes())->face_width_px, 48.0, 1.0);
  EXPECT_FALSE(supplied_region(image, labels_with(square_mask(4)), part_codes())->face_width_px);  // hands
  PictureLabels boxed = labels_with(square_mask());
  boxed.boxes = {{"face", 20, 20, 50, 60}};
  EXPECT_EQ(*supplied_region(image, boxed, plain_mask_codes())->face_width_px, 50.0);
}

TEST(SuppliedSkin, FollowsAHandMaskOfAPortrait) {
  if (const std::string problem = portraits_problem(); !problem.empty()) {
    GTEST_SKIP() << problem;
  }
  const Mask mask = hand_mask(kHopper);
  const auto region = supplied_region(photo(kHopper), labels_with(mask), part_codes());
  ASSERT_TRUE(region);
  double whole = 0.0;
  double area = 0.0;
  for (std::size_t i = 0; i < mask.codes.size(); ++i) {
    area += mask.codes[i] != 0 ? 1.0 : 0.0;
    whole += static_cast<double>(region->weights[i]);
  }
  EXPECT_GT(whole, 0.95 * area);
  EXPECT_NEAR(*region->face_width_px, 184.0, 20.0);  // from side to side by the landmarks
}

TEST(SuppliedSkin, IsRefusedWithoutColourOrSkin) {
  const SkinFinder finder(SkinModels{});
  EXPECT_THAT(finder.find(flat(kSize, kSize, 1), labels_with(square_mask()), plain_mask_codes()).refusal,
              HasSubstr("grey"));
  EXPECT_THAT(finder.find(skin_between(24, 72), labels_with(square_mask(5)), part_codes()).refusal,
              HasSubstr("no skin"));
  const SkinFacts facts = finder.find(skin_between(24, 72), labels_with(square_mask()), plain_mask_codes());
  ASSERT_TRUE(facts.region);
  EXPECT_TRUE(facts.tone);
}

}  // namespace
}  // namespace fairground
