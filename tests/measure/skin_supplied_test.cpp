// Masks that come with the picture.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

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

void expect_figure(const SkinFacts& facts, const std::string& gate, double value, double limit) {
  EXPECT_FALSE(facts.region);
  EXPECT_FALSE(facts.tone);
  EXPECT_EQ(facts.refusal_figure.gate, gate) << facts.refusal;
  EXPECT_EQ(facts.refusal_figure.value, value) << facts.refusal;
  EXPECT_EQ(facts.refusal_figure.limit, limit) << facts.refusal;
}

/// Marks the pixels for which `rule(x, y)` holds.
template <class Rule>
Mask mask_where(int width, int height, Rule rule) {
  Mask mask{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      mask.codes.push_back(rule(x, y) ? 1 : 0);
    }
  }
  return mask;
}

SkinFacts facts_of(const Image& image, const Mask& mask) {
  return SkinFinder(SkinModels{}).find(image, labels_with(mask), plain_mask_codes());
}

TEST(SuppliedSkin, IsRefusedWhereItIsTooSmall) {
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 2}, {3, 3}, {1, 48}, {48, 1}, {9, 11}}) {
    const Mask mask =
        mask_where(kSize, kSize, [&](int x, int y) { return x >= 30 && x < 30 + width && y >= 30 && y < 30 + height; });
    const SkinFacts facts = facts_of(skin_between(24, 72), mask);
    EXPECT_THAT(facts.refusal, HasSubstr("too small"));
    expect_figure(facts, "skin_mask_thin", width * height, 100.0);
    EXPECT_TRUE(facts.core_tone) << "so that refusals can be counted by tone";
  }
  const SkinFacts tiny = facts_of(flat(1, 1), mask_where(1, 1, [](int, int) { return true; }));
  expect_figure(tiny, "skin_mask_thin", 1.0, 100.0);
}

TEST(SuppliedSkin, IsRefusedWhereItIsThin) {
  const std::vector<Mask> masks = {
      mask_where(kSize, kSize, [](int, int y) { return y == 40 || y == 60; }),          // lines
      mask_where(kSize, kSize, [](int x, int y) { return x % 5 == 0 && y % 5 == 0; }),  // scattered pixels
      mask_where(kSize, kSize, [](int x, int y) { return x % 12 < 2 && y > 20; }),      // bars
  };
  for (const Mask& mask : masks) {
    const SkinFacts facts = facts_of(flat(kSize, kSize), mask);
    EXPECT_FALSE(facts.region);
    EXPECT_FALSE(facts.missed_skin_fraction);
    EXPECT_THAT(facts.refusal, HasSubstr("too thin: only"));
    EXPECT_EQ(facts.refusal_figure.gate, "skin_mask_thin");
    EXPECT_LT(facts.refusal_figure.value, 0.5);
    EXPECT_EQ(facts.refusal_figure.limit, 0.5);
  }
}

TEST(SuppliedSkin, IsRefusedWhereItIsNowhereDeep) {
  // Bars wide enough for the weights, on a mask so wide that they are no wider than two cells of those that missed skin
  // is looked for in: the root of their area is 1000 pixels, and the box says that the face is small.
  const Mask mask = mask_where(1420, 1420, [](int x, int) { return x % 28 < 14; });
  PictureLabels labels = labels_with(mask);
  labels.boxes = {{"face", 20, 20, 50, 60}};
  const SkinFacts facts = SkinFinder(SkinModels{}).find(flat(1420, 1420), labels, plain_mask_codes());
  EXPECT_THAT(facts.refusal, HasSubstr("nowhere deep enough"));
  expect_figure(facts, "skin_mask_thin", 0.0, 1.0);
}

TEST(SuppliedSkin, OfASmallSquareIsTakenOrRefusedAndAlwaysMoved) {
  int taken = 0;
  for (int side = 1; side <= 24; ++side) {
    const Mask mask =
        mask_where(kSize, kSize, [&](int x, int y) { return x >= 36 && x < 36 + side && y >= 36 && y < 36 + side; });
    const SkinFacts facts = facts_of(skin_between(24, 72), mask);
    EXPECT_EQ(facts.region.has_value(), facts.refusal_figure.gate != "skin_mask_thin") << side;
    if (facts.region) {
      ++taken;
      EXPECT_GT(std::ranges::max(facts.region->weights), 0.0F) << side;
      EXPECT_TRUE(facts.missed_skin_fraction) << side;
    }
  }
  EXPECT_GT(taken, 8);
}

TEST(SuppliedSkin, IsRefusedWithoutColourOrSkin) {
  const SkinFinder finder(SkinModels{});
  const SkinFacts grey = finder.find(flat(kSize, kSize, 1), labels_with(square_mask()), plain_mask_codes());
  EXPECT_THAT(grey.refusal, HasSubstr("grey"));
  expect_figure(grey, "skin_colour", 1.0, 3.0);
  const SkinFacts empty = finder.find(skin_between(24, 72), labels_with(square_mask(5)), part_codes());
  EXPECT_THAT(empty.refusal, HasSubstr("no skin"));
  expect_figure(empty, "skin_mask_empty", 0.0, 1.0);
  const SkinFacts facts = finder.find(skin_between(24, 72), labels_with(square_mask()), plain_mask_codes());
  ASSERT_TRUE(facts.region);
  EXPECT_TRUE(facts.tone);
}

}  // namespace
}  // namespace fairground
