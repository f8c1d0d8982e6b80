// Mistakes in designs. Each message says what to change.
#include "tests/config/design_texts.h"

namespace fairground {
namespace {

class DesignMistakesTest : public ConfigTest {
 protected:
  /// The mistakes of kThreeAxes with this value of `design`, which begins at column 9 of line 10.
  [[nodiscard]] Lines in_design(const std::string& value) const {
    return mistakes(kThreeAxes + "design: " + value + "\n");
  }
};

TEST_F(DesignMistakesTest, UnknownKeysGetTheNearestOrTheList) {
  EXPECT_EQ(in_design("{way: 2, zebra: 1}"),
            (Lines{"10:10: unknown key `way` in `design`; did you mean `ways`?",
                   "10:18: unknown key `zebra` in `design`; valid here: ways, also, except, at_least, realizations, "
                   "pairing, order, include_clean, fill, observed, sources_per_group, match_on, budget, controls, "
                   "power, effort"}));
}

TEST_F(DesignMistakesTest, ADesignIsAMap) {
  EXPECT_EQ(in_design("full"), Lines{"10:9: `design` must be a map of keys and values; found `full`"});
  EXPECT_EQ(in_design("[{ways: 2}]"), Lines{"10:9: `design` must be a map of keys and values; found a list"});
}

TEST_F(DesignMistakesTest, WaysIsBounded) {
  for (const char* value : {"1", "7", "-2", "some"}) {
    EXPECT_EQ(in_design("{ways: " + std::string(value) + "}"),
              Lines{"10:16: `ways` must be an integer from 2 to 6, or `all`, the full factorial; found `" +
                    std::string(value) + "`"});
  }
  EXPECT_EQ(in_design("{ways: 'all'}"),
            Lines{"10:16: `ways` must be an integer from 2 to 6, or `all`, the full factorial; found the text `all`"});
}

TEST_F(DesignMistakesTest, WaysNeedsAsManyAxes) {
  EXPECT_EQ(in_design("{ways: 4}"),
            Lines{"10:16: `ways: 4` combines more axes than audio has (3); write `ways: all`, or add axes"});
  EXPECT_EQ(mistakes(kHead + "design: {ways: 2}\n"),
            Lines{"6:16: `ways: 2` combines more axes than audio has (0); write `ways: all`, or add axes"});
}

TEST_F(DesignMistakesTest, AlsoAddsToWays) {
  const std::string rest =
      "`also` adds combinations to those of `ways: 2` and the like, and the full factorial has all of them; set `ways` "
      "to a number, or take `also` out";
  EXPECT_EQ(in_design("{also: [{axes: [noise, line], ways: 2}]}"), Lines{"10:16: " + rest});
  EXPECT_EQ(in_design("{ways: all, also: []}"), Lines{"10:27: " + rest});
}

TEST_F(DesignMistakesTest, EntriesOfAlsoAreChecked) {
  EXPECT_EQ(in_design("{ways: 2, also: [{axes: [noise, line], ways: 3},\n"
                      "  {axes: [noise, line, bits], ways: 2},\n"
                      "  {axes: [noise, lime, noise, [bits]], ways: 3},\n"
                      "  {axes: [zebra], ways: 7},\n"
                      "  {axis: [noise]},\n"
                      "  {axes: noise, ways: 3},\n"
                      "  noise,\n"
                      "  {axes: [], ways: 3}]}"),
            (Lines{"10:26: `ways: 3` combines more axes than are named here (2); name more of them, or lower `ways`",
                   "11:3: `ways: 2` adds nothing to the `ways: 2` of all axes; raise it, or take this entry out",
                   "12:18: there is no axis `lime` of audio; did you mean `line`?",
                   "12:24: `noise` is named twice; take one away",
                   "12:31: `axes` must be a list of names of axes; found a list",
                   "13:11: there is no axis `zebra` of audio; valid here: noise, line, bits",
                   "13:25: `ways` must be an integer from 2 to 6; found `7`", "14:3: `axes` is missing in `also`",
                   "14:3: `ways` is missing in `also`", "14:4: unknown key `axis` in `also`; did you mean `axes`?",
                   "15:10: `axes` must be a list of names of axes; found `noise`",
                   "16:3: `also` must be a map of keys and values; found `noise`",
                   "17:3: `ways: 3` combines more axes than are named here (0); name more of them, or lower `ways`"}));
  EXPECT_EQ(in_design("{ways: 2, also: {axes: [noise, line, bits], ways: 3}}"),
            Lines{"10:25: `also` must be a list of maps like {axes: [noise, device, room], ways: 3}; found a map"});
}

TEST_F(DesignMistakesTest, AWrongWaysIsNoMistakeOfAlso) {
  EXPECT_EQ(in_design("{ways: 9, also: [{axes: [noise, line], ways: 2}]}").size(), 1U);
  EXPECT_EQ(in_design("{ways: 4, also: [{axes: [noise, line], ways: 2}]}").size(), 1U);
}

TEST_F(DesignMistakesTest, ExceptNamesAxesAndLevels) {
  EXPECT_EQ(in_design("{except: [{nose: loud, line: narrow}, {noise: lout, line: [narrow, narow]},\n"
                      "  {noise: [], line: narrow}, {noise: {loud: 1}, line: [[wide]]}, loud,\n"
                      "  {noise: [loud, soft, loud], line: wide}, {noise: , line: wide}, {noise: zebra, line: wide}]}"),
            (Lines{"10:20: there is no axis `nose` of audio; did you mean `noise`?",
                   "10:55: the axis `noise` of audio has no level `lout`; did you mean `loud`?",
                   "10:76: the axis `line` of audio has no level `narow`; did you mean `narrow`?",
                   "11:11: `noise` must name at least one level",
                   "11:38: `noise` must be a level, or a list of levels; found a map",
                   "11:56: `line` must be a level, or a list of levels; found a list",
                   "11:66: `except` must be a map of axes and levels; found `loud`",
                   "12:24: `loud` is named twice; take one away",
                   "12:45: `noise` must be a level, or a list of levels; found nothing",
                   "12:75: the axis `noise` of audio has no level `zebra`; valid here: none, soft, loud"}));
  EXPECT_EQ(in_design("{except: {noise: loud, line: narrow}}"),
            Lines{"10:18: `except` must be a list of maps like {noise: alarm, device: [studio, phone]}; found a map"});
  EXPECT_EQ(mistakes(kHead + "design: {except: [{noise: loud}]}\n"),
            Lines{"6:20: there is no axis `noise` of audio; declare it under `axes`"});
}

TEST_F(DesignMistakesTest, ExceptLeavesEveryLevelSomewhere) {
  const std::string everything =
      "this excludes every condition; name the levels that do not go together, as in {noise: alarm, device: studio}";
  EXPECT_EQ(in_design("{except: [{}, {bits: [16, 8]}]}"), (Lines{"10:19: " + everything, "10:23: " + everything}));
  const std::string rest = "; name levels of another axis too, or take the level out of its axis";
  EXPECT_EQ(in_design("{except: [{noise: [soft, loud]}, {bits: [16, 8], line: wide}]}"),
            (Lines{"10:19: this leaves no condition with noise=soft" + rest,
                   "10:42: this leaves no condition with line=wide" + rest}));
}

TEST_F(DesignMistakesTest, AtLeastIsChecked) {
  EXPECT_EQ(in_design("{at_least: {sources: 0, subjects: 1000000001, source: 2}}"),
            (Lines{"10:30: `sources` must be an integer from 1 to 1000000000; found `0`",
                   "10:43: `subjects` must be an integer from 1 to 1000000000; found `1000000001`",
                   "10:55: unknown key `source` in `at_least`; did you mean `sources`?"}));
  EXPECT_EQ(in_design("{at_least: {}}"), Lines{"10:20: `at_least` must have `sources`, `subjects` or both"});
  EXPECT_EQ(in_design("{at_least: 20}"), Lines{"10:20: `at_least` must be a map of keys and values; found `20`"});
}

TEST_F(DesignMistakesTest, SubjectsCannotBeCountedWithoutTheirColumn) {
  EXPECT_EQ(mistakes(kHead + "design: {at_least: {sources: 2, subjects: 2}}\n"),
            Lines{"6:33: `subjects` needs to know the people: name the manifest's column of them with `subject` under "
                  "`sources` of audio"});
  // Whether there is such a column is not known.
  std::string text = kHead;
  text.replace(text.find("file: path"), 10, "file: path, subject: [a]");
  EXPECT_EQ(mistakes(text + "design: {at_least: {subjects: 2}}\n"),
            Lines{"5:79: `subject` must be text; found a list"});
}

TEST_F(DesignMistakesTest, ChoicesAndNumbersAreChecked) {
  EXPECT_EQ(in_design("{fill: missing, effort: 0, include_clean: no, pairing: mixed,\n"
                      "  order: 1, realizations: 0}"),
            (Lines{"10:16: `fill` must be matched or missing_only; found `missing`; did you mean `missing_only`?",
                   "10:33: `effort` must be an integer from 1 to 1000; found `0`",
                   "10:51: `include_clean` must be true or false; found `no`",
                   "10:64: `pairing` must be matched or independent; found `mixed`",
                   "11:10: `order` must be staged or as_written; found `1`",
                   "11:27: `realizations` must be an integer from 1 to 100000; found `0`"}));
}

TEST_F(DesignMistakesTest, MissingOnlyNeedsObservations) {
  EXPECT_EQ(in_design("{ways: 2, fill: missing_only}"),
            Lines{"10:19: `fill: missing_only` credits what was observed: say with `observed: {AXIS: COLUMN}` which "
                  "column of the manifest names the level that a source already holds"});
  EXPECT_EQ(in_design("{fill: missing_only, observed: {}}"),
            Lines{"10:40: `observed` must have at least one axis and its column"});
}

TEST_F(DesignMistakesTest, ObservedNamesAxesAndColumns) {
  EXPECT_EQ(in_design("{observed: {nois: a, line: [b], bits: yes, zebra: ''}}"),
            (Lines{"10:21: there is no axis `nois` of audio; did you mean `noise`?",
                   "10:36: `line` must be text; found a list",
                   "10:47: `bits` must be text, in quotes where YAML readers may take it for true or false; found "
                   "`yes`",
                   "10:52: there is no axis `zebra` of audio; valid here: noise, line, bits",
                   "10:59: `zebra` must not be empty"}));
  EXPECT_EQ(in_design("{observed: [noise]}"),
            Lines{"10:20: `observed` must be a map of axes and columns; found a list"});
}

TEST_F(DesignMistakesTest, SourcesPerGroupIsANumberOrAtLeast) {
  for (const char* value : {"0", "all", "1000000001"}) {
    EXPECT_EQ(in_design("{sources_per_group: " + std::string(value) + "}"),
              Lines{"10:29: `sources_per_group` must be an integer from 1 to 1000000000, or `at_least`; found `" +
                    std::string(value) + "`"});
  }
  EXPECT_EQ(in_design("{sources_per_group: at_least}"),
            Lines{"10:29: `sources_per_group: at_least` takes the larger number of `at_least`, which is missing; add "
                  "it, or write a number"});
}

TEST_F(DesignMistakesTest, AWrongAtLeastIsNoMistakeOfSourcesPerGroup) {
  for (const char* value : {"{}", "{sources: 0}", "20", "{subject: 3}"}) {
    EXPECT_EQ(in_design("{sources_per_group: at_least, at_least: " + std::string(value) + "}").size(), 1U) << value;
    EXPECT_EQ(in_design("{sources_per_group: 1, at_least: " + std::string(value) + "}").size(), 1U) << value;
  }
}

TEST_F(DesignMistakesTest, SourcesPerGroupMustReachAtLeast) {
  EXPECT_EQ(
      in_design("{sources_per_group: 19, at_least: {sources: 20, subjects: 8}}"),
      Lines{"10:29: `sources_per_group: 19` leaves each group fewer sources than the 20 of `at_least`; write 20 or "
            "more, or `at_least`"});
  EXPECT_EQ(in_design("{sources_per_group: 7, at_least: {subjects: 8}}"),
            Lines{"10:29: `sources_per_group: 7` leaves each group fewer subjects than the 8 of `at_least`; write 8 or "
                  "more, or `at_least`"});
  EXPECT_EQ(in_design("{sources_per_group: 7, at_least: {sources: 5, subjects: 8}}"),
            Lines{"10:29: `sources_per_group: 7` leaves each group fewer subjects than the 8 of `at_least`; write 8 or "
                  "more, or `at_least`"});
}

TEST_F(DesignMistakesTest, MatchOnIsAListOfNames) {
  EXPECT_EQ(in_design("{match_on: [age, snr_db, age, [x], '']}"),
            (Lines{"10:34: `age` is named twice; take one away", "10:39: `match_on` must be text; found a list",
                   "10:44: `match_on` must not be empty"}));
  EXPECT_EQ(in_design("{match_on: age}"),
            Lines{"10:20: `match_on` must be a list of qualities or columns; found `age`"});
}

TEST_F(DesignMistakesTest, BudgetsAreChecked) {
  EXPECT_EQ(in_design("{budget: {}}"), Lines{"10:18: `budget` must have `variants`, `bytes` or both"});
  EXPECT_EQ(in_design("{budget: 5000}"), Lines{"10:18: `budget` must be a map of keys and values; found `5000`"});
  EXPECT_EQ(in_design("{budget: {variants: 0, bytes: 0.5, gigabytes: 5}}"),
            (Lines{"10:29: `variants` must be an integer from 1 to 1000000000000; found `0`",
                   "10:39: `bytes` must be a number from 1 to 1e+18 bytes; found `0.5`",
                   "10:44: unknown key `gigabytes` in `budget`; valid here: variants, bytes"}));
  EXPECT_EQ(
      in_design("{budget: {variants: 5e3}}"),
      Lines{"10:29: `variants` must be an integer from 1 to 1000000000000, in plain decimal digits; found `5e3`"});
  EXPECT_EQ(in_design("{budget: {bytes: 5 GB}}"),
            Lines{"10:26: `bytes` must be a number from 1 to 1e+18 bytes; found `5 GB`"});
}

TEST_F(DesignMistakesTest, ControlsAreChecked) {
  EXPECT_EQ(in_design("{controls: {identity: 1, repeat: 2, repeats: 0.1}}"),
            (Lines{"10:31: `identity` must be true or false; found `1`",
                   "10:42: `repeat` must be a number from 0 to 1; found `2`",
                   "10:45: unknown key `repeats` in `controls`; did you mean `repeat`?"}));
  EXPECT_EQ(in_design("{controls: true}"), Lines{"10:20: `controls` must be a map of keys and values; found `true`"});
}

TEST_F(DesignMistakesTest, PowerIsChecked) {
  EXPECT_EQ(in_design("{power: {baseline_error: 0, degradation: 0.5, units: 0, subject_sd: -1, source_sd: 4,\n"
                      "  interaction_sd: .inf, alpha: 0.6, power: 1, beta: 0.2}}"),
            (Lines{"10:34: `baseline_error` must be a number from 1e-06 to 1; found `0`",
                   "10:50: `degradation` must be a number from 1 to 1000; found `0.5`",
                   "10:62: `units` must be an integer from 1 to 1000000; found `0`",
                   "10:77: `subject_sd` must be a number from 0 to 3; found `-1`",
                   "10:92: `source_sd` must be a number from 0 to 3; found `4`",
                   "11:19: `interaction_sd` must be a number from 0 to 3; found `.inf`",
                   "11:32: `alpha` must be a number from 1e-06 to 0.5; found `0.6`",
                   "11:44: `power` must be a number from 0.05 to 0.999; found `1`",
                   "11:47: unknown key `beta` in `power`; valid here: baseline_error, degradation, units, subject_sd, "
                   "source_sd, interaction_sd, alpha, power"}));
}

TEST_F(DesignMistakesTest, NoUnitHasMoreThanOneError) {
  EXPECT_EQ(
      in_design("{power: {baseline_error: 0.6}}"),
      Lines{"10:17: `baseline_error` 0.6 times `degradation` 2 is more than one error in each unit, which nothing "
            "measures; lower one of them"});
  EXPECT_EQ(in_design("{power: {baseline_error: 0.5}}"), Lines{});
  EXPECT_EQ(in_design("{power: {baseline_error: 0.6, degradation: 0}}").size(), 1U);
}

TEST_F(DesignMistakesTest, MistakesInAxesAreNotBlamedOnTheDesign) {
  const std::string design =
      "design: {ways: 3, also: [{axes: [noise, line, bits], ways: 4}], except: [{noise: loud, line: narrow}, {noise: "
      "soft}],\n"
      "  observed: {noise: a, bits: b}, fill: missing_only}\n";
  std::string wrong_level = kThreeAxes;
  wrong_level.replace(wrong_level.find("snr_db: 0"), 9, "snr_db: 99");
  EXPECT_EQ(mistakes(wrong_level + design),
            Lines{"7:94: `snr_db` must be a number from -40 to 60 dB, or two of them, [low, high], to draw from; found "
                  "`99`"});
  std::string wrong_axis = kThreeAxes;
  wrong_axis.replace(wrong_axis.find("  line"), 6, "  l ne");
  EXPECT_EQ(mistakes(wrong_axis + design),
            Lines{"8:3: the axis name `l ne` must be made of letters (a-z, A-Z), digits, _ and -"});
  std::string no_axes = kThreeAxes.substr(0, kThreeAxes.find("axes:"));
  EXPECT_EQ(mistakes(no_axes + "axes: 3\n" + design), Lines{"6:7: `axes` must be a map of axes; found `3`"});
}

TEST_F(DesignMistakesTest, TheFormOfADesignIsCheckedWhateverTheAxes) {
  std::string text = kThreeAxes;
  text.replace(text.find("snr_db: 0"), 9, "snr_db: 99");
  const Lines found = mistakes(text +
                               "design: {ways: 1, also: [{axes: noise, ways: 3}], except: [{noise: [[]]}, 3],\n"
                               "  observed: {noise: [a]}, effort: 0}\n");
  EXPECT_EQ(
      Lines(found.begin() + 1, found.end()),
      (Lines{"10:16: `ways` must be an integer from 2 to 6, or `all`, the full factorial; found `1`",
             "10:33: `axes` must be a list of names of axes; found `noise`",
             "10:69: `noise` must be a level, or a list of levels; found a list",
             "10:75: `except` must be a map of axes and levels; found `3`", "11:21: `noise` must be text; found a list",
             "11:35: `effort` must be an integer from 1 to 1000; found `0`"}));
}

TEST_F(DesignMistakesTest, SourcesWhoseMediumIsUnclearAreNotBlamedOnTheDesign) {
  std::string text = kThreeAxes;
  text.replace(text.find("media: audio"), 12, "media: sound");
  EXPECT_EQ(mistakes(text + "design: {ways: 4, except: [{nose: loud}], at_least: {subjects: 2}, effort: 0}\n"),
            (Lines{"5:19: `media` must be audio or image; found `sound`",
                   "10:76: `effort` must be an integer from 1 to 1000; found `0`"}));
}

TEST_F(DesignMistakesTest, ASharedDesignMustSuitBothMedia) {
  const std::string hint = "; sources of both media share this `design`: it may be divided into `audio` and `image`";
  EXPECT_EQ(mistakes(kBothMedia + "design: {ways: 2, except: [{noise: loud, line: wide}], at_least: {subjects: 2}}\n"),
            (Lines{"12:16: `ways: 2` combines more axes than image has (1); write `ways: all`, or add axes" + hint,
                   "12:29: there is no axis `noise` of image; valid here: light" + hint,
                   "12:42: there is no axis `line` of image; valid here: light" + hint,
                   "12:67: `subjects` needs to know the people: name the manifest's column of them with `subject` "
                   "under `sources` of image" +
                       hint}));
  // What is wrong for both is said once.
  EXPECT_EQ(mistakes(kBothMedia + "design: {effort: 0}\n"),
            Lines{"12:18: `effort` must be an integer from 1 to 1000; found `0`"});
}

TEST_F(DesignMistakesTest, DividedDesignsAreCheckedAgainstTheirOwnAxes) {
  EXPECT_EQ(mistakes(kBothMedia + "design:\n  audio: {ways: 2, observed: {light: a}}\n"
                                  "  image: {ways: 2, at_least: {subjects: 1}}\n  effort: 2\n"),
            (Lines{"13:31: there is no axis `light` of audio; valid here: noise, line",
                   "14:17: `ways: 2` combines more axes than image has (1); write `ways: all`, or add axes",
                   "14:31: `subjects` needs to know the people: name the manifest's column of them with `subject` "
                   "under `sources` of image",
                   "15:3: unknown key `effort` in `design`; valid here: audio, image"}));
}

}  // namespace
}  // namespace fairground
