// Mistakes in everything but the axes.
#include "tests/config/fixture.h"

namespace fairground {
namespace {

/// A config with these entries of `sources`, which begin on line 6.
std::string with_sources(const std::string& entries) {
  return "fairground: 1\nname: ward\nseed: 7\noutput: {directory: out}\nsources:\n" + entries;
}

const std::string kEntry = "{media: audio, manifest: speech.csv, id: clip, file: path";

TEST_F(ConfigTest, UnknownKeysGetTheNearestOne) {
  EXPECT_EQ(mistakes(kHead + "asets: {}\n"), Lines{"6:1: unknown key `asets` in `config`; did you mean `assets`?"});
  EXPECT_EQ(mistakes(kHead + "design: {relaizations: 3}\n"),
            Lines{"6:10: unknown key `relaizations` in `design`; did you mean `realizations`?"});
}

TEST_F(ConfigTest, UnknownKeysFarFromAllGetTheList) {
  EXPECT_EQ(mistakes(kHead + "zebra: 1\n"),
            Lines{"6:1: unknown key `zebra` in `config`; valid here: fairground, name, seed, sources, roots, limits, "
                  "memory, assets, design, axes, face_model, face_cascades, resampler, gates, card, output"});
}

TEST_F(ConfigTest, RequiredKeysAreMissed) {
  EXPECT_EQ(mistakes("limits: {}\n"),
            (Lines{"1:1: `fairground` is missing in `config`", "1:1: `name` is missing in `config`",
                   "1:1: `output` is missing in `config`", "1:1: `seed` is missing in `config`",
                   "1:1: `sources` is missing in `config`"}));
  EXPECT_EQ(mistakes(with_sources("- {}\n")),
            (Lines{"6:3: `file` is missing in `sources`", "6:3: `id` is missing in `sources`",
                   "6:3: `manifest` is missing in `sources`", "6:3: `media` is missing in `sources`"}));
}

TEST_F(ConfigTest, VersionAndNameAndSeedAreChecked) {
  EXPECT_EQ(mistakes("fairground: 2\nname: a/b\nseed: -1\noutput: {}\nsources: []\n"),
            (Lines{"1:13: `fairground` must be 1; found `2`",
                   "2:7: `name` must be made of letters (a-z, A-Z), digits, _ and -; found `a/b`",
                   "3:7: `seed` must be an integer from 0 to 9223372036854775807; found `-1`",
                   "4:9: `directory` is missing in `output`", "5:10: `sources` must have at least one entry"}));
}

TEST_F(ConfigTest, IntegersMustBePlainDigits) {
  for (const char* value : {"010", "0x10", "1e3", "1:30", "1_000", "3.0"}) {
    EXPECT_EQ(mistakes(kHead + "design: {realizations: " + value + "}\n"),
              Lines{"6:24: `realizations` must be an integer from 1 to 100000, in plain decimal digits; found `" +
                    std::string(value) + "`"});
  }
  for (const char* value : {"0", "100001", "-3", "99999999999999999999", "abc"}) {
    EXPECT_EQ(mistakes(kHead + "design: {realizations: " + value + "}\n"),
              Lines{"6:24: `realizations` must be an integer from 1 to 100000; found `" + std::string(value) + "`"});
  }
  EXPECT_EQ(mistakes(kHead + "design: {realizations: '3'}\n"),
            Lines{"6:24: `realizations` must be an integer from 1 to 100000, without quotes; found the text `3`"});
}

TEST_F(ConfigTest, NumbersMustBeFiniteAndInRange) {
  for (const char* value : {".inf", ".nan", "nan", "inf", "1e999", "-0.1", "1.5", "1_0", "1.2.3", ".", "-", "1e"}) {
    EXPECT_EQ(mistakes(kHead + "gates: {clipped_fraction: " + value + "}\n"),
              Lines{"6:27: `clipped_fraction` must be a number from 0 to 1; found `" + std::string(value) + "`"});
  }
  EXPECT_EQ(
      mistakes(kHead + "limits: {audio_seconds: 010, file_megabytes: \"3\"}\n"),
      (Lines{"6:25: `audio_seconds` must be a number from 0.001 to 10000000 s, without leading zeros; found `010`",
             "6:46: `file_megabytes` must be a number from 0.001 to 1000000 megabytes, without quotes; found the "
             "text `3`"}));
  EXPECT_EQ(mistakes(kHead + "limits: {audio_channels: 0, audio_megasamples: 0, expansion: 0.5}\n"),
            (Lines{"6:26: `audio_channels` must be an integer from 1 to 1024; found `0`",
                   "6:48: `audio_megasamples` must be a number from 0.001 to 1000000 million samples; found `0`",
                   "6:62: `expansion` must be a number from 1 to 1000000 times the file's size; found `0.5`"}));
}

TEST_F(ConfigTest, MemoryIsInWholeMegabytes) {
  for (const char* value : {"99", "10000001", "-1"}) {
    EXPECT_EQ(mistakes(kHead + "memory: " + value + "\n"),
              Lines{"6:9: `memory` must be an integer from 100 to 10000000; found `" + std::string(value) + "`"});
  }
  EXPECT_EQ(mistakes(kHead + "memory: 4GB\n"),
            Lines{"6:9: `memory` must be an integer from 100 to 10000000, in plain decimal digits; found `4GB`"});
}

TEST_F(ConfigTest, FlagsAreOnlyTrueAndFalse) {
  for (const char* value : {"yes", "on", "True", "1", "n"}) {
    EXPECT_EQ(mistakes(kHead + "design: {include_clean: " + value + "}\n"),
              Lines{"6:25: `include_clean` must be true or false; found `" + std::string(value) + "`"});
  }
  EXPECT_EQ(mistakes(kHead + "design: {include_clean: 'true'}\n"),
            Lines{"6:25: `include_clean` must be true or false; found the text `true`"});
}

TEST_F(ConfigTest, TextMustBeUnambiguous) {
  EXPECT_EQ(mistakes(with_sources("- {media: audio, manifest: speech.csv, id: yes, file: [a], subject: ''}\n")),
            (Lines{"6:44: `id` must be text, in quotes where YAML readers may take it for true or false; found `yes`",
                   "6:55: `file` must be text; found a list", "6:69: `subject` must not be empty"}));
  EXPECT_EQ(mistakes(with_sources("- {media: audio, manifest: speech.csv, id: 'yes', file: 5}\n")), Lines{});
}

TEST_F(ConfigTest, ChoicesAreListed) {
  EXPECT_EQ(mistakes(kHead + "design: {pairing: match, order: 3}\n"),
            (Lines{"6:19: `pairing` must be matched or independent; found `match`; did you mean `matched`?",
                   "6:33: `order` must be staged or as_written; found `3`"}));
  EXPECT_EQ(mistakes(kHead + "design: {pairing: mached}\n"),
            Lines{"6:19: `pairing` must be matched or independent; found `mached`; did you mean `matched`?"});
}

TEST_F(ConfigTest, DividedDesignsNeedSources) {
  EXPECT_EQ(mistakes(kHead + "design:\n  audio: {realizations: 0}\n  image: {}\n  order: staged\n"),
            (Lines{"7:25: `realizations` must be an integer from 1 to 100000; found `0`", "8:3: `image` has no sources",
                   "9:3: unknown key `order` in `design`; valid here: audio"}));
}

TEST_F(ConfigTest, SettingsOfSourcesAreChecked) {
  EXPECT_EQ(mistakes(with_sources("- {media: sound, manifest: none.csv, id: a, file: b,\n"
                                  "   sample_rate: 3999, channels: stereo, active_level: -2}\n")),
            (Lines{"6:11: `media` must be audio or image; found `sound`",
                   "6:28: there is no file `" + (folder_ / "none.csv").string() + "`",
                   "7:17: `sample_rate` must be an integer from 4000 to 192000, or `keep`; found `3999`",
                   "7:33: `channels` must be mono or keep; found `stereo`",
                   "7:55: `active_level` must be a number from -60 to -3 dBov, or `keep`; found `-2`"}));
}

TEST_F(ConfigTest, ManifestMustBeAFile) {
  EXPECT_EQ(mistakes(with_sources("- {media: audio, manifest: noise, id: a, file: b}\n")),
            Lines{"6:28: there is no file `" + (folder_ / "noise").string() + "`"});
}

TEST_F(ConfigTest, AudioKeysAreRefusedForImages) {
  EXPECT_EQ(mistakes(with_sources("- {media: image, manifest: faces.csv, id: a, file: b, transcript: c,\n"
                                  "   words: w, sample_rate: 16000, channels: mono, active_level: keep}\n")),
            (Lines{"6:55: `transcript` is for audio only", "7:4: `words` is for audio only",
                   "7:14: `sample_rate` is for audio only", "7:34: `channels` is for audio only",
                   "7:50: `active_level` is for audio only"}));
}

TEST_F(ConfigTest, ColumnsAreUsedOnce) {
  EXPECT_EQ(mistakes(with_sources("- {media: audio, manifest: speech.csv, id: clip, file: clip, groups: [a, a],\n"
                                  "   keep: [clip, b], transcript: b}\n")),
            (Lines{"6:56: the column `clip` is used twice: first for `id`",
                   "6:74: the column `a` is used twice: first for `groups`",
                   "7:11: the column `clip` is used twice: first for `id`",
                   "7:33: the column `b` is used twice: first for `keep`"}));
}

TEST_F(ConfigTest, ColumnsThatAreRecordFieldsAreRefused) {
  EXPECT_EQ(
      mistakes(with_sources("- " + kEntry + ", groups: [subject], keep: [measured_x]}\n")),
      (Lines{"6:71: the column `subject` cannot be in `groups`, as each record has a field of that name: rename it "
             "in the manifest",
             "6:88: the column `measured_x` cannot be in `keep`, as each record has a field of that name: rename it "
             "in the manifest"}));
}

TEST_F(ConfigTest, ImageKeysAreRefusedForAudio) {
  EXPECT_EQ(mistakes(with_sources("- " + kEntry + ",\n   boxes: b, keypoints: k, mask: m, depth: d, normals: n}\n")),
            (Lines{"7:4: `boxes` is for images only", "7:14: `keypoints` is for images only",
                   "7:28: `mask` is for images only", "7:37: `depth` is for images only",
                   "7:47: `normals` is for images only"}));
}

TEST_F(ConfigTest, LabelsOfPicturesAreGivenForAllSourcesOrNone) {
  const std::string entry = "- {media: image, manifest: faces.csv, id: a, file: b";
  const std::string with = ", boxes: c, keypoints: d, mask: e, depth: f, normals: g}\n";
  const std::string others = ", boxes: h, keypoints: i, mask: j, depth: k, normals: l}\n";
  const auto about_labels = [](Lines lines) {
    std::erase_if(lines, [](const std::string& line) { return line.find("must be alike") == std::string::npos; });
    return lines;
  };
  EXPECT_EQ(about_labels(mistakes(with_sources(entry + with + entry + others))), Lines{});
  EXPECT_EQ(about_labels(mistakes(with_sources(entry + with + entry + "}\n"))).size(), 5U);
}

// Whatever their column, they go into a field of one name.
TEST_F(ConfigTest, WordsAreGivenForAllSourcesOrNone) {
  EXPECT_EQ(mistakes(with_sources("- " + kEntry + ", words: words}\n- " + kEntry + ", words: aligned}\n")), Lines{});
  EXPECT_EQ(mistakes(with_sources("- " + kEntry + ", words: words}\n- " + kEntry + "}\n")),
            Lines{"7:3: `words` must be alike in all sources of audio: here none, but `words` in the entry on line 6"});
}

TEST_F(ConfigTest, EntriesOfOneMediumMustBeAlike) {
  EXPECT_EQ(
      mistakes(with_sources("- " + kEntry + ", groups: [g], subject: s}\n- " + kEntry +
                            ",\n   groups: [h], keep: [k], transcript: t, licence: l}\n")),
      (Lines{"7:3: `subject` must be alike in all sources of audio: here none, but `s` in the entry on line 6",
             "8:4: `groups` must be alike in all sources of audio: here [h], but [g] in the entry on line 6",
             "8:17: `keep` must be alike in all sources of audio: here [k], but [] in the entry on line 6",
             "8:28: `transcript` must be alike in all sources of audio: here `t`, but none in the entry on line 6",
             "8:43: `licence` must be alike in all sources of audio: here `l`, but none in the entry on line 6"}));
}

TEST_F(ConfigTest, EntriesOfTwoMediaMayDiffer) {
  EXPECT_EQ(mistakes(with_sources("- " + kEntry +
                                  ", groups: [g]}\n"
                                  "- {media: image, manifest: faces.csv, id: a, file: b}\n")),
            Lines{});
}

TEST_F(ConfigTest, AssetsMustBeThere) {
  const std::string folder = folder_.string();
  EXPECT_EQ(mistakes(kHead + "assets:\n  a: {files: \"*.mp3\"}\n  b: {files: [noise, gone.wav]}\n  c d: {files: []}\n"
                             "  e: {licence: x}\n"),
            (Lines{"7:14: no file matches `*.mp3` from `" + folder + "`",
                   "8:15: `" + folder + "/noise`, which `noise` matches, is not a regular file",
                   "8:22: no file matches `gone.wav` from `" + folder + "`",
                   "9:3: the asset name `c d` must be made of letters (a-z, A-Z), digits, _ and -",
                   "9:16: `files` must name at least one file", "10:6: `files` is missing in `e`"}));
}

TEST_F(ConfigTest, PoolsOfTalkersMustBeWhole) {
  const std::string head = with_sources("- " + kEntry + ", subject: s}\n");
  EXPECT_EQ(mistakes(head + "assets:\n  a: {manifest: gone.csv, file: f, subject: s, balance: []}\n"
                            "  b: {manifest: pool.csv, files: 'noise/*.wav', balance: language, licens: x}\n"
                            "  c: {files: 'noise/*.wav', subject: s, balance: [l]}\n"
                            "  d: {manifest: pool.csv, file: f, subject: f, balance: [l, f, l]}\n"),
            (Lines{"8:17: there is no file `" + (folder_ / "gone.csv").string() + "`", "9:6: `file` is missing in `b`",
                   "9:6: `subject` is missing in `b`",
                   "9:27: `files` cannot stand beside `manifest`, whose rows name the files",
                   "9:58: `balance` must be a list of column names; found `language`",
                   "9:68: unknown key `licens` in `b`; did you mean `licence`?",
                   "10:29: `subject` is for a pool of talkers, which has a `manifest` in place of `files`",
                   "10:41: `balance` is for a pool of talkers, which has a `manifest` in place of `files`",
                   "11:45: the column `f` is used twice: first for `file`",
                   "11:61: the column `f` is used twice: first for `file`",
                   "11:64: the column `l` is used twice: first for `balance`"}));
}

TEST_F(ConfigTest, PoolsOfTalkersNeedKnownSubjects) {
  const std::string pool = "assets: {voices: {manifest: pool.csv, file: f, subject: s}}\n";
  EXPECT_EQ(
      mistakes(with_sources("- " + kEntry + "}\n") + pool),
      Lines{"7:10: the pool of talkers `voices` must be compared with the speakers of the sources, so that nobody "
            "hears their own voice: name their column as `subject` in `sources`"});
  EXPECT_EQ(mistakes(with_sources("- " + kEntry + ", subject: s}\n") + pool), Lines{});
  EXPECT_EQ(mistakes(with_sources("- {media: image, manifest: faces.csv, id: a, file: b}\n") + pool), Lines{})
      << "nobody hears anything";
}

TEST_F(ConfigTest, RootsMustBeFolders) {
  EXPECT_EQ(mistakes(kHead + "roots: {a: speech.csv, b: [x]}\n"),
            (Lines{"6:12: there is no folder `" + (folder_ / "speech.csv").string() + "`",
                   "6:27: `b` must be text; found a list"}));
}

TEST_F(ConfigTest, OutputIsChecked) {
  EXPECT_EQ(mistakes("fairground: 1\nname: ward\nseed: 7\n"
                     "output: {image: {format: png}, audio: {format: mp3, bits: 17}}\n"
                     "sources: [" +
                     kEntry + "}]\n"),
            (Lines{"4:9: `directory` is missing in `output`", "4:10: `image` has no sources",
                   "4:48: `format` must be flac or wav; found `mp3`", "4:59: `bits` must be 16 or 24; found `17`"}));
}

TEST_F(ConfigTest, QualityIsForLossyFormatsOnly) {
  const std::string head =
      "fairground: 1\nname: ward\nseed: 7\n"
      "sources: [{media: image, manifest: faces.csv, id: a, file: b}]\n";
  EXPECT_EQ(mistakes(head + "output: {directory: o, image: {quality: 90, format: png}}\n"),
            Lines{"5:32: `quality` is for jpeg and webp only"});
  EXPECT_EQ(mistakes(head + "output: {directory: o, image: {quality: 101, format: webp}}\n"),
            Lines{"5:41: `quality` must be an integer from 1 to 100; found `101`"});
}

TEST_F(ConfigTest, SomethingMustBeMade) {
  const std::string message = "nothing would be made of audio: no level has steps, and `include_clean` is false";
  EXPECT_EQ(mistakes(kHead + "design: {include_clean: false}\n"), Lines{"1:1: " + message});
  EXPECT_EQ(mistakes(kHead + "axes: {}\ndesign: {include_clean: false}\n"), Lines{"6:1: " + message});
}

TEST_F(ConfigTest, TenMistakesAreReportedInOneGo) {
  const Lines found = mistakes(R"(fairground: 3
name: a b
seed: 1e3
sources: [{media: audio, manifest: gone.csv, id: clip, file: clip}]
design: {realizations: 0, order: any}
axes: {noise: {loud: [{noise.colored: {}}], soft: [{noise.coloured: {snr_db: 70}}]}}
output: {}
)");
  EXPECT_EQ(found.size(), 10U) << testing::PrintToString(found);
}

}  // namespace
}  // namespace fairground
