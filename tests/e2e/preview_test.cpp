// The command `preview`: what is on the sheet, and what is refused.
#include <gmock/gmock.h>

#include <fstream>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "tests/support/process.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class Preview : public testing::Test {
 protected:
  ProcessResult preview(std::vector<std::string> options = {}) const {
    std::vector<std::string> arguments{"preview", set_.config_path(), "--out", sheet()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_fairground(arguments);
  }
  [[nodiscard]] std::string sheet() const { return set_ / "sheet.png"; }
  [[nodiscard]] cv::Mat page() const { return cv::imread(sheet(), cv::IMREAD_COLOR); }

  TestSet set_{2, 2};
};

TEST_F(Preview, ShowsEveryLevelOfAllAxes) {
  const ProcessResult result = preview();
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, sheet() + "\n");
  const cv::Mat all = page();
  ASSERT_FALSE(all.empty());
  EXPECT_FALSE(fs::exists(set_ / "out")) << "nothing else is written";

  ASSERT_EQ(preview({"--axis", "light"}).status, 0);
  EXPECT_LT(page().rows, all.rows);
}

TEST_F(Preview, IsTheSameEachTime) {
  ASSERT_EQ(preview({"--jobs", "1"}).status, 0);
  const cv::Mat first = page();
  ASSERT_EQ(preview({"--jobs", "4"}).status, 0);
  EXPECT_EQ(cv::norm(first, page(), cv::NORM_INF), 0.0);
}

TEST_F(Preview, ShowsTheSourceThatIsAskedFor) {
  ASSERT_EQ(preview({"--source", "p0", "--axis", "light"}).status, 0);
  const cv::Mat first = page();
  ASSERT_EQ(preview({"--source", "p1", "--axis", "light"}).status, 0);
  EXPECT_TRUE(first.size() != page().size() || cv::norm(first, page(), cv::NORM_INF) > 0.0);
}

TEST_F(Preview, GoesOnWithTheNextSourceWhereOneIsDamaged) {
  std::ofstream(set_ / "data/photo0.png", std::ios::trunc) << "no picture";
  EXPECT_EQ(preview({"--axis", "light"}).status, 0);
  const ProcessResult asked = preview({"--source", "p0"});
  EXPECT_EQ(asked.status, 2);
  EXPECT_THAT(asked.err, HasSubstr("`p0`"));
}

TEST_F(Preview, RefusesWhatIsNotThereAndWhatWouldBeReplaced) {
  const ProcessResult axis = preview({"--axis", "lihgt"});
  EXPECT_EQ(axis.status, 2);
  EXPECT_THAT(axis.err, HasSubstr("`light`"));
  const ProcessResult source = preview({"--source", "nobody"});
  EXPECT_EQ(source.status, 2);
  EXPECT_THAT(source.err, HasSubstr("`nobody`"));
  EXPECT_FALSE(fs::exists(sheet()));
  for (const char* kept : {"set.yaml", "data/speech.csv", "data/photo0.png", "noise/fan.wav", "data"}) {
    const ProcessResult result = run_fairground({"preview", set_.config_path(), "--out", set_ / kept});
    EXPECT_EQ(result.status, 2) << kept;
    EXPECT_THAT(result.out, IsEmpty());
  }
}

}  // namespace
}  // namespace fairground
