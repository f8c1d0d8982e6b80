// device.camera: a profile becomes its steps when the config is read, its units differ, and each exposes as it would.
#include <gmock/gmock.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <set>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/camera_profiles.h"
#include "pipeline/core/error.h"
#include "tests/flow/render_fixture.h"

namespace fairground {
namespace {

using testing::HasSubstr;

cv::Mat face(int side) {
  cv::Mat codes(side, side, CV_8UC3);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int r2 = (2 * x - side) * (2 * x - side) + (2 * y - side) * (2 * y - side);
      codes.at<cv::Vec3b>(y, x) = r2 < side * side / 2 ? cv::Vec3b(90, 120, 170) : cv::Vec3b(60, 70, 50);
    }
  }
  return codes;
}

class CameraTest : public RenderTest {
 protected:
  [[nodiscard]] std::unique_ptr<RenderedSet> set_with(const std::string& camera, const std::string& light = "",
                                                      const std::string& rest = "output: {directory: out}") {
    return make("media: image",
                "{" + (light.empty() ? "" : "light: {as_taken: [], there: [" + light + "]}, ") +
                    "device: {none: [], there: [{device.camera: {" + camera + "}}]}}",
                rest);
  }
  /// What the step found out of the variant in which everything is on.
  [[nodiscard]] static double found(const std::vector<Outcome>& outcomes, const std::string& step,
                                    const std::string& value) {
    const Outcome& last = outcomes.back();
    EXPECT_EQ(last.fate, Fate::written) << last.reason;
    const ordered_json measured = measured_of(last);
    for (const ordered_json& entry : measured.at("steps")) {
      if (entry.at("augmenter") == step && entry.contains(value)) {
        return entry.at(value).get<double>();
      }
    }
    ADD_FAILURE() << step << " did not find " << value;
    return 0.0;
  }
};

TEST_F(CameraTest, StandsForStepsInTheOrderOfTheirStagesAndTakesEverySetting) {
  add_picture("one", face(64));
  EXPECT_EQ(camera_profiles().size(), 7U);
  for (const CameraProfile& profile : camera_profiles()) {
    SCOPED_TRACE(profile.name);
    const auto set = set_with("profile: " + profile.name);
    const std::vector<Step>& steps = set->config.media.at(Media::image).axes.at(0).levels.at(1).steps;
    ASSERT_EQ(steps.size(), profile.steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      EXPECT_EQ(steps[i].schema->name, profile.steps[i].augmenter);
      EXPECT_TRUE(i == 0 || steps[i - 1].schema->stage <= steps[i].schema->stage) << steps[i].schema->name;
      // The table goes past the config's reader, which would refuse what is out of range.
      for (std::size_t p = 0; p < steps[i].settings.size(); ++p) {
        const ParameterSpec& spec = steps[i].schema->parameters[p];
        const Setting& setting = steps[i].settings[p];
        const auto is_inside = [&spec](double value) { return spec.minimum <= value && value <= spec.maximum; };
        if (const auto* range = std::get_if<Range>(&setting)) {
          EXPECT_TRUE(spec.drawable && is_inside(range->low) && is_inside(range->high) && range->low < range->high)
              << steps[i].schema->name << " " << spec.name;
        } else if (const auto* number = std::get_if<double>(&setting)) {
          EXPECT_TRUE(is_inside(*number)) << steps[i].schema->name << " " << spec.name;
        }
      }
    }
  }
}

TEST_F(CameraTest, HasUnitsThatDifferAndAreTheSameForEverySource) {
  // Two sources of a group are dealt two realizations, a third one meets the first's.
  for (const char* id : {"one", "two", "three"}) {
    add_picture(id, face(64));
  }
  const auto set = set_with("profile: budget_phone", "", "design: {realizations: 2}\noutput: {directory: out}");
  std::multiset<std::string> drawn;
  for (std::size_t source = 0; source < 3; ++source) {
    const std::vector<Outcome> outcomes = set->render(source, Media::image);
    ASSERT_EQ(outcomes.back().fate, Fate::written) << outcomes.back().reason;
    drawn.insert(record_of(outcomes.back()).at("augmentations").get<std::string>());
  }
  EXPECT_EQ(std::set<std::string>(drawn.begin(), drawn.end()).size(), 2U);
}

TEST_F(CameraTest, ExposesByItsOwnProgrammeInDimLight) {
  add_picture("one", face(64));
  const auto iso = [this](const std::string& profile, const std::string& lux) {
    const auto set = set_with("profile: " + profile, "{light.illuminance: {lux: " + lux + "}}");
    return found(set->render(0, Media::image), "sensor.noise", "iso");
  };
  // N^2 C / (E t), ISO 2720, at the longest time and f-number of each: 1.7, 2.0 and 1/15 s.
  EXPECT_NEAR(iso("flagship_phone", "20"), 1.7 * 1.7 * 250 * 15 / 20, 1.0);
  EXPECT_NEAR(iso("budget_phone", "20"), 2.0 * 2.0 * 250 * 15 / 20, 1.0);
  EXPECT_EQ(iso("flagship_phone", "10000"), 100.0);
  EXPECT_GT(iso("cctv", "5"), iso("cctv", "500"));
}

TEST_F(CameraTest, MakesTheVariantsFile) {
  add_picture("one", face(64));
  const auto set = set_with("profile: webcam", "", "output: {directory: out, image: {format: jpeg, quality: 99}}");
  const std::vector<Outcome> outcomes = set->render(0, Media::image);
  EXPECT_LT(found(outcomes, "file.jpeg", "quality"), 80.0);
  EXPECT_LT(outcomes.back().file.size(), outcomes.front().file.size());
}

TEST_F(CameraTest, TakesAnIsoButNotForAScanner) {
  add_picture("one", face(64));
  const auto set = set_with("profile: flagship_phone, iso: 1600");
  EXPECT_EQ(found(set->render(0, Media::image), "sensor.noise", "iso"), 1600.0);
  const auto refused = [this](const std::string& camera) -> std::string {
    try {
      static_cast<void>(set_with(camera));
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refused("profile: scanner, iso: 400"), HasSubstr("a scanner has its own lamp"));
  EXPECT_NE(refused("profile: flagship_phone, iso: 102400"), "") << "beyond what is published of its sensor";
}

}  // namespace
}  // namespace fairground
