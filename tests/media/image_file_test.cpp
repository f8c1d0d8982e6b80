#include "pipeline/media/image_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <opencv2/imgcodecs.hpp>
#include <span>
#include <thread>

#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

const MediaLimits kLimits;
constexpr int kQuality = 92;

/// Mean difference in codes that lossy coding of a smooth picture may make.
constexpr double kLossyCodes = 3.0;

const char* name_of(ImageContainer container) {
  switch (container) {
    case ImageContainer::png:
      return "a.png";
    case ImageContainer::jpeg:
      return "a.jpg";
    case ImageContainer::webp:
      return "a.webp";
    case ImageContainer::tiff:
      return "a.tiff";
  }
  return "";
}

double mean_difference(const cv::Mat& a, const cv::Mat& b) {
  if (a.type() != b.type() || a.size() != b.size()) return 1e9;
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * static_cast<std::size_t>(a.channels()));
}

/// Where the pixel (x, y) of an upright picture lies in the stored one: EXIF 2.32, tag 274.
cv::Mat stored_as(const cv::Mat& upright, int orientation) {
  const bool swaps = orientation >= 5;
  const int width = swaps ? upright.rows : upright.cols;
  const int height = swaps ? upright.cols : upright.rows;
  const auto pixel_bytes = upright.elemSize();
  cv::Mat stored(height, width, upright.type());
  for (int y = 0; y < upright.rows; ++y) {
    for (int x = 0; x < upright.cols; ++x) {
      const int last_x = upright.cols - 1 - x;
      const int last_y = upright.rows - 1 - y;
      int row = 0;
      int column = 0;
      switch (orientation) {
        case 1:
          row = y, column = x;
          break;  // row 0 is the top, column 0 the left
        case 2:
          row = y, column = last_x;
          break;  // top, right
        case 3:
          row = last_y, column = last_x;
          break;  // bottom, right
        case 4:
          row = last_y, column = x;
          break;  // bottom, left
        case 5:
          row = x, column = y;
          break;  // left, top
        case 6:
          row = last_x, column = y;
          break;  // right, top
        case 7:
          row = last_x, column = last_y;
          break;  // right, bottom
        case 8:
          row = x, column = last_y;
          break;  // left, bottom
        default:
          break;
      }
      std::memcpy(stored.ptr(row, column), upright.ptr(y, x), pixel_bytes);
    }
  }
  return stored;
}

TEST(ImageFile, KeepsEveryCodeOfLosslessFormats) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3, CV_16UC4}) {
    const Raster raster{slope_picture(37, 23, type)};
    for (const ImageContainer container : {ImageContainer::png, ImageContainer::tiff}) {
      const Bytes bytes = encode_image(raster, container, kQuality);
      EXPECT_TRUE(same_codes(decode_image(bytes, name_of(container), kLimits).codes, raster.codes))
          << name_of(container) << " " << cv::typeToString(type);
      EXPECT_TRUE(same_codes(decode_own_image(bytes).codes, raster.codes));
    }
  }
}

// JPEG does not go through OpenCV. What was written and read by OpenCV stays what it was.
TEST(ImageFile, WritesAndReadsJpegAsOpenCvDoes) {
  for (const int type : {CV_8UC1, CV_8UC3}) {
    for (const int quality : {1, 30, 85, 100}) {
      for (const cv::Size size : {cv::Size(1, 1), cv::Size(64, 48), cv::Size(131, 77)}) {
        const Raster raster{slope_picture(size.width, size.height, type)};
        std::vector<unsigned char> expected;
        cv::imencode(".jpg", raster.codes, expected, {cv::IMWRITE_JPEG_QUALITY, quality});
        const Bytes bytes = encode_image(raster, ImageContainer::jpeg, quality);
        ASSERT_TRUE(std::ranges::equal(bytes, std::as_bytes(std::span(expected)))) << quality << " " << size.width;
        EXPECT_TRUE(same_codes(decode_own_image(bytes).codes, cv::imdecode(expected, cv::IMREAD_UNCHANGED)));
      }
    }
  }
}

// Nor is WebP written by it.
TEST(ImageFile, WritesWebpAsOpenCvDoes) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4}) {
    for (const int quality : {1, 80, 100}) {
      for (const cv::Size size : {cv::Size(1, 1), cv::Size(131, 77)}) {
        const Raster raster{slope_picture(size.width, size.height, type)};
        std::vector<unsigned char> expected;
        cv::imencode(".webp", raster.codes, expected, {cv::IMWRITE_WEBP_QUALITY, quality});
        const Bytes bytes = encode_image(raster, ImageContainer::webp, quality);
        ASSERT_TRUE(std::ranges::equal(bytes, std::as_bytes(std::span(expected)))) << type << " " << quality;
      }
    }
  }
  EXPECT_THROW(static_cast<void>(encode_image({cv::Mat(1, 16384, CV_8UC3)}, ImageContainer::webp, 80)), ItemError);
}

TEST(ImageFile, LossyFormatsStayNear) {
  for (const ImageContainer container : {ImageContainer::jpeg, ImageContainer::webp}) {
    const Raster colour{slope_picture(64, 48, CV_8UC3)};
    const Bytes bytes = encode_image(colour, container, kQuality);
    EXPECT_LT(mean_difference(decode_image(bytes, name_of(container), kLimits).codes, colour.codes), kLossyCodes);
    EXPECT_LT(encode_image(colour, container, /*quality=*/1).size(), encode_image(colour, container, 100).size());
  }
  const Raster grey{slope_picture(64, 48, CV_8UC1)};
  EXPECT_LT(mean_difference(decode_own_image(encode_image(grey, ImageContainer::jpeg, kQuality)).codes, grey.codes),
            kLossyCodes);
  EXPECT_FALSE(encode_image(grey, ImageContainer::webp, kQuality).empty());
  const Raster clear{slope_picture(64, 48, CV_8UC4)};
  EXPECT_LT(mean_difference(decode_own_image(encode_image(clear, ImageContainer::webp, kQuality)).codes, clear.codes),
            kLossyCodes);
}

TEST(ImageFile, GivesTheSameBytesAtAnotherTime) {
  const auto encode_all = [] {
    std::vector<Bytes> files;
    for (const auto container :
         {ImageContainer::png, ImageContainer::jpeg, ImageContainer::webp, ImageContainer::tiff}) {
      files.push_back(encode_image({slope_picture(64, 48, CV_8UC3)}, container, kQuality));
    }
    return files;
  };
  const std::vector<Bytes> before = encode_all();
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // File headers count in seconds.
  EXPECT_EQ(encode_all(), before);
}

TEST(ImageFile, RefusesWhatAFormatCannotHold) {
  const Raster deep{slope_picture(16, 16, CV_16UC3)};
  const Raster clear{slope_picture(16, 16, CV_8UC4)};
  EXPECT_ITEM_ERROR(encode_image(deep, ImageContainer::jpeg, kQuality), "JPEG cannot hold 16 bits");
  EXPECT_ITEM_ERROR(encode_image(deep, ImageContainer::webp, kQuality), "WebP cannot hold 16 bits");
  EXPECT_ITEM_ERROR(encode_image(clear, ImageContainer::jpeg, kQuality), "JPEG cannot hold transparency");
  const Raster plain{slope_picture(16, 16, CV_8UC3)};
  for (const int quality : {0, 101}) {
    EXPECT_ITEM_ERROR(encode_image(plain, ImageContainer::webp, quality), "1 to 100");
    EXPECT_ITEM_ERROR(encode_image(plain, ImageContainer::jpeg, quality), "1 to 100");
  }
  EXPECT_ITEM_ERROR(encode_image({cv::Mat(16, 16, CV_32FC3)}, ImageContainer::tiff, kQuality), "8 or 16 bits");
  EXPECT_ITEM_ERROR(encode_image({cv::Mat(16, 70000, CV_8UC3, cv::Scalar())}, ImageContainer::jpeg, kQuality),
                    "cannot encode");
  EXPECT_EQ(container_bits(ImageContainer::jpeg, 16), 8);
  EXPECT_EQ(container_bits(ImageContainer::webp, 16), 8);
  EXPECT_EQ(container_bits(ImageContainer::png, 16), 16);
  EXPECT_EQ(container_bits(ImageContainer::tiff, 8), 8);
}

TEST(ImageFile, TurnsEveryOrientationUpright) {
  const cv::Mat upright = slope_picture(48, 24, CV_8UC3);
  const cv::Mat grey = slope_picture(48, 24, CV_8UC1);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    const Raster stored{stored_as(upright, orientation)};
    for (const bool big_endian : {false, true}) {
      const Bytes exif = exif_block(orientation, big_endian);
      const Bytes jpeg = jpeg_with_exif(encode_image(stored, ImageContainer::jpeg, /*quality=*/100), exif);
      EXPECT_LT(mean_difference(decode_image(jpeg, "a.jpg", kLimits).codes, upright), kLossyCodes);
      const Bytes png = png_with_chunk(encode_image(stored, ImageContainer::png, kQuality), "eXIf", exif);
      EXPECT_TRUE(same_codes(decode_image(png, "a.png", kLimits).codes, upright));
      const Bytes webp = webp_with_exif(encode_image(stored, ImageContainer::webp, /*quality=*/100), stored.codes.cols,
                                        stored.codes.rows, exif);
      EXPECT_LT(mean_difference(decode_image(webp, "a.webp", kLimits).codes, upright), kLossyCodes);
    }
    // OpenCV turns TIFF by itself; if that ever changes, this fails.
    const Bytes tiff = oriented_tiff(stored_as(grey, orientation), orientation);
    EXPECT_TRUE(same_codes(decode_image(tiff, "a.tif", kLimits).codes, grey));
  }
}

TEST(ImageFile, TakesBrokenExifAsUpright) {
  const Raster raster{slope_picture(48, 24, CV_8UC3)};
  const Bytes png = encode_image(raster, ImageContainer::png, kQuality);
  for (const Bytes& exif : {exif_block(0, true), exif_block(9, false), first_bytes(exif_block(6, true), 15), Bytes(),
                            Crafted().text("not EXIF at all").bytes}) {
    EXPECT_TRUE(same_codes(decode_image(png_with_chunk(png, "eXIf", exif), "a.png", kLimits).codes, raster.codes));
  }
}

TEST(ImageFile, ReadsBmp) {
  const cv::Mat colour = slope_picture(13, 9, CV_8UC3);
  EXPECT_TRUE(same_codes(decode_image(crafted_bmp(colour), "a.bmp", kLimits).codes, colour));
}

TEST(ImageFile, ChecksTheExtension) {
  const Bytes png = encode_image({slope_picture(16, 16, CV_8UC3)}, ImageContainer::png, kQuality);
  for (const char* name : {"a.jpg", "a.JPEG", "a.webp", "a.tif", "a.TIFF", "a.bmp"}) {
    EXPECT_ITEM_ERROR(decode_image(png, name, kLimits), "the content is PNG, which contradicts the extension");
  }
  for (const char* name : {"a.PNG", "a", "a.photo"}) EXPECT_EQ(decode_image(png, name, kLimits).codes.cols, 16);
}

TEST(ImageFile, FollowsTheSizeLimits) {
  const Bytes small = encode_image({slope_picture(7, 20, CV_8UC3)}, ImageContainer::png, kQuality);
  EXPECT_ITEM_ERROR(decode_image(small, "a.png", kLimits), "7 x 20 pixels; nothing can be measured below 8 x 8");
  MediaLimits limits;
  limits.image_megapixels = 0.0004;
  const auto png = [](int width) {
    return encode_image({slope_picture(width, 20, CV_8UC3)}, ImageContainer::png, kQuality);
  };
  EXPECT_EQ(decode_image(png(20), "a.png", limits).codes.cols, 20);
  EXPECT_ITEM_ERROR(decode_image(png(21), "a.png", limits), "limits.image_megapixels allows (");
}

}  // namespace
}  // namespace fairground
