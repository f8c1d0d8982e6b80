// Masks, whose codes are what was drawn or are refused.
#include "pipeline/media/picture_maps.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

/// A disc of one code on another, whose edge crosses blocks of 8 x 8.
cv::Mat disc(int type) {
  constexpr int kSide = 48;
  constexpr int kRadius = 15;
  cv::Mat codes(kSide, kSide, type, cv::Scalar::all(0));
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int dx = x - kSide / 2;
      const int dy = y - kSide / 2;
      if (dx * dx + dy * dy <= kRadius * kRadius) {
        codes(cv::Rect(x, y, 1, 1)).setTo(cv::Scalar::all(255));
      }
    }
  }
  return codes;
}

Bytes written(const char* suffix, const cv::Mat& codes, const std::vector<int>& parameters = {}) {
  std::vector<unsigned char> encoded;
  EXPECT_TRUE(cv::imencode(suffix, codes, encoded, parameters));
  const auto* const first = reinterpret_cast<const std::byte*>(encoded.data());
  return {first, first + encoded.size()};
}

TEST(Mask, KeepsItsCodesInLosslessFiles) {
  const cv::Mat codes = disc(CV_8UC1);
  for (const char* suffix : {".png", ".bmp", ".tiff"}) {
    SCOPED_TRACE(suffix);
    const Mask mask = decode_mask(written(suffix, codes), std::string("a") + suffix, {});
    ASSERT_EQ(mask.codes.size(), codes.total());
    EXPECT_TRUE(std::equal(mask.codes.begin(), mask.codes.end(), codes.data));
  }
}

TEST(Mask, IsRefusedInLossyFiles) {
  constexpr const char* kReason =
      " of lossy compression, which puts codes along edges that nobody drew; save it as PNG";
  const cv::Mat codes = disc(CV_8UC1);
  // Why: a disc of two codes has more of them in it.
  const Bytes jpeg = written(".jpg", codes, {cv::IMWRITE_JPEG_QUALITY, 95});
  const cv::Mat rung = decode_image(jpeg, "a.jpg", {}).codes;
  ASSERT_FALSE(same_codes(rung, codes));
  EXPECT_EQ(item_error([&] { return decode_mask(jpeg, "a.jpg", {}); }), std::string("it is a JPEG") + kReason);
  EXPECT_EQ(item_error([&] { return decode_mask(written(".webp", disc(CV_8UC3)), "a.webp", {}); }),
            std::string("it is a WebP") + kReason);
  constexpr int kJpegInTiff = 7;
  const Bytes tiff = written(".tiff", codes, {cv::IMWRITE_TIFF_COMPRESSION, kJpegInTiff});
  EXPECT_EQ(item_error([&] { return decode_mask(tiff, "a.tiff", {}); }), std::string("it is a TIFF") + kReason);
}

}  // namespace
}  // namespace fairground
