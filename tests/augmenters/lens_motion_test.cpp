// The claims of lens.motion: how much contrast a line takes and in which direction, what a hand's path is, and how the
// extent follows from the exposure.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/augmenters/slanted_edge.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr double kSlope = 0.09;  // some five degrees
constexpr StepRandom kRandom{0x307104, 2};

// What is promised of the frequency of half the contrast.
constexpr double kHalfContrastTolerance = 0.03;
// sin(pi x) / (pi x) is 1/2 at this x.
constexpr double kHalfOfLine = 0.6033545;

TEST(LensMotion, HasTheContrastOfALine) {
  const Image edge = slanted_edge(200, 300, kSlope);
  const double lean = std::atan(kSlope);  // the edge's normal from the horizontal, upwards
  for (const double extent : {2.0, 3.0, 5.0, 10.0, 25.0, 50.0}) {
    for (const double angle : {0.0, 20.0, 45.0, -30.0}) {
      const int border = static_cast<int>(extent / 2) + 2;
      const EdgeSpread sharp(edge, kSlope, border);
      const Image blurred =
          apply_picture("lens.motion", {{"extent_px", extent}, {"angle_deg", angle}}, edge, kRandom).image;
      const double across = extent * std::fabs(std::cos(angle * std::numbers::pi / 180.0 + lean));
      const double expected = kHalfOfLine / across;
      // Near the highest frequency pixels tell too little, and across short slanting lines they add their own size.
      if (expected > 0.35 || (angle != 0.0 && extent < 10.0)) {
        continue;
      }
      const double measured = half_contrast(sharp, EdgeSpread(blurred, kSlope, border));
      EXPECT_NEAR(measured, expected, kHalfContrastTolerance * expected) << extent << " px at " << angle;
    }
  }
}

TEST(LensMotion, HasTheContrastOfASlantingLine) {
  constexpr double kSteep = -0.9;  // its normal goes right and down, at 42 degrees
  const Image edge = slanted_edge(420, 200, kSteep);
  for (const double extent : {2.0, 3.0, 5.0, 10.0}) {
    const int border = static_cast<int>(extent / 2) + 2;
    const EdgeSpread sharp(edge, kSteep, border);
    const Image blurred =
        apply_picture("lens.motion", {{"extent_px", extent}, {"angle_deg", 45.0}}, edge, kRandom).image;
    const double across = extent * std::cos(0.25 * std::numbers::pi + std::atan(kSteep));
    const double measured = half_contrast(sharp, EdgeSpread(blurred, kSteep, border));
    EXPECT_NEAR(measured, kHalfOfLine / across, kHalfContrastTolerance * kHalfOfLine / across) << extent;
  }
}

/// One bright pixel in the middle of black.
Image point(int side) {
  Image image{side, side, 1, 16, {}, {}};
  image.samples.assign(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 0.0F);
  image.samples[image.samples.size() / 2] = 1.0F;
  return image;
}

struct Spot {
  double light = 0.0;
  double x = 0.0;  ///< mean
  double y = 0.0;
  double width = 0.0;  ///< of the columns that have light
  double height = 0.0;
};

Spot spot_of(const Image& image) {
  Spot spot;
  double left = image.width;
  double right = 0;
  double top = image.height;
  double bottom = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const double light = static_cast<double>(image.row(y)[static_cast<std::size_t>(x)]);
      spot.light += light;
      spot.x += light * x;
      spot.y += light * y;
      if (light > 0.0) {
        left = std::min<double>(left, x);
        right = std::max<double>(right, x);
        top = std::min<double>(top, y);
        bottom = std::max<double>(bottom, y);
      }
    }
  }
  spot.width = right - left + 1;
  spot.height = bottom - top + 1;
  return spot;
}

TEST(LensMotion, KeepsLightAndPlace) {
  for (const char* path : {"line", "hand"}) {
    for (std::uint32_t realization = 0; realization < 8; ++realization) {
      const Image moved = apply_picture("lens.motion", {{"path", path}, {"extent_px", 20.0}, {"angle_deg", 30.0}},
                                        point(61), {7, realization})
                              .image;
      const Spot spot = spot_of(moved);
      EXPECT_NEAR(spot.light, 1.0, 1e-5);
      EXPECT_NEAR(spot.x, 30.0, 1e-3);
      EXPECT_NEAR(spot.y, 30.0, 1e-3);
      // The path and a pixel more on either side.
      EXPECT_LE(std::max(spot.width, spot.height), 23.0);
      EXPECT_GE(std::hypot(spot.width, spot.height), 19.0) << path << " " << realization;
    }
  }
}

TEST(LensMotion, GoesWhereTheAngleSays) {
  const auto spot = [](double angle) {
    return spot_of(apply_picture("lens.motion", {{"extent_px", 20.0}, {"angle_deg", angle}}, point(61)).image);
  };
  EXPECT_EQ(spot(0.0).height, 1.0);
  EXPECT_EQ(spot(90.0).width, 1.0);
  const Image down = apply_picture("lens.motion", {{"extent_px", 20.0}, {"angle_deg", 45.0}}, point(61)).image;
  EXPECT_GT(down.row(34)[34], 0.0F);  // right and down
  EXPECT_EQ(down.row(26)[34], 0.0F);
}

TEST(LensMotion, DrawsTheSamePathForEverySource) {
  const Image small = apply_picture("lens.motion", {{"path", "hand"}, {"extent_px", 12.0}}, point(31), kRandom).image;
  const Image large = apply_picture("lens.motion", {{"path", "hand"}, {"extent_px", 12.0}}, point(61), kRandom).image;
  for (int y = 0; y < 31; ++y) {
    for (std::size_t x = 0; x < 31; ++x) {
      ASSERT_EQ(small.row(y)[x], large.row(y + 15)[x + 15]);
    }
  }
  const Image other =
      apply_picture("lens.motion", {{"path", "hand"}, {"extent_px", 12.0}}, point(31), {kRandom.key, 5}).image;
  EXPECT_NE(small.samples, other.samples);
}

double found(const Picture& picture, const std::string& name) {
  for (const auto& [key, value] : picture.measure.values) {
    if (key == name) {
      return value;
    }
  }
  return -1.0;
}

TEST(LensMotion, FollowsTheExposure) {
  const Image picture = point(101);
  // The focal length in pixels is half the diagonal over tan(39 deg), and a degree is pi / 180 of it.
  const double per_degree =
      0.5 * std::sqrt(2.0) * 101 / std::tan(39.0 * std::numbers::pi / 180) * std::numbers::pi / 180;
  Shot shot;
  const auto run = [&](Given given) { return apply_picture("lens.motion", given, picture, kRandom, shot); };
  EXPECT_EQ(run({{"shake_deg_s", 10.0}}).image.samples, picture.samples) << "nothing says how long it exposes";
  EXPECT_NEAR(found(run({{"shake_deg_s", 10.0}, {"exposure_ms", 200.0}}), "extent_px"), 2.0 * per_degree, 1e-9);
  shot.exposure = Exposure{20.0, 0.1, 800.0, 0.0};
  const Picture declared = run({{"shake_deg_s", 10.0}});
  EXPECT_NEAR(found(declared, "extent_px"), per_degree, 1e-9);
  EXPECT_NEAR(found(declared, "exposure_ms"), 100.0, 1e-9);
}

// The mean square of 400 drifts, each of two draws, varies by 5 %.
constexpr double kSpeedTolerance = 0.15;

TEST(LensMotion, MovesAHandAtTheSpeedThatIsAskedFor) {
  // Within 2 ms the hand goes straight, so that the extent is the speed times the time.
  constexpr double kTime = 0.002;
  const Image picture = point(15);
  Shot shot;
  shot.exposure = Exposure{1000.0, kTime, 100.0, 0.0};
  double square = 0.0;
  constexpr int kDraws = 400;
  for (std::uint32_t realization = 0; realization < kDraws; ++realization) {
    const Picture moved =
        apply_picture("lens.motion", {{"path", "hand"}, {"shake_deg_s", 10.0}}, picture, {11, realization}, shot);
    const double per_degree =
        0.5 * std::sqrt(2.0) * 15 / std::tan(39.0 * std::numbers::pi / 180) * std::numbers::pi / 180;
    const double speed = found(moved, "extent_px") / per_degree / kTime;
    square += speed * speed / kDraws;
  }
  EXPECT_NEAR(std::sqrt(square), 10.0, kSpeedTolerance * 10.0);
}

TEST(LensMotion, GivesTheInputBackAtZero) {
  const Image edge = slanted_edge(31, 17, kSlope);
  for (const char* path : {"line", "hand"}) {
    EXPECT_EQ(apply_picture("lens.motion", {{"path", path}, {"extent_px", 0.0}}, edge, kRandom).image.samples,
              edge.samples);
  }
}

TEST(LensMotion, KeepsFlatPicturesBitForBit) {
  Image flat{40, 30, 3, 16, {}, {}};
  flat.samples.assign(flat.row_size() * 30, 0.123456789F);
  EXPECT_EQ(apply_picture("lens.motion", {{"path", "hand"}, {"extent_px", 23.0}}, flat, kRandom).image.samples,
            flat.samples);
}

TEST(LensMotion, RefusesTwoExtents) {
  const StepSchema& schema = augmenter("lens.motion").schema;
  const auto problem = [&](Setting px, Setting fraction, Setting shake, Setting exposure) {
    return schema.check({std::string("line"), px, fraction, shake, exposure, 78.0, 0.0});
  };
  EXPECT_EQ(problem(3.0, {}, {}, {}), "");
  EXPECT_EQ(problem({}, 0.01, {}, {}), "");
  EXPECT_EQ(problem({}, {}, 3.0, 10.0), "");
  EXPECT_NE(problem({}, {}, {}, {}), "");
  EXPECT_NE(problem(3.0, 0.01, {}, {}), "");
  EXPECT_NE(problem(3.0, {}, {}, 10.0), "");
}

}  // namespace
}  // namespace fairground
