// From pictures on disk to written files and records.
#include <gmock/gmock.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "pipeline/core/hash.h"
#include "pipeline/core/random.h"
#include "pipeline/flow/render.h"
#include "pipeline/measure/image_level.h"
#include "pipeline/media/image_file.h"
#include "tests/flow/render_fixture.h"

namespace fairground {
namespace {

cv::Mat colourful(int width, int height, int type) {
  cv::Mat codes(height, width, type);
  RandomStream random(8, 0, "picture");
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < width * codes.channels(); ++i) {
      if (codes.depth() == CV_16U) {
        codes.ptr<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(random.below(65536));
      } else {
        codes.ptr<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(random.below(256));
      }
    }
  }
  return codes;
}

constexpr const char* kImageAxes =
    "{light: {as_taken: [], dim: [{light.exposure: {ev: -1}}]}, "
    "sensor: {none: [], noisy: [{sensor.noise: {iso: [400, 3200]}}]}}";

TEST_F(RenderTest, KeepsTheCodesOfACleanPicture) {
  const std::map<std::string, cv::Mat> pictures{{"grey", colourful(31, 17, CV_8UC1)},
                                                {"colour", colourful(31, 17, CV_8UC3)},
                                                {"alpha", colourful(31, 17, CV_8UC4)},
                                                {"deep", colourful(31, 17, CV_16UC3)}};
  for (const auto& [id, codes] : pictures) {
    add_picture(id, codes);
  }
  for (const char* format : {"png", "tiff"}) {
    const auto set =
        make("media: image", kImageAxes, "output: {directory: out, image: {format: " + std::string(format) + "}}");
    for (std::size_t source = 0; source < pictures.size(); ++source) {
      SCOPED_TRACE(std::string(set->sources(Media::image)[source].id()));
      const std::vector<Outcome> outcomes = set->render(source, Media::image);
      ASSERT_EQ(outcomes.size(), 4U);
      ASSERT_EQ(outcomes[0].fate, Fate::written) << outcomes[0].reason;
      const cv::Mat clean = decode_own_image(outcomes[0].file).codes;
      const cv::Mat& expected = pictures.at(std::string(set->sources(Media::image)[source].id()));
      ASSERT_EQ(clean.type(), expected.type());
      EXPECT_EQ(cv::norm(clean, expected, cv::NORM_INF), 0.0);
      EXPECT_GT(cv::norm(decode_own_image(outcomes[1].file).codes, expected, cv::NORM_INF), 0.0);
    }
  }
}

TEST_F(RenderTest, RecordsPicturesAsTheyDecode) {
  add_picture("one", colourful(64, 48, CV_8UC3));
  for (const char* format : {"png", "jpeg", "webp"}) {
    const auto set =
        make("media: image", kImageAxes, "output: {directory: out, image: {format: " + std::string(format) + "}}");
    const std::vector<Outcome> outcomes = set->render(0, Media::image);
    for (const Outcome& outcome : outcomes) {
      SCOPED_TRACE(outcome.variant.variant_id);
      ASSERT_EQ(outcome.fate, Fate::written) << outcome.reason;
      const ordered_json record = record_of(outcome);
      const ImageMeasures measures = measure_image(decode_image(outcome.file, outcome.variant.file_name, {}));
      EXPECT_NEAR(record.at("measured_mean_luminance").get<double>(), measures.mean_luminance, 0.5001e-6);
      EXPECT_NEAR(record.at("measured_clipped_fraction").get<double>(), measures.clipped_fraction, 0.5001e-6);
      EXPECT_NEAR(record.at("measured_noise_sigma").get<double>(), measures.noise_sigma, 0.5001e-6);
      EXPECT_EQ(record.at("measured_width_px"), 64);
      EXPECT_EQ(record.at("measured_height_px"), 48);
      EXPECT_EQ(record.at("sha256"), sha256_hex(outcome.file));
      EXPECT_EQ(keys(record), keys(record_of(outcomes[0])));
    }
    // Levels run the last axis fastest: clean, sensor, light, both. Light goes before the sensor in the chain.
    ASSERT_EQ(augmentations_of(outcomes[3]).size(), 2U);
    EXPECT_EQ(augmentations_of(outcomes[3])[0].at("augmenter"), "light.exposure");
    EXPECT_EQ(augmentations_of(outcomes[3])[1].at("augmenter"), "sensor.noise");
    EXPECT_FALSE(augmentations_of(outcomes[1])[0].at("parameters").contains("a")) << "a parameter that was not given";
  }
}

TEST_F(RenderTest, FailsEveryVariantOfABrokenPicture) {
  write_text(folder_ / "text.png", "This is no picture.");
  rows_ += "text,text.png,a,north,x\n";
  add_picture("clear", colourful(31, 17, CV_8UC4));
  const auto set = make("media: image", kImageAxes, "output: {directory: out, image: {format: jpeg}}");
  expect_lost(set->render(0, Media::image), Fate::failed, "read", "");
  // What the format cannot hold is known only when it is written.
  expect_lost(set->render(1, Media::image), Fate::failed, "render", "JPEG cannot hold transparency");
}

}  // namespace
}  // namespace fairground
