// The claims of lens.flare: how much light is spread, and where ghosts lie.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr StepRandom kRandom{0xF1A4E, 1};
constexpr int kSide = 200;

Image filled(float level, int channels = 3) {
  Image image{kSide, kSide, channels, 16, {}, {}};
  image.samples.assign(image.row_size() * kSide, level);
  return image;
}

constexpr double kRounding = 1e-6;

TEST(LensFlare, SpreadsItsShareOfTheLight) {
  Image image = filled(0.0F);
  for (int y = 0; y < kSide; ++y) {
    for (int c = 0; c < 3; ++c) {
      std::ranges::fill(image.row(y).channel(c).first(kSide / 2), 0.2F * static_cast<float>(c + 1));
    }
  }
  const Image flared =
      apply_picture("lens.flare", {{"veiling", 0.1}, {"ghosts", 0.0}, {"from", "picture"}}, image, kRandom).image;
  for (std::size_t c = 0; c < 3; ++c) {
    const double level = 0.2 * static_cast<double>(c + 1);
    EXPECT_NEAR(flared.row(50)[c * kSide + 10], 0.9 * level + 0.1 * level / 2, kRounding);
    EXPECT_NEAR(flared.row(50)[c * kSide + 190], 0.1 * level / 2, kRounding) << "black is veiled";
  }
}

TEST(LensFlare, PutsGhostsOnTheLineThroughTheMiddle) {
  const Given given{{"veiling", 0.0}, {"ghosts", 10.0}, {"source_x", 0.1}, {"source_y", 0.3}, {"source_light", 100.0}};
  Given dark = given;
  dark["ghosts"] = 0.0;
  const Image with = apply_picture("lens.flare", given, filled(0.0F), kRandom).image;
  const Image without = apply_picture("lens.flare", dark, filled(0.0F), kRandom).image;
  double light = 0.0;
  double off_line = 0.0;
  for (int y = 0; y < kSide; ++y) {
    for (std::size_t x = 0; x < kSide; ++x) {
      const double ghost = static_cast<double>(with.row(y)[x]) - static_cast<double>(without.row(y)[x]);
      light += ghost;
      // The distance from the line through the middle and (0.1, 0.3) of the frame, whose normal is (0.2, -0.4).
      off_line += ghost * ((static_cast<double>(x) + 0.5 - 100) * 0.2 - (y + 0.5 - 100) * 0.4) / std::sqrt(0.2);
    }
  }
  EXPECT_GT(light, 100.0);
  EXPECT_NEAR(off_line / light, 0.0, 0.5) << "ghosts that the frame cuts off may lie a little beside it";
}

TEST(LensFlare, PutsTheLampWhereItIsDeclared) {
  const Image lamp =
      apply_picture("lens.flare",
                    {{"veiling", 0.0}, {"ghosts", 0.0}, {"source_x", 0.1}, {"source_y", 0.3}, {"source_light", 50.0}},
                    filled(0.0F, 1), kRandom)
          .image;
  const auto brightest = std::ranges::max_element(lamp.samples) - lamp.samples.begin();
  EXPECT_NEAR(static_cast<double>(brightest % kSide), 0.1 * kSide, 1.0);
  EXPECT_NEAR(static_cast<double>(brightest / kSide), 0.3 * kSide, 1.0);
  EXPECT_GT(lamp.samples[static_cast<std::size_t>(brightest)], 40.0F);
}

TEST(LensFlare, MirrorsBrightPartsOfThePicture) {
  const Given given{{"veiling", 0.0}, {"ghosts", 10.0}, {"from", "picture"}, {"threshold", 0.9}};
  EXPECT_EQ(apply_picture("lens.flare", given, filled(0.8F), kRandom).image.samples, filled(0.8F).samples);
  Image image = filled(0.0F);
  for (int y = 60; y < 70; ++y) {
    for (int c = 0; c < 3; ++c) {
      std::ranges::fill(image.row(y).channel(c).subspan(140, 10), 30.0F);
    }
  }
  const Image flared = apply_picture("lens.flare", given, image, kRandom).image;
  double elsewhere = 0.0;
  for (int y = 0; y < kSide; ++y) {
    for (std::size_t x = 0; x < kSide; ++x) {
      const bool source = y >= 60 && y < 70 && x >= 140 && x < 150;
      elsewhere += source ? 0.0 : static_cast<double>(flared.row(y)[x]);
    }
  }
  EXPECT_GT(elsewhere, 1.0);
}

TEST(LensFlare, IsTheSameLensForEverySource) {
  const Image a = apply_picture("lens.flare", {{"veiling", 0.0}}, filled(0.25F), kRandom).image;
  const Image b = apply_picture("lens.flare", {{"veiling", 0.0}}, filled(0.5F), kRandom).image;
  for (std::size_t i = 0; i < a.samples.size(); ++i) {
    ASSERT_NEAR(b.samples[i] - a.samples[i], 0.25, 1e-5);
  }
}

TEST(LensFlare, GivesTheInputBackAtZero) {
  Image image = filled(0.3F);
  image.samples[7] = 4.0F;
  EXPECT_EQ(apply_picture("lens.flare", {{"veiling", 0.0}, {"ghosts", 0.0}, {"from", "picture"}}, image).image.samples,
            image.samples);
}

TEST(LensFlare, RefusesHalfAPlace) {
  const StepSchema& schema = augmenter("lens.flare").schema;
  const auto problem = [&](const std::string& from, Setting x, Setting y) {
    return schema.check({0.02, 0.5, from, x, y, 20.0, 0.9});
  };
  EXPECT_EQ(problem("source", {}, {}), "");
  EXPECT_EQ(problem("source", 0.1, 0.2), "");
  EXPECT_NE(problem("source", 0.1, {}), "");
  EXPECT_NE(problem("picture", 0.1, 0.2), "");
}

}  // namespace
}  // namespace fairground
