// Mistakes in axes, levels, steps and parameters.
#include "tests/config/fixture.h"

namespace fairground {
namespace {

TEST_F(ConfigTest, UnknownAugmentersGetTheNearestOfTheirMedium) {
  EXPECT_EQ(mistakes(kLevel + "    a: [{noise.colored: {}}]\n    b: [zebra]\n"),
            (Lines{"8:10: unknown augmenter `noise.colored`; did you mean `noise.coloured`?",
                   "9:9: unknown augmenter `zebra`; valid here: channel.band, noise.coloured, noise.recording, "
                   "noise.babble"}));
}

TEST_F(ConfigTest, AugmentersOfTheOtherMediumAreRefused) {
  EXPECT_EQ(mistakes(kLevel + "    a: [light.exposure]\n"),
            Lines{"8:9: the augmenter `light.exposure` is for image and cannot stand in an axis of audio"});
}

TEST_F(ConfigTest, ParametersAreCheckedByTheSchema) {
  EXPECT_EQ(
      mistakes(kLevel + "    a: [{noise.coloured: {snr_db: 99, colour: pnk, bursts: 2.5, steady: 1, snr: 3}}]\n"),
      (Lines{"8:35: `snr_db` must be a number from -40 to 60 dB, or two of them, [low, high], to draw from; found `99`",
             "8:47: `colour` must be white or pink; found `pnk`; did you mean `pink`?",
             "8:60: `bursts` must be an integer from 0 to 9, in plain decimal digits; found `2.5`",
             "8:73: `steady` must be true or false; found `1`",
             "8:76: unknown key `snr` in `noise.coloured`; did you mean `snr_db`?"}));
}

TEST_F(ConfigTest, BothEndsOfARangeAreAllowed) {
  EXPECT_EQ(mistakes(kLevel + "    a: [{noise.coloured: {snr_db: -40}}]\n    b: [{noise.coloured: {snr_db: 60}}]\n"
                              "    c: [{noise.coloured: {snr_db: [-40, 60]}}]\n"),
            Lines{});
}

TEST_F(ConfigTest, RequiredParametersAreMissed) {
  const Lines expected = {"8:26: `snr_db` is missing in `noise.coloured`"};
  EXPECT_EQ(mistakes(kLevel + "    a: [{noise.coloured: {}}]\n"), expected);
  EXPECT_EQ(mistakes(kLevel + "    a: [noise.coloured]\n"), Lines{"8:9: `snr_db` is missing in `noise.coloured`"});
}

TEST_F(ConfigTest, DrawnRangesGoFromLowToHigh) {
  const std::string start = "    a: [{noise.coloured: {snr_db: ";
  EXPECT_EQ(mistakes(kLevel + start + "[20, 5]}}]\n"),
            Lines{"8:35: `snr_db` is drawn from [low, high]; found [20, 5], where low is not below high"});
  EXPECT_EQ(mistakes(kLevel + start + "[5, 5]}}]\n"),
            Lines{"8:35: `snr_db` is drawn from [low, high]; found [5, 5], where low is not below high"});
  EXPECT_EQ(mistakes(kLevel + start + "[1, 2, 3]}}]\n"),
            Lines{"8:35: `snr_db` is drawn from [low, high], which are two numbers and not 3"});
  EXPECT_EQ(mistakes(kLevel + start + "[-99, x]}}]\n"),
            (Lines{"8:36: `snr_db` must be a number from -40 to 60 dB; found `-99`",
                   "8:41: `snr_db` must be a number from -40 to 60 dB; found `x`"}));
}

TEST_F(ConfigTest, OnlyDrawableParametersAreDrawn) {
  EXPECT_EQ(mistakes(kLevel + "    a: [{channel.band: {low_hz: [1, 5]}}]\n"),
            Lines{"8:33: `low_hz` must be a number from 0 to 1000; found a list"});
}

TEST_F(ConfigTest, RulesOverSeveralParametersAreAsked) {
  EXPECT_EQ(mistakes(kLevel + "    a: [{channel.band: {low_hz: 900, high_hz: 800}}]\n"),
            Lines{"8:10: `channel.band`: low_hz must be below high_hz"});
}

TEST_F(ConfigTest, AssetsMustBeDeclared) {
  const std::string level = "    a: [{noise.recording: {from: sight}}]\n";
  EXPECT_EQ(mistakes(kLevel + level), Lines{"8:34: there is no asset `sight`: declare it under `assets`"});
  EXPECT_EQ(mistakes(kLevel + level + "assets: {site: {files: 'noise/*.wav'}, sight2: {files: noise/a.wav}}\n"),
            Lines{"8:34: there is no asset `sight`; did you mean `sight2`?"});
}

TEST_F(ConfigTest, AssetsMustBeOfTheRightKind) {
  std::string text = kLevel + "    a: [{noise.recording: {from: voices}}]\n    b: [{noise.babble: {from: site}}]\n" +
                     "assets: {site: {files: 'noise/*.wav'}, voices: {manifest: pool.csv, file: a, subject: b}}\n";
  text.replace(text.find("file: path"), 10, "file: path, subject: who");
  EXPECT_EQ(mistakes(text),
            (Lines{"8:34: `voices` is a pool of talkers, but `from` must be an asset of recordings",
                   "9:31: `site` has recordings as its `files`, but `from` must be a pool of talkers, which has a `manifest` that says "
                   "whose voice each file is"}));
}

TEST_F(ConfigTest, AnAssetHoldsCurvesOrRecordings) {
  std::ofstream(folder_ / "noise/c.csv") << "100,0\n200,0\n";
  const std::string level = "    a: [{noise.recording: {from: phones}}]\n";
  EXPECT_EQ(mistakes(kLevel + level + "assets: {phones: {files: noise/c.csv}}\n"),
            Lines{"8:34: `phones` has curves (.csv) as its `files`, but `from` must be an asset of recordings"});
  EXPECT_EQ(mistakes(kLevel + level + "assets: {phones: {files: [noise/a.wav, noise/c.csv]}}\n"),
            Lines{"9:26: it holds a curve, `c.csv`, and a recording, `a.wav`; make two assets of them"});
}

TEST_F(ConfigTest, StepsMustNotGoBackwards) {
  const std::string level = "    a: [channel.band, {noise.coloured: {snr_db: 1}}]\n";
  EXPECT_EQ(mistakes(kLevel + level),
            Lines{"8:23: `noise.coloured` (scene) would run before `channel.band` (channel): swap them, or write "
                  "`order: as_written` in `design`"});
  EXPECT_EQ(mistakes(kLevel + level + "design: {order: as_written}\n"), Lines{});
}

TEST_F(ConfigTest, OnlyTheFirstLevelMayBeEmpty) {
  EXPECT_EQ(mistakes(kLevel + "    a: [channel.band]\n    b: []\n"),
            Lines{"9:5: only the first level of an axis may be empty: put `b` first"});
}

TEST_F(ConfigTest, AnAxisMustChangeSomething) {
  EXPECT_EQ(mistakes(kLevel + "    a: []\n"),
            Lines{"7:3: the axis `noise` has one level, which is empty, so it changes nothing; add a level or take the "
                  "axis out"});
  // What the second level should have been is not known.
  EXPECT_EQ(mistakes(kLevel + "    a: []\n    b: [zebra]\n").size(), 1U);
  EXPECT_EQ(mistakes(kLevel + "    a: []\n    b: [channel.band]\n"), Lines{});
  EXPECT_EQ(mistakes(kLevel + "    a: [channel.band]\n"), Lines{});
}

TEST_F(ConfigTest, AMistakeInTheOrderIsNoFaultOfTheAxes) {
  EXPECT_EQ(mistakes(kLevel + "    a: [channel.band, {noise.coloured: {snr_db: 1}}]\ndesign: {order: as_writen}\n"),
            Lines{"9:17: `order` must be staged or as_written; found `as_writen`; did you mean `as_written`?"});
}

TEST_F(ConfigTest, LevelsWithEqualContentsAreNamed) {
  EXPECT_EQ(mistakes(kLevel + "    a: [channel.band]\n    b: [{channel.band: {high_hz: 3.4e3}}]\n"),
            Lines{"9:5: the levels `a` and `b` have equal contents"});
  EXPECT_EQ(mistakes(kLevel + "    a: [{noise.coloured: {snr_db: 0}}]\n    b: [{noise.coloured: {snr_db: -0.0}}]\n"),
            Lines{"9:5: the levels `a` and `b` have equal contents"});
}

TEST_F(ConfigTest, NamesOfLevelsAreChecked) {
  EXPECT_EQ(mistakes(kLevel + "    clean: []\n    m n: [channel.band]\n    clean: []\n"),
            (Lines{"8:5: the level name `clean` is reserved for clean references",
                   "9:5: the level name `m n` must be made of letters (a-z, A-Z), digits, _ and -",
                   "10:5: the key `clean` is given twice: first on line 8"}));
  EXPECT_EQ(mistakes(kLevel + "    none: []\n    identity: [channel.band]\n"),
            Lines{"9:5: the level name `identity` is reserved for controls"});
}

TEST_F(ConfigTest, NamesOfAxesAreChecked) {
  EXPECT_EQ(
      mistakes(kHead + "axes: {sha256: {a: [channel.band]}, measured_x: {}, \"a b\": {a: [channel.band]}, n: 3}\n"),
      (Lines{"6:8: the axis name `sha256` is reserved: each record has a field of that name",
             "6:37: the axis `measured_x` must have at least one level",
             "6:37: the axis name `measured_x` is reserved: each record has a field of that name",
             "6:53: the axis name `a b` must be made of letters (a-z, A-Z), digits, _ and -",
             "6:84: `n` must be a map of levels; found `3`"}));
}

TEST_F(ConfigTest, AxesAreDividedOnlyWithBothMedia) {
  EXPECT_EQ(
      mistakes(kHead + "axes: {audio: {a: [channel.band]}}\n"),
      (Lines{"6:8: the axis name `audio` is reserved: `axes` is divided into `audio` and `image` only if there are "
             "sources of both"}));
  const std::string both =
      "fairground: 1\nname: w\nseed: 7\noutput: {directory: out}\n"
      "sources: [{media: audio, manifest: speech.csv, id: a, file: b}, {media: image, manifest: faces.csv, id: a, "
      "file: b}]\n";
  EXPECT_EQ(mistakes(both + "axes: {noise: {a: []}}\n"),
            Lines{"6:8: unknown key `noise` in `axes`; valid here: audio, image"});
}

TEST_F(ConfigTest, AxesAndColumnsHaveDifferentNames) {
  std::string text = kLevel + "    a: [channel.band]\n";
  text.replace(text.find("file: path"), 10, "file: path, keep: [noise]");
  EXPECT_EQ(mistakes(text), Lines{"7:3: the axis `noise` has the name of a column in `groups` or `keep`"});
}

TEST_F(ConfigTest, StepsHaveOneShape) {
  EXPECT_EQ(mistakes(kLevel + "    a:\n    b: [{channel.band: {}, x: 1}]\n    c: [[], {}]\n    d: [channel.band: ]\n"),
            (Lines{"8:5: `a` must be a list of steps, and `[]` if it changes nothing; found nothing",
                   "9:9: a step is one augmenter, but here are 2 keys: indent parameters below their augmenter, and "
                   "begin each step with `-`",
                   "10:9: `step` must be the name of an augmenter, or `augmenter: {parameter: value}`; found a list",
                   "10:13: `step` must be the name of an augmenter, or `augmenter: {parameter: value}`; found a map",
                   "11:9: `channel.band` must be a map of parameters, and `{}` for none; found nothing"}));
}

TEST_F(ConfigTest, AMistakeBehindAnAliasIsShownOnce) {
  EXPECT_EQ(mistakes(kLevel + "    a: [&n {noise.coloured: {snr_db: 99}}]\n    b: [*n, channel.band]\n").size(), 1U);
}

}  // namespace
}  // namespace fairground
