// The claims of sensor.noise: its law, its third cumulant, and where its draws come from.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/flow/picture_path.h"
#include "pipeline/media/image_file.h"
#include "tests/support/apply.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr int kSide = 512;
constexpr double kDraws = 3.0 * kSide * kSide;
constexpr StepRandom kRandom{0x5E50, 1};

Image flat(float level, int width = kSide, int height = kSide, int channels = 3) {
  Image image{width, height, channels, 16, {}, {}};
  image.samples.assign(image.row_size() * static_cast<std::size_t>(height), level);
  return image;
}

Image with_noise(const Image& image, double a, double b, const StepRandom& random = kRandom) {
  return apply_rows("sensor.noise", {{"a", a}, {"b", b}}, image, random);
}

Moments noise_moments(const Image& noisy) { return moments(std::span<const float>(noisy.samples)); }

constexpr std::array kLevels{0.0F, 0.002F, 0.01F, 0.05F, 0.18F, 0.4F, 0.7F, 1.0F};

// The law is exact, and the variance of n = 786432 draws varies by sqrt(2 / n) = 0.16 %, by up to twice that where
// few photons make the noise crooked.
constexpr double kVarianceTolerance = 0.015;
constexpr double kStandardErrors = 5.0;

struct Law {
  double a;
  double b;
};
constexpr std::array kLaws{Law{1e-4, 1e-6}, Law{2e-3, 1e-5}, Law{0.0, 1e-3},
                           Law{1e-3, 0.0},  Law{0.1, 0.0},   Law{0.1, 1e-4}};

TEST(SensorNoise, HasTheVarianceOfItsLawAndNoBias) {
  for (const Law& law : kLaws) {
    for (const float level : kLevels) {
      const Moments m = noise_moments(with_noise(flat(level), law.a, law.b));
      const double expected = law.a * level + law.b;
      SCOPED_TRACE(testing::Message() << "a " << law.a << " b " << law.b << " x " << level);
      EXPECT_NEAR(m.variance, expected, kVarianceTolerance * expected);
      EXPECT_NEAR(m.mean, level, kStandardErrors * std::sqrt(expected / kDraws) + 1e-12);
    }
  }
}

// Within 5 % is what is promised of files; levels whose noise would reach black or white are left out.
constexpr double kFileTolerance = 0.05;

TEST(SensorNoise, HasTheVarianceOfItsLawInAFile) {
  const Augmenter& sensor = augmenter("sensor.noise");
  for (const Law& law : {Law{1e-4, 1e-6}, Law{5e-4, 1e-5}, Law{0.0, 1e-4}}) {
    int measured = 0;
    for (const float level : kLevels) {
      const double expected = law.a * level + law.b;
      if (level < 6 * std::sqrt(expected) || level > 1 - 6 * std::sqrt(expected)) {
        continue;
      }
      const Image image = flat(level);
      const auto operation =
          row_operation(sensor, values_of(sensor.schema, {{"a", law.a}, {"b", law.b}}), image, kRandom);
      const Raster raster = render_rows(image, {operation}, /*bits=*/16);
      const Image file = to_linear(decode_own_image(encode_image(raster, ImageContainer::png, /*quality=*/100)));
      const Moments m = noise_moments(file);
      EXPECT_NEAR(m.variance, expected, kFileTolerance * expected) << "a " << law.a << " b " << law.b << " x " << level;
      EXPECT_NEAR(m.mean, level, kStandardErrors * std::sqrt(expected / kDraws) + 1e-5) << level;
      ++measured;
    }
    EXPECT_GE(measured, 3);
  }
}

// The expansion leaves out terms of the order a / (54 x), and the third cumulant of n draws varies by about
// sqrt(6 / n) of the standard deviation's cube.
constexpr double kExpansionLeavesOut = 1.0 / 54.0;

TEST(SensorNoise, IsAsCrookedAsPhotonsMakeIt) {
  for (const Law& law : {Law{0.1, 0.0}, Law{0.05, 0.0}, Law{0.02, 0.0}, Law{0.05, 1e-4}}) {
    for (const float level : {0.1F, 0.18F, 0.4F, 0.7F, 1.0F}) {
      const Moments m = noise_moments(with_noise(flat(level), law.a, law.b));
      const double expected = law.a * law.a * level;
      const double sigma = std::sqrt(law.a * level + law.b);
      const double error = kStandardErrors * std::sqrt(6.0 / kDraws) * sigma * sigma * sigma;
      SCOPED_TRACE(testing::Message() << "a " << law.a << " b " << law.b << " x " << level);
      EXPECT_NEAR(m.third, expected, expected * kExpansionLeavesOut * law.a / level + 1.5 * error);
      EXPECT_GT(m.third, 0.7 * expected) << "the tolerance is too wide to say anything";
    }
  }
}

// What the reference says of `iso`, worked out by hand.
TEST(SensorNoise, FollowsTheIsoLaw) {
  struct Speed {
    double iso;
    double a;
    double b;
  };
  for (const Speed& speed :
       {Speed{100, 1.34e-5, 5.95e-8}, Speed{400, 5.36e-5, 3.19e-7}, Speed{6400, 8.576e-4, 4.5199e-5}}) {
    const auto variance = [&](float level) {
      return noise_moments(apply_rows("sensor.noise", {{"iso", speed.iso}}, flat(level), kRandom)).variance;
    };
    const double b = variance(0.0F);
    EXPECT_NEAR(b, speed.b, kVarianceTolerance * speed.b) << speed.iso;
    // At 0.5 shot noise is nearly all there is.
    EXPECT_NEAR((variance(0.5F) - b) / 0.5, speed.a, kVarianceTolerance * (speed.a + 2 * speed.b)) << speed.iso;
  }
}

TEST(SensorNoise, GivesTheInputBackWithoutNoise) {
  Image image = flat(0.0F, 257, 9);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    image.samples[i] = static_cast<float>(i) / 5000.0F - 0.1F;
  }
  EXPECT_EQ(with_noise(image, 0.0, 0.0).samples, image.samples);
}

TEST(SensorNoise, LeavesBlackWithoutReadNoise) {
  const Image black = flat(0.0F, 64, 8);
  EXPECT_EQ(with_noise(black, 0.1, 0.0).samples, black.samples);
}

TEST(SensorNoise, DrawsByPlaceAlone) {
  const Image large = with_noise(flat(0.3F, 640, 90), 1e-3, 1e-5);
  const Image crop = with_noise(flat(0.3F, 61, 37), 1e-3, 1e-5);
  const Image grey = with_noise(flat(0.3F, 61, 37, 1), 1e-3, 1e-5);
  for (int y = 0; y < 37; ++y) {
    for (std::size_t c = 0; c < 3; ++c) {
      ASSERT_TRUE(std::ranges::equal(crop.row(y).subspan(c * 61, 61), large.row(y).subspan(c * 640, 61)))
          << y << " " << c;
    }
    ASSERT_TRUE(std::ranges::equal(grey.row(y), large.row(y).first(61))) << y;
  }
}

// Correlations of n independent draws vary by 1 / sqrt(n).
TEST(SensorNoise, IsIndependentOverChannelsAndPixels) {
  const Image noisy = with_noise(flat(0.3F), 1e-3, 1e-5);
  constexpr std::size_t kPlane = std::size_t{kSide} * kSide;
  std::array<std::vector<float>, 3> planes;
  for (int y = 0; y < kSide; ++y) {
    for (std::size_t c = 0; c < 3; ++c) {
      const std::span<const float> row = noisy.row(y).subspan(c * kSide, kSide);
      planes[c].insert(planes[c].end(), row.begin(), row.end());
    }
  }
  const double largest = kStandardErrors / std::sqrt(static_cast<double>(kPlane));
  EXPECT_LT(std::abs(correlation(planes[0], planes[1])), largest);
  EXPECT_LT(std::abs(correlation(planes[0], planes[2])), largest);
  EXPECT_LT(std::abs(correlation(planes[1], planes[2])), largest);
  const std::span<const float> red(planes[0]);
  for (const std::size_t lag :
       {std::size_t{1}, std::size_t{2}, std::size_t{64}, std::size_t{kSide}, std::size_t{2 * kSide}}) {
    EXPECT_LT(std::abs(correlation(red.first(kPlane - lag), red.subspan(lag))), 1.1 * largest) << lag;
  }
}

TEST(SensorNoise, RefusesHalfALaw) {
  const StepSchema& schema = augmenter("sensor.noise").schema;
  const auto problem = [&](Setting iso, Setting a, Setting b) { return schema.check({iso, a, b}); };
  EXPECT_EQ(problem(800.0, {}, {}), "");
  EXPECT_EQ(problem({}, 0.1, 0.1), "");
  EXPECT_EQ(problem({}, Range{0.0, 0.1}, 0.1), "");
  EXPECT_NE(problem({}, {}, {}), "");
  EXPECT_NE(problem({}, 0.1, {}), "");
  EXPECT_NE(problem({}, {}, 0.1), "");
  EXPECT_NE(problem(800.0, 0.1, 0.1), "");
  EXPECT_NE(problem(800.0, 0.1, {}), "");
}

}  // namespace
}  // namespace fairground
