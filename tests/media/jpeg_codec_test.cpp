// The JPEG encoder: its tables and sampling factors as the file says them, beside the standard's own and OpenCV's.
#include "pipeline/media/jpeg_codec.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "pipeline/media/image_file.h"
#include "tests/support/jpeg_segments.h"

namespace fairground {
namespace {

/// Smooth, with something in each channel.
cv::Mat slopes(int width, int height, int channels) {
  cv::Mat codes(height, width, CV_MAKETYPE(CV_8U, channels));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        codes.ptr(y)[x * channels + c] = static_cast<std::uint8_t>(40 + (x * (c + 1) + y * (3 - c)) % 160);
      }
    }
  }
  return codes;
}

// ITU-T T.81, tables K.1 and K.2, in zigzag order (figure 5) as DQT has them.
constexpr std::array<int, 64> kLuminance{16, 11, 12,  14,  12,  10, 16, 14,  13,  14,  18,  17,  16, 19,  24,  40,
                                         26, 24, 22,  22,  24,  49, 35, 37,  29,  40,  58,  51,  61, 60,  57,  51,
                                         56, 55, 64,  72,  92,  78, 64, 68,  87,  69,  55,  56,  80, 109, 81,  87,
                                         95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99};
constexpr std::array<int, 10> kColour{17, 18, 18, 24, 21, 24, 47, 26, 26, 47};  // and 99 from where it is 99 only

/// libjpeg's scaling of them, written down from its documentation and not from its code: 5000 / q per cent below 50,
/// 200 - 2 q from there on, between 1 and 255.
int scaled(int value, int quality) {
  const int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return std::clamp((value * percent + 50) / 100, 1, 255);
}

TEST(JpegCodec, HasTheTablesOfTheStandardForEachQuality) {
  for (const int quality : {1, 10, 25, 49, 50, 75, 85, 92, 95, 100}) {
    SCOPED_TRACE(quality);
    const JpegSegments file = jpeg_segments(encode_jpeg({slopes(40, 24, 3)}, quality, JpegSubsampling::s420));
    ASSERT_EQ(file.tables.size(), 2U);
    for (std::size_t i = 0; i < 64; ++i) {
      ASSERT_EQ(file.tables.at(0)[i], scaled(kLuminance[i], quality)) << i;
    }
    for (std::size_t i = 0; i < kColour.size(); ++i) {
      ASSERT_EQ(file.tables.at(1)[i], scaled(kColour[i], quality)) << i;
    }
    EXPECT_EQ(file.tables.at(1)[63], scaled(99, quality));
  }
}

TEST(JpegCodec, HasTheTablesAndBytesOfOpenCvWhereBothCan) {
  for (const int quality : {30, 75, 85, 95}) {
    for (const int channels : {1, 3}) {
      SCOPED_TRACE(testing::Message() << quality << ", " << channels << " channels");
      const cv::Mat codes = slopes(67, 45, channels);
      const Bytes ours = encode_jpeg({codes}, quality, JpegSubsampling::s420);
      const Bytes theirs = encode_image({codes}, ImageContainer::jpeg, quality);
      EXPECT_EQ(jpeg_segments(ours).tables, jpeg_segments(theirs).tables);
      EXPECT_EQ(ours, theirs);
    }
  }
}

TEST(JpegCodec, SaysTheSamplingFactorsThatWereAskedFor) {
  using Factors = std::vector<std::pair<int, int>>;
  const auto factors = [](JpegSubsampling subsampling, int channels) {
    const JpegSegments file = jpeg_segments(encode_jpeg({slopes(33, 19, channels)}, 80, subsampling));
    EXPECT_EQ(file.frame, 0xC0) << "baseline";
    EXPECT_EQ(file.width, 33);
    EXPECT_EQ(file.height, 19);
    return file.factors;
  };
  EXPECT_EQ(factors(JpegSubsampling::s444, 3), (Factors{{1, 1}, {1, 1}, {1, 1}}));
  EXPECT_EQ(factors(JpegSubsampling::s422, 3), (Factors{{2, 1}, {1, 1}, {1, 1}}));
  EXPECT_EQ(factors(JpegSubsampling::s420, 3), (Factors{{2, 2}, {1, 1}, {1, 1}}));
  EXPECT_EQ(factors(JpegSubsampling::s420, 1), (Factors{{1, 1}}));
}

// At quality 100 all steps are 1: what is left are the rounding of colours and of 64 frequencies.
constexpr double kRounding = 3.0;

TEST(JpegCodec, DecodesToWhatWentIn) {
  for (const int channels : {1, 3}) {
    for (const auto& [width, height] : {std::pair(1, 1), {1, 7}, {7, 1}, {64, 48}, {65, 9}}) {
      const cv::Mat codes(height, width, CV_MAKETYPE(CV_8U, channels), cv::Scalar(30, 120, 200));
      const cv::Mat back = decode_own_image(encode_jpeg({codes}, /*quality=*/100, JpegSubsampling::s444)).codes;
      ASSERT_EQ(back.type(), codes.type());
      ASSERT_EQ(back.size(), codes.size());
      EXPECT_LE(cv::norm(back, codes, cv::NORM_INF), kRounding) << width << " x " << height;
    }
  }
}

TEST(JpegCodec, RefusesWhatJpegCannotHold) {
  const auto encode = [](const cv::Mat& codes, int quality) {
    static_cast<void>(encode_jpeg({codes}, quality, JpegSubsampling::s420));
  };
  EXPECT_THROW(encode(cv::Mat(8, 8, CV_16UC3, cv::Scalar(0)), 80), ItemError);
  EXPECT_THROW(encode(cv::Mat(8, 8, CV_8UC4, cv::Scalar(0)), 80), ItemError);
  EXPECT_THROW(encode(cv::Mat(8, 8, CV_8UC3, cv::Scalar(0)), 0), ItemError);
  EXPECT_THROW(encode(cv::Mat(8, 8, CV_8UC3, cv::Scalar(0)), 101), ItemError);
  // libjpeg's own error comes back as ours: T.81 has 16 bits for a side, libjpeg allows 65500.
  EXPECT_THROW(encode(cv::Mat(1, 65501, CV_8UC1, cv::Scalar(0)), 80), ItemError);
}

/// Noise, of which JPEG makes the most bytes.
cv::Mat noise(int side) {
  cv::Mat codes(side, side, CV_8UC3);
  std::uint32_t state = 1;  // Numerical Recipes' linear congruence
  std::generate_n(codes.data, 3 * codes.total(), [&state] {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::uint8_t>(state >> 24U);
  });
  return codes;
}

TEST(JpegCodec, GrowsToWhateverTheFileTakes) {
  const cv::Mat codes = noise(700);
  const Bytes bytes = encode_jpeg({codes}, /*quality=*/100, JpegSubsampling::s420);
  EXPECT_GT(bytes.size(), std::size_t{512} << 10U);  // several times what it begins with
  EXPECT_EQ(bytes, encode_image({codes}, ImageContainer::jpeg, /*quality=*/100));
}

// The shadow of a sanitizer needs an address space without a limit.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Leaves the process with 0 where memory runs out while the file grows, and everything is given back once.
[[noreturn]] void encode_in_little_memory(const cv::Mat& codes) {
  constexpr rlim_t kMore = rlim_t{24} << 20U;  // less than the file and its half take
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t limit = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + kMore;
  const rlimit limits{limit, limit};
  if (pages == 0 || setrlimit(RLIMIT_AS, &limits) != 0) {
    std::_Exit(2);
  }
  try {
    static_cast<void>(encode_jpeg({codes}, /*quality=*/100, JpegSubsampling::s444));
  } catch (const std::bad_alloc&) {
    std::_Exit(0);
  }
  std::_Exit(1);
}

TEST(JpegCodec, SurvivesThatMemoryRunsOutWhileTheFileGrows) {
  const cv::Mat codes = noise(4000);
  EXPECT_EXIT(encode_in_little_memory(codes), testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace fairground
