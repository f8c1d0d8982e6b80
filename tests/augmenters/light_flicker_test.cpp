// The claims of light.flicker: period and depth of its bands on flat fields, and when they vanish.
#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>

#include "tests/augmenters/light.h"

namespace fairground {
namespace {

constexpr int kRows = 1000;

/// The light of each row of a flat field.
std::vector<double> bands(const Given& given, const StepRandom& random = {}, const Shot& shot = {}) {
  const Picture picture = apply_picture("light.flicker", given, flat(2, kRows, 0.5F), random, shot);
  std::vector<double> light;
  for (int y = 0; y < kRows; ++y) {
    light.push_back(sample(picture.image, 1, y, 2) / 0.5);
  }
  return light;
}

// The issue asks for 1 %. Here the light of a row is integrated in small steps over its own exposure, which no closed
// form helps with; it starts where the row is read, and the model's phase is that of the exposure's middle.
constexpr double kModel = 0.01;

TEST(LightFlicker, IsTheLightThatEachRowGets) {
  struct Setting {
    double frequency_hz;
    double exposure_ms;
    double readout_ms;
    double depth;
  };
  for (const Setting& s :
       {Setting{100.0, 2.0, 20.0, 0.35}, {120.0, 5.0, 33.0, 0.5}, {100.0, 12.5, 15.0, 0.8}, {1000.0, 0.3, 8.0, 1.0}}) {
    const auto light = bands({{"frequency_hz", s.frequency_hz},
                              {"exposure_ms", s.exposure_ms},
                              {"readout_ms", s.readout_ms},
                              {"depth", s.depth},
                              {"phase_deg", 0.0}});
    double largest = 0.0;
    for (int y = 0; y < kRows; ++y) {
      const double middle_s = y * s.readout_ms / 1000.0 / kRows;
      constexpr int kSteps = 400;
      double sum = 0.0;
      for (int i = 0; i < kSteps; ++i) {
        const double t = middle_s + ((i + 0.5) / kSteps - 0.5) * s.exposure_ms / 1000.0;
        sum += 1.0 + s.depth * std::cos(2.0 * std::numbers::pi * s.frequency_hz * t);
      }
      ASSERT_NEAR(light[static_cast<std::size_t>(y)], sum / kSteps, 1e-5) << y;
      largest = std::max(largest, std::abs(light[static_cast<std::size_t>(y)] - 1.0));
    }
    EXPECT_GT(largest, 0.02) << "nothing to see";
  }
}

TEST(LightFlicker, HasThePeriodAndDepthOfItsModel) {
  const Picture picture =
      apply_picture("light.flicker", {{"exposure_ms", 2.5}, {"readout_ms", 20.0}, {"depth", 0.4}, {"phase_deg", 90.0}},
                    flat(2, kRows, 0.5F));
  const auto light = bands({{"exposure_ms", 2.5}, {"readout_ms", 20.0}, {"depth", 0.4}, {"phase_deg", 90.0}});
  const double depth = 0.4 * std::sin(std::numbers::pi / 4.0) / (std::numbers::pi / 4.0);
  const auto [low, high] = std::ranges::minmax(light);
  EXPECT_NEAR((high - low) / 2.0, depth, kModel * depth);
  EXPECT_NEAR(found(picture, "band_depth"), depth, 1e-9);
  // 20 ms are two periods of 100 Hz. From one crossing of the mean to the next but one is a period.
  std::vector<int> crossings;
  for (int y = 1; y < kRows; ++y) {
    if ((light[static_cast<std::size_t>(y)] > 1.0) != (light[static_cast<std::size_t>(y - 1)] > 1.0)) {
      crossings.push_back(y);
    }
  }
  ASSERT_GE(crossings.size(), 3U);
  EXPECT_NEAR(crossings[2] - crossings[0], 500.0, kModel * 500.0);
  EXPECT_NEAR(found(picture, "period_px"), 500.0, 1e-9);
}

TEST(LightFlicker, VanishesWhereTheExposureIsAMultipleOfThePeriod) {
  for (const auto& [hz, ms] : {std::pair(100.0, 10.0), {100.0, 20.0}, {120.0, 1000.0 / 120.0}, {200.0, 5.0}}) {
    for (const double light : bands({{"frequency_hz", hz}, {"exposure_ms", ms}, {"depth", 1.0}})) {
      ASSERT_NEAR(light, 1.0, 1e-6) << hz << " " << ms;
    }
  }
}

TEST(LightFlicker, TakesTheCamerasExposure) {
  Shot shot;
  shot.exposure = Exposure{.illuminance_lux = 500.0, .time_s = 0.02, .iso = 50.0, .ev = 0.0};
  for (const double light : bands({{"depth", 1.0}}, {}, shot)) {
    ASSERT_NEAR(light, 1.0, 1e-6);
  }
  shot.exposure->time_s = 0.001;
  EXPECT_GT(std::ranges::max(bands({{"depth", 1.0}}, {}, shot)), 1.9);
}

TEST(LightFlicker, DrawsItsPhase) {
  EXPECT_NE(bands({}, {1, 1}), bands({}, {1, 2}));
  EXPECT_EQ(bands({{"phase_deg", 10.0}}, {1, 1}), bands({{"phase_deg", 10.0}}, {1, 2}));
}

}  // namespace
}  // namespace fairground
