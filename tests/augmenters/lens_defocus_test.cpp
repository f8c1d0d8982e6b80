// The claims of lens.defocus: how much contrast it takes, its shape, and that light is kept.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/augmenters/slanted_edge.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr double kSlope = 0.09;  // some five degrees
constexpr int kEdgeWidth = 200;
constexpr int kEdgeHeight = 300;

// What is promised of the frequency of half the contrast.
constexpr double kHalfContrastTolerance = 0.03;
// 2 J1(x) / x is 1/2 at this x (Abramowitz and Stegun, table 9.1), where x = 2 pi r f.
constexpr double kHalfOfDisk = 2.2150894;

TEST(LensDefocus, HasTheContrastOfADisk) {
  const Image edge = slanted_edge(kEdgeWidth, kEdgeHeight, kSlope);
  for (const double radius : {1.0, 1.5, 2.0, 3.3, 5.0, 7.9, 8.1, 12.0, 20.0}) {
    const int border = static_cast<int>(radius) + 2;
    const EdgeSpread sharp(edge, kSlope, border);
    const Image blurred = apply_picture("lens.defocus", {{"radius_px", radius}}, edge).image;
    const double expected = kHalfOfDisk / (2.0 * std::numbers::pi * radius);
    const double measured = half_contrast(sharp, EdgeSpread(blurred, kSlope, border));
    EXPECT_NEAR(measured, expected, kHalfContrastTolerance * expected) << radius;
    RecordProperty("radius " + std::to_string(radius), std::to_string(measured / expected - 1.0));
  }
}

/// One bright pixel in the middle of black.
Image point(int side) {
  Image image{side, side, 1, 16, {}, {}};
  image.samples.assign(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 0.0F);
  image.samples[image.samples.size() / 2] = 1.0F;
  return image;
}

TEST(LensDefocus, MakesARoundDiskOfAPoint) {
  constexpr double kRadius = 10.0;
  const Image disk = apply_picture("lens.defocus", {{"radius_px", kRadius}}, point(41)).image;
  const double inside = 1.0 / (std::numbers::pi * kRadius * kRadius);
  for (int y = 0; y < 41; ++y) {
    for (int x = 0; x < 41; ++x) {
      const double distance = std::hypot(x - 20.0, y - 20.0);
      const double light = static_cast<double>(disk.row(y)[static_cast<std::size_t>(x)]);
      if (distance < kRadius - 0.8) {
        EXPECT_NEAR(light, inside, 0.005 * inside) << x << " " << y;  // pixels' widths take 0.3 % off the area
      } else if (distance > kRadius + 0.8) {
        EXPECT_EQ(light, 0.0) << x << " " << y;
      }
    }
  }
  // As many floats as a disk has pixels.
  EXPECT_NEAR(std::accumulate(disk.samples.begin(), disk.samples.end(), 0.0), 1.0, 1e-6);
}

TEST(LensDefocus, GivesTheInputBackAtZero) {
  const Image edge = slanted_edge(31, 17, kSlope);
  EXPECT_EQ(apply_picture("lens.defocus", {{"radius_px", 0.0}}, edge).image.samples, edge.samples);
  EXPECT_EQ(apply_picture("lens.defocus", {{"radius_fraction", 0.0}}, edge).image.samples, edge.samples);
}

TEST(LensDefocus, KeepsFlatPicturesBitForBit) {
  for (const double radius : {0.5, 1.7, 5.3, 30.0}) {
    Image flat{40, 30, 3, 16, {}, {}};
    flat.samples.assign(flat.row_size() * 30, 0.123456789F);
    EXPECT_EQ(apply_picture("lens.defocus", {{"radius_px", radius}}, flat).image.samples, flat.samples) << radius;
  }
}

TEST(LensDefocus, FollowsTheDiagonal) {
  const Image edge = slanted_edge(300, 400, kSlope);
  const Picture blurred = apply_picture("lens.defocus", {{"radius_fraction", 0.01}}, edge);
  EXPECT_EQ(blurred.measure.values.at(0), (std::pair<std::string, double>("radius_px", 5.0)));
  EXPECT_EQ(blurred.image.samples, apply_picture("lens.defocus", {{"radius_px", 5.0}}, edge).image.samples);
}

}  // namespace
}  // namespace fairground
