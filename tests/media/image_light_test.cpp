// Codes to linear light and back.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "pipeline/media/image_file.h"
#include "tests/media/media_fixtures.h"

namespace fairground {
namespace {

/// The bounds that image_file.h promises, in codes.
constexpr double kWorst8Bit = 0.51;
constexpr double kWorst16Bit = 0.6;

/// IEC 61966-2-1, section 5.3, in double.
double encoded(double linear) {
  const double x = std::clamp(linear, 0.0, 1.0);
  return x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1.0 / 2.4) - 0.055;
}

double decoded(double code) { return code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4); }

/// Codes of one grey row.
std::vector<int> put(std::vector<float> linear, int bits) {
  Image image;
  image.width = static_cast<int>(linear.size());
  image.height = 1;
  image.channels = 1;
  image.bits = bits;
  image.samples = std::move(linear);
  Raster raster = make_raster(image, bits);
  put_row(image.row(0), raster);
  std::vector<int> codes(image.samples.size());
  for (std::size_t x = 0; x < codes.size(); ++x) {
    codes[x] = bits == 16 ? raster.codes.ptr<std::uint16_t>(0)[x] : raster.codes.ptr<std::uint8_t>(0)[x];
  }
  return codes;
}

/// All floats from `first` up, `step` apart, in batches.
template <typename Use>
void for_floats(float first, float last, std::uint32_t step, Use use) {
  constexpr std::size_t kBatch = 1U << 16U;
  std::vector<float> batch;
  const auto end = std::bit_cast<std::uint32_t>(last);
  for (auto bits = std::bit_cast<std::uint32_t>(first); bits <= end; bits += step) {
    batch.push_back(std::bit_cast<float>(bits));
    if (batch.size() == kBatch || end - bits < step) {
      use(batch);
      batch.clear();
    }
  }
}

TEST(ToLinear, FollowsTheStandard) {
  for (const int bits : {8, 16}) {
    const int highest = bits == 16 ? 65535 : 255;
    cv::Mat codes(1, highest + 1, bits == 16 ? CV_16UC1 : CV_8UC1);
    for (int code = 0; code <= highest; ++code) {
      if (bits == 16) {
        codes.ptr<std::uint16_t>(0)[code] = static_cast<std::uint16_t>(code);
      } else {
        codes.ptr<std::uint8_t>(0)[code] = static_cast<std::uint8_t>(code);
      }
    }
    const Image image = to_linear({codes});
    EXPECT_EQ(image.bits, bits);
    for (int code = 0; code <= highest; ++code) {
      const double expected = decoded(static_cast<double>(code) / highest);
      ASSERT_FLOAT_EQ(image.samples[static_cast<std::size_t>(code)], static_cast<float>(expected)) << code;
    }
    EXPECT_EQ(image.samples.front(), 0.0F);
    EXPECT_EQ(image.samples.back(), 1.0F);
  }
  // The linear light of the middle grey code 128, as is often tabulated.
  EXPECT_NEAR(to_linear({cv::Mat(1, 1, CV_8UC1, cv::Scalar(128))}).samples[0], 0.2158605F, 1e-6F);
}

TEST(ToLinear, PutsChannelsOneAfterTheOther) {
  cv::Mat codes(2, 3, CV_8UC4);
  for (int i = 0; i < 24; ++i) codes.data[i] = static_cast<unsigned char>(10 * i);
  const Image image = to_linear({codes});
  EXPECT_EQ(image.channels, 3);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) {
      const std::uint8_t* pixel = codes.ptr<std::uint8_t>(y) + 4 * x;
      for (int c = 0; c < 3; ++c) {
        const float expected = static_cast<float>(decoded(pixel[2 - c] / 255.0));  // blue is first in the codes
        EXPECT_FLOAT_EQ(image.row(y)[static_cast<std::size_t>(c * 3 + x)], expected);
      }
      EXPECT_EQ(image.alpha[static_cast<std::size_t>(y * 3 + x)], pixel[3]);
    }
  }
}

TEST(PutRow, KeepsEveryCode) {
  for (const int bits : {8, 16}) {
    const int highest = bits == 16 ? 65535 : 255;
    std::vector<float> linear;
    for (int code = 0; code <= highest; ++code) {
      linear.push_back(static_cast<float>(decoded(static_cast<double>(code) / highest)));
    }
    const std::vector<int> codes = put(linear, bits);
    for (int code = 0; code <= highest; ++code) ASSERT_EQ(codes[static_cast<std::size_t>(code)], code);
  }
}

TEST(PutRow, KeepsEveryKindOfPicture) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3, CV_16UC4}) {
    for (const int width : {1, 7, 16, 33, 1023, 1024, 1025, 2100}) {
      const Raster before{slope_picture(width, 3, type)};
      Image image = to_linear(before);
      Raster after = make_raster(image, image.bits);
      for (int y = 0; y < image.height; ++y) put_row(image.row(y), after);
      EXPECT_TRUE(same_codes(after.codes, before.codes)) << cv::typeToString(type) << " " << width;
    }
  }
}

TEST(PutRow, StaysWithinItsBounds) {
  constexpr std::uint32_t kStep = 37;  // odd, so that no pattern of the mantissa is favoured
  for (const int bits : {8, 16}) {
    const double highest = bits == 16 ? 65535.0 : 255.0;
    double worst = 0.0;
    for_floats(1e-7F, 1.0F, kStep, [&](const std::vector<float>& linear) {
      const std::vector<int> codes = put(linear, bits);
      for (std::size_t i = 0; i < linear.size(); ++i) {
        worst = std::max(worst, std::abs(codes[i] - encoded(static_cast<double>(linear[i])) * highest));
      }
    });
    EXPECT_LT(worst, bits == 16 ? kWorst16Bit : kWorst8Bit);
    RecordProperty(bits == 16 ? "worst_16_bit" : "worst_8_bit", std::to_string(worst));
  }
}

// Every float from the darkest 16-bit code on: brighter light never gets a lower code.
TEST(PutRow, NeverFalls) {
  for (const int bits : {8, 16}) {
    int previous = 0;
    for_floats(1e-6F, 1.0F, /*step=*/1, [&](const std::vector<float>& linear) {
      const std::vector<int> codes = put(linear, bits);
      bool falls = false;
      for (const int code : codes) {
        falls = falls || code < previous;
        previous = code;
      }
      ASSERT_FALSE(falls) << "between " << linear.front() << " and " << linear.back();
    });
    EXPECT_EQ(previous, bits == 16 ? 65535 : 255);
  }
}

TEST(PutRow, Saturates) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> beyond{-infinity, -1.0F,      -1e-30F, 0.0F,     -0.0F,
                                  1.0F,      1.0000001F, 50.0F,   infinity, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_EQ(put(beyond, 8), (std::vector<int>{0, 0, 0, 0, 0, 255, 255, 255, 255, 0}));
  EXPECT_EQ(put(beyond, 16), (std::vector<int>{0, 0, 0, 0, 0, 65535, 65535, 65535, 65535, 0}));
}

// Vectors and the loop's last few samples must give the same, wherever a sample stands.
TEST(PutRow, DoesNotDependOnThePlace) {
  std::vector<float> linear;
  for (int i = 0; i < 100; ++i) linear.push_back(0.01F * static_cast<float>(i) + 0.0031F);
  const std::vector<int> together = put(linear, 16);
  for (std::size_t i = 0; i < linear.size(); ++i) EXPECT_EQ(put({linear[i]}, 16).front(), together[i]);
}

TEST(MakeRaster, ConvertsTransparency) {
  const Image deep = to_linear({slope_picture(16, 16, CV_16UC4)});
  const Raster shallow = make_raster(deep, 8);
  const Image wide = to_linear({slope_picture(16, 16, CV_8UC4)});
  const Raster widened = make_raster(wide, 16);
  for (std::size_t x = 0; x < 16; ++x) {
    EXPECT_EQ(shallow.codes.ptr<std::uint8_t>(0)[4 * x + 3], static_cast<int>(std::lround(deep.alpha[x] / 257.0)));
    EXPECT_EQ(widened.codes.ptr<std::uint16_t>(0)[4 * x + 3], wide.alpha[x] * 257);
  }
}

}  // namespace
}  // namespace fairground
