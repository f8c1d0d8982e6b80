// The claims of light.direction, against a scene that a ray tracer renders under the light of the source and under the
// new one: how far the result is off, and where on a ball it is brightest.
#include <gtest/gtest.h>

#include <numbers>

#include "tests/augmenters/light.h"
#include "tests/support/ray_tracer.h"

namespace fairground {
namespace {

using Text = std::string;

constexpr int kWidth = 240;
constexpr int kHeight = 280;

/// A ball before a wall.
Scene ball() { return {{{{120.0, 140.0, 100.0}, {90.0, 90.0, 90.0}, 0.4}}, -60.0, 0.3}; }
/// A head and a body before a wall; the skin is darker than the wall.
Scene bust() {
  return {{{{120.0, 110.0, 60.0}, {52.0, 70.0, 60.0}, 0.25}, {{120.0, 310.0, 20.0}, {140.0, 120.0, 60.0}, 0.5}},
          -60.0,
          0.35};
}

struct From {
  double azimuth_deg;
  double elevation_deg;
  double softness;
  double ambient;
};

Vec towards(const From& from) {
  const double a = from.azimuth_deg * std::numbers::pi / 180.0;
  const double e = from.elevation_deg * std::numbers::pi / 180.0;
  return {std::cos(e) * std::sin(a), -std::sin(e), std::cos(e) * std::cos(a)};
}

/// Half from the camera and half from everywhere, as the augmenter supposes.
TracedPicture source_of(const Scene& scene) { return photograph(scene, {{0, 0, 1}, 0.0, 0.5, false}, kWidth, kHeight); }

TracedPicture truth_of(const Scene& scene, const From& from, bool casts_shadows) {
  return photograph(scene, {towards(from), 90.0 * from.softness, from.ambient, casts_shadows}, kWidth, kHeight);
}

Picture relit(const Image& source, const From& from, const PictureLabels& labels, const Text& exposed_for = "frame",
              std::optional<double> depth_unit_px = 1.0) {
  Shot shot;
  shot.labels = &labels;
  Given given{{"azimuth_deg", from.azimuth_deg},
              {"elevation_deg", from.elevation_deg},
              {"softness", from.softness},
              {"ambient", from.ambient},
              {"exposed_for", exposed_for}};
  if (depth_unit_px) {
    given["depth_unit_px"] = *depth_unit_px;
  }
  return apply_picture("light.direction", given, source, {}, shot);
}

/// Root mean square of the difference over that of the truth, at the exposure that fits best: exposure is another
/// claim.
double relative_error(const Image& result, const Image& truth) {
  double both = 0.0;
  double square = 0.0;
  double wanted = 0.0;
  for (std::size_t i = 0; i < truth.samples.size(); ++i) {
    const double a = result.samples[i];
    const double b = truth.samples[i];
    both += a * b;
    square += a * a;
    wanted += b * b;
  }
  return std::sqrt(std::max(1.0 - both * both / (square * wanted), 0.0));
}

const std::vector<From> kLights{{30.0, 40.0, 0.0, 0.3},
                                {-60.0, 10.0, 0.2, 0.2},
                                {0.0, 70.0, 0.5, 0.1},
                                {75.0, 0.0, 1.0, 0.0},
                                {-45.0, -30.0, 0.0, 0.5}};

/// The worst of several errors, which the report of the tests tells.
void report(const char* what, double value) { testing::Test::RecordProperty(what, std::to_string(value)); }

TEST(LightDirection, IsWhatARayTracerRendersOnKnownNormals) {
  constexpr double kTolerance = 0.001;  // measured: 0.0006, of the sum over 400 directions for the most part
  double worst = 0.0;
  for (const Scene& scene : {ball(), bust()}) {
    const TracedPicture source = source_of(scene);
    PictureLabels labels;
    labels.normals = source.normals;
    for (const From& from : kLights) {
      const Picture picture = relit(source.image, from, labels);
      const double error = relative_error(picture.image, truth_of(scene, from, false).image);
      EXPECT_LT(error, kTolerance) << from.azimuth_deg;
      worst = std::max(worst, error);
      EXPECT_EQ(found(picture, "normals_known"), 1.0);
      // Without the step it is nowhere near.
      EXPECT_GT(relative_error(source.image, truth_of(scene, from, false).image), 60.0 * kTolerance);
    }
  }
  report("rmse", worst);
}

TEST(LightDirection, IsNearWhatARayTracerRendersOnKnownDepth) {
  constexpr double kTolerance = 0.015;  // measured: 0.0103, from outlines, where slopes have no end
  double worst = 0.0;
  for (const Scene& scene : {ball(), bust()}) {
    const TracedPicture source = source_of(scene);
    PictureLabels labels;
    labels.depth = source.depth;
    for (const From& from : kLights) {
      const Picture picture = relit(source.image, from, labels);
      worst = std::max(worst, relative_error(picture.image, truth_of(scene, from, false).image));
    }
  }
  report("rmse", worst);
  EXPECT_LT(worst, kTolerance);
}

// Shadows that bodies cast are not modelled, and are most of this error.
TEST(LightDirection, LacksTheShadowsThatBodiesCast) {
  constexpr double kTolerance = 0.25;  // measured: 0.23
  const TracedPicture source = source_of(bust());
  PictureLabels labels;
  labels.normals = source.normals;
  double worst = 0.0;
  for (const From& from : kLights) {
    const Picture picture = relit(source.image, from, labels);
    worst = std::max(worst, relative_error(picture.image, truth_of(bust(), from, true).image));
  }
  report("rmse", worst);
  EXPECT_LT(worst, kTolerance);
}

/// The face of the bust.
Box face() { return {"face", 120.0 - 52.0 / 1.24, 110.0 - 70.0 * 0.42 / 0.68, 104.0 / 1.24, 70.0 / 0.68}; }

/// Within the bust's face.
Image crop(const Image& image) {
  const int x = 80;
  const int y = 60;
  Image part{80, 100, 1, 16, {}, {}};
  for (int row = 0; row < part.height; ++row) {
    const auto from = image.row(y + row).subspan(static_cast<std::size_t>(x), static_cast<std::size_t>(part.width));
    part.samples.insert(part.samples.end(), from.begin(), from.end());
  }
  return part;
}

TEST(LightDirection, ComesNearARayTracerOnTheReliefOfAHead) {
  constexpr double kTolerance = 0.13;  // measured: up to 0.125
  constexpr double kPart = 0.35;       // of the error without the step; measured: up to 0.343
  const TracedPicture source = source_of(bust());
  double worst = 0.0;
  double largest_part = 0.0;
  PictureLabels labels;
  labels.boxes = {face()};
  for (const From& from : kLights) {
    const Picture picture = relit(source.image, from, labels);
    const TracedPicture truth = truth_of(bust(), from, false);
    EXPECT_EQ(found(picture, "normals_known"), 0.0);
    const double without = relative_error(crop(source.image), crop(truth.image));
    const double error = relative_error(crop(picture.image), crop(truth.image));
    EXPECT_LT(error, kTolerance) << from.azimuth_deg;
    EXPECT_LT(error, kPart * without) << from.azimuth_deg;
    worst = std::max(worst, error);
    largest_part = std::max(largest_part, error / without);
  }
  report("rmse", worst);
  report("part", largest_part);
}

/// Where on the ball it is brightest: the middle of the thousandth part of it that is.
Vec brightest(const Image& image) {
  const Ellipsoid body = ball().bodies[0];
  struct Place {
    double light;
    Vec normal;
  };
  std::vector<Place> places;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const double u = (x + 0.5 - body.centre.x) / body.radii.x;
      const double v = (y + 0.5 - body.centre.y) / body.radii.y;
      if (u * u + v * v < 0.999) {
        places.push_back({sample(image, x, y), {u, v, std::sqrt(1.0 - u * u - v * v)}});
      }
    }
  }
  std::ranges::sort(places, std::greater{}, &Place::light);
  Vec sum;
  for (std::size_t i = 0; i < places.size() / 1000; ++i) {
    sum = sum + places[i].normal;
  }
  return unit(sum);
}

TEST(LightDirection, IsBrightestWhereTheLightComesFrom) {
  constexpr double kDegrees = 3.0;  // what the issue asks for
  const TracedPicture source = source_of(ball());
  PictureLabels by_normals;
  by_normals.normals = source.normals;
  PictureLabels by_depth;
  by_depth.depth = source.depth;
  double worst = 0.0;
  for (const From& from : {From{30.0, 40.0, 0.0, 0.3},
                           {-50.0, 10.0, 0.3, 0.2},
                           {0.0, 60.0, 0.6, 0.1},
                           {20.0, -25.0, 1.0, 0.0},
                           {0.0, 0.0, 0.1, 0.2}}) {
    for (const PictureLabels* labels : {&by_normals, &by_depth}) {
      const Picture picture = relit(source.image, from, *labels);
      const double cosine = std::min(dot(brightest(picture.image), towards(from)), 1.0);
      const double degrees = std::acos(cosine) * 180.0 / std::numbers::pi;
      EXPECT_LT(degrees, kDegrees) << from.azimuth_deg << " " << (labels == &by_depth ? "depth" : "normals");
      worst = std::max(worst, degrees);
    }
  }
  report("degrees", worst);
}

TEST(LightDirection, KeepsTheMeanOfWhatItIsExposedFor) {
  constexpr double kMean = 0.01;  // the mean is taken over a part of the pixels
  const PictureLabels labels{.boxes = {face()}};
  const Image white = flat(kWidth, kHeight, 0.5F, 1);
  const From from{60.0, 20.0, 0.2, 0.2};
  const auto mean = [](const Image& image) {
    double sum = 0.0;
    for (const float x : image.samples) {
      sum += x;
    }
    return sum / static_cast<double>(image.samples.size());
  };
  EXPECT_NEAR(mean(relit(white, from, labels, "frame").image), 0.5, 0.5 * kMean);
  const Image by_face = relit(white, from, labels, "face").image;
  double sum = 0.0;
  int count = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double u = (x + 0.5 - 120.0) / 52.0;
      const double v = (y + 0.5 - 110.0) / 70.0;
      if (u * u + v * v < 1.0) {
        sum += sample(by_face, x, y);
        ++count;
      }
    }
  }
  EXPECT_NEAR(sum / count, 0.5, 0.5 * kMean);
  const Picture brightest = relit(white, from, labels, "brightest");
  EXPECT_NEAR(std::ranges::max(brightest.image.samples), 0.5, 0.5 * kMean);
  EXPECT_NEAR(found(brightest, "highest_gain"), 1.0, 1e-6);
}

// Small pictures, and labels that say nothing.
TEST(LightDirection, TakesFlatAndTinyDepthsAndNormals) {
  for (const auto& [width, height] : {std::pair(1, 1), {7, 1}, {1, 7}, {33, 20}}) {
    PictureLabels depth;
    depth.depth = flat(width, height, 3.0F, 1);
    PictureLabels normals;
    normals.normals = flat(width, height, 0.0F, 3);
    for (const PictureLabels* labels : {&depth, &normals}) {
      const Image image = relit(flat(width, height, 0.5F), {40.0, 20.0, 0.2, 0.2}, *labels, "face", {}).image;
      EXPECT_TRUE(std::ranges::all_of(image.samples, [](float x) { return std::isfinite(x) && x > 0.0F; }));
    }
  }
}

// An inclined plane faces one way everywhere, up to the edges of the frame.
TEST(LightDirection, FindsTheSlopeOfADepthUpToTheFrame) {
  constexpr int kColumns = 400;
  constexpr int kRows = 300;
  PictureLabels labels;
  labels.depth = flat(kColumns, kRows, 0.0F, 1);
  for (int y = 0; y < kRows; ++y) {
    for (int x = 0; x < kColumns; ++x) {
      labels.depth->row(y).samples[static_cast<std::size_t>(x)] =
          0.3F * static_cast<float>(x) + 0.2F * static_cast<float>(y);
    }
  }
  Shot shot;
  shot.labels = &labels;
  const Image image =
      apply_picture("light.direction", {{"azimuth_deg", 60.0}, {"elevation_deg", 20.0}, {"depth_unit_px", 1.0}},
                    flat(kColumns, kRows, 0.3F, 1), {}, shot)
          .image;
  for (const auto& [x, y] : {std::pair(0, 0), {kColumns - 1, 0}, {0, kRows - 1}, {kColumns - 1, kRows - 1}, {1, 150}}) {
    EXPECT_NEAR(sample(image, x, y), sample(image, 200, 150), 1e-5) << x << " " << y;
  }
}

// A picture of twice the size gets the same light.
TEST(LightDirection, HangsOnNoSize) {
  const From from{40.0, 30.0, 0.1, 0.2};
  const Image small = relit(flat(100, 120, 0.3F, 1), from, {}).image;
  const Image large = relit(flat(300, 360, 0.3F, 1), from, {}).image;
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 100; ++x) {
      ASSERT_NEAR(sample(small, x, y), sample(large, 3 * x + 1, 3 * y + 1), 0.002) << x << " " << y;
    }
  }
}

TEST(LightDirection, HasNoEdgesOnTheRelief) {
  constexpr double kStep = 0.12;  // from one pixel to the next, of the mean light; measured: 0.114, beside the nose
  const Image image = relit(flat(512, 512, 1.0F, 1), {90.0, 10.0, 0.0, 0.1}, {}).image;
  double largest = 0.0;
  for (int y = 1; y < 512; ++y) {
    for (int x = 1; x < 512; ++x) {
      largest = std::max({largest, std::abs(sample(image, x, y) - sample(image, x - 1, y)),
                          std::abs(sample(image, x, y) - sample(image, x, y - 1))});
    }
  }
  report("step", largest);
  EXPECT_LT(largest, kStep);
}

TEST(LightDirection, SupposesNoHeadWhereBoxesAreKnownAndNoneIsAFace) {
  PictureLabels labels{.boxes = {{"cup", 50.0, 50.0, 60.0, 60.0}}};
  labels.boxes_are_known = true;
  Shot shot;
  shot.labels = &labels;
  const Image card = flat(200, 160, 0.2F);
  const Picture lit = apply_picture("light.direction", {{"azimuth_deg", 70.0}, {"softness", 0.0}}, card, {}, shot);
  for (const auto& [x, y] : {std::pair(5, 5), {100, 60}, {100, 155}, {195, 80}}) {
    EXPECT_NEAR(sample(lit.image, x, y), 0.2, 1e-4) << "a wall that is exposed for looks as before";
  }
  labels.boxes_are_known = false;
  const Picture supposed = apply_picture("light.direction", {{"azimuth_deg", 70.0}, {"softness", 0.0}}, card, {}, shot);
  EXPECT_GT(std::abs(sample(supposed.image, 80, 60) - sample(supposed.image, 120, 60)), 0.02);
}

}  // namespace
}  // namespace fairground
