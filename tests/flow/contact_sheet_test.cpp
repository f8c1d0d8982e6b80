#include "pipeline/flow/contact_sheet.h"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

namespace fairground {
namespace {

const cv::Vec3b kRed(0, 0, 255);

int pixels_of(const cv::Mat& page, const cv::Vec3b& colour) {
  int count = 0;
  for (int y = 0; y < page.rows; ++y) {
    for (int x = 0; x < page.cols; ++x) {
      count += page.at<cv::Vec3b>(y, x) == colour ? 1 : 0;
    }
  }
  return count;
}

TEST(ContactSheet, HasEveryTileAtOneWidth) {
  const cv::Mat small(30, 60, CV_8UC3, cv::Scalar(0, 0, 255));
  const cv::Mat large(480, 960, CV_8UC3, cv::Scalar(0, 0, 255));
  const auto red_of = [](std::size_t smalls, std::size_t larges, const cv::Mat& a, const cv::Mat& b) {
    SheetRow row{"axis", {}};
    for (std::size_t i = 0; i < smalls + larges; ++i) {
      row.tiles.push_back({"level", i < smalls ? a : b});
    }
    return pixels_of(contact_sheet("title", {row}), kRed);
  };
  const int one = red_of(1, 0, small, large);
  EXPECT_EQ(one, 240 * 120);
  EXPECT_EQ(red_of(0, 1, small, large), one);
  EXPECT_EQ(red_of(9, 8, small, large), 17 * one) << "in several lines";
}

// A strip would make a page of two million rows.
TEST(ContactSheet, ShowsHighPicturesWhole) {
  const auto page_of = [](int width, int height) {
    const cv::Mat picture(height, width, CV_8UC3, cv::Scalar(0, 0, 255));
    return contact_sheet("title", {{"axis", {{"level", picture}}}});
  };
  const cv::Mat highest = page_of(100, 300);
  EXPECT_EQ(pixels_of(highest, kRed), 240 * 720);
  EXPECT_EQ(pixels_of(page_of(100, 600), kRed), 120 * 720) << "narrower, and of its own shape";
  const cv::Mat strip = page_of(8, 65500);
  EXPECT_EQ(strip.size(), highest.size());
  EXPECT_EQ(pixels_of(strip, kRed), 720) << "one pixel wide";
  EXPECT_EQ(pixels_of(page_of(65500, 8), kRed), 240);
}

TEST(ContactSheet, TakesNamesAndReasonsOfAnyLength) {
  const std::string endless(3000, 'w');
  const cv::Mat page = contact_sheet("na\nme \xC3\xA9 " + endless, {{endless, {{endless, {}, endless}, {"", {}, ""}}}});
  EXPECT_EQ(page.type(), CV_8UC3);
  EXPECT_GT(pixels_of(page, {225, 225, 225}), 240 * 80) << "two tiles without a picture";
  EXPECT_GT(contact_sheet("", {}).total(), 0U);
}

TEST(ContactSheet, ShowsCodesOfEveryKind) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3, CV_16UC4}) {
    const double white = CV_MAT_DEPTH(type) == CV_16U ? 65535.0 : 255.0;
    const cv::Mat tile = tile_picture(cv::Mat(3, 5, type, cv::Scalar::all(white)));
    ASSERT_EQ(tile.type(), CV_8UC3);
    EXPECT_EQ(pixels_of(tile, {255, 255, 255}), 15);
  }
}

TEST(ContactSheet, DrawsHighFrequenciesAtTheTopAndLoudOnesBright) {
  Spectrogram spectrogram{10, 120, std::vector<float>(1200, -150.0F)};
  for (std::size_t frame = 0; frame < 10; ++frame) {
    spectrogram.db[frame * 120 + 119] = 0.0F;
  }
  const cv::Mat tile = tile_picture(spectrogram);
  EXPECT_GT(cv::sum(tile.row(0))[2], 10 * 200.0);
  EXPECT_LT(cv::sum(tile.row(tile.rows - 1))[2], 10 * 20.0);
}

}  // namespace
}  // namespace fairground
