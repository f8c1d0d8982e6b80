// The claims of processing.tone_curve: its curves, that they never fall, and how units differ.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "augmenters/image/parts/encoded_light.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

/// Straight pieces in place of a curve, in parts of white as encoded: 0.04 of an 8-bit code.
constexpr double kEncodedTolerance = 0.04 / 255.0;

/// Linear light from far below the first code to white, in grey.
Image ramp(int channels = 1) {
  constexpr int kWidth = 5001;
  Image image{kWidth, 1, channels, 16, {}, {}};
  for (int c = 0; c < channels; ++c) {
    for (int x = 0; x < kWidth; ++x) {
      image.samples.push_back(static_cast<float>(std::exp2(-18.0 * x / (kWidth - 1))));
    }
  }
  return image;
}

double logit(double p) { return std::log(p / (1.0 - p)); }

/// The curves by formulas other than those of the augmenter where there are any.
double expected(const std::string& curve, double setting, double e, double x) {
  if (curve == "gamma") {
    return std::pow(e, setting);
  }
  if (curve == "s_curve") {
    const double pivot = encoded_light(0.18);
    return e >= 1 ? 1 : 1.0 / (1.0 + std::exp(-(logit(pivot) + setting * (logit(e) - logit(pivot)))));
  }
  if (curve == "smoothstep") {
    // By the inverse that the paper's code has, 0.5 - sin(asin(1 - 2 y) / 3), solved for y.
    return 0.5 - 0.5 * std::sin(3.0 * std::asin(0.5 - e));
  }
  return std::log1p(50.0 * x) / std::log1p(50.0);
}

const std::array<std::string, 4> kCurves{"gamma", "s_curve", "smoothstep", "log"};

TEST(ProcessingToneCurve, FollowsItsFormulas) {
  const Image image = ramp();
  for (const std::string& curve : kCurves) {
    for (const double setting : {1.1, 1.3, 1.6, 2.5}) {
      for (const double strength : {0.4, 1.0}) {
        const Given given{{"curve", curve}, {"gamma", setting}, {"contrast", setting}, {"strength", strength}};
        const Image out = apply_rows("processing.tone_curve", given, image);
        for (std::size_t i = 0; i < image.samples.size(); ++i) {
          const double x = image.samples[i];
          const double e = encoded_light(x);
          const double wanted = e + strength * (expected(curve, setting, e, x) - e);
          ASSERT_NEAR(encoded_light(out.samples[i]), wanted, kEncodedTolerance) << curve << " at " << x;
        }
        EXPECT_EQ(out.samples.front(), 1.0F) << curve;
      }
    }
  }
}

TEST(ProcessingToneCurve, NeverFalls) {
  Image image{1 << 16, 1, 1, 16, {}, {}};
  for (int x = 0; x < image.width; ++x) {
    // Neighbours around every joint of two pieces, as floats lie: the last of one and the first of the next.
    const float joint = std::ldexp(1.0F + static_cast<float>(x / 2 % 128) / 128.0F, x / 256 % 20 - 18);
    image.samples.push_back(x % 2 == 0 ? std::nextafter(joint, 0.0F) : joint);
  }
  std::ranges::sort(image.samples);
  for (const std::string& curve : kCurves) {
    for (const auto& [gamma, contrast] : {std::pair(0.4, 1.0), {1.2, 1.5}, {2.5, 3.0}}) {
      const Given given{{"curve", curve}, {"gamma", gamma}, {"contrast", contrast}, {"channel_spread", 0.1}};
      EXPECT_TRUE(std::ranges::is_sorted(apply_rows("processing.tone_curve", given, image).samples)) << curve;
    }
  }
}

TEST(ProcessingToneCurve, KeepsBlackAndWhiteAndWhatLiesBeyond) {
  const Image image{6, 1, 1, 16, {0.0F, 1.0F, 1.5F, 40.0F, -0.2F, 0.2F}, {}};
  for (const std::string& curve : kCurves) {
    const Image out = apply_rows("processing.tone_curve", {{"curve", curve}}, image);
    EXPECT_EQ(std::vector<float>(out.samples.begin(), out.samples.begin() + 4),
              std::vector<float>(image.samples.begin(), image.samples.begin() + 4))
        << curve;
    EXPECT_EQ(out.samples[4], -out.samples[5]) << curve;
    EXPECT_NE(out.samples[5], image.samples[5]) << curve;
  }
}

TEST(ProcessingToneCurve, KeepsMiddleGreyUnderContrast) {
  const Image image{1, 1, 1, 16, {0.18F}, {}};
  for (const double contrast : {1.0, 1.5, 3.0}) {
    const Image out = apply_rows("processing.tone_curve", {{"curve", "s_curve"}, {"contrast", contrast}}, image);
    EXPECT_NEAR(encoded_light(out.samples[0]), encoded_light(0.18), kEncodedTolerance);
  }
}

TEST(ProcessingToneCurve, ChangesNothingWithoutStrength) {
  Image image = ramp(3);
  image.samples[0] = -0.3F;
  image.samples[1] = 7.0F;
  for (const std::string& curve : kCurves) {
    const Given given{{"curve", curve}, {"strength", 0.0}, {"channel_spread", 0.1}};
    EXPECT_EQ(apply_rows("processing.tone_curve", given, image).samples, image.samples);
  }
}

// Each channel of a unit is the plain curve to a power of its own.
TEST(ProcessingToneCurve, GivesEachUnitPowersOfItsOwn) {
  constexpr double kSpread = 0.03;
  constexpr int kUnits = 400;
  const Image image{1, 1, 3, 16, {0.18F, 0.18F, 0.18F}, {}};
  const Image grey{1, 1, 1, 16, {0.18F}, {}};
  const Given plain_curve{{"curve", "s_curve"}};
  const Given given{{"curve", "s_curve"}, {"channel_spread", kSpread}};
  const double before = encoded_light(apply_rows("processing.tone_curve", plain_curve, grey).samples[0]);
  double lowest = 2.0;
  double highest = 0.0;
  double sum = 0.0;
  for (std::uint32_t unit = 0; unit < kUnits; ++unit) {
    const Image out = apply_rows("processing.tone_curve", given, image, {11, unit});
    EXPECT_NE(out.samples[0], out.samples[1]);
    EXPECT_NE(out.samples[1], out.samples[2]);
    for (const float sample : out.samples) {
      const double power = std::log(encoded_light(sample)) / std::log(before);
      lowest = std::min(lowest, power);
      highest = std::max(highest, power);
      sum += power;
    }
    EXPECT_EQ(apply_rows("processing.tone_curve", given, grey, {11, unit}).samples,
              apply_rows("processing.tone_curve", plain_curve, grey).samples);
  }
  constexpr double kTableError = 5e-4;  // of a power, from 0.04 codes at middle grey
  EXPECT_NEAR(lowest, 1 - kSpread, kTableError);
  EXPECT_NEAR(highest, 1 + kSpread, kTableError);
  // The mean of 1200 uniform draws scatters by 0.03 / sqrt(3 * 1200).
  EXPECT_NEAR(sum / (3 * kUnits), 1.0, 4 * kSpread / std::sqrt(3.0 * 3 * kUnits));
}

}  // namespace
}  // namespace fairground
