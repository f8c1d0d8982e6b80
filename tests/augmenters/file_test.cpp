// The claims of file.jpeg, file.webp, file.resize, file.messenger and sensor.resolution.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <utility>

#include "augmenters/image/parts/resize.h"
#include "pipeline/media/jpeg_codec.h"
#include "tests/support/apply.h"
#include "tests/support/jpeg_segments.h"

namespace fairground {
namespace {

/// Waves of many lengths under some noise, so that every step has something to lose.
cv::Mat scene(int width, int height, int type) {
  cv::Mat codes(height, width, type);
  RandomStream random(11, 0, "scene");
  const double highest = codes.depth() == CV_16U ? 65535.0 : 255.0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < codes.channels(); ++c) {
        const double wave = std::sin(0.002 * x * x + c) * std::cos(0.11 * y) + random.uniform(-0.2, 0.2);
        const double value = std::round(highest * (0.5 + 0.35 * wave));
        const int i = x * codes.channels() + c;
        if (codes.depth() == CV_16U) {
          codes.ptr<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(value);
        } else {
          codes.ptr<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(value);
        }
      }
    }
  }
  return codes;
}

PictureFile run(const std::string& name, const Given& given, const cv::Mat& codes) {
  const Augmenter& step = augmenter(name);
  const std::vector<Value> values = values_of(step.schema, given);
  PictureFile file{{codes.clone()}, {codes.cols, codes.rows, codes.channels() == 1 ? 1 : 3}};
  step.prepare_file(values, {})(file, values, {});
  return file;
}

double difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF); }
double rms(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L2) /
         std::sqrt(static_cast<double>(a.total() * static_cast<std::size_t>(a.channels())));
}

double measured(const StepMeasure& measure, const std::string& name) {
  for (const auto& [key, value] : measure.values) {
    if (key == name) {
      return value;
    }
  }
  return std::nan("");
}

cv::Mat channel(const cv::Mat& codes, int index) {
  cv::Mat plane;
  cv::extractChannel(codes, plane, index);
  return plane;
}

// ---- file.jpeg

TEST(FileJpeg, LeavesWhatItsFileDecodesTo) {
  for (const int type : {CV_8UC1, CV_8UC3}) {
    for (const char* subsampling : {"4:4:4", "4:2:2", "4:2:0"}) {
      const cv::Mat codes = scene(67, 45, type);
      const PictureFile file = run("file.jpeg",
                                   {{"quality", 62.0},
                                    {"subsampling", std::string(subsampling)},
                                    {"generations", std::int64_t{3}},
                                    {"shift_px", std::int64_t{3}}},
                                   codes);
      ASSERT_TRUE(file.written.has_value());
      EXPECT_EQ(file.written->container, ImageContainer::jpeg);
      EXPECT_EQ(difference(decode_own_image(file.written->bytes).codes, file.raster.codes), 0.0);
      EXPECT_EQ(measured(file.measure, "quality"), 62.0);
      EXPECT_NEAR(measured(file.measure, "bits_per_pixel"),
                  8.0 * static_cast<double>(file.written->bytes.size()) / (67 * 45), 1e-12);
    }
  }
}

TEST(FileJpeg, HasTheTablesAndFactorsThatWereAskedFor) {
  const PictureFile file =
      run("file.jpeg", {{"quality", 71.6}, {"subsampling", std::string("4:2:2")}}, scene(40, 30, CV_8UC3));
  const JpegSegments own = jpeg_segments(file.written->bytes);
  const JpegSegments other = jpeg_segments(encode_image({scene(40, 30, CV_8UC3)}, ImageContainer::jpeg, 72));
  EXPECT_EQ(own.tables, other.tables);
  EXPECT_EQ(own.factors, (std::vector<std::pair<int, int>>{{2, 1}, {1, 1}, {1, 1}}));
}

TEST(FileJpeg, LosesMoreAtLowerQuality) {
  const cv::Mat codes = scene(128, 96, CV_8UC3);
  double last = 0.0;
  for (const double quality : {100.0, 90.0, 70.0, 40.0, 10.0, 1.0}) {
    const double error = rms(run("file.jpeg", {{"quality", quality}}, codes).raster.codes, codes);
    EXPECT_GT(error, last) << quality;
    last = error;
  }
}

// Colour that changes from one column to the next survives only where it has the whole resolution.
TEST(FileJpeg, MixesColourOfNeighboursWhereItIsSubsampled) {
  cv::Mat codes(32, 32, CV_8UC3);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      codes.at<cv::Vec3b>(y, x) = x % 2 == 0 ? cv::Vec3b(90, 90, 160) : cv::Vec3b(90, 127, 90);
    }
  }
  const auto contrast = [&codes](const char* subsampling) {
    const cv::Mat left =
        run("file.jpeg", {{"quality", 100.0}, {"subsampling", std::string(subsampling)}}, codes).raster.codes;
    return std::abs(left.at<cv::Vec3b>(16, 16)[2] - left.at<cv::Vec3b>(16, 17)[2]);
  };
  EXPECT_GT(contrast("4:4:4"), 60);
  EXPECT_LT(contrast("4:2:2"), 15);
  EXPECT_LT(contrast("4:2:0"), 15);
}

TEST(FileJpeg, ChangesOnFromGenerationToGenerationOnlyWhereItsGridMoves) {
  const cv::Mat codes = scene(96, 80, CV_8UC3);
  const auto coded = [&codes](std::int64_t generations, std::int64_t shift) {
    return run("file.jpeg",
               {{"quality", 60.0},
                {"subsampling", std::string("4:4:4")},
                {"generations", generations},
                {"shift_px", shift}},
               codes)
        .raster.codes;
  };
  EXPECT_LT(rms(coded(20, 0), coded(12, 0)), 0.2) << "the same grid settles";
  EXPECT_GT(rms(coded(20, 3), codes), 1.2 * rms(coded(20, 0), codes)) << "a moving one does not";
  EXPECT_GT(rms(coded(8, 3), codes), rms(coded(2, 3), codes));
  // One generation has nothing to move.
  EXPECT_EQ(difference(coded(1, 5), coded(1, 0)), 0.0);
}

TEST(FileJpeg, KeepsTransparencyBesideAndRoundsDeepCodes) {
  const cv::Mat codes = scene(40, 24, CV_8UC4);
  const PictureFile file = run("file.jpeg", {{"quality", 30.0}}, codes);
  EXPECT_FALSE(file.written.has_value()) << "a JPEG without the transparency is not the picture";
  EXPECT_EQ(difference(channel(file.raster.codes, 3), channel(codes, 3)), 0.0);
  EXPECT_GT(difference(channel(file.raster.codes, 0), channel(codes, 0)), 0.0);

  const cv::Mat deep = scene(40, 24, CV_16UC4);
  const PictureFile shallow = run("file.jpeg", {{"quality", 100.0}, {"subsampling", std::string("4:4:4")}}, deep);
  ASSERT_EQ(shallow.raster.codes.type(), CV_8UC4);
  for (int x = 0; x < 40; ++x) {
    const double exact = deep.ptr<std::uint16_t>(7)[4 * x + 3] / 257.0;
    ASSERT_NEAR(shallow.raster.codes.ptr(7)[4 * x + 3], exact, 0.5) << x;
    ASSERT_NEAR(shallow.raster.codes.ptr(7)[4 * x + 1], deep.ptr<std::uint16_t>(7)[4 * x + 1] / 257.0, 4.0) << x;
  }
}

// ---- file.webp

TEST(FileWebp, LeavesWhatItsFileDecodesTo) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC3}) {
    const cv::Mat codes = scene(67, 45, type);
    const PictureFile file = run("file.webp", {{"quality", 60.0}}, codes);
    ASSERT_TRUE(file.written.has_value());
    EXPECT_EQ(file.written->container, ImageContainer::webp);
    EXPECT_EQ(file.raster.codes.channels(), type == CV_8UC1 ? 3 : codes.channels()) << "WebP has no grey";
    const cv::Mat decoded = decode_own_image(file.written->bytes).codes;
    EXPECT_EQ(difference(decoded, file.raster.codes), 0.0);
    if (type == CV_8UC4) {
      EXPECT_EQ(difference(channel(decoded, 3), channel(codes, 3)), 0.0);
    }
  }
}

TEST(FileWebp, LosesMoreAtLowerQuality) {
  const cv::Mat codes = scene(128, 96, CV_8UC3);
  double last = 0.0;
  for (const double quality : {100.0, 80.0, 50.0, 20.0, 1.0}) {
    const double error = rms(run("file.webp", {{"quality", quality}}, codes).raster.codes, codes);
    EXPECT_GT(error, last) << quality;
    last = error;
  }
  EXPECT_GT(rms(run("file.webp", {{"quality", 100.0}}, codes).raster.codes, codes), 0.0)
      << "it is not the lossless form";
}

TEST(FileWebp, KeepsTransparencyThatHidesNothing) {
  cv::Mat codes = scene(40, 24, CV_8UC4);
  for (int i = 0; i < 40 * 24; ++i) {
    codes.data[4 * i + 3] = 255;
  }
  EXPECT_EQ(run("file.webp", {}, codes).raster.codes.channels(), 4);
}

// ---- resampling

constexpr double kFloatSums = 1e-6;  // a few terms in float, near 1

TEST(Resize, HasWeightsThatSumToOneInsideAndAtTheEnds) {
  for (const ResizeKernel kernel :
       {ResizeKernel::area, ResizeKernel::box, ResizeKernel::bilinear, ResizeKernel::bicubic, ResizeKernel::lanczos3}) {
    for (const auto& [from, to] : {std::pair(1, 1), {1, 9}, {9, 1}, {7, 5}, {5, 7}, {640, 61}, {61, 640}}) {
      const ResizeLine line = resize_line(from, to, kernel);
      for (std::size_t x = 0; x < line.first.size(); ++x) {
        double sum = 0.0;
        for (std::size_t k = 0; k < line.taps; ++k) {
          sum += line.weights[x * line.taps + k];
        }
        ASSERT_NEAR(sum, 1.0, kFloatSums) << from << " to " << to << " at " << x;
        ASSERT_GE(line.first[x], 0);
        ASSERT_LE(line.first[x] + static_cast<int>(line.taps), from);
      }
    }
  }
}

TEST(Resize, GivesTheSameSizeBackBitForBit) {
  // Every kernel but the mean over an area is 1 in its middle and 0 at all other whole numbers.
  const cv::Mat codes = scene(31, 17, CV_16UC3);
  for (const ResizeKernel kernel :
       {ResizeKernel::area, ResizeKernel::box, ResizeKernel::bilinear, ResizeKernel::bicubic, ResizeKernel::lanczos3}) {
    EXPECT_EQ(difference(resize_codes(codes, 31, 17, kernel), codes), 0.0);
  }
}

/// The light along a row of the picture.
Image row_of(const std::vector<float>& samples) { return {static_cast<int>(samples.size()), 1, 1, 8, samples, {}}; }

TEST(Resize, TakesTheMeanOverAnArea) {
  // 5 pixels in 2: each of the new ones covers two and a half.
  const Image halved = resize_image(row_of({1, 2, 4, 8, 16}), 2, 1, ResizeKernel::area);
  EXPECT_NEAR(halved.samples[0], (1 + 2 + 0.5 * 4) / 2.5, 4 * kFloatSums);
  EXPECT_NEAR(halved.samples[1], (0.5 * 4 + 8 + 16) / 2.5, 16 * kFloatSums);
}

TEST(Resize, KeepsAStraightLineBetweenItsEnds) {
  std::vector<float> slope(64);
  for (std::size_t i = 0; i < slope.size(); ++i) {
    slope[i] = static_cast<float>(i);
  }
  // The three-lobed sinc is no exact interpolator of lines, and no widened kernel is: within a part of a new step.
  const std::vector<std::pair<ResizeKernel, double>> kernels{
      {ResizeKernel::bilinear, 1e-4}, {ResizeKernel::bicubic, 1e-4}, {ResizeKernel::lanczos3, 0.03}};
  for (const auto& [kernel, tolerance] : kernels) {
    for (const int width : {23, 64, 150}) {
      const Image resized = resize_image(row_of(slope), width, 1, kernel);
      const double ratio = 64.0 / width;
      const int edge = static_cast<int>(std::ceil(3 * std::max(1.0, 1.0 / ratio))) + 1;
      for (int x = edge; x < width - edge; ++x) {
        ASSERT_NEAR(resized.samples[static_cast<std::size_t>(x)], (x + 0.5) * ratio - 0.5,
                    ratio > 1.0 ? std::max(tolerance, 0.02) * ratio : tolerance)
            << width << " at " << x;
      }
    }
  }
}

TEST(Resize, LetsNothingAliasThatIsTooFineForTheNewSize) {
  // 0.45 cycles for each old pixel would come back as 0.2 for each new one.
  std::vector<float> wave(400);
  for (std::size_t i = 0; i < wave.size(); ++i) {
    wave[i] = static_cast<float>(std::sin(2 * std::numbers::pi * 0.45 * static_cast<double>(i)));
  }
  for (const auto& [kernel, left] : {std::pair(ResizeKernel::area, 0.2),
                                     {ResizeKernel::bilinear, 0.06},
                                     {ResizeKernel::bicubic, 0.03},
                                     {ResizeKernel::lanczos3, 0.02}}) {
    const Image small = resize_image(row_of(wave), 100, 1, kernel);
    double largest = 0.0;
    for (std::size_t i = 5; i < 95; ++i) {
      largest = std::max<double>(largest, std::fabs(small.samples[i]));
    }
    EXPECT_LT(largest, left);
  }
}

TEST(Resize, DoesTheSameToCodesAndToLight) {
  const cv::Mat codes = scene(37, 23, CV_16UC1);
  Image image{37, 23, 1, 16, {}, {}};
  for (int y = 0; y < 23; ++y) {
    for (int x = 0; x < 37; ++x) {
      image.samples.push_back(codes.at<std::uint16_t>(y, x));
    }
  }
  const cv::Mat small = resize_codes(codes, 11, 31, ResizeKernel::bicubic);
  const Image same = resize_image(image, 11, 31, ResizeKernel::bicubic);
  for (int y = 0; y < 31; ++y) {
    for (int x = 0; x < 11; ++x) {
      ASSERT_NEAR(small.at<std::uint16_t>(y, x), same.row(y)[static_cast<std::size_t>(x)], 0.51);
    }
  }
}

// ---- file.resize

TEST(FileResize, MovesPlacesWithTheSize) {
  const PictureFile file = run("file.resize", {{"scale", 0.25}}, scene(80, 50, CV_8UC3));
  EXPECT_EQ(file.raster.codes.size(), cv::Size(20, 13)) << "12.5 is rounded up";
  EXPECT_EQ(file.point_map({80.0, 50.0}), (PixelPoint{20.0, 13.0}));
  EXPECT_NEAR(file.point_map({40.0, 10.0}).y, 2.6, 1e-12);
  const PixelPoint back = file.point_map.back(file.point_map({33.0, 21.0}));
  EXPECT_NEAR(back.x, 33.0, 1e-12);
  EXPECT_NEAR(back.y, 21.0, 1e-12);
  EXPECT_EQ(measured(file.measure, "resized_width_px"), 20.0);
}

TEST(FileResize, GivesTheInputBackAtOne) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_16UC4}) {
    const cv::Mat codes = scene(31, 17, type);
    const PictureFile file = run("file.resize", {{"scale", 1.0}}, codes);
    EXPECT_EQ(difference(file.raster.codes, codes), 0.0);
    EXPECT_TRUE(file.point_map.is_identity());
  }
}

TEST(FileResize, BringsItBackToItsSize) {
  const cv::Mat codes = scene(80, 50, CV_16UC4);
  for (const char* kernel : {"area", "bilinear", "bicubic", "lanczos3"}) {
    const PictureFile file =
        run("file.resize",
            {{"longest_side_px", 30.0}, {"size", std::string("restored")}, {"kernel", std::string(kernel)}}, codes);
    EXPECT_EQ(file.raster.codes.size(), codes.size());
    EXPECT_EQ(file.raster.codes.type(), codes.type());
    EXPECT_TRUE(file.point_map.is_identity());
    EXPECT_GT(rms(file.raster.codes, codes), 100.0);
    EXPECT_EQ(measured(file.measure, "resized_width_px"), 30.0);
    EXPECT_EQ(measured(file.measure, "resized_height_px"), 19.0);
  }
}

TEST(FileResize, LeavesPicturesThatFitAndSidesThatAreSmall) {
  const cv::Mat codes = scene(80, 50, CV_8UC3);
  EXPECT_EQ(difference(run("file.resize", {{"longest_side_px", 80.0}}, codes).raster.codes, codes), 0.0);
  EXPECT_EQ(run("file.resize", {{"scale", 0.02}}, codes).raster.codes.size(), cv::Size(8, 8));
  EXPECT_EQ(run("file.resize", {{"scale", 0.02}}, scene(80, 3, CV_8UC3)).raster.codes.size(), cv::Size(8, 3));
}

TEST(FileResize, RefusesBothSizesOrNone) {
  const StepSchema& schema = augmenter("file.resize").schema;
  const Setting kernel = std::string("area");
  EXPECT_EQ(schema.check({0.5, {}, kernel, {}}), "");
  EXPECT_EQ(schema.check({{}, Range{100.0, 200.0}, kernel, {}}), "");
  EXPECT_NE(schema.check({{}, {}, kernel, {}}), "");
  EXPECT_NE(schema.check({0.5, 100.0, kernel, {}}), "");
}

// ---- file.messenger

TEST(FileMessenger, FitsTheLongestSideAndCodesTwice) {
  const cv::Mat codes = scene(200, 120, CV_8UC3);
  const PictureFile file = run("file.messenger", {{"longest_side_px", 100.0}, {"quality", 65.0}}, codes);
  ASSERT_TRUE(file.written.has_value());
  const JpegSegments segments = jpeg_segments(file.written->bytes);
  EXPECT_EQ(segments.width, 100);
  EXPECT_EQ(segments.height, 60);
  EXPECT_EQ(segments.factors[0], std::pair(2, 2));
  EXPECT_EQ(difference(decode_own_image(file.written->bytes).codes, file.raster.codes), 0.0);
  EXPECT_EQ(file.point_map({200.0, 120.0}), (PixelPoint{100.0, 60.0}));
  // The same by its parts.
  const cv::Mat fitted =
      run("file.resize", {{"longest_side_px", 100.0}, {"kernel", std::string("area")}}, codes).raster.codes;
  const PictureFile twice = run("file.jpeg", {{"quality", 65.0}, {"generations", std::int64_t{2}}}, fitted);
  EXPECT_EQ(twice.written->bytes, file.written->bytes);
}

TEST(FileMessenger, KnowsItsServices) {
  const cv::Mat codes = scene(400, 300, CV_8UC3);
  const PictureFile preview = run("file.messenger", {{"service", std::string("preview")}}, codes);
  EXPECT_EQ(preview.raster.codes.size(), cv::Size(320, 240));
  const PictureFile standard = run("file.messenger", {}, codes);
  EXPECT_EQ(standard.raster.codes.size(), codes.size());
  EXPECT_EQ(measured(standard.measure, "quality"), 70.0);
  const PictureFile better = run("file.messenger", {{"service", std::string("high_quality")}}, codes);
  EXPECT_LT(rms(better.raster.codes, codes), rms(standard.raster.codes, codes));
  const PictureFile clear = run("file.messenger", {{"service", std::string("preview")}}, scene(400, 300, CV_8UC4));
  EXPECT_EQ(clear.raster.codes.type(), CV_8UC4);
  EXPECT_EQ(clear.raster.codes.size(), cv::Size(320, 240));
}

// ---- sensor.resolution

TEST(SensorResolution, GathersTheLightOfWholePixels) {
  // Blocks of 4 x 4 with different means: a quarter of the resolution leaves exactly the means, in linear light.
  Image image{16, 8, 3, 8, {}, std::vector<std::uint16_t>(16 * 8, 77)};
  RandomStream random(3, 0, "light");
  for (int i = 0; i < 16 * 8 * 3; ++i) {
    image.samples.push_back(static_cast<float>(random.uniform(-0.1, 2.0)));
  }
  const Image coarse = apply_picture("sensor.resolution", {{"scale", 0.25}}, image).image;
  ASSERT_EQ(coarse.width, 16);
  ASSERT_EQ(coarse.height, 8);
  EXPECT_EQ(coarse.alpha, image.alpha);
  // In the corner nothing is interpolated: the middle of the first coarse pixel lies at 2, 2.
  for (std::size_t c = 0; c < 3; ++c) {
    double mean = 0.0;
    for (int y = 0; y < 4; ++y) {
      for (std::size_t x = 0; x < 4; ++x) {
        mean += std::as_const(image).row(y)[c * 16 + x] / 16.0;
      }
    }
    EXPECT_NEAR(coarse.row(0)[c * 16], mean, 1e-6) << c;
    EXPECT_NEAR(coarse.row(1)[c * 16 + 1], mean, 1e-6) << c;
  }
}

TEST(SensorResolution, GivesTheInputBackAtOne) {
  const cv::Mat codes = scene(31, 17, CV_16UC3);
  const Image image = to_linear({codes});
  EXPECT_EQ(apply_picture("sensor.resolution", {{"scale", 1.0}}, image).image.samples, image.samples);
}

// A wave of f cycles per pixel comes out with |sinc(f s)| of its contrast from pixels of s, and triangular
// interpolation between them takes about sinc^2 of that once more.
TEST(SensorResolution, TakesContrastAsPixelsOfItsSizeDo) {
  constexpr int kWidth = 1200;
  constexpr double kScale = 0.25;
  for (const double cycles : {0.01, 0.02, 0.04}) {
    Image image{kWidth, 1, 1, 16, {}, {}};
    for (int x = 0; x < kWidth; ++x) {
      image.samples.push_back(static_cast<float>(0.5 + 0.4 * std::cos(2 * std::numbers::pi * cycles * (x + 0.5))));
    }
    const Image coarse = apply_picture("sensor.resolution", {{"scale", kScale}}, image).image;
    double part = 0.0;
    for (int x = 0; x < kWidth; ++x) {
      part += (coarse.samples[static_cast<std::size_t>(x)] - 0.5) * std::cos(2 * std::numbers::pi * cycles * (x + 0.5));
    }
    const double contrast = part / (0.2 * kWidth);
    const double f = cycles / kScale;
    const double sinc = std::sin(std::numbers::pi * f) / (std::numbers::pi * f);
    EXPECT_NEAR(contrast, sinc * sinc * sinc, 0.01) << cycles;
  }
}

}  // namespace
}  // namespace fairground
