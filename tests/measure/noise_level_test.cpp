// The noise of pictures to which a known one was added.
#include "pipeline/measure/noise_level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/media/image_file.h"

namespace fairground {
namespace {

constexpr int kSize = 512;

constexpr double kParts[] = {0.5, 1.0, 2.0};  // red's noise, green's and blue's

using Scene = std::function<double(int x, int y, int channel)>;

Image paint(int width, int height, int channels, const Scene& scene) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.samples.resize(static_cast<std::size_t>(width * height * channels));
  for (int y = 0; y < height; ++y) {
    for (int c = 0; c < channels; ++c) {
      for (int x = 0; x < width; ++x) {
        image.row(y).channel(c)[static_cast<std::size_t>(x)] = static_cast<float>(scene(x, y, c));
      }
    }
  }
  return image;
}

/// Normal noise of the variance constant + slope * light, in colours by kParts.
Image with_noise(Image image, double constant, double slope, std::uint64_t seed) {
  std::vector<float> normals(image.samples.size());
  RandomStream(seed, 0, "noise").normals(0, normals);
  const auto width = static_cast<std::size_t>(image.width);
  for (std::size_t i = 0; i < normals.size(); ++i) {
    const double part = image.channels == 3 ? kParts[i / width % 3] : 1.0;
    const double light = static_cast<double>(image.samples[i]);
    image.samples[i] +=
        static_cast<float>(std::sqrt(part * (constant + slope * light)) * static_cast<double>(normals[i]));
  }
  return image;
}

/// Through the codes of a file.
Image as_file(const Image& image, int bits) {
  Raster raster = make_raster(image, bits);
  Image copy = image;
  for (int y = 0; y < image.height; ++y) {
    put_row(copy.row(y), raster);
  }
  return to_linear(raster);
}

double flat(int /*x*/, int /*y*/, int c) { return 0.2 + 0.1 * c; }
/// From dark to light and from left to right.
double gradient(int x, int y, int c) { return 0.02 + 0.8 * x / kSize + 0.02 * c * y / kSize; }
/// Stripes, rings and checks on two thirds of the picture, and slopes between them.
double textured(int x, int y, int c) {
  const double base = 0.05 + 0.5 * y / kSize + 0.05 * c;
  const int field = (x / 64 + y / 96) % 3;
  const double wave = field == 0   ? std::sin(1.1 * x) * std::sin(0.9 * y)
                      : field == 1 ? std::sin(0.004 * (x * x + y * y))
                                   : 0.0;
  return base * (1.0 + 0.4 * wave);
}

/// What rounding to codes of 8 bits adds near `light`: a twelfth of the square of a code's step.
double rounding_variance(double light) {
  const double encoded = 1.055 * std::pow(light, 1.0 / 2.4) - 0.055;
  const double step = 2.4 / 1.055 * std::pow((encoded + 0.055) / 1.055, 1.4) / 255.0;
  return step * step / 12.0;
}

// A point of the line is told to 5 % by the blocks that it has, and the line over them less well at its ends.
constexpr double kTolerance = 0.20;

TEST(NoiseLevel, IsTheNoiseThatWasAdded) {
  for (const double scale : {1e-6, 1e-5, 1e-4}) {  // two decades
    const double constant = 0.1 * scale;
    const auto added = [&](int c, double light) {
      return kParts[static_cast<std::size_t>(c)] * (constant + scale * light);
    };
    const auto of = [&](const Scene& scene) {
      return measure_noise_level(with_noise(paint(kSize, kSize, 3, scene), constant, scale, 7));
    };
    const NoiseLevelFunction of_flat = of(flat);
    const NoiseLevelFunction of_gradient = of(gradient);
    const NoiseLevelFunction of_textured = of(textured);
    for (int c = 0; c < 3; ++c) {
      EXPECT_NEAR(of_flat.variance(c, flat(0, 0, c)) / added(c, flat(0, 0, c)), 1.0, kTolerance) << scale << ' ' << c;
      for (const double light : {0.05, 0.2, 0.8}) {
        EXPECT_NEAR(of_gradient.variance(c, light) / added(c, light), 1.0, kTolerance) << scale << ' ' << light;
      }
      for (const double light : {0.1, 0.3, 0.5}) {
        EXPECT_NEAR(of_textured.variance(c, light) / added(c, light), 1.0, kTolerance) << scale << ' ' << light;
      }
    }
  }
}

TEST(NoiseLevel, OfFilesHasTheRoundingInIt) {
  for (const double scale : {1e-5, 1e-4, 1e-3}) {
    const Image noisy = with_noise(paint(kSize, kSize, 3, gradient), 0.1 * scale, scale, 8);
    const NoiseLevelFunction of_8 = measure_noise_level(as_file(noisy, 8));
    const NoiseLevelFunction of_16 = measure_noise_level(as_file(noisy, 16));
    for (int c = 0; c < 3; ++c) {
      for (const double light : {0.1, 0.3, 0.7}) {
        const double added = kParts[static_cast<std::size_t>(c)] * scale * (0.1 + light);
        EXPECT_NEAR(of_8.variance(c, light) / (added + rounding_variance(light)), 1.0, kTolerance) << scale << ' ' << c;
        EXPECT_NEAR(of_16.variance(c, light) / added, 1.0, kTolerance) << scale << ' ' << c;
      }
    }
  }
}

TEST(NoiseLevel, OfGreyIsThatOfItsOneChannel) {
  const NoiseLevelFunction noise = measure_noise_level(with_noise(paint(kSize, kSize, 1, textured), 1e-6, 2e-5, 9));
  for (const double light : {0.1, 0.5}) {
    EXPECT_NEAR(noise.variance(1, light) / (1e-6 + 2e-5 * light), 1.0, kTolerance) << light;
    EXPECT_EQ(noise.variance(0, light), noise.variance(1, light));
    EXPECT_EQ(noise.variance(2, light), noise.variance(1, light));
  }
}

TEST(NoiseLevel, TellsWhatReadingAddsFromWhatPhotonsDo) {
  constexpr double kWider = 0.35;  // of either alone, where the other is as much of the noise at most lights
  const NoiseLevelFunction read = measure_noise_level(with_noise(paint(kSize, kSize, 1, gradient), 1e-5, 0.0, 10));
  EXPECT_NEAR(read.channels[0].constant / 1e-5, 1.0, kWider);
  EXPECT_LT(read.channels[0].slope, 0.35e-5);
  const NoiseLevelFunction photons = measure_noise_level(with_noise(paint(kSize, kSize, 1, gradient), 0.0, 1e-5, 11));
  EXPECT_NEAR(photons.channels[0].slope / 1e-5, 1.0, kTolerance);
  EXPECT_LT(photons.channels[0].constant, 1e-7);
}

TEST(NoiseLevel, OfCleanPicturesIsNearNothing) {
  constexpr double kFloats = 1e-10;  // rounding of floats and what curves; a code of 8 bits near black is 1e-7
  for (const Scene& scene : {Scene(flat), Scene(gradient), Scene(textured)}) {
    const Image clean = paint(kSize, kSize, 3, scene);
    const NoiseLevelFunction exact = measure_noise_level(clean);
    const NoiseLevelFunction rounded = measure_noise_level(as_file(clean, 8));
    for (int c = 0; c < 3; ++c) {
      for (const double light : {0.1, 0.3, 0.5}) {
        EXPECT_LT(exact.variance(c, light), kFloats) << c;
        EXPECT_LT(rounded.variance(c, light), 1.2 * rounding_variance(light)) << c;
      }
    }
  }
  EXPECT_EQ(measure_noise_level(as_file(paint(64, 64, 3, flat), 8)).variance(0, 0.2), 0.0);
}

TEST(NoiseLevel, OfClippedFieldsIsThatOfTheOthers) {
  const Scene burnt = [](int x, int y, int c) {
    return y < kSize / 3 ? 1.4 : y > kSize * 2 / 3 ? -0.2 : gradient(x, y, c);
  };
  Image image = paint(kSize, kSize, 1, burnt);
  const Image noisy = with_noise(paint(kSize, kSize, 1, gradient), 0.0, 1e-4, 12);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    const bool is_burnt = image.samples[i] > 1.0F || image.samples[i] < 0.0F;
    image.samples[i] = is_burnt ? image.samples[i] : noisy.samples[i];
  }
  EXPECT_NEAR(measure_noise_level(as_file(image, 16)).variance(0, 0.4) / 4e-5, 1.0, kTolerance);
}

TEST(NoiseLevel, TakesAnySize) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 7}, {7, 1}, {8, 8}, {9, 8}, {17, 23}, {64, 8}}) {
    for (const int channels : {1, 3}) {
      const NoiseLevelFunction noise =
          measure_noise_level(with_noise(paint(width, height, channels, flat), 0.0, 1e-4, 13));
      const bool has_blocks = width >= 8 && height >= 8;
      EXPECT_EQ(noise.variance(0, 0.2) > 0.0, has_blocks) << width << ' ' << height;
      EXPECT_LT(noise.variance(0, 0.2), 6e-5) << width << ' ' << height;  // 2e-5 or 1e-5, by as little as one block
      EXPECT_GE(noise.channels[2].constant, 0.0);
    }
  }
  // Large pictures are looked at in places only.
  const NoiseLevelFunction large = measure_noise_level(with_noise(paint(2048, 1504, 1, gradient), 0.0, 1e-4, 14));
  EXPECT_NEAR(large.variance(0, 0.4) / 4e-5, 1.0, kTolerance);
}

}  // namespace
}  // namespace fairground
