// Light, clipping and noise of pictures whose values are known, and against the formulas written out.
#include "pipeline/measure/image_level.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"

namespace fairground {
namespace {

// Sums of a few thousand doubles, and powers from libm.
constexpr double kRounding = 1e-12;

int full_scale(const Raster& raster) { return raster.bits() == 16 ? 65535 : 255; }

int sample(const Raster& raster, int y, int x, int c) {
  const int index = x * raster.codes.channels() + c;
  return raster.bits() == 16 ? raster.codes.ptr<std::uint16_t>(y)[index] : raster.codes.ptr<std::uint8_t>(y)[index];
}

void set_sample(Raster& raster, int y, int x, int c, double value) {
  const int index = x * raster.codes.channels() + c;
  const long code = std::clamp(std::lrint(value), 0L, static_cast<long>(full_scale(raster)));
  if (raster.bits() == 16) {
    raster.codes.ptr<std::uint16_t>(y)[index] = static_cast<std::uint16_t>(code);
  } else {
    raster.codes.ptr<std::uint8_t>(y)[index] = static_cast<std::uint8_t>(code);
  }
}

Raster flat(int width, int height, int type, const cv::Scalar& codes) { return {cv::Mat(height, width, type, codes)}; }

// A grey slope of `step` codes a column, beginning at `start`, with normal noise of `sigma` codes.
Raster noisy_slope(int size, int type, double start, double step, double sigma, std::uint64_t seed) {
  Raster raster{cv::Mat(size, size, type)};
  std::vector<float> noise(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
  RandomStream(seed, 0, "noise").normals(0, noise);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double value = start + step * x + sigma * noise[static_cast<std::size_t>(y * size + x)];
      for (int c = 0; c < raster.codes.channels(); ++c) {
        set_sample(raster, y, x, c, value);
      }
    }
  }
  return raster;
}

Raster random_picture(int width, int height, int type, std::uint64_t seed) {
  Raster raster{cv::Mat(height, width, type)};
  RandomStream random(seed, 0, "codes");
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < raster.codes.channels(); ++c) {
        set_sample(raster, y, x, c, random.uniform(-0.1, 1.1) * full_scale(raster));
      }
    }
  }
  return raster;
}

// All three measures, pixel by pixel in double, from the definitions.
ImageMeasures measure_directly(const Raster& raster) {
  const int width = raster.codes.cols;
  const int height = raster.codes.rows;
  const int colours = std::min(raster.codes.channels(), 3);
  const double top = full_scale(raster);
  const auto linear = [&](int code) {
    const double v = code / top;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  const auto luma = [&](int y, int x) {
    if (colours == 1) {
      return static_cast<double>(sample(raster, y, x, 0));
    }
    return (29.0 * sample(raster, y, x, 0) + 150.0 * sample(raster, y, x, 1) + 77.0 * sample(raster, y, x, 2)) / 256.0;
  };
  ImageMeasures measures;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < colours; ++c) {
        const int code = sample(raster, y, x, c);
        const double weights[] = {0.0722, 0.7152, 0.2126};
        measures.mean_luminance += (colours == 1 ? 1.0 : weights[c]) * linear(code) / (width * height);
        measures.clipped_fraction += (code == 0 || code == full_scale(raster) ? 1.0 : 0.0) / (width * height * colours);
      }
      if (y > 0 && x > 0 && y < height - 1 && x < width - 1) {
        static constexpr int kMask[3][3] = {{1, -2, 1}, {-2, 4, -2}, {1, -2, 1}};
        double response = 0.0;
        for (int j = -1; j <= 1; ++j) {
          for (int i = -1; i <= 1; ++i) {
            response += kMask[j + 1][i + 1] * luma(y + j, x + i);
          }
        }
        measures.noise_sigma +=
            std::abs(response) * std::sqrt(std::numbers::pi / 2.0) / (6.0 * (width - 2) * (height - 2) * top);
      }
    }
  }
  return measures;
}

void expect_equal(const ImageMeasures& measured, const ImageMeasures& expected) {
  EXPECT_NEAR(measured.mean_luminance, expected.mean_luminance, kRounding);
  EXPECT_NEAR(measured.clipped_fraction, expected.clipped_fraction, kRounding);
  EXPECT_NEAR(measured.noise_sigma, expected.noise_sigma, kRounding);
}

TEST(ImageLevel, AgreesWithTheDefinitionsForEverySizeAndType) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3, CV_16UC4}) {
    for (const int width : {3, 4, 5, 8, 17, 33, 67}) {
      SCOPED_TRACE(testing::Message() << "type " << type << ", width " << width);
      const Raster picture = random_picture(width, 3 + width % 7, type, 1);
      expect_equal(measure_image(picture), measure_directly(picture));
    }
  }
}

TEST(ImageLevel, OfAPartOfAPictureIsThatOfThePartAlone) {
  const Raster whole = random_picture(40, 30, CV_8UC3, 2);
  const Raster part{whole.codes(cv::Rect(3, 5, 20, 11))};
  ASSERT_FALSE(part.codes.isContinuous());
  expect_equal(measure_image(part), measure_directly({part.codes.clone()}));
}

// ((188 / 255 + 0.055) / 1.055)^2.4, and 10 / 255 / 12.92 on the straight part of the curve.
TEST(Luminance, OfFlatGreyIsTheStandards) {
  EXPECT_NEAR(measure_image(flat(16, 16, CV_8UC1, 188)).mean_luminance, 0.5028864580325687, kRounding);
  EXPECT_NEAR(measure_image(flat(16, 16, CV_8UC1, 10)).mean_luminance, 0.003035269835488375, kRounding);
  EXPECT_EQ(measure_image(flat(16, 16, CV_8UC1, 0)).mean_luminance, 0.0);
  EXPECT_EQ(measure_image(flat(16, 16, CV_8UC1, 255)).mean_luminance, 1.0);
}

TEST(Luminance, WeighsThePrimariesByRec709) {
  EXPECT_NEAR(measure_image(flat(8, 8, CV_8UC3, {0, 0, 255})).mean_luminance, 0.2126, kRounding);  // red comes last
  EXPECT_NEAR(measure_image(flat(8, 8, CV_8UC3, {0, 255, 0})).mean_luminance, 0.7152, kRounding);
  EXPECT_NEAR(measure_image(flat(8, 8, CV_8UC3, {255, 0, 0})).mean_luminance, 0.0722, kRounding);
}

TEST(ImageLevel, OfGreyIsThatOfColourWithEqualChannels) {
  const Raster grey = noisy_slope(64, CV_8UC1, 30.0, 2.0, 6.0, 3);
  const Raster colour = noisy_slope(64, CV_8UC3, 30.0, 2.0, 6.0, 3);
  expect_equal(measure_image(colour), measure_image(grey));
}

TEST(ImageLevel, OfSixteenBitsIsThatOfTheSameCodesInEight) {
  const Raster narrow = random_picture(50, 40, CV_8UC3, 4);
  Raster wide;
  narrow.codes.convertTo(wide.codes, CV_16U, 257.0);
  expect_equal(measure_image(wide), measure_image(narrow));
}

TEST(ImageLevel, TransparencyIsNotMeasured) {
  for (const int depth : {CV_8U, CV_16U}) {
    Raster picture = random_picture(31, 20, CV_MAKETYPE(depth, 4), 5);
    const ImageMeasures before = measure_image(picture);
    for (int y = 0; y < 20; ++y) {
      for (int x = 0; x < 31; ++x) {
        set_sample(picture, y, x, 3, (x * y) % 2 == 0 ? 0.0 : full_scale(picture));
      }
    }
    const ImageMeasures after = measure_image(picture);
    EXPECT_EQ(after.mean_luminance, before.mean_luminance);
    EXPECT_EQ(after.clipped_fraction, before.clipped_fraction);
    EXPECT_EQ(after.noise_sigma, before.noise_sigma);
  }
}

TEST(ClippedFraction, CountsColourSamplesAtTheLowestAndTheHighestCode) {
  for (const int depth : {CV_8U, CV_16U}) {
    Raster picture = flat(10, 10, CV_MAKETYPE(depth, 3), {100, 100, 100});
    const int top = full_scale(picture);
    set_sample(picture, 0, 0, 0, 0);
    set_sample(picture, 0, 0, 1, top);
    set_sample(picture, 9, 9, 2, top);
    set_sample(picture, 5, 9, 2, 1);  // one code inside the range on either side is not clipped
    set_sample(picture, 5, 8, 1, top - 1);
    EXPECT_DOUBLE_EQ(measure_image(picture).clipped_fraction, 3.0 / 300.0);
  }
}

TEST(NoiseSigma, IsThatOfTheNoiseOnFlatAndOnSlopingPictures) {
  // The mean of 260,000 overlapping masks varies by 0.3 %; rounding to codes adds 1 % at two codes.
  constexpr double kRelative = 0.05;
  for (const double sigma : {2.0, 5.0, 10.0}) {
    for (const double step : {0.0, 0.3}) {
      SCOPED_TRACE(testing::Message() << "sigma " << sigma << ", slope " << step);
      const double start = 128.0 - 256.0 * step;
      const double expected = sigma / 255.0;
      const Raster grey = noisy_slope(512, CV_8UC1, start, step, sigma, 6);
      EXPECT_NEAR(measure_image(grey).noise_sigma, expected, kRelative * expected);
      const Raster wide = noisy_slope(512, CV_16UC3, 257.0 * start, 257.0 * step, 257.0 * sigma, 7);
      EXPECT_NEAR(measure_image(wide).noise_sigma, expected, kRelative * expected);
    }
  }
}

TEST(NoiseSigma, OfFlatAndEvenlySlopingPicturesIsZero) {
  EXPECT_EQ(measure_image(flat(40, 40, CV_8UC3, {10, 20, 30})).noise_sigma, 0.0);
  EXPECT_EQ(measure_image(noisy_slope(40, CV_8UC1, 5.0, 3.0, 0.0, 8)).noise_sigma, 0.0);
}

// Every place of a chequered picture gives eight times the full scale, the most that the sums must hold.
TEST(NoiseSigma, OfAChequeredPictureDoesNotOverflow) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_16UC1, CV_16UC3}) {
    Raster picture{cv::Mat(600, 600, type)};
    for (int y = 0; y < 600; ++y) {
      for (int x = 0; x < 600; ++x) {
        for (int c = 0; c < picture.codes.channels(); ++c) {
          set_sample(picture, y, x, c, (x + y) % 2 == 0 ? 0.0 : full_scale(picture));
        }
      }
    }
    EXPECT_NEAR(measure_image(picture).noise_sigma, 8.0 / 6.0 * std::sqrt(std::numbers::pi / 2.0), kRounding);
  }
}

TEST(ImageLevel, RefusesPicturesSmallerThanTheMask) {
  EXPECT_THROW((void)measure_image(flat(2, 3, CV_8UC3, 0)), ItemError);
  EXPECT_THROW((void)measure_image(flat(3, 2, CV_8UC3, 0)), ItemError);
  EXPECT_THROW((void)measure_image(Raster{}), ItemError);
  EXPECT_NO_THROW((void)measure_image(flat(3, 3, CV_8UC3, 0)));
}

Image linear_picture(int width, int height, int channels, float value) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.samples.assign(image.row_size() * static_cast<std::size_t>(height), value);
  return image;
}

TEST(Exposure, CountsFromMiddleGrey) {
  constexpr double kFloats = 1e-6;
  for (const int channels : {1, 3}) {
    for (const int width : {1, 31, 32, 33, 100}) {
      EXPECT_NEAR(measure_exposure_ev(linear_picture(width, 7, channels, 0.18F)), 0.0, kFloats);
      EXPECT_NEAR(measure_exposure_ev(linear_picture(width, 7, channels, 0.72F)), 2.0, kFloats);
      EXPECT_NEAR(measure_exposure_ev(linear_picture(width, 7, channels, 0.045F)), -2.0, kFloats);
    }
  }
}

TEST(Exposure, IsTheMeanOfLogarithmsDownToTheDarkest) {
  Image image = linear_picture(50, 20, 3, 0.18F);
  for (int y = 0; y < 5; ++y) {
    std::fill(image.row(y).samples.begin(), image.row(y).samples.end(), 0.36F);
  }
  EXPECT_NEAR(measure_exposure_ev(image), 0.25, 1e-6);
  for (int y = 10; y < 15; ++y) {
    std::fill(image.row(y).samples.begin(), image.row(y).samples.end(), 0.0F);
  }
  EXPECT_NEAR(measure_exposure_ev(image), 0.25 + 0.25 * kDarkestEv, 1e-6);
  EXPECT_NEAR(measure_exposure_ev(linear_picture(9, 9, 3, 0.0F)), kDarkestEv, 1e-9);
}

TEST(Exposure, WeighsThePrimariesByRec709) {
  Image green = linear_picture(16, 16, 3, 0.0F);
  for (int y = 0; y < 16; ++y) {
    const auto samples = green.row(y).channel(1);
    std::fill(samples.begin(), samples.end(), 1.0F);
  }
  EXPECT_NEAR(measure_exposure_ev(green), std::log2(0.7152 / 0.18), 1e-6);
}

}  // namespace
}  // namespace fairground
