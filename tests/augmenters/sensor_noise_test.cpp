// The claims of sensor.noise: its law, that of cameras, its third cumulant, where its draws come from, and how much
// stronger it is on dark skin.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "augmenters/image/parts/cameras.h"
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

/// What stands in the table for one speed, transcribed apart from it and rounded to two digits where that is enough.
struct Published {
  const char* camera;
  double iso;
  double a;
  double b;
  std::array<double, 3> gains;
};

// What is promised of cameras. It covers the rounding of these figures as well.
constexpr double kCameraTolerance = 0.05;

std::array<double, 3> channel_variances(const Image& image) {
  std::array<std::vector<float>, 3> planes;
  for (int y = 0; y < image.height; ++y) {
    for (std::size_t c = 0; c < 3; ++c) {
      const auto width = static_cast<std::size_t>(image.width);
      const std::span<const float> row = image.row(y).subspan(c * width, width);
      planes[c].insert(planes[c].end(), row.begin(), row.end());
    }
  }
  std::array<double, 3> variances{};
  for (std::size_t c = 0; c < 3; ++c) {
    variances[c] = moments(std::span<const float>(planes[c])).variance;
  }
  return variances;
}

void expect_camera_law(const Published& point) {
  for (const float level : {0.0F, 0.02F, 0.2F, 0.8F}) {
    const Picture noisy =
        apply_picture("sensor.noise", {{"camera", point.camera}, {"iso", point.iso}}, flat(level, 256, 256), kRandom);
    const std::array<double, 3> variances = channel_variances(noisy.image);
    for (std::size_t c = 0; c < 3; ++c) {
      const double gain = point.gains[c];
      const double expected = gain * gain * (point.a * level / gain + point.b);
      EXPECT_NEAR(variances[c], expected, kCameraTolerance * expected)
          << point.camera << " " << point.iso << " level " << level << " channel " << c;
    }
    ASSERT_EQ(noisy.measure.values.size(), 1U);
    EXPECT_EQ(noisy.measure.values[0], (std::pair<std::string, double>("iso", point.iso)));
  }
}

TEST(SensorNoise, HasThePublishedNoiseOfCameras) {
  constexpr std::array kOnePlus{2.7, 1.0, 2.13};
  constexpr std::array kNexus5{1.78, 1.0, 2.14};
  constexpr std::array kNexus5X{2.03, 1.0, 2.01};
  constexpr std::array kSony{2.65, 1.0, 1.53};
  for (const Published& point :
       {Published{"oneplus_6", 100, 6.4e-6, 1.8e-8, kOnePlus}, Published{"oneplus_6", 400, 2.1e-5, 8.2e-8, kOnePlus},
        Published{"oneplus_6", 1600, 8.8e-5, 5.4e-7, kOnePlus}, Published{"oneplus_6", 3200, 1.8e-4, 1.7e-6, kOnePlus},
        Published{"oneplus_6", 6400, 3.1e-4, 2.9e-6, kOnePlus}, Published{"nexus_5", 100, 1.34e-5, 5.9e-8, kNexus5},
        Published{"nexus_5", 800, 1.07e-4, 8.9e-7, kNexus5}, Published{"nexus_5", 3200, 4.24e-4, 1.27e-5, kNexus5},
        Published{"nexus_5x", 100, 1.64e-5, 1.95e-7, kNexus5X}, Published{"nexus_5x", 1600, 2.44e-4, 5.1e-6, kNexus5X},
        Published{"nexus_5x", 6400, 1.45e-3, 4.5e-5, kNexus5X}, Published{"sony_a7iii", 100, 1.39e-6, 7e-11, kSony},
        Published{"sony_a7iii", 3200, 2.9e-5, 8e-8, kSony}, Published{"sony_a7iii", 12800, 1.13e-4, 3.3e-7, kSony},
        Published{"raspberry_pi_hq", 200, 4e-5, 8.8e-8, {3.94, 1.0, 1.68}},
        Published{"dji_fc220", 1600, 6.4e-5, 3.6e-7, {2.59, 1.0, 2.17}},
        Published{"sony_rx100_vii", 3200, 1.95e-4, 3.2e-7, {2.71, 1.0, 1.81}}}) {
    expect_camera_law(point);
  }
}

TEST(SensorNoise, HasTheNoiseOfEveryCameraAtEverySpeed) {
  for (const CameraModel& camera : camera_models()) {
    for (const SpeedNoise& speed : camera.speeds) {
      expect_camera_law({camera.name.c_str(), speed.iso, speed.a, speed.b, {camera.red_gain, 1.0, camera.blue_gain}});
    }
  }
}

// Half-way in stops lies the geometric mean: 566 between 400 and 800.
TEST(SensorNoise, JoinsPublishedSpeedsByPowers) {
  expect_camera_law({"oneplus_6",
                     400 * std::sqrt(2.0),
                     std::sqrt(2.10e-5 * 4.22e-5),
                     std::sqrt(8.19e-8 * 2.18e-7),
                     {2.705, 1.0, 2.126}});
}

TEST(SensorNoise, TakesTheSpeedThatTheExposureNeeds) {
  Shot shot;
  shot.exposure = Exposure{20.0, 1.0 / 15, 777.0, 0.0};
  const auto found = [&](const Given& given) {
    return apply_picture("sensor.noise", given, flat(0.2F, 8, 8), kRandom, shot).measure.values.at(0).second;
  };
  EXPECT_EQ(found({{"camera", "nexus_5x"}}), 777.0);
  EXPECT_EQ(found({{"camera", "nexus_5x"}, {"iso", 100.0}}), 100.0);
  shot.exposure.reset();
  EXPECT_EQ(found({{"camera", "nexus_5x"}}), 60.0);
}

TEST(SensorNoise, DeclaresHowTheCameraExposes) {
  const Augmenter& sensor = augmenter("sensor.noise");
  const auto declared = [&](const Given& given) {
    ShotDeclaration shot;
    sensor.declare(shot, values_of(sensor.schema, given));
    return shot.programme;
  };
  ASSERT_TRUE(declared({{"camera", "nexus_5"}}));
  EXPECT_EQ(declared({{"camera", "nexus_5"}})->f_number, 2.4);
  EXPECT_FALSE(declared({{"camera", "any"}}));
  EXPECT_FALSE(declared({{"iso", 800.0}}));
}

TEST(SensorNoise, YieldsToAnotherCamera) {
  const Image image = flat(0.2F, 64, 64);
  Shot shot;
  const Picture alone = apply_picture("sensor.noise", {{"camera", "any"}, {"iso", 800.0}}, image, kRandom, shot);
  EXPECT_EQ(alone.image.samples,
            apply_rows("sensor.noise", {{"camera", "oneplus_6"}, {"iso", 800.0}}, image, kRandom).samples);
  shot.declared.programme = ExposureProgramme{};
  const Picture beside =
      apply_picture("sensor.noise", {{"camera", "any"}, {"hot_pixels", 1000.0}}, image, kRandom, shot);
  EXPECT_EQ(beside.image.samples, image.samples);
  EXPECT_TRUE(beside.measure.values.empty());
}

// 512 draws of an offset: their variance varies by sqrt(2 / 512) = 6.3 %.
constexpr double kRowTolerance = 0.25;

TEST(SensorNoise, OffsetsRows) {
  constexpr double kB = 1e-4;
  const Given given{{"a", 0.0}, {"b", kB}, {"row_noise", 0.5}};
  const Image with = apply_rows("sensor.noise", given, flat(0.3F), kRandom);
  const Image without = with_noise(flat(0.3F), 0.0, kB);
  std::vector<float> offsets;
  for (int y = 0; y < kSide; ++y) {
    const float first = with.row(y)[0] - without.row(y)[0];
    offsets.push_back(first);
    for (std::size_t i = 0; i < with.row_size(); ++i) {
      ASSERT_NEAR(with.row(y)[i] - without.row(y)[i], first, 1e-7);  // floats near 0.3 are 3e-8 apart
    }
  }
  const double expected = 0.25 * kB;
  EXPECT_NEAR(moments(std::span<const float>(offsets)).variance, expected, kRowTolerance * expected);
  const std::span<const float> all(offsets);
  EXPECT_LT(std::abs(correlation(all.first(kSide - 1), all.last(kSide - 1))), kStandardErrors / std::sqrt(kSide));
}

/// Which samples are hot, and by how much.
std::map<std::array<std::size_t, 3>, double> hot_samples(int width, int height, double time_s, double iso) {
  Shot shot;
  shot.exposure = Exposure{1.0, time_s, iso, 0.0};
  const Image image = flat(0.1F, width, height);
  const Given quiet{{"camera", "nexus_5"}};
  Given hot = quiet;
  hot["hot_pixels"] = 1000.0;
  const Image without = apply_picture("sensor.noise", quiet, image, kRandom, shot).image;
  const Image with = apply_picture("sensor.noise", hot, image, kRandom, shot).image;
  std::map<std::array<std::size_t, 3>, double> samples;
  for (int y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < with.row_size(); ++i) {
      const double excess = static_cast<double>(with.row(y)[i]) - without.row(y)[i];
      if (excess != 0.0) {
        const auto w = static_cast<std::size_t>(width);
        samples[{i % w, static_cast<std::size_t>(y), i / w}] = excess;
      }
    }
  }
  return samples;
}

TEST(SensorNoise, HasHotPixelsThatBelongToTheUnit) {
  const auto short_time = hot_samples(1000, 1000, 1.0 / 60, 100.0);
  const auto long_time = hot_samples(1000, 1000, 1.0 / 15, 200.0);
  // A binomial count of 1000 varies by 32.
  EXPECT_NEAR(static_cast<double>(long_time.size()), 1000.0, kStandardErrors * std::sqrt(1000.0));
  // Nearly all are above the rounding of floats in both.
  EXPECT_GT(static_cast<double>(short_time.size()), 0.99 * static_cast<double>(long_time.size()));
  constexpr std::array kGains{1.776, 1.0, 2.143};
  double mean = 0.0;
  for (const auto& [place, excess] : long_time) {
    const auto& [x, y, channel] = place;
    EXPECT_EQ(channel, x % 2 + y % 2) << x << " " << y;
    mean += excess / kGains[channel] / static_cast<double>(long_time.size());
    if (short_time.contains(place)) {
      EXPECT_NEAR(short_time.at(place) * 8.0, excess, 1e-6) << "four times as long at twice the gain";
    }
  }
  // Light gained at ISO 100 in one second is 0.05 on average, and the mean of n exponential draws varies by 1/sqrt(n).
  const double expected = 0.05 * 2.0 / 15;
  EXPECT_NEAR(mean, expected, kStandardErrors / std::sqrt(1000.0) * expected);
  const auto crop = hot_samples(333, 100, 1.0 / 15, 200.0);
  EXPECT_GT(crop.size(), 10U);
  for (const auto& [place, excess] : crop) {
    EXPECT_TRUE(long_time.contains(place));
  }
}

/// In codes from 0 to 255, by IEC 61966-2-1, without rounding.
double code_of(double linear) {
  return 255.0 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1.0 / 2.4) - 0.055);
}
double light_of(double code) {
  const double c = code / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

using Colour = std::array<double, 3>;  ///< in codes
// Means of the darkest and the lightest 2 % of 739 calibrated portraits (Chicago Face Database), and the ends of the
// Monk Skin Tone scale.
constexpr Colour kDarkest{113, 82, 62};
constexpr Colour kLightest{219, 180, 157};
constexpr Colour kMonk10{0x29, 0x24, 0x20};
constexpr Colour kMonk1{0xf6, 0xed, 0xe4};

/// The standard deviation of the noise on skin of that colour, in codes, over all channels.
double noise_in_codes(const Colour& colour, const Given& given) {
  Image image = flat(0.0F, 256, 256);
  for (int y = 0; y < image.height; ++y) {
    for (std::size_t i = 0; i < image.row_size(); ++i) {
      image.row(y).samples[i] = static_cast<float>(light_of(colour[i / 256]));
    }
  }
  Image noisy = apply_rows("sensor.noise", given, image, kRandom);
  for (float& sample : noisy.samples) {
    sample = static_cast<float>(code_of(sample));
  }
  double variance = 0.0;
  for (const double v : channel_variances(noisy)) {
    variance += v / 3.0;
  }
  return std::sqrt(variance);
}

double disparity(const Colour& dark, const Colour& light, const Given& given) {
  return noise_in_codes(dark, given) / noise_in_codes(light, given);
}

// Made in linear light, noise is stronger in the codes of dark skin than in those of light skin: the transfer function
// is steeper there than the square root by which shot noise grows, and read noise is the same everywhere. How much
// stronger hangs on the sensor; the ranges are what is found, rounded outwards to 0.05.
TEST(SensorNoise, IsStrongerOnDarkSkinAsInRealCameras) {
  struct Expected {
    const char* camera;
    double iso;
    double photographed_low;
    double photographed_high;
    double monk_low;
    double monk_high;
  };
  for (const Expected& e :
       {Expected{"oneplus_6", 100, 1.15, 1.25, 1.50, 1.65}, Expected{"oneplus_6", 800, 1.20, 1.25, 1.65, 1.80},
        Expected{"oneplus_6", 3200, 1.20, 1.30, 1.90, 2.05}, Expected{"nexus_5", 100, 1.20, 1.25, 1.60, 1.75},
        Expected{"nexus_5", 800, 1.20, 1.30, 1.80, 1.95}, Expected{"nexus_5", 1600, 1.30, 1.40, 2.20, 2.40},
        Expected{"nexus_5x", 100, 1.25, 1.30, 1.95, 2.10}, Expected{"nexus_5x", 800, 1.25, 1.35, 2.00, 2.20},
        Expected{"sony_a7iii", 3200, 1.15, 1.20, 1.50, 1.65}}) {
    const Given given{{"camera", e.camera}, {"iso", e.iso}};
    const double photographed = disparity(kDarkest, kLightest, given);
    const double monk = disparity(kMonk10, kMonk1, given);
    RecordProperty(std::string(e.camera) + "_" + std::to_string(static_cast<int>(e.iso)),
                   std::to_string(photographed) + " and " + std::to_string(monk));
    EXPECT_GT(photographed, e.photographed_low) << e.camera << " " << e.iso;
    EXPECT_LT(photographed, e.photographed_high) << e.camera << " " << e.iso;
    EXPECT_GT(monk, e.monk_low) << e.camera << " " << e.iso;
    EXPECT_LT(monk, e.monk_high) << e.camera << " " << e.iso;
  }
}

// The same noise added to codes, as tools do that know no light, hides all of that: it hits every skin alike.
TEST(SensorNoise, WouldNotBeIfItWereAddedToCodes) {
  const auto constant = [](const Colour& colour) {
    Image codes = flat(0.0F, 256, 256);
    for (int y = 0; y < codes.height; ++y) {
      for (std::size_t i = 0; i < codes.row_size(); ++i) {
        codes.row(y).samples[i] = static_cast<float>(colour[i / 256] / 255.0);
      }
    }
    const std::array<double, 3> v = channel_variances(with_noise(codes, 0.0, 1e-4));
    return std::sqrt((v[0] + v[1] + v[2]) / 3.0);
  };
  EXPECT_NEAR(constant(kMonk10) / constant(kMonk1), 1.0, 1e-5);
}

TEST(SensorNoise, RefusesHalfALaw) {
  const StepSchema& schema = augmenter("sensor.noise").schema;
  const auto problem = [&](Setting iso, Setting a, Setting b, std::string camera = "none") {
    return schema.check({iso, a, b, camera, 0.0, 0.0, 0.05});
  };
  EXPECT_EQ(problem(800.0, {}, {}), "");
  EXPECT_EQ(problem({}, 0.1, 0.1), "");
  EXPECT_EQ(problem({}, Range{0.0, 0.1}, 0.1), "");
  EXPECT_NE(problem({}, {}, {}), "");
  EXPECT_NE(problem({}, 0.1, {}), "");
  EXPECT_NE(problem({}, {}, 0.1), "");
  EXPECT_NE(problem(800.0, 0.1, 0.1), "");
  EXPECT_NE(problem(800.0, 0.1, {}), "");
  EXPECT_EQ(problem({}, {}, {}, "nexus_5"), "");
  EXPECT_EQ(problem(Range{100.0, 3200.0}, {}, {}, "nexus_5"), "");
  EXPECT_NE(problem(Range{100.0, 3300.0}, {}, {}, "nexus_5"), "");
  EXPECT_NE(problem(50.0, {}, {}, "nexus_5"), "");
  EXPECT_EQ(problem(50.0, {}, {}, "any"), "");
  EXPECT_NE(problem({}, 0.1, 0.1, "any"), "");
  EXPECT_NE(problem({}, {}, 0.1, "nexus_5"), "");
}

}  // namespace
}  // namespace fairground
