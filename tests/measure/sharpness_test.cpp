// Sharpness of edges whose blur is known.
#include "pipeline/measure/sharpness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

Image grey(int width, int height, float value = 0.0F) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 1;
  image.samples.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), value);
  return image;
}

/// Discs and half-planes whose edges are those of an ideal scene under a Gaussian blur.
Image scene(int size, double sigma) {
  Image image = grey(size, size);
  const auto edge = [sigma](double distance) { return 0.5 * std::erfc(-distance / (sigma * std::numbers::sqrt2)); };
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double disc = edge(0.29 * size - std::hypot(x - 0.48 * size, y - 0.51 * size));
      const double slanted = edge(0.7 * x + 0.714 * y - 0.4 * size);
      const double upright = edge(x - 0.83 * size);
      image.samples[static_cast<std::size_t>(y * size + x)] =
          static_cast<float>(0.03 + 0.4 * disc + 0.2 * slanted + 0.3 * upright);
    }
  }
  return image;
}

/// Noise of a phone's sensor: variance a x + b, with the figures of the augmenter `sensor.noise` at the speed.
void add_sensor_noise(Image& image, double iso) {
  const double speed = iso / 100.0;
  const double a = 1.34e-5 * speed;
  const double b = 1.5e-8 + 3.4e-8 * speed + 1.05e-8 * speed * speed;
  std::vector<float> normals(image.samples.size());
  RandomStream(5, 0, "noise").normals(0, normals);
  for (std::size_t i = 0; i < normals.size(); ++i) {
    image.samples[i] += static_cast<float>(normals[i] * std::sqrt(a * image.samples[i] + b));
  }
}

double sigma_of(const Image& image) {
  return std::sqrt(std::numbers::ln2 / 2.0) / std::numbers::pi / measure_sharpness(image);
}

TEST(Sharpness, IsThatOfTheBlurWhichMadeTheEdges) {
  constexpr double kTolerance = 0.05;  // relative: slanted edges meet the pixels at any phase, and edges cross
  for (const double sigma : {1.0, 1.5, 2.0, 3.0, 4.0}) {
    EXPECT_NEAR(sigma_of(scene(512, sigma)), sigma, kTolerance * sigma);
  }
}

TEST(Sharpness, FallsAsBlurGrows) {
  double before = kHighestSharpness + 1e-9;
  for (double sigma = 0.45; sigma < 8.0; sigma *= 1.1) {
    const double sharpness = measure_sharpness(scene(256, sigma));
    EXPECT_LT(sharpness, before) << sigma;
    before = sharpness;
  }
  EXPECT_GT(measure_sharpness(scene(256, 0.05)), 0.35);
}

TEST(Sharpness, DoesNotFollowAGain) {
  constexpr double kRounding = 1e-5;  // relative, of floats
  const Image image = scene(256, 1.2);
  const double before = measure_sharpness(image);
  for (const float gain : {0.02F, 0.25F, 3.0F}) {
    Image other = image;
    for (float& sample : other.samples) {
      sample *= gain;
    }
    EXPECT_NEAR(measure_sharpness(other), before, kRounding * before) << gain;
  }
}

// On seven photographs and blurs of 0, 1 and 2 pixels, ISO 800 moves sigma by at most 0.02 pixels.
TEST(Sharpness, HardlyFollowsSensorNoise) {
  for (const double sigma : {0.7, 1.0, 2.0}) {
    Image image = scene(512, sigma);
    add_sensor_noise(image, 800.0);
    EXPECT_NEAR(sigma_of(image), sigma, 0.05 * sigma + 0.03);
  }
}

TEST(Sharpness, OfColourIsThatOfItsLuminance) {
  const Image one = scene(128, 1.0);
  Image colour = grey(128, 128);
  colour.channels = 3;
  colour.samples.resize(3 * one.samples.size());
  for (int y = 0; y < 128; ++y) {
    for (std::size_t x = 0; x < 128; ++x) {
      const float value = one.row(y)[x];
      // The same luminance, and the more blue the darker.
      const float blue = 1.0F - value;
      const auto row = colour.row(y);
      row.samples[x] = value - 0.0722F * (blue - value) / (0.2126F + 0.7152F);
      row.samples[128 + x] = row.samples[x];
      row.samples[256 + x] = blue;
    }
  }
  EXPECT_NEAR(measure_sharpness(colour), measure_sharpness(one), 1e-4);
}

TEST(Sharpness, DoesNotDependOnTheStripsOrTheSide) {
  Image image = scene(300, 1.1);
  Image turned = grey(300, 300);
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 300; ++x) {
      turned.samples[static_cast<std::size_t>(x * 300 + y)] = image.samples[static_cast<std::size_t>(y * 300 + x)];
    }
  }
  // A ridge of two equal pixels counts once, on either side, and sums of floats differ in their order.
  EXPECT_NEAR(measure_sharpness(turned), measure_sharpness(image), 0.002);
}

TEST(Sharpness, OfPicturesWithoutEdgesIsUnknown) {
  EXPECT_TRUE(std::isnan(measure_sharpness(grey(100, 100, 0.5F))));
  EXPECT_TRUE(std::isnan(measure_sharpness(scene(31, 1.0))));
  EXPECT_TRUE(std::isnan(measure_sharpness(Image())));
  Image noise = grey(200, 200);
  RandomStream(3, 0, "noise").normals(0, noise.samples);
  EXPECT_TRUE(std::isnan(measure_sharpness(noise)));
  Image slope = grey(200, 200);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) {
      slope.samples[static_cast<std::size_t>(y * 200 + x)] = 0.004F * static_cast<float>(x);
    }
  }
  const double of_slope = measure_sharpness(slope);
  EXPECT_TRUE(std::isnan(of_slope) || of_slope < 0.05) << of_slope;
}

}  // namespace
}  // namespace fairground
