// The command `masks`: the skin of every source, to be reviewed.
#include <gmock/gmock.h>

#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <sstream>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

/// A brown oval before blue, and its mask, with the codes 3 of a face and 9 of a neck.
class Masks : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "data");
    cv::Mat picture(96, 80, CV_8UC3, cv::Scalar(150, 90, 60));
    mask_ = cv::Mat(picture.size(), CV_8UC1, cv::Scalar(0));
    for (int y = 0; y < picture.rows; ++y) {
      for (int x = 0; x < picture.cols; ++x) {
        const bool is_face = (x - 40) * (x - 40) / 576.0 + (y - 40) * (y - 40) / 900.0 < 1.0;
        const bool is_neck = !is_face && x > 28 && x < 52 && y > 60;
        if (is_face || is_neck) {
          const int grain = static_cast<int>((x * 7919 + y * 104729) % 9);  // no sensor is without noise
          picture.at<cv::Vec3b>(y, x) =
              cv::Vec3b(static_cast<unsigned char>(100 + grain), static_cast<unsigned char>(140 + grain),
                        static_cast<unsigned char>(190 + grain));
          mask_.at<unsigned char>(y, x) = is_face ? 3 : 9;
        }
      }
    }
    cv::imwrite(folder_ / "data/anna.png", picture);
    cv::imwrite(folder_ / "data/mask.png", mask_);
    cv::imwrite(folder_ / "data/nothing.png", cv::Mat(picture.size(), CV_8UC1, cv::Scalar(0)));
    write("anna,anna.png,mask.png\n\"cup, blue\",anna.png,nothing.png\n");
  }
  void write(const std::string& rows, const std::string& keys = ", mask: mask, mask_codes: {face: 3, neck: 9}") {
    std::ofstream(folder_ / "data/photos.csv") << "id,path,mask\n" + rows;
    std::ofstream(folder_ / "faces.yaml")
        << "fairground: 1\nname: faces\nseed: 7\nsources:\n"
           "  - {media: image, manifest: data/photos.csv, id: id, file: path" +
               keys +
               "}\n"
               "axes: {light: {day: [], dim: [{light.exposure: {ev: -1}}]}}\noutput: {directory: out}\n";
  }
  [[nodiscard]] ProcessResult masks(std::vector<std::string> options = {}) const {
    std::vector<std::string> arguments{"masks", folder_ / "faces.yaml", "--out", folder_ / "found"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_fairground(arguments);
  }
  [[nodiscard]] std::string table() const {
    std::ostringstream text;
    text << std::ifstream(folder_ / "found/masks.csv").rdbuf();
    return text.str();
  }
  [[nodiscard]] std::vector<std::string> rows() const {
    std::vector<std::string> rows;
    std::istringstream text(table());
    for (std::string row; std::getline(text, row);) {
      rows.push_back(row);
    }
    return rows;
  }

  TemporaryFolder folder_;
  cv::Mat mask_;
};

TEST_F(Masks, WritesAMaskForEachSourceWhoseSkinIsFound) {
  const ProcessResult result = masks();
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("looked at 2 sources: skin found in 1, refused in 1"));
  const std::vector<std::string> found = rows();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0], "id,mask,mask_source,mask_confidence,face_width_px,lightness,hue_deg,monk,refusal");
  ASSERT_THAT(found[1], StartsWith("anna,masks/anna-"));
  EXPECT_THAT(found[1], HasSubstr(",supplied,1,"));
  EXPECT_THAT(found[2], StartsWith("\"cup, blue\",,none,0,"));
  EXPECT_THAT(found[2], HasSubstr("no skin"));

  const std::string name = found[1].substr(5, found[1].find(',', 5) - 5);
  const cv::Mat written = cv::imread((folder_ / "found") / name, cv::IMREAD_UNCHANGED);
  ASSERT_EQ(written.size(), mask_.size());
  ASSERT_EQ(written.type(), CV_8UC1);
  for (int y = 0; y < mask_.rows; ++y) {
    for (int x = 0; x < mask_.cols; ++x) {
      const int code = mask_.at<unsigned char>(y, x);
      ASSERT_EQ(written.at<unsigned char>(y, x), code == 3 ? 1 : code == 9 ? 3 : 0) << x << ' ' << y;
    }
  }
  EXPECT_FALSE(cv::imread((folder_ / "found/sheet-1.png").string(), cv::IMREAD_COLOR).empty());
}

TEST_F(Masks, AreTheSameOnAnyNumberOfThreads) {
  ASSERT_EQ(masks({"--jobs", "1"}).status, 0);
  const std::string first = table();
  fs::remove_all(folder_ / "found");
  ASSERT_EQ(masks({"--jobs", "4"}).status, 0);
  EXPECT_EQ(table(), first);
}

TEST_F(Masks, GoOnPastASourceThatCannotBeRead) {
  std::ofstream(folder_ / "data/broken.png") << "no picture";
  write("bad,broken.png,mask.png\nanna,anna.png,mask.png\n");
  const ProcessResult result = masks();
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_THAT(result.out, HasSubstr("1 cannot be read"));
  EXPECT_EQ(rows().size(), 3U);
}

TEST_F(Masks, RefuseWhatCannotBe) {
  fs::create_directories(folder_ / "found/old");
  const ProcessResult full = masks();
  EXPECT_EQ(full.status, 2);
  EXPECT_THAT(full.err, HasSubstr("is there already and not empty"));
  fs::remove_all(folder_ / "found");
  write("anna,anna.png,mask.png\n", "");
  const ProcessResult blind = masks();
  EXPECT_EQ(blind.status, 2);
  EXPECT_THAT(blind.err, HasSubstr("nothing tells where skin is"));
  EXPECT_FALSE(fs::exists(folder_ / "found")) << "nothing is left behind";
}

}  // namespace
}  // namespace fairground
