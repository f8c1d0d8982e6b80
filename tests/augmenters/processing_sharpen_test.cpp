// The claims of processing.sharpen: its response to sines, its halos on an edge, its threshold.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "augmenters/image/parts/encoded_light.h"
#include "tests/augmenters/every_augmenter.h"

namespace fairground {
namespace {

/// A picture whose encoded value at column x is value(x), in all channels.
template <class Value>
Image columns(int width, int channels, Value value) {
  Image image{width, 9, channels, 16, {}, {}};
  for (int row = 0; row < image.height * channels; ++row) {
    for (int x = 0; x < width; ++x) {
      image.samples.push_back(static_cast<float>(decoded_light(value(x))));
    }
  }
  return image;
}

/// Encoded values of the middle row's first channel.
std::vector<double> encoded_row(const Image& image) {
  std::vector<double> row;
  for (const float sample : image.row(4).first(static_cast<std::size_t>(image.width))) {
    row.push_back(encoded_light(sample));
  }
  return row;
}

constexpr double kEncodedSteps = 3e-6;  // roundings there and back, times the amount

TEST(ProcessingSharpen, AmplifiesSinesAsItsFormulaSays) {
  for (const int period : {4, 8, 16}) {
    for (const double radius : {0.8, 1.5, 3.0}) {
      const auto sine = [&](int x) { return 0.5 + 0.05 * std::sin(2.0 * std::numbers::pi * (x + 0.3) / period); };
      const Given given{{"amount", 1.4}, {"radius_px", radius}, {"threshold", 0.0}, {"halo_limit", 1.0}};
      const std::vector<double> out =
          encoded_row(apply_picture("processing.sharpen", given, columns(160, 3, sine)).image);
      const double f = 1.0 / period;
      const double gain = 1.0 + 1.4 * (1.0 - std::exp(-2.0 * std::pow(std::numbers::pi * radius * f, 2)));
      // The Gaussian's taps end at four sigma and are sampled: they leave up to 1e-3 of the sine's 0.05 above 0.6 px.
      constexpr double kTaps = 1e-4;
      for (int x = 40; x < 120; ++x) {
        ASSERT_NEAR(out[static_cast<std::size_t>(x)], 0.5 + gain * (sine(x) - 0.5), kTaps) << period << ", " << radius;
      }
    }
  }
}

// Beside a step of height h, a blur takes h times the normal distribution's tail at half a pixel, and amount times that
// is the halo.
TEST(ProcessingSharpen, MakesHalosUpToTheirLimit) {
  const auto step = [](int x) { return x < 40 ? 0.3 : 0.7; };
  const auto halo = [&](double limit) {
    const Given given{{"amount", 1.0}, {"radius_px", 2.0}, {"threshold", 0.0}, {"halo_limit", limit}};
    const std::vector<double> out = encoded_row(apply_picture("processing.sharpen", given, columns(80, 3, step)).image);
    EXPECT_NEAR(0.3 - out[39], out[40] - 0.7, kEncodedSteps);
    return out[40] - 0.7;
  };
  double taps = 0.0;
  double tail = 0.0;
  for (int k = -8; k <= 8; ++k) {
    taps += std::exp(-k * k / 8.0);
    tail += k >= 1 ? std::exp(-k * k / 8.0) : 0.0;
  }
  EXPECT_NEAR(halo(1.0), 0.4 * tail / taps, kEncodedSteps);
  EXPECT_NEAR(halo(0.1), 0.1, kEncodedSteps);
}

TEST(ProcessingSharpen, LeavesDetailBelowTheThreshold) {
  const Image texture = columns(80, 3, [](int x) { return 0.5 + (x % 2 == 0 ? 0.01 : -0.01); });
  const Given given{{"amount", 3.0}, {"threshold", 0.011}};
  const std::vector<double> before = encoded_row(texture);
  const std::vector<double> out = encoded_row(apply_picture("processing.sharpen", given, texture).image);
  for (std::size_t x = 8; x < 72; ++x) {  // at the picture's edge, what is repeated beyond is detail of its own
    ASSERT_NEAR(out[x], before[x], kEncodedSteps);
  }
}

// What is added is the same in all channels.
TEST(ProcessingSharpen, KeepsColourDifferences) {
  const Image image = test_picture(40, 30, 3);
  const Picture out = apply_picture("processing.sharpen", {{"amount", 2.0}, {"halo_limit", 0.2}}, image);
  double squares = 0.0;
  for (int y = 0; y < image.height; ++y) {
    for (std::size_t x = 0; x < 40; ++x) {
      const auto added = [&](std::size_t c) {
        return encoded_light(out.image.row(y)[c * 40 + x]) - encoded_light(image.row(y)[c * 40 + x]);
      };
      ASSERT_NEAR(added(0), added(1), kEncodedSteps);
      ASSERT_NEAR(added(2), added(1), kEncodedSteps);
      ASSERT_LE(std::abs(added(1)), 0.2 + kEncodedSteps);
      squares += added(1) * added(1);
    }
  }
  ASSERT_EQ(out.measure.values.at(0).first, "added_detail_rms");
  EXPECT_NEAR(out.measure.values.at(0).second, std::sqrt(squares / (40 * 30)), kEncodedSteps);
}

TEST(ProcessingSharpen, ChangesNothingWithoutAmount) {
  const Image image = test_picture(40, 30, 3);
  EXPECT_EQ(apply_picture("processing.sharpen", {{"amount", 0.0}}, image).image.samples, image.samples);
}

}  // namespace
}  // namespace fairground
