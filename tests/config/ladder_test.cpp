// Levels that stand for several: ladders.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "pipeline/config/json_schema.h"
#include "pipeline/config/reference.h"
#include "tests/config/fixture.h"

namespace fairground {
namespace {

/// A filter whose `rungs` make a ladder of `low_hz`: 100 Hz, 200 Hz and so on.
StepSchema ladder_schema() {
  StepSchema schema = filter_schema();
  schema.name = "channel.steps";
  ParameterSpec rungs;
  rungs.name = "rungs";
  rungs.kind = ParameterKind::integer;
  rungs.minimum = 2;
  rungs.maximum = 12;
  rungs.description = "So many levels.";
  schema.parameters.push_back(rungs);
  schema.expand_levels = [](const std::vector<Setting>& settings) {
    std::vector<std::vector<Setting>> ladder;
    const auto* count = std::get_if<std::int64_t>(&settings[2]);
    for (std::int64_t rung = 1; count != nullptr && rung <= *count; ++rung) {
      ladder.push_back({100.0 * static_cast<double>(rung), settings[1], Setting()});
    }
    return ladder;
  };
  return schema;
}

/// One of pictures, which works on skin.
StepSchema skin_schema() {
  StepSchema schema = exposure_schema();
  schema.name = "skin.shift";
  schema.stage = Stage::skin;
  schema.needs_skin = true;
  return schema;
}

class Ladder : public ConfigTest {
 protected:
  [[nodiscard]] Config parse(const std::string& text) const { return parse_with(ladder_, text); }

  [[nodiscard]] Config parse_with(const StepSchema& ladder, const std::string& text) const {
    std::vector<const StepSchema*> schemas(fake_schemas().begin(), fake_schemas().end());
    schemas.push_back(&ladder);
    schemas.push_back(&skin_);
    return parse_config(text, path(), schemas);
  }

  [[nodiscard]] std::vector<Level> levels(const std::string& text) const {
    return parse(text).media.at(Media::audio).axes.at(0).levels;
  }

  [[nodiscard]] Lines mistakes(const std::string& text) const {
    Lines found;
    try {
      static_cast<void>(parse(text));
    } catch (const UserError& error) {
      for (const std::string& message : error.messages()) {
        found.push_back(message.substr(path().size() + 1));
      }
    }
    return found;
  }

  StepSchema ladder_ = ladder_schema();
  StepSchema skin_ = skin_schema();
};

Lines names(const std::vector<Level>& levels) {
  Lines found;
  for (const Level& level : levels) {
    found.push_back(level.name);
  }
  return found;
}

TEST_F(Ladder, BecomesALevelForEachRung) {
  const std::vector<Level> read =
      levels(kLevel + "    none: []\n    up: [{channel.steps: {rungs: 3, high_hz: 5000}}]\n    wide: [channel.band]\n");
  EXPECT_EQ(names(read), (Lines{"none", "up_1", "up_2", "up_3", "wide"}));
  for (std::size_t rung = 1; rung <= 3; ++rung) {
    EXPECT_EQ(read[rung].ladder, "up");
    ASSERT_EQ(read[rung].steps.size(), 1U);
    EXPECT_EQ(read[rung].steps[0].settings,
              (std::vector<Setting>{100.0 * static_cast<double>(rung), 5000.0, Setting()}));
  }
  EXPECT_EQ(read[0].ladder, "");
  EXPECT_EQ(read[4].ladder, "");
}

TEST_F(Ladder, RungsDifferInThatStepAlone) {
  const std::vector<Level> read = levels(
      kLevel +
      "    up: [{noise.coloured: {snr_db: [3, 9]}}, {channel.steps: {rungs: 2}}, {channel.band: {low_hz: 7}}]\n");
  ASSERT_EQ(names(read), (Lines{"up_1", "up_2"}));
  for (const Level& level : read) {
    ASSERT_EQ(level.steps.size(), 3U);
    EXPECT_EQ(level.steps[0], read[0].steps[0]);
    EXPECT_EQ(level.steps[2], read[0].steps[2]);
  }
  EXPECT_EQ(read[0].steps[0].settings[0], Setting(Range{3, 9}));
  EXPECT_EQ(read[0].steps[1].settings[0], Setting(100.0));
  EXPECT_EQ(read[1].steps[1].settings[0], Setting(200.0));
}

TEST_F(Ladder, IsAnOrdinaryStepWhereItsSettingsAreOrdinary) {
  const std::vector<Level> read = levels(kLevel + "    one: [{channel.steps: {low_hz: 50}}]\n");
  ASSERT_EQ(names(read), Lines{"one"});
  EXPECT_EQ(read[0].ladder, "");
}

TEST_F(Ladder, TwoInOneLevelAreRefused) {
  EXPECT_EQ(mistakes(kLevel + "    up: [{channel.steps: {rungs: 2}}, {channel.steps: {rungs: 3}}]\n"),
            Lines{"8:5: the level `up` has two ladders, `channel.steps` and `channel.steps`: keep one, or, where "
                  "both may run in one chain, give each an axis of its own"});
}

TEST_F(Ladder, NamesThatItTakesAreRefused) {
  const std::string up = "    up: [{channel.steps: {rungs: 2}}]\n";
  const std::string twice =
      "the axis `noise` would have two levels `up_2`, as the ladder `up` makes one: rename the "
      "other, or the ladder";
  EXPECT_EQ(mistakes(kLevel + up + "    up_2: [channel.band]\n"), Lines{"9:5: " + twice});
  EXPECT_EQ(mistakes(kLevel + "    up_2: [channel.band]\n" + up), Lines{"9:5: " + twice});
  // `except` could mean either of them.
  const std::string both = "9:5: the axis `noise` has both a ladder and a level `up_1`: rename one of them";
  const std::string other = "    up_1: [{channel.steps: {rungs: 2, high_hz: 6000}}]\n";
  EXPECT_EQ(mistakes(kLevel + up + other), Lines{both});
  EXPECT_EQ(mistakes(kLevel + other + up), Lines{both});
}

TEST_F(Ladder, RungsThatEqualAnotherLevelAreRefused) {
  EXPECT_EQ(mistakes(kLevel + "    up: [{channel.steps: {rungs: 3}}]\n    two: [{channel.steps: {low_hz: 200}}]\n"),
            Lines{"9:5: the levels `up_2` and `two` have equal contents"});
}

TEST_F(Ladder, ItsNameInExceptStandsForAllOfItsRungs) {
  const std::string axes =
      kLevel +
      "    none: []\n    up: [{channel.steps: {rungs: 2}}]\n    more: [{channel.band: {low_hz: 9}}]\n"
      "  line: {wide: [], narrow: [channel.band]}\n";
  const auto excluded = [&](const std::string& level) {
    return parse(axes + "design: {except: [{noise: " + level + ", line: narrow}]}\n")
        .media.at(Media::audio)
        .design.except.at(0)
        .cells.at(0)
        .second;
  };
  EXPECT_EQ(excluded("up"), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(excluded("up_2"), (std::vector<std::size_t>{2}));
  EXPECT_EQ(excluded("[up, none]"), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(mistakes(axes + "design: {except: [{noise: [up, up_2], line: narrow}]}\n"),
            Lines{"12:32: `up_2` is named twice; take one away"});
  EXPECT_EQ(mistakes(axes + "design: {except: [{noise: [up_3], line: narrow}, {noise: '', line: narrow}]}\n"),
            (Lines{"12:28: the axis `noise` of audio has no level `up_3`; did you mean `up_1`?",
                   "12:58: the axis `noise` of audio has no level ``; valid here: none, up, up_1, up_2, more"}));
}

TEST_F(Ladder, AWrongRungIsADefectAndNoMistakeOfTheUser) {
  const std::string text = kLevel + "    up: [{channel.steps: {rungs: 2}}]\n";
  using Rungs = std::vector<std::vector<Setting>>;
  const Rungs wrong[] = {{{1.0, 2.0, Setting()}, {1.0, 2.0}},      // a setting is missing
                         {{900.0, 800.0, Setting()}},              // `check` says no
                         {{1.0, 2.0, Setting(std::int64_t{2})}}};  // a ladder again
  for (const Rungs& rungs : wrong) {
    StepSchema schema = ladder_schema();
    schema.expand_levels = [&rungs](const std::vector<Setting>& settings) {
      return settings[2] == Setting(std::int64_t{2}) ? rungs : Rungs();
    };
    EXPECT_THROW(static_cast<void>(parse_with(schema, text)), std::logic_error) << rungs.size();
  }
}

TEST_F(Ladder, NobodyIsRecordedInALevelThatChangesSkin) {
  const std::string text =
      "fairground: 1\nname: x\nseed: 1\noutput: {directory: o}\n"
      "sources: [{media: image, manifest: faces.csv, id: id, file: file, mask: mask}]\n"
      "axes: {tone: {own: [], darker: [skin.shift]}}\n"
      "design: {observed: {tone: tone_column}}\n";
  EXPECT_EQ(
      mistakes(text),
      Lines{"7:21: levels of the axis `tone` change skin in pictures, so that nobody was recorded in one of them: "
            "take it out of `observed`, and name the column in `groups` or `keep`"});
}

TEST_F(Ladder, TheReferenceSaysOnceWhatItBecomes) {
  const auto count = [](const std::string& text, const std::string& part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++found;
    }
    return found;
  };
  const StepSchema* const pointer = &ladder_;
  const std::string line = "- Ladders: a level `NAME` with a ladder becomes the levels `NAME_1`, `NAME_2` and so on";
  EXPECT_EQ(count(reference_page(ladder_), line), 1);
  EXPECT_EQ(count(reference_text(ladder_), "Ladders: "), 1);
  EXPECT_EQ(count(reference_page(filter_schema()), "Ladders: "), 0);
  // The rungs are settings of one augmenter, so that the editors' schema knows the one parameter that makes them.
  const auto json = nlohmann::json::parse(steps_json_schema({&pointer, 1}));
  const auto& step = json.at("items").at("anyOf").at(0).at("properties").at("channel.steps");
  EXPECT_EQ(step.at("properties").at("rungs"),
            nlohmann::json::parse(
                R"({"type": "integer", "minimum": 2, "maximum": 12, "description": "So many levels. From 2 to 12."})"));
}

}  // namespace
}  // namespace fairground
