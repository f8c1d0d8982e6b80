// Light and camera meet though they stand on different axes, and a chain has one of each.
#include <gmock/gmock.h>

#include <opencv2/core.hpp>

#include "pipeline/core/error.h"
#include "pipeline/measure/image_level.h"
#include "tests/flow/render_fixture.h"

namespace fairground {
namespace {

using testing::HasSubstr;

constexpr const char* kOutput = "output: {directory: out, image: {format: png}}";

class ShotTest : public RenderTest {
 protected:
  ShotTest() { add_picture("flat", cv::Mat(64, 96, CV_8UC3, cv::Scalar(120, 128, 140))); }

  /// The outcomes of the flat picture, condition by condition.
  std::vector<Outcome> render(const std::string& axes) {
    return make("media: image", axes, kOutput)->render(0, Media::image);
  }
  std::string refusal(const std::string& axes) {
    try {
      static_cast<void>(make("media: image", axes, kOutput));
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }
  static double noise_of(const Outcome& outcome) { return measured_of(outcome).at("noise_sigma").get<double>(); }
  static double value_of(const Outcome& outcome, const std::string& augmenter, const std::string& name) {
    const ordered_json measured = measured_of(outcome);
    for (const ordered_json& step : measured.at("steps")) {
      if (step.at("augmenter") == augmenter) {
        return step.at(name).get<double>();
      }
    }
    ADD_FAILURE() << "no step " << augmenter;
    return 0.0;
  }
};

// By ISO 2720, 20 lux at f/1.7 need t S = 1.7^2 250 / 20 = 36.1: ISO 542 at 1/15 s; f/2.4 needs t S = 72: ISO 1080.
TEST_F(ShotTest, LetsTheCameraOfAnotherAxisSetTheIsoThatTheLightNeeds) {
  const std::vector<Outcome> outcomes = render(
      "{light: {as_taken: [], dim: [{light.dim: {lux: 20}}]}, "
      "device: {none: [], new: [{sensor.noise: {camera: oneplus_6}}], old: [{sensor.noise: {camera: nexus_5}}]}}");
  ASSERT_EQ(outcomes.size(), 6U);
  const Outcome& bright_old = outcomes[2];
  const Outcome& dim_none = outcomes[3];
  const Outcome& dim_new = outcomes[4];
  const Outcome& dim_old = outcomes[5];
  EXPECT_NEAR(value_of(dim_new, "light.illuminance", "iso"), 541.9, 0.5);
  EXPECT_NEAR(value_of(dim_old, "light.illuminance", "iso"), 1080.0, 0.5);
  EXPECT_NEAR(value_of(dim_old, "light.illuminance", "exposure_time_s"), 1.0 / 15, 1e-5);
  EXPECT_NEAR(value_of(dim_old, "sensor.noise", "iso"), 1080.0, 0.5);
  EXPECT_NEAR(value_of(bright_old, "sensor.noise", "iso"), 100.0, 0.5) << "no light is declared";

  EXPECT_GT(noise_of(dim_old), 2.0 * noise_of(dim_new)) << "a 2013 phone against one of 2018";
  EXPECT_GT(noise_of(dim_old), 2.0 * noise_of(bright_old));
  EXPECT_GT(noise_of(dim_none), 0.0) << "without a camera, a typical phone takes it";
}

// The typical phone of light.dim must not add its noise to that of the camera which is there.
TEST_F(ShotTest, HasTheNoiseOfOneCamera) {
  const std::vector<Outcome> both = render(
      "{light: {as_taken: [], dim: [{light.dim: {lux: 20}}]}, device: {none: [], old: [{sensor.noise: {camera: "
      "nexus_5}}]}}");
  const std::vector<Outcome> alone = render(
      "{light: {as_taken: [], dim: [{light.illuminance: {lux: 20}}]}, "
      "device: {none: [], old: [{sensor.noise: {camera: nexus_5}}]}}");
  // A hand that shakes changes nothing on a flat picture.
  EXPECT_NEAR(noise_of(both[3]), noise_of(alone[3]), 0.01 * noise_of(alone[3]));
}

TEST_F(ShotTest, MakesAPictureTooDarkWhereTheCameraCannotMakeUpForTheLight) {
  const std::vector<Outcome> outcomes = render(
      "{light: {as_taken: [], lux10: [{light.illuminance: {lux: 10}}], lux01: [{light.illuminance: {lux: 0.1}}]}}");
  const auto luminance = [](const Outcome& outcome) { return measured_of(outcome).at("mean_luminance").get<double>(); };
  EXPECT_NEAR(luminance(outcomes[1]), luminance(outcomes[0]), 1e-6);
  // f/1.8 needs t S = 8100 at 0.1 lx, and 3200 / 15 is there: 5.25 stops are missing. The rest is rounding to codes.
  EXPECT_NEAR(value_of(outcomes[2], "light.illuminance", "exposure_ev"), -5.2467, 1e-3);
  EXPECT_NEAR(luminance(outcomes[2]) / luminance(outcomes[0]), std::exp2(-5.2467), 0.03 * std::exp2(-5.2467));
}

TEST_F(ShotTest, RefusesTwoIlluminancesAndTwoCameras) {
  EXPECT_THAT(refusal("{light: {as_taken: [], dim: [{light.dim: {lux: 20}}]}, "
                      "place: {none: [], street: [{light.place: {place: street_at_night}}]}}"),
              HasSubstr("one illuminance"));
  EXPECT_THAT(refusal("{a: {none: [], x: [{sensor.noise: {camera: oneplus_6}}]}, "
                      "b: {none: [], y: [{sensor.noise: {camera: nexus_5}}]}}"),
              HasSubstr("one camera"));
  EXPECT_EQ(refusal("{light: {none: [], x: [{light.dim: {lux: 20}}]}, "
                    "b: {none: [], y: [{sensor.noise: {camera: nexus_5}}]}}"),
            "");
}

TEST_F(ShotTest, SortsTheStepsOfProfilesWithinALevelByStage) {
  const std::vector<Outcome> outcomes =
      render("{all: {as_taken: [], door: [{light.dim: {lux: 20}}, {device.camera: {profile: webcam}}]}}");
  ASSERT_EQ(outcomes.size(), 2U);
  ASSERT_EQ(outcomes[1].fate, Fate::written) << outcomes[1].reason;
  std::vector<std::string> names;
  for (const ordered_json& step : augmentations_of(outcomes[1])) {
    names.push_back(step.at("augmenter").get<std::string>().substr(0, 5));
  }
  const std::vector<std::string> stages{"light", "lens.", "senso", "proce", "file."};
  const auto stage_of = [&](const std::string& name) { return std::ranges::find(stages, name) - stages.begin(); };
  EXPECT_TRUE(std::ranges::is_sorted(names, {}, stage_of)) << testing::PrintToString(names);
  EXPECT_EQ(names.front(), "light");
  EXPECT_EQ(names.back(), "file.");
  EXPECT_THAT(refusal("{all: {as_taken: [], door: [{device.camera: {profile: webcam}}, {light.dim: {lux: 20}}]}}"),
              HasSubstr("would run before"));
}

// A step behind a file still knows where the face is.
TEST_F(ShotTest, KeepsTheLabelsOfMovedPicturesBehindAFile) {
  write_bytes(folder_ / "face.png", encode_image({cv::Mat(200, 200, CV_8UC3, cv::Scalar(120, 128, 140))},
                                                 ImageContainer::png, /*quality=*/100));
  write_text(folder_ / "boxed.csv",
             "id,path,person,accent,boxes\nf,face.png,p,north,"
             "\"[{\"\"label\"\":\"\"face\"\",\"\"x\"\":20,\"\"y\"\":80,\"\"width\"\":40,\"\"height\"\":50}]\"\n");
  const RenderedSet set(
      "fairground: 1\nname: test\nseed: 7\nsources: [{media: image, manifest: boxed.csv, id: id, file: path, subject: "
      "person, groups: [accent], boxes: boxes}]\naxes: {a: {none: [], x: [{lens.distortion: {k1: -0.1}}, {file.jpeg: "
      "{quality: 95}}, {light.direction: {azimuth_deg: 70, softness: 0}}]}}\ndesign: {order: as_written}\n" +
          std::string(kOutput) + "\n",
      folder_ / "boxed.yaml");
  const std::vector<Outcome> outcomes = set.render(0, Media::image);
  ASSERT_EQ(outcomes.size(), 2U);
  ASSERT_EQ(outcomes[1].fate, Fate::written) << outcomes[1].reason;
  const cv::Mat codes = decode_own_image(outcomes[1].file).codes;
  // The face is on the left, and its sides differ; on the right there is a wall.
  const auto green = [&](int x) { return static_cast<int>(codes.at<cv::Vec3b>(95, x)[1]); };
  EXPECT_GT(green(50), green(22) + 20);
  EXPECT_NEAR(green(150), green(190), 4);
}

}  // namespace
}  // namespace fairground
