// JPEGs are decoded to OpenCV's codes, and refused where OpenCV would make up for lost pixels.
#include <gtest/gtest.h>

#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "pipeline/media/jpeg_codec.h"
#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

Bytes encoded(const cv::Mat& codes, const std::vector<int>& parameters) {
  std::vector<unsigned char> file;
  cv::imencode(".jpg", codes, file, parameters);
  Bytes bytes(file.size());
  std::memcpy(bytes.data(), file.data(), file.size());
  return bytes;
}

cv::Mat by_opencv(const Bytes& bytes) {
  return cv::imdecode(cv::Mat(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::byte*>(bytes.data())),
                      cv::IMREAD_UNCHANGED);
}

TEST(JpegDecode, GivesTheCodesOfOpenCv) {
  const std::vector<std::vector<int>> ways = {{cv::IMWRITE_JPEG_QUALITY, 75},
                                              {cv::IMWRITE_JPEG_QUALITY, 100},
                                              {cv::IMWRITE_JPEG_PROGRESSIVE, 1},
                                              {cv::IMWRITE_JPEG_RST_INTERVAL, 3, cv::IMWRITE_JPEG_OPTIMIZE, 1}};
  for (const std::vector<int>& way : ways) {
    for (const int type : {CV_8UC1, CV_8UC3}) {
      for (const cv::Size size : {cv::Size(8, 8), cv::Size(97, 61), cv::Size(640, 33)}) {
        const Bytes bytes = encoded(slope_picture(size.width, size.height, type), way);
        EXPECT_TRUE(same_codes(decode_jpeg(bytes).codes, by_opencv(bytes))) << way[0] << ' ' << size.width;
      }
    }
  }
  for (const JpegSubsampling subsampling : {JpegSubsampling::s444, JpegSubsampling::s422, JpegSubsampling::s420}) {
    const Bytes bytes = encode_jpeg({slope_picture(97, 61, CV_8UC3)}, /*quality=*/60, subsampling);
    EXPECT_TRUE(same_codes(decode_jpeg(bytes).codes, by_opencv(bytes)));
  }
}

/// Its second half is missing, and an end-of-image marker hides that.
Bytes without_its_end(Bytes file) {
  file.resize(file.size() / 2);
  return Crafted().append(file).text("\xFF\xD9").bytes;
}

TEST(JpegDecode, RefusesGreyInPlaceOfLostPixels) {
  for (const std::vector<int>& way : {std::vector<int>{}, std::vector<int>{cv::IMWRITE_JPEG_PROGRESSIVE, 1}}) {
    cv::Mat noise(80, 80, CV_8UC3);
    cv::RNG(1).fill(noise, cv::RNG::UNIFORM, 0, 256);
    const Bytes file = without_its_end(encoded(noise, way));
    ASSERT_FALSE(by_opencv(file).empty()) << "OpenCV notices by itself";
    EXPECT_ITEM_ERROR(decode_jpeg(file), "damaged JPEG: ");
  }
}

TEST(JpegDecode, TakesStrayBytesBetweenSegments) {
  const Bytes file = encoded(slope_picture(40, 30, CV_8UC3), {});
  const Bytes stray = Crafted()
                          .append(first_bytes(file, 2))
                          .text("\xFF\xFE")
                          .big(6, 2)
                          .text("text")
                          .append({file.begin() + 2, file.end()})
                          .bytes;
  EXPECT_TRUE(same_codes(decode_jpeg(stray).codes, by_opencv(file)));
}

// Each scan goes through the whole picture, so that a small file of many would keep a machine busy for hours.
TEST(JpegDecode, RefusesEndlessScans) {
  const Bytes file = encoded(slope_picture(64, 64, CV_8UC1), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  const auto is_marker = [&](std::size_t at) { return file[at] == std::byte{0xFF} && file[at + 1] != std::byte{0}; };
  std::size_t begin = 2;
  while (!is_marker(begin) || file[begin + 1] != std::byte{0xDA}) ++begin;
  std::size_t end = begin + 2;
  while (!is_marker(end)) ++end;
  const auto at = [&](std::size_t place) { return file.begin() + static_cast<std::ptrdiff_t>(place); };
  const auto repeated = [&](int times) {
    Bytes whole(file.begin(), at(begin));
    for (int i = 0; i < times; ++i) whole.insert(whole.end(), at(begin), at(end));
    whole.insert(whole.end(), at(end), file.end());
    return whole;
  };
  EXPECT_EQ(decode_jpeg(repeated(20)).codes.cols, 64);
  EXPECT_ITEM_ERROR(decode_jpeg(repeated(200)), "it has more than 100 scans");
}

}  // namespace
}  // namespace fairground
