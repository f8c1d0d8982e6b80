// The claims of lens.smudge: light is only moved, within one patch that belongs to the realization.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr StepRandom kRandom{0x53D6E, 1};
constexpr int kWidth = 240;
constexpr int kHeight = 180;

/// A chequerboard of that many pixels to a square.
Image chequered(int width, int height, int square) {
  Image image{width, height, 3, 16, {}, {}};
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < 3 * width; ++i) {
      image.samples.push_back(((i % width) / square + y / square) % 2 == 0 ? 0.1F : 0.6F);
    }
  }
  return image;
}

double mean(const Image& image) {
  return std::accumulate(image.samples.begin(), image.samples.end(), 0.0) / static_cast<double>(image.samples.size());
}

TEST(LensSmudge, KeepsFlatPicturesBitForBit) {
  Image flat = chequered(kWidth, kHeight, 4);
  std::ranges::fill(flat.samples, 0.123456789F);
  EXPECT_EQ(apply_picture("lens.smudge", {}, flat, kRandom).image.samples, flat.samples);
}

TEST(LensSmudge, TakesContrastInThePatchAlone) {
  const Image board = chequered(kWidth, kHeight, 3);
  const Picture smudged = apply_picture("lens.smudge", {{"strength", 1.0}, {"size", 0.3}}, board, kRandom);
  int changed = 0;
  float least = 1.0F;  // contrast that is left of 0.5
  for (int y = 0; y < kHeight; ++y) {
    for (std::size_t x = 3; x < kWidth; ++x) {
      changed += smudged.image.row(y)[x] != board.row(y)[x] ? 1 : 0;
    }
  }
  for (std::size_t i = 0; i < board.samples.size(); ++i) {
    least = std::min(least, std::fabs(smudged.image.samples[i] - 0.35F) / 0.25F);
    EXPECT_GE(smudged.image.samples[i], 0.1F - 1e-6F);
    EXPECT_LE(smudged.image.samples[i], 0.6F + 1e-6F);
  }
  // An ellipse of 0.3 by 0.2 of a diagonal of 300 px is 4241 px, of which the rim changes too little for a float.
  EXPECT_LT(changed, 4300);
  EXPECT_GT(changed, 3000);
  EXPECT_LT(least, 0.3F);
  EXPECT_NEAR(mean(smudged.image), mean(board), 0.01);
  // Of a patch of that profile: the mean of u^2 (3 - 2 u) over the disk, with u = 1 - r^2, is 1/2, and the grooves
  // leave 0.45 to 1 of it.
  const double share = smudged.measure.values.at(0).second / (4241.0 / (kWidth * kHeight));
  EXPECT_GT(share, 0.5 * 0.45);
  EXPECT_LT(share, 0.5 * 1.0);
}

TEST(LensSmudge, LiesAtTheSamePlaceOfEveryFrame) {
  // Twice as large, the patch is twice as large and as far away: the shares are those of the small one.
  const auto shares = [](int width, int height) {
    Image board = chequered(width, height, 1);
    return apply_picture("lens.smudge", {}, board, kRandom).measure.values.at(0).second;
  };
  EXPECT_NEAR(shares(kWidth, kHeight), shares(2 * kWidth, 2 * kHeight), 1e-3);
}

TEST(LensSmudge, DrawsHighlightsOutIntoStreaks) {
  Image dark = chequered(kWidth, kHeight, 4);
  std::ranges::fill(dark.samples, 0.01F);
  for (int y = 88; y < 92; ++y) {
    for (int c = 0; c < 3; ++c) {
      std::ranges::fill(dark.row(y).channel(c).subspan(118, 4), 50.0F);
    }
  }
  const Image smudged = apply_picture("lens.smudge", {{"strength", 1.0}, {"size", 1.0}}, dark, kRandom).image;
  // Around the highlight, at some 15 pixels, light is not the same in all directions.
  double brightest = 0.0;
  double faintest = 1e9;
  for (int i = 0; i < 64; ++i) {
    const double angle = i * 2.0 * 3.14159265 / 64;
    const auto x = static_cast<std::size_t>(120.0 + 15.0 * std::cos(angle));
    const double light = static_cast<double>(smudged.row(static_cast<int>(90.0 + 15.0 * std::sin(angle)))[x]);
    brightest = std::max(brightest, light);
    faintest = std::min(faintest, light);
  }
  EXPECT_GT(brightest, 4.0 * faintest);
}

TEST(LensSmudge, GivesTheInputBackAtZero) {
  const Image board = chequered(61, 17, 3);
  EXPECT_EQ(apply_picture("lens.smudge", {{"strength", 0.0}}, board, kRandom).image.samples, board.samples);
}

}  // namespace
}  // namespace fairground
