// The claims of lens.vignetting: the light on flat fields.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr float kLevel = 0.4F;

Image flat(int width, int height, int channels) {
  Image image{width, height, channels, 16, {}, {}};
  image.samples.assign(image.row_size() * static_cast<std::size_t>(height), kLevel);
  return image;
}

/// By the angle at which light arrives.
double cos4(double r, double field_of_view_deg) {
  const double edge = std::tan(0.5 * field_of_view_deg * std::numbers::pi / 180.0);
  return std::pow(std::cos(std::atan(r * edge)), 4.0);
}

/// lensfun's "pa", with the coefficients that it publishes of the iPhone XS.
double iphone_xs(double r) {
  return 1 - 2.0800063 * std::pow(r, 2) + 2.2430616 * std::pow(r, 4) - 0.9514921 * std::pow(r, 6);
}

constexpr double kTolerance = 0.01;  // what is promised; floats are far better

template <class Model>
void expect_model(const Given& given, Model model) {
  for (const auto& [width, height, channels] : {std::array{101, 67, 3}, {64, 200, 1}, {1, 7, 3}, {1, 1, 3}}) {
    const Image image = apply_rows("lens.vignetting", given, flat(width, height, channels));
    const double unit = 0.5 * std::hypot(width, height);
    for (int y = 0; y < height; ++y) {
      for (std::size_t i = 0; i < image.row_size(); ++i) {
        const double x = static_cast<double>(i % static_cast<std::size_t>(width)) + 0.5 - 0.5 * width;
        const double expected = static_cast<double>(kLevel) * model(std::hypot(x, y + 0.5 - 0.5 * height) / unit);
        ASSERT_NEAR(image.row(y)[i], expected, kTolerance * expected);
      }
    }
  }
}

TEST(LensVignetting, FallsByTheFourthPowerOfTheCosine) {
  for (const double field_of_view : {30.0, 78.0, 110.0}) {
    expect_model({{"field_of_view_deg", field_of_view}}, [&](double r) { return cos4(r, field_of_view); });
  }
}

TEST(LensVignetting, FallsAsMeasured) {
  expect_model({{"model", "measured"}}, iphone_xs);
  expect_model({{"model", "measured"}, {"k1", -0.5}, {"k2", 0.1}, {"k3", 0.0}},
               [](double r) { return 1 - 0.5 * r * r + 0.1 * r * r * r * r; });
}

TEST(LensVignetting, LeavesAShareOfTheLoss) {
  expect_model({{"field_of_view_deg", 78.0}, {"strength", 0.3}},
               [](double r) { return 1 - 0.3 * (1 - cos4(r, 78.0)); });
}

TEST(LensVignetting, SaysWhatTheCornersHave) {
  const Picture picture = apply_picture("lens.vignetting", {{"model", "measured"}}, flat(8, 8, 3));
  ASSERT_EQ(picture.measure.values.size(), 1U);
  EXPECT_EQ(picture.measure.values[0].first, "corner_gain");
  EXPECT_NEAR(picture.measure.values[0].second, iphone_xs(1.0), 1e-9);
}

TEST(LensVignetting, GivesTheInputBackAtStrengthZero) {
  Image image = flat(33, 9, 3);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    image.samples[i] = static_cast<float>(i) / 500.0F - 0.1F;
  }
  for (const char* model : {"cos4", "measured"}) {
    EXPECT_EQ(apply_rows("lens.vignetting", {{"model", model}, {"strength", 0.0}}, image).samples, image.samples);
  }
}

TEST(LensVignetting, RefusesLightBelowZero) {
  const StepSchema& schema = augmenter("lens.vignetting").schema;
  const auto problem = [&](const std::string& model, Setting k1, Setting k2) {
    return schema.check({model, 78.0, k1, k2, 0.0, 1.0});
  };
  EXPECT_EQ(problem("measured", -1.0, 0.0), "");
  EXPECT_EQ(problem("measured", Range{-1.0, 0.0}, 0.0), "");
  EXPECT_NE(problem("measured", -1.1, 0.0), "");
  EXPECT_NE(problem("measured", Range{-1.1, 0.0}, 0.0), "");
  EXPECT_NE(problem("measured", -3.8, 3.0), "") << "it is below 0 on the way to the corners";
  EXPECT_EQ(problem("cos4", -4.0, 0.0), "");
}

}  // namespace
}  // namespace fairground
