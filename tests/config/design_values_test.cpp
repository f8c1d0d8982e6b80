// Good designs give the right values.
#include "tests/config/design_texts.h"

namespace fairground {
namespace {

using Indices = std::vector<std::size_t>;
using Cells = std::vector<std::pair<std::size_t, Indices>>;

class DesignValuesTest : public ConfigTest {
 protected:
  /// The design of kThreeAxes with this value of `design`.
  [[nodiscard]] DesignSettings design(const std::string& value) const {
    return parse(kThreeAxes + "design: " + value + "\n").media.at(Media::audio).design;
  }
};

TEST_F(DesignValuesTest, HasDefaultsForEverything) {
  for (const std::string& text : {kThreeAxes, kThreeAxes + "design: {}\n"}) {
    const DesignSettings design = parse(text).media.at(Media::audio).design;
    EXPECT_EQ(design.ways, 0);
    EXPECT_TRUE(design.also.empty());
    EXPECT_TRUE(design.except.empty());
    EXPECT_EQ(design.at_least.sources, 0);
    EXPECT_EQ(design.at_least.subjects, 0);
    EXPECT_EQ(design.realizations, 8);
    EXPECT_EQ(design.pairing, Pairing::matched);
    EXPECT_EQ(design.order, Order::staged);
    EXPECT_TRUE(design.include_clean);
    EXPECT_EQ(design.fill, Fill::matched);
    EXPECT_TRUE(design.observed.empty());
    EXPECT_EQ(design.sources_per_group, 0);
    EXPECT_TRUE(design.match_on.empty());
    EXPECT_FALSE(design.budget.variants.has_value());
    EXPECT_FALSE(design.budget.bytes.has_value());
    EXPECT_FALSE(design.controls.identity);
    EXPECT_EQ(design.controls.repeat, 0.0);
    EXPECT_EQ(design.power.baseline_error, 0.10);
    EXPECT_EQ(design.power.degradation, 2.0);
    EXPECT_EQ(design.power.units, 12);
    EXPECT_EQ(design.power.subject_sd, 0.5);
    EXPECT_EQ(design.power.source_sd, 0.6);
    EXPECT_EQ(design.power.interaction_sd, 0.2);
    EXPECT_EQ(design.power.alpha, 0.05);
    EXPECT_EQ(design.power.power, 0.8);
    EXPECT_EQ(design.effort, 1);
  }
}

TEST_F(DesignValuesTest, APictureHasOneAnswerUnlessTheDesignSaysOtherwise) {
  const auto units = [this](const std::string& design) {
    const Config config = parse(kBothMedia + design);
    return std::pair(config.media.at(Media::audio).design.power.units,
                     config.media.at(Media::image).design.power.units);
  };
  EXPECT_EQ(units(""), std::pair(12, 1));
  EXPECT_EQ(units("design: {power: {alpha: 0.1}}\n"), std::pair(12, 1));
  EXPECT_EQ(units("design: {audio: {power: {units: 30}}}\n"), std::pair(30, 1));
  EXPECT_EQ(units("design: {image: {power: {units: 5}}}\n"), std::pair(12, 5));
}

TEST_F(DesignValuesTest, ItsKeysKnowTheirPlaces) {
  const Config config = parse(kBothMedia + "design:\n  audio: {ways: 2, except: []}\n  image:\n    effort: 2\n");
  const std::string path = config.path.string();
  EXPECT_EQ(place_in_design(config, Media::audio, "except"), path + ":13:20");
  EXPECT_EQ(place_in_design(config, Media::image, "effort"), path + ":15:5");
  EXPECT_EQ(place_in_design(config, Media::image, "except"), path + ": design of image");
}

TEST_F(DesignValuesTest, WaysIsANumberOrAll) {
  EXPECT_EQ(design("{ways: all}").ways, 0);
  EXPECT_EQ(design("{ways: 2}").ways, 2);
  EXPECT_EQ(design("{ways: 3}").ways, 3);
}

TEST_F(DesignValuesTest, AlsoNamesAxesInAnyOrder) {
  const DesignSettings read = design("{also: [{ways: 3, axes: [bits, noise, line]}], ways: 2}");
  ASSERT_EQ(read.also.size(), 1U);
  EXPECT_EQ(read.also[0].axes, (Indices{0, 1, 2}));
  EXPECT_EQ(read.also[0].ways, 3);
}

TEST_F(DesignValuesTest, EachEntryOfAlsoCounts) {
  const std::string four = kThreeAxes + "  fourth: {a: [], b: [{noise.coloured: {snr_db: 1}}]}\n";
  const DesignSettings read = parse(four +
                                    "design:\n  ways: 2\n  also:\n  - {axes: [line, bits, fourth], ways: 3}\n"
                                    "  - {axes: [fourth, noise, bits, line], ways: 4}\n")
                                  .media.at(Media::audio)
                                  .design;
  ASSERT_EQ(read.also.size(), 2U);
  EXPECT_EQ(read.also[0].axes, (Indices{1, 2, 3}));
  EXPECT_EQ(read.also[1].axes, (Indices{0, 1, 2, 3}));
  EXPECT_EQ(read.also[1].ways, 4);
  EXPECT_TRUE(design("{ways: 2, also: []}").also.empty());
}

TEST_F(DesignValuesTest, ExceptNamesOneLevelOrSeveral) {
  const DesignSettings read = design("{except: [{line: narrow, noise: [loud, soft]}, {noise: none, bits: 8}]}");
  ASSERT_EQ(read.except.size(), 2U);
  EXPECT_EQ(read.except[0].cells, (Cells{{0, {1, 2}}, {1, {1}}}));
  EXPECT_EQ(read.except[1].cells, (Cells{{0, {0}}, {2, {1}}}));
  EXPECT_TRUE(design("{except: []}").except.empty());
}

TEST_F(DesignValuesTest, NamesOfLevelsMayStandInQuotes) {
  const DesignSettings read = design("{except: [{bits: '8', \"line\": \"narrow\"}]}");
  ASSERT_EQ(read.except.size(), 1U);
  EXPECT_EQ(read.except[0].cells, (Cells{{1, {1}}, {2, {1}}}));
}

TEST_F(DesignValuesTest, LevelsMayBearYamlsWordsForFlags) {
  const std::string text = kThreeAxes + "  mask: {off: [], on: [{noise.coloured: {snr_db: 1}}]}\n";
  const Config config = parse(text + "design: {except: [{mask: on, noise: loud}]}\n");
  EXPECT_EQ(config.media.at(Media::audio).design.except.at(0).cells, (Cells{{0, {2}}, {3, {1}}}));
}

TEST_F(DesignValuesTest, AxesAndDesignMayStandInEitherOrder) {
  std::string text = kThreeAxes;
  text.insert(text.find("axes:"), "design: {ways: 2, except: [{noise: loud, line: narrow}], order: as_written}\n");
  const Config config = parse(text);
  const DesignSettings& design = config.media.at(Media::audio).design;
  EXPECT_EQ(design.ways, 2);
  EXPECT_EQ(design.order, Order::as_written);
  EXPECT_EQ(design.except.at(0).cells, (Cells{{0, {2}}, {1, {1}}}));
}

TEST_F(DesignValuesTest, AtLeastHasSourcesSubjectsOrBoth) {
  EXPECT_EQ(design("{at_least: {sources: 20}}").at_least.sources, 20);
  EXPECT_EQ(design("{at_least: {sources: 20}}").at_least.subjects, 0);
  EXPECT_EQ(design("{at_least: {subjects: 8}}").at_least.subjects, 8);
  const DesignSettings both = design("{at_least: {sources: 1, subjects: 1000000000}}");
  EXPECT_EQ(both.at_least.sources, 1);
  EXPECT_EQ(both.at_least.subjects, 1'000'000'000);
}

TEST_F(DesignValuesTest, ChoicesAndFlagsAreRead) {
  const DesignSettings read = design(
      "{realizations: 100000, pairing: independent, order: as_written, include_clean: false, fill: missing_only,\n"
      "  observed: {noise: where, line: Which line}}");
  EXPECT_EQ(read.realizations, 100'000);
  EXPECT_EQ(read.pairing, Pairing::independent);
  EXPECT_EQ(read.order, Order::as_written);
  EXPECT_FALSE(read.include_clean);
  EXPECT_EQ(read.fill, Fill::missing_only);
  EXPECT_EQ(read.observed, (std::map<std::string, std::string>{{"noise", "where"}, {"line", "Which line"}}));
}

TEST_F(DesignValuesTest, ObservationsAreCreditedToMatchedDesignsToo) {
  const DesignSettings read = design("{observed: {noise: noise}}");
  EXPECT_EQ(read.fill, Fill::matched);
  EXPECT_EQ(read.observed.at("noise"), "noise");
}

TEST_F(DesignValuesTest, SourcesPerGroupIsANumber) {
  EXPECT_EQ(design("{sources_per_group: 1}").sources_per_group, 1);
  EXPECT_EQ(design("{sources_per_group: 20, at_least: {sources: 20, subjects: 8}}").sources_per_group, 20);
  EXPECT_EQ(design("{sources_per_group: 21, at_least: {subjects: 21}}").sources_per_group, 21);
}

TEST_F(DesignValuesTest, SourcesPerGroupTakesTheLargerNumberOfAtLeast) {
  EXPECT_EQ(design("{sources_per_group: at_least, at_least: {sources: 20, subjects: 8}}").sources_per_group, 20);
  EXPECT_EQ(design("{sources_per_group: at_least, at_least: {sources: 8, subjects: 20}}").sources_per_group, 20);
  EXPECT_EQ(design("{at_least: {subjects: 5}, sources_per_group: at_least}").sources_per_group, 5);
}

TEST_F(DesignValuesTest, MatchOnNamesQualitiesAndColumns) {
  EXPECT_EQ(design("{match_on: [snr_db, \"Age of speaker\"]}").match_on, (Lines{"snr_db", "Age of speaker"}));
}

TEST_F(DesignValuesTest, BudgetHasVariantsBytesOrBoth) {
  const Budget variants = design("{budget: {variants: 1000000000000}}").budget;
  EXPECT_EQ(variants.variants, 1'000'000'000'000);
  EXPECT_FALSE(variants.bytes.has_value());
  const Budget bytes = design("{budget: {bytes: 5e9}}").budget;
  EXPECT_FALSE(bytes.variants.has_value());
  EXPECT_EQ(bytes.bytes, 5e9);
  const Budget both = design("{budget: {bytes: 1, variants: 1}}").budget;
  EXPECT_EQ(both.variants, 1);
  EXPECT_EQ(both.bytes, 1.0);
}

TEST_F(DesignValuesTest, ControlsArePartlyOrWhollyGiven) {
  EXPECT_TRUE(design("{controls: {identity: true}}").controls.identity);
  EXPECT_EQ(design("{controls: {identity: true}}").controls.repeat, 0.0);
  EXPECT_EQ(design("{controls: {repeat: 0.02}}").controls.repeat, 0.02);
  EXPECT_FALSE(design("{controls: {repeat: 1}}").controls.identity);
}

TEST_F(DesignValuesTest, PowerIsPartlyOrWhollyGiven) {
  const PowerSettings all =
      design(
          "{power: {baseline_error: 0.25, degradation: 4, units: 1, subject_sd: 0, source_sd: 3,\n"
          "  interaction_sd: 0.1, alpha: 0.01, power: 0.9}}")
          .power;
  EXPECT_EQ(all.baseline_error, 0.25);
  EXPECT_EQ(all.degradation, 4.0);
  EXPECT_EQ(all.units, 1);
  EXPECT_EQ(all.subject_sd, 0.0);
  EXPECT_EQ(all.source_sd, 3.0);
  EXPECT_EQ(all.interaction_sd, 0.1);
  EXPECT_EQ(all.alpha, 0.01);
  EXPECT_EQ(all.power, 0.9);
  const PowerSettings some = design("{power: {units: 30}}").power;
  EXPECT_EQ(some.units, 30);
  EXPECT_EQ(some.baseline_error, PowerSettings{}.baseline_error);
}

TEST_F(DesignValuesTest, EffortIsRead) { EXPECT_EQ(design("{effort: 1000}").effort, 1000); }

TEST_F(DesignValuesTest, OneDesignServesBothMedia) {
  const Config config = parse(kBothMedia + "design: {effort: 3, at_least: {sources: 4}, controls: {identity: true}}\n");
  for (const Media media : {Media::audio, Media::image}) {
    const DesignSettings& design = config.media.at(media).design;
    EXPECT_EQ(design.effort, 3);
    EXPECT_EQ(design.at_least.sources, 4);
    EXPECT_TRUE(design.controls.identity);
  }
}

TEST_F(DesignValuesTest, DividedDesignsAreReadAgainstTheirOwnAxes) {
  const Config config = parse(kBothMedia + R"(design:
  audio:
    ways: 2
    except: [{noise: loud, line: narrow}]
    at_least: {subjects: 3}
    sources_per_group: at_least
    order: as_written
  image:
    observed: {light: scene}
    budget: {variants: 50}
)");
  const DesignSettings& audio = config.media.at(Media::audio).design;
  EXPECT_EQ(audio.ways, 2);
  EXPECT_EQ(audio.except.at(0).cells, (Cells{{0, {1}}, {1, {1}}}));
  EXPECT_EQ(audio.sources_per_group, 3);
  EXPECT_EQ(audio.order, Order::as_written);
  EXPECT_TRUE(audio.observed.empty());
  EXPECT_FALSE(audio.budget.variants.has_value());
  const DesignSettings& image = config.media.at(Media::image).design;
  EXPECT_EQ(image.ways, 0);
  EXPECT_TRUE(image.except.empty());
  EXPECT_EQ(image.sources_per_group, 0);
  EXPECT_EQ(image.order, Order::staged);
  EXPECT_EQ(image.observed, (std::map<std::string, std::string>{{"light", "scene"}}));
  EXPECT_EQ(image.budget.variants, 50);
}

TEST_F(DesignValuesTest, AMediumLeftOutOfADividedDesignHasDefaults) {
  const Config config = parse(kBothMedia + "design: {image: {realizations: 2}}\n");
  EXPECT_EQ(config.media.at(Media::audio).design.realizations, 8);
  EXPECT_EQ(config.media.at(Media::image).design.realizations, 2);
}

TEST_F(DesignValuesTest, TheOrderOfEachMediumIsKnownToItsAxes) {
  // The chain of `narrow` contradicts the stages, which only the design of audio allows.
  std::string text = kBothMedia;
  text.replace(text.find("narrow: [channel.band]"), 22, "narrow: [channel.band, {noise.coloured: {snr_db: 3}}]");
  EXPECT_EQ(mistakes(text + "design: {audio: {order: as_written}}\n"), Lines{});
  EXPECT_EQ(mistakes(text + "design: {order: as_written}\n"), Lines{});
  EXPECT_EQ(mistakes(text + "design: {image: {order: as_written}}\n").size(), 1U);
}

}  // namespace
}  // namespace fairground
