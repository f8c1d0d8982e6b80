// What a run says of its levels that work on skin: counts by group and tone, and the sentences that follow from them.
#include "pipeline/output/skin_account.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/made_world.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

StepSchema tone_schema() {
  StepSchema schema = made_schema("skin.shift", Stage::skin, Media::image);
  schema.needs_skin = true;
  return schema;
}
const StepSchema kTone = tone_schema();
const StepSchema kDim = made_schema("light.dim", Stage::light, Media::image);

/// Two rungs on one axis, and two lights that have nothing to do with skin.
World world_of(const std::vector<std::pair<std::string, std::string>>& sources) {
  World world(Media::image);
  world.settings(Media::image).axes = {
      {"tone", {{"own", {}}, {"up_1", {made_step(kTone, 1.0)}, "up"}, {"up_2", {made_step(kTone, 2.0)}, "up"}}},
      {"light", {{"day", {}}, {"dim", {made_step(kDim, 1.0)}}}}};
  for (const auto& [id, group] : sources) {
    world.add(id, group, "sitter of " + id, Media::image);
  }
  return world;
}

/// What is to become of the variants of one source at one rung.
struct Result {
  Fate fate = Fate::written;
  std::string gate = {};
  double lightness = 0.0;
};

class SkinAccountTest : public testing::Test {
 protected:
  /// `result_of` says of a source, a rung (1 or 2) and a light what becomes of the variant.
  template <typename ResultOf>
  [[nodiscard]] json account(const std::vector<std::optional<SkinOutcome>>& sources, const ResultOf& result_of) {
    const Plan plan(world_.config, world_.catalog);
    SkinAccount account(plan);
    EXPECT_TRUE(account.is_needed());
    for (std::size_t i = 0; i < plan.size(); ++i) {
      Outcome outcome;
      outcome.variant = plan.at(i);
      outcome.fate = Fate::written;
      const std::size_t source = outcome.variant.source;
      outcome.skin = sources.at(source);
      const Condition& condition = plan.of(Media::image).conditions[outcome.variant.condition];
      const std::string& rung = condition.level_name(0);
      if (rung != "own") {
        const Result result = result_of(source, rung == "up_1" ? 1 : 2, condition.level_name(1));
        outcome.fate = result.fate;
        if (result.fate == Fate::rejected && !result.gate.empty()) {
          outcome.figure = GateFigure{result.gate, 0.5, 1.0};
        }
        if (result.fate == Fate::written) {
          outcome.skin->lightness = result.lightness;
        }
      }
      account.add(outcome);
    }
    return json::parse(skin_tone_json(account.finish()));
  }

  static const json& band(const json& account, std::size_t group, const std::string& name) {
    for (const json& band : account.at("groups").at(group).at("bands")) {
      if (band.at("source_lightness") == name) {
        return band;
      }
    }
    throw std::out_of_range(name);
  }

  World world_ = world_of({{"a0", "a"}, {"a1", "a"}, {"a2", "a"}, {"b0", "b"}, {"b1", "b"}, {"b2", "b"}});
};

SkinOutcome skin(std::optional<double> lightness, std::optional<MaskSource> mask, double confidence) {
  return {lightness, mask, confidence, {}};
}

TEST_F(SkinAccountTest, CountsByGroupBandAndLevel) {
  const std::vector<std::optional<SkinOutcome>> sources = {
      skin(62.0, MaskSource::supplied, 1.0),
      skin(68.0, MaskSource::landmarks, 0.8),
      skin(45.0, MaskSource::landmarks, 0.9),
      skin(std::nullopt, std::nullopt, 0.0),  // nobody is seen
      std::nullopt,                           // could not be read
      skin(49.99999999, std::nullopt, 0.0)};  // a face, but no mask to trust; 50 as records round it
  const json found = account(sources, [](std::size_t source, int rung, const std::string& light) -> Result {
    switch (source) {
      case 0:
        return {Fate::written, "", 62.0 - 5.0 * rung};
      case 1:
        return rung == 1 ? Result{Fate::written, "", 67.6} : Result{Fate::rejected, "skin_limit_darker"};
      case 2:
        return rung == 2        ? Result{Fate::failed}
               : light == "day" ? Result{Fate::written, "", 45.6}
                                : Result{Fate::rejected, "skin_noise"};
      case 4:
        return {Fate::failed};
      case 5:
        return rung == 1 ? Result{Fate::rejected, "skin_mask"} : Result{Fate::rejected, ""};
      default:
        return {Fate::rejected, "skin_mask"};
    }
  });
  EXPECT_EQ(found.at("levels"), json::parse(R"({"tone": ["up_1", "up_2"]})"));
  EXPECT_FALSE(found.at("statement").empty());
  ASSERT_EQ(found.at("groups").size(), 2U);
  EXPECT_EQ(found.at("groups")[0].at("group"), json::parse(R"({"accent": "a"})"));
  // Two sources, in each of two lights. A change of less than half an L* is neither darker nor lighter.
  EXPECT_EQ(band(found, 0, "60-70"), json::parse(R"({
    "source_lightness": "60-70", "sources": 2, "unread": 0,
    "masks": {"supplied": {"sources": 1, "mean_confidence": 1.0}, "landmarks": {"sources": 1, "mean_confidence": 0.8},
              "cascade": {"sources": 0, "mean_confidence": null}, "none": {"sources": 0}},
    "levels": [
      {"axis": "tone", "level": "up_1", "planned": 4, "written": 4, "rejected": {}, "failed": 0, "darker": 2,
       "lighter": 0, "sources": 2, "sources_reached": 2},
      {"axis": "tone", "level": "up_2", "planned": 4, "written": 2, "rejected": {"skin_limit_darker": 2}, "failed": 0,
       "darker": 2, "lighter": 0, "sources": 2, "sources_reached": 1}]})"));
  EXPECT_EQ(band(found, 0, "40-50").at("levels"), json::parse(R"([
      {"axis": "tone", "level": "up_1", "planned": 2, "written": 1, "rejected": {"skin_noise": 1}, "failed": 0,
       "darker": 0, "lighter": 1, "sources": 1, "sources_reached": 1},
      {"axis": "tone", "level": "up_2", "planned": 2, "written": 0, "rejected": {}, "failed": 2, "darker": 0,
       "lighter": 0, "sources": 1, "sources_reached": 0}])"));
  const json& unknown = band(found, 1, "unknown");
  EXPECT_EQ(unknown.at("sources"), 2);
  EXPECT_EQ(unknown.at("unread"), 1);
  EXPECT_EQ(unknown.at("masks").at("none").at("sources"), 1);
  EXPECT_EQ(unknown.at("levels")[1].at("rejected"), json::parse(R"({"skin_mask": 2})"));
  EXPECT_EQ(unknown.at("levels")[1].at("failed"), 2);
  EXPECT_EQ(found.at("groups")[1].at("bands").back(), unknown) << "what is not known comes last";
  EXPECT_EQ(band(found, 1, "50-60").at("masks").at("none").at("sources"), 1);
  EXPECT_EQ(band(found, 1, "50-60").at("levels")[1].at("rejected"), json::parse(R"({"other": 2})"));
}

TEST_F(SkinAccountTest, ControlsAndLevelsThatLeaveSkinAloneAreNotCounted) {
  world_.settings(Media::image).design.controls = {.identity = true, .repeat = 0.5};
  const std::vector<std::optional<SkinOutcome>> sources(6, skin(55.0, MaskSource::supplied, 1.0));
  const json found = account(sources, [](std::size_t, int, const std::string&) {
    return Result{Fate::written, "", 50.0};
  });
  for (std::size_t g = 0; g < 2; ++g) {
    const json& levels = band(found, g, "50-60").at("levels");
    ASSERT_EQ(levels.size(), 2U);
    for (const json& level : levels) {
      EXPECT_EQ(level.at("planned"), 6) << "three sources in two lights";
    }
  }
}

TEST(SkinAccount, IsNotNeededWhereNoLevelWorksOnSkin) {
  World world(Media::image);
  world.settings(Media::image).axes = {{"light", {{"day", {}}, {"dim", {made_step(kDim, 1.0)}}}}};
  world.add("p", "a", "q", Media::image);
  EXPECT_FALSE(SkinAccount(Plan(world.config, world.catalog)).is_needed());
  World sounds;
  sounds.add("s");
  EXPECT_FALSE(SkinAccount(Plan(sounds.config, sounds.catalog)).is_needed());
}

/// Of `sources`, `reached` have the level.
SkinLevelCounts level(std::size_t sources, std::size_t reached, std::size_t darker = 0, std::size_t lighter = 0,
                      const std::string& gate = "skin_limit_lighter") {
  SkinLevelCounts counts;
  counts.planned = sources;
  counts.sources = sources;
  counts.written = counts.reached = reached;
  counts.darker = darker;
  counts.lighter = lighter;
  if (sources > reached) {
    counts.rejected[gate] = sources - reached;
  }
  return counts;
}

SkinBandCounts band_of_one_level(const SkinLevelCounts& level, std::size_t without_mask = 0) {
  SkinBandCounts band;
  band.sources = level.sources;
  band.masks[0].sources = level.sources - without_mask;
  band.masks[kNoMask].sources = without_mask;
  band.levels = {level};
  return band;
}

SkinCounts counts_of(const std::vector<std::map<int, SkinBandCounts>>& groups) {
  SkinCounts counts;
  counts.levels = {{"tone", "up_1"}};
  char name = 'a';
  for (const auto& bands : groups) {
    counts.groups.push_back({{{"accent", std::string(1, name++)}}, bands});
  }
  return counts;
}

TEST(SkinFindings, SayWhichStepsWhichTonesReached) {
  const SkinFindings found =
      find_in(counts_of({{{6, band_of_one_level(level(10, 8, 8))}, {3, band_of_one_level(level(10, 1, 1))}}}));
  EXPECT_THAT(
      found.warnings,
      Contains("The level tone=up_1 was reached by 8 of 10 (80 %) sources with a measured tone of L* 50 or more "
               "and by 1 of 10 (10 %) below L* 50; rejected there: skin_limit_lighter 9."));
}

TEST(SkinFindings, WarnOnlyWhereSharesDifferByMoreThanTwentyPoints) {
  const auto reach = HasSubstr("was reached by");
  const auto halves = [](std::size_t light, std::size_t dark) {
    return find_in(
        counts_of({{{6, band_of_one_level(level(10, light, light))}, {3, band_of_one_level(level(10, dark, dark))}}}));
  };
  EXPECT_THAT(halves(8, 6).warnings, Not(Contains(reach)));
  EXPECT_THAT(halves(8, 6).findings, Contains(reach)) << "it is told all the same";
  EXPECT_THAT(halves(8, 5).warnings, Contains(reach));
  EXPECT_THAT(halves(5, 8).warnings, Contains(reach)) << "either way";
  EXPECT_THAT(halves(8, 8).findings, Not(Contains(reach)));
  EXPECT_THAT(halves(8, 8).warnings, IsEmpty());
}

TEST(SkinFindings, SayWhoWasOnlyDarkened) {
  const SkinFindings found =
      find_in(counts_of({{{6, band_of_one_level(level(12, 12, 12))}, {4, band_of_one_level(level(2, 2, 2))}},
                         {{6, band_of_one_level(level(2, 2, 0, 2))}, {4, band_of_one_level(level(12, 12, 12, 0))}}}));
  EXPECT_THAT(found.findings,
              Contains("All sources of group accent=a were darkened only: none of its 14 sources was made lighter."));
  EXPECT_THAT(found.findings, Not(Contains(HasSubstr("accent=b were"))));
  const SkinFindings one = find_in(counts_of({{{6, band_of_one_level(level(1, 1, 0, 1))}}}));
  EXPECT_THAT(one.findings,
              Contains("All sources of group accent=a were lightened only: its only source was not made darker."));
}

TEST(SkinFindings, WarnWhereDirectionGoesWithTheToneOfTheSource) {
  const SkinFindings found =
      find_in(counts_of({{{6, band_of_one_level(level(4, 4, 4, 0))}, {4, band_of_one_level(level(4, 4, 0, 4))}}}));
  EXPECT_THAT(
      found.warnings,
      ElementsAre("Sources with a measured tone of L* 50 or more were only made darker, those below L* 50 were "
                  "only made lighter: an effect of the change cannot be told from one of the tone that it starts "
                  "from."));
  const SkinFindings both =
      find_in(counts_of({{{6, band_of_one_level(level(4, 4, 2, 2))}, {4, band_of_one_level(level(4, 4, 2, 2))}}}));
  EXPECT_THAT(both.warnings, IsEmpty());
}

TEST(SkinFindings, WarnWhereMasksFailMoreOnSomeTones) {
  const auto of = [](std::size_t light, std::size_t dark) {
    return find_in(counts_of({{{7, band_of_one_level(level(10, 10 - light, 1, 1, "skin_mask"), light)},
                               {3, band_of_one_level(level(10, 10 - dark, 1, 1, "skin_mask"), dark)}}}));
  };
  EXPECT_THAT(of(1, 4).warnings,
              Contains(AllOf(HasSubstr("No mask that can be trusted was found of 1 of 10 (10 %) sources "
                                       "with a measured tone of L* 50 or more and of 4 of 10 (40 %) "
                                       "below L* 50"))));
  EXPECT_THAT(of(1, 3).warnings, Not(Contains(HasSubstr("No mask"))));
}

TEST(SkinFindings, WarnWhereGroupsDiffer) {
  const SkinFindings found = find_in(counts_of({{{6, band_of_one_level(level(10, 7, 5, 2, "skin_mask"), 3)}},
                                                {{6, band_of_one_level(level(10, 4, 2, 2, "skin_mask"), 6)}},
                                                {{6, band_of_one_level(level(10, 9, 5, 4, "skin_mask"), 1)}}}));
  EXPECT_THAT(
      found.warnings,
      ElementsAre("Groups differ: the level tone=up_1 was reached by 9 of 10 (90 %) sources of group accent=c and by "
                  "4 of 10 (40 %) of group accent=b; rejected there: skin_mask 6.",
                  "No mask that can be trusted was found of 6 of 10 (60 %) sources of group accent=b and of 1 of "
                  "10 (10 %) of group accent=c: look at the sources that were refused before you rely on this "
                  "set."));
}

TEST(SkinFindings, NameTheLevelAtWhichGroupsDifferMost) {
  const auto band_of = [](std::size_t first, std::size_t second, std::size_t third) {
    SkinBandCounts band = band_of_one_level(level(10, first, 1, 1));
    band.levels.push_back(level(10, second, 1, 1));
    band.levels.push_back(level(10, third, 1, 1));
    return band;
  };
  SkinCounts counts = counts_of({{{6, band_of(9, 9, 9)}}, {{6, band_of(6, 3, 8)}}});
  counts.levels = {{"tone", "up_1"}, {"tone", "up_2"}, {"tone", "up_3"}};
  EXPECT_THAT(
      find_in(counts).warnings,
      Contains("Groups differ: the level tone=up_2 was reached by 9 of 10 (90 %) sources of group accent=a and by 3 "
               "of 10 (30 %) of group accent=b; rejected there: skin_limit_lighter 7; so do groups at tone=up_1."));
}

TEST(SkinFindings, WarnWhereSomeTonesAreRejectedMoreOften) {
  // The halves are alike, and yet one band is not.
  const SkinFindings found = find_in(counts_of({{{5, band_of_one_level(level(5, 1, 1, 0))},
                                                 {7, band_of_one_level(level(5, 5, 5, 0))},
                                                 {4, band_of_one_level(level(10, 6, 6, 0))}}}));
  EXPECT_THAT(
      found.warnings,
      ElementsAre("Rejected were 4 of 5 (80 %) variants of sources with a measured tone of L* 50-60 and 0 of 5 (0 %) "
                  "of those of L* 70-80: the set tests some tones less than others; rejected there: "
                  "skin_limit_lighter 4."));
}

TEST(SkinFindings, SayWhatIsNotKnown) {
  const SkinFindings found =
      find_in(counts_of({{{6, band_of_one_level(level(3, 3, 2, 1))},
                          {kUnknownBand, band_of_one_level(level(1, 0, 0, 0, "skin_mask"), 1)}}}));
  EXPECT_THAT(found.findings, Contains(HasSubstr("Of 1 of 4 (25 %) sources no tone is known")));
  EXPECT_THAT(found.findings,
              Contains("All 3 sources whose tone is known have a measured tone of L* 50 or more: of others "
                       "this set shows nothing."));
  const SkinFindings nothing =
      find_in(counts_of({{{kUnknownBand, band_of_one_level(level(2, 0, 0, 0, "skin_mask"), 2)}}}));
  EXPECT_THAT(nothing.warnings, Contains(HasSubstr("Nothing was made of group accent=a: all of its 2 variants")));
}

TEST(SkinStatement, SaysWhatSuchVariantsAreNot) {
  std::string all;
  for (const std::string& sentence : skin_statement()) {
    EXPECT_TRUE(sentence.ends_with(".")) << sentence;
    all += sentence + " ";
  }
  for (const char* part : {"test sensitivity to tone", "stand for no group of people",
                           "add nothing to the coverage of groups or subjects", "not diversity of people"}) {
    EXPECT_THAT(all, HasSubstr(part));
  }
}

TEST(SkinBand, HoldsItsLowerEnd) {
  EXPECT_EQ(band_name(band_of(30.0)), "30-40");
  EXPECT_EQ(band_name(band_of(39.999999)), "30-40");
  EXPECT_EQ(band_name(band_of(0.0)), "0-10");
  EXPECT_EQ(band_name(band_of(100.0)), "90-100");
  EXPECT_EQ(band_name(kUnknownBand), "unknown");
}

}  // namespace
}  // namespace fairground
