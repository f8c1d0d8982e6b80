// noise.ward: a profile becomes its steps when the config is read, and each is heard at its level.
#include <gmock/gmock.h>

#include "pipeline/core/error.h"
#include "tests/flow/render_fixture.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WardTest : public RenderTest {
 protected:
  [[nodiscard]] static std::string axes(const std::string& parameters) {
    return "{place: {none: [], there: [{noise.ward: {" + parameters + "}}]}}";
  }
  /// The steps of the level, as `augmenter level`.
  [[nodiscard]] std::vector<std::string> steps(const std::string& parameters) {
    const auto set = make_audio("", axes(parameters));
    std::vector<std::string> names;
    for (const Step& step : set->config.media.at(Media::audio).axes.at(0).levels.at(1).steps) {
      const Setting& dba = step.settings[step.schema->find("noise_dba").value()];
      const auto* level = std::get_if<double>(&dba);
      names.push_back(step.schema->name + (level ? " " + std::to_string(static_cast<int>(*level)) : " drawn"));
    }
    return names;
  }
};

TEST_F(WardTest, StandsForTheNoisesOfThePlace) {
  add_speech("a", 3.0, 16000, 1);
  EXPECT_THAT(steps(""),
              ElementsAre("noise.hvac 38", "noise.pump 38", "noise.alarm 52", "noise.impact 50", "noise.impact 58"));
  EXPECT_THAT(steps("place: corridor"),
              ElementsAre("noise.hvac 40", "noise.impact 56", "noise.impact 62", "noise.impact 64"));
  EXPECT_THAT(
      steps("place: intensive_care, alarm_dba: 0, ventilator_dba: [45, 55], door_dba: 60"),
      ElementsAre("noise.hvac 42", "noise.ventilator drawn", "noise.pump 40", "noise.impact 48", "noise.impact 60"));
}

TEST_F(WardTest, IsRefusedWithoutAnyNoise) {
  add_speech("a", 3.0, 16000, 1);
  try {
    static_cast<void>(steps("place: corridor, ventilation_dba: 0, steps_dba: 0, trolley_dba: 0, door_dba: 0"));
    FAIL() << "it was taken";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("`noise.ward`: every noise is at 0 dBA"));
  }
}

TEST_F(WardTest, IsHeardAtEachLevelWithItsEvents) {
  // The source stands for 60 dBA; events of impulses are cut by the clip's end, which costs some tenths.
  constexpr double kEventsDb = 1.0;
  constexpr double kSteadyDb = 0.2;
  add_speech("a", 6.0, 16000, 1);
  const auto set = make_audio(", active_level: -32", axes("place: intensive_care"),
                              "design: {realizations: 1}\noutput: {directory: out}");
  const std::vector<Outcome> outcomes = set->render(0);
  ASSERT_EQ(outcomes.size(), 2U);
  ASSERT_EQ(outcomes[1].fate, Fate::written) << outcomes[1].reason;
  EXPECT_EQ(augmentations_of(outcomes[1]).size(), 5U);
  const std::vector<double> levels{42, 49, 40, 60, 48};
  const ordered_json stems = measured_of(outcomes[1]).at("stems");
  ASSERT_EQ(stems.size(), levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const bool events = stems[i].contains("events");
    EXPECT_EQ(events, i >= 3);
    EXPECT_NEAR(60.0 - stems[i].at("snr_db").get<double>(), levels[i], events ? kEventsDb : kSteadyDb) << stems[i];
  }
}

// Two noises of one augmenter are two draws.
TEST_F(WardTest, DrawsStepsAndTrolleysApart) {
  add_speech("a", 6.0, 16000, 1);
  const auto set =
      make_audio(", active_level: -32", axes("place: corridor"), "design: {realizations: 1}\noutput: {directory: out}");
  const ordered_json stems = measured_of(set->render(0).at(1)).at("stems");
  EXPECT_NE(stems[1].at("events")[0].at("start_s"), stems[2].at("events")[0].at("start_s"));
}

}  // namespace
}  // namespace fairground
