// Steps of the file stage in a run: what they wrote is the variant's file where it can be.
#include <gmock/gmock.h>

#include <opencv2/core.hpp>

#include "pipeline/media/digital_source_type.h"
#include "pipeline/media/jpeg_codec.h"
#include "tests/flow/render_fixture.h"
#include "tests/support/jpeg_segments.h"

namespace fairground {
namespace {

cv::Mat hills(int width, int height, int type) {
  cv::Mat codes(height, width, type);
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < width * codes.channels(); ++i) {
      codes.ptr(y)[i] = static_cast<std::uint8_t>(40 + (3 * i + 5 * y) % 170);
    }
  }
  return codes;
}

class FileStepTest : public RenderTest {
 protected:
  [[nodiscard]] std::vector<Outcome> run(const std::string& steps, const std::string& format) {
    const auto set = make("media: image", "{sent: {none: [], there: [" + steps + "]}}",
                          "output: {directory: out, image: {format: " + format + "}}");
    std::vector<Outcome> outcomes = set->render(0, Media::image);
    EXPECT_EQ(outcomes.size(), 2U);
    for (const Outcome& outcome : outcomes) {
      EXPECT_EQ(outcome.fate, Fate::written) << outcome.reason;
    }
    return outcomes;
  }
};

TEST_F(FileStepTest, IsTheFileWhereItIsLastAndOfTheOutputsFormat) {
  const cv::Mat codes = hills(64, 48, CV_8UC3);
  add_picture("one", codes);
  const auto outcomes = run("{file.jpeg: {quality: 40, subsampling: '4:2:2'}}", "jpeg, quality: 95");
  // But for what it says of itself, it is what the step wrote.
  EXPECT_EQ(outcomes[1].file, with_digital_source_type(encode_jpeg({codes}, /*quality=*/40, JpegSubsampling::s422),
                                                       ImageContainer::jpeg));
  EXPECT_NE(jpeg_segments(outcomes[0].file).tables, jpeg_segments(outcomes[1].file).tables);
  const ordered_json step = measured_of(outcomes[1]).at("steps").at(0);
  EXPECT_EQ(step.at("augmenter"), "file.jpeg");
  EXPECT_EQ(step.at("quality"), 40.0);

  const auto webp = run("{file.webp: {quality: 33}}", "webp, quality: 95");
  EXPECT_EQ(webp[1].file, with_digital_source_type(encode_image({codes}, ImageContainer::webp, /*quality=*/33),
                                                   ImageContainer::webp));
}

TEST_F(FileStepTest, IsCodedAgainInAnotherFormatOrBeforeAnotherStep) {
  const cv::Mat codes = hills(64, 48, CV_8UC3);
  add_picture("one", codes);
  const cv::Mat coded = decode_own_image(encode_jpeg({codes}, /*quality=*/40, JpegSubsampling::s420)).codes;
  const auto png = run("{file.jpeg: {quality: 40}}", "png");
  EXPECT_EQ(cv::norm(decode_own_image(png[1].file).codes, coded, cv::NORM_INF), 0.0);
  const auto resized = run("{file.jpeg: {quality: 40}}, {file.resize: {scale: 0.5}}", "jpeg, quality: 95");
  EXPECT_EQ(jpeg_segments(resized[1].file).tables, jpeg_segments(resized[0].file).tables);
  EXPECT_EQ(record_of(resized[1]).at("measured_width_px"), 32);
}

TEST_F(FileStepTest, IsTheFileBeforeStepsThatChangeNothing) {
  const cv::Mat codes = hills(64, 48, CV_8UC3);
  add_picture("one", codes);
  const Bytes coded =
      with_digital_source_type(encode_jpeg({codes}, /*quality=*/40, JpegSubsampling::s420), ImageContainer::jpeg);
  const std::string jpeg = "{file.jpeg: {quality: 40}}";
  const std::string same = "{file.resize: {scale: 1}}";
  for (const std::string& steps :
       {jpeg + ", " + same, jpeg + ", {file.resize: {longest_side_px: 100}}, " + same, same + ", " + jpeg}) {
    EXPECT_EQ(run(steps, "jpeg, quality: 95")[1].file, coded) << steps;
  }
  // Its size is the same in the end, and its codes are not.
  const auto restored = run(jpeg + ", {file.resize: {scale: 0.5, size: restored}}, " + same, "jpeg, quality: 95");
  EXPECT_EQ(jpeg_segments(restored[1].file).tables, jpeg_segments(restored[0].file).tables);
}

TEST_F(FileStepTest, BringsGreyBackInColourWhereTheFormatHasNone) {
  add_picture("grey", hills(64, 48, CV_8UC1));
  const auto outcomes = run("{file.webp: {}}, {file.jpeg: {}}", "png");
  EXPECT_EQ(decode_own_image(outcomes[1].file).codes.channels(), 3);
}

}  // namespace
}  // namespace fairground
