// Good configs give the right values.
#include <sys/stat.h>

#include "pipeline/config/names.h"
#include "pipeline/core/hash.h"
#include "tests/config/fixture.h"

namespace fairground {
namespace {

const std::string kFull = R"(fairground: 1
name: ward_2-x
seed: 9223372036854775807
sources:
  - media: audio
    manifest: ./noise/../speech.csv
    id: clip
    file: path
    subject: speaker
    groups: [accent, gender]
    keep: [licence]
    transcript: text
    sample_rate: 16000
    channels: keep
    active_level: -30.5
  - {media: image, manifest: faces.csv, id: id, file: file, licence: terms}
roots: {archive: more/}
assets:
  site: {files: ["noise/*.wav", noise/a.wav], licence: CC0-1.0}
limits: {audio_seconds: 60, image_megapixels: 12.5, audio_channels: 8, audio_megasamples: 0.5, expansion: 20}
gates: {clipped_fraction: 0.01}
memory: 4000
axes:
  audio:
    noise:
      none: []
      drawn: [{noise.coloured: {snr_db: [5, 20], steady: true, bursts: 3}}]
      site: [{noise.recording: {from: site}}]
    line:
      narrow: [channel.band]
      wide:
        - channel.band: {low_hz: +50, high_hz: 7.5e3}
  image:
    light: {dark: [{light.exposure: {exposure_ev: -2}}]}
design:
  audio: {ways: all, realizations: 4, pairing: independent, order: as_written}
  image: {include_clean: false}
output:
  directory: ../out/ward/
  audio: {format: wav, bits: 24}
  image: {format: jpeg, quality: 85}
)";

TEST_F(ConfigTest, ReadsEveryKey) {
  const Config config = parse(kFull);
  EXPECT_EQ(config.path, folder_ / "c.yaml");
  EXPECT_EQ(config.sha256, sha256_hex(kFull));
  EXPECT_EQ(config.name, "ward_2-x");
  EXPECT_EQ(config.seed, 9223372036854775807U);
  EXPECT_EQ(config.output_directory, folder_.parent_path() / "out/ward");
  EXPECT_EQ(config.roots.at("archive"), folder_ / "more");
  EXPECT_EQ(config.limits.audio_seconds, 60);
  EXPECT_EQ(config.limits.image_megapixels, 12.5);
  EXPECT_EQ(config.limits.asset_seconds, 14400);
  EXPECT_EQ(config.limits.audio_channels, 8);
  EXPECT_EQ(config.limits.audio_megasamples, 0.5);
  EXPECT_EQ(config.limits.expansion, 20);
  EXPECT_EQ(config.memory_mb, 4000);
  EXPECT_EQ(config.gates.clipped_fraction, 0.01);

  ASSERT_EQ(config.sources.size(), 2U);
  const SourceSettings& speech = config.sources[0];
  EXPECT_EQ(speech.manifest, folder_ / "speech.csv");
  EXPECT_EQ(speech.subject, "speaker");
  EXPECT_EQ(speech.groups, (Lines{"accent", "gender"}));
  EXPECT_EQ(speech.keep, Lines{"licence"});
  EXPECT_EQ(speech.transcript, "text");
  EXPECT_EQ(speech.sample_rate, 16000);
  EXPECT_FALSE(speech.mono);
  EXPECT_EQ(speech.active_level_dbov, -30.5);
  EXPECT_EQ(config.sources[1].media, Media::image);
  EXPECT_EQ(config.sources[1].licence, "terms");

  ASSERT_EQ(config.assets.size(), 1U);
  EXPECT_EQ(config.assets[0].licence, "CC0-1.0");
  EXPECT_EQ(config.assets[0].files,
            (std::vector<std::filesystem::path>{folder_ / "noise/a.wav", folder_ / "noise/b.wav"}));

  const MediaSettings& audio = config.media.at(Media::audio);
  EXPECT_EQ(audio.design.realizations, 4);
  EXPECT_EQ(audio.design.pairing, Pairing::independent);
  EXPECT_EQ(audio.design.order, Order::as_written);
  EXPECT_TRUE(audio.design.include_clean);
  EXPECT_EQ(audio.output.format, FileFormat::wav);
  EXPECT_EQ(audio.output.bits, 24);
  const MediaSettings& image = config.media.at(Media::image);
  EXPECT_EQ(image.design.realizations, 8);
  EXPECT_FALSE(image.design.include_clean);
  EXPECT_EQ(image.output.format, FileFormat::jpeg);
  EXPECT_EQ(image.output.quality, 85);
}

TEST_F(ConfigTest, FillsSettingsInTheOrderOfTheSchema) {
  const Config config = parse(kFull);
  const std::vector<Axis>& axes = config.media.at(Media::audio).axes;
  ASSERT_EQ(axes.size(), 2U);
  ASSERT_EQ(axes[0].levels.size(), 3U);
  EXPECT_EQ(axes[0].name, "noise");
  EXPECT_TRUE(axes[0].levels[0].steps.empty());
  const Step& drawn = axes[0].levels[1].steps.at(0);
  EXPECT_EQ(drawn.schema->name, "noise.coloured");
  EXPECT_EQ(drawn.settings, (std::vector<Setting>{Range{5, 20}, std::string("pink"), std::int64_t{3}, true}));
  EXPECT_EQ(axes[0].levels[2].steps.at(0).settings, std::vector<Setting>{std::string("site")});
  EXPECT_EQ(axes[1].levels.at(0).steps.at(0).settings, (std::vector<Setting>{300.0, 3400.0}));
  EXPECT_EQ(axes[1].levels.at(1).steps.at(0).settings, (std::vector<Setting>{50.0, 7500.0}));
}

TEST_F(ConfigTest, HasDefaultsForAllThatIsOptional) {
  const Config config = parse(kHead);
  const MediaSettings& audio = config.media.at(Media::audio);
  EXPECT_EQ(config.media.size(), 1U);
  EXPECT_TRUE(audio.axes.empty());
  EXPECT_EQ(audio.design.realizations, 8);
  EXPECT_EQ(audio.design.pairing, Pairing::matched);
  EXPECT_EQ(audio.output.format, FileFormat::flac);
  EXPECT_EQ(audio.output.bits, 16);
  EXPECT_EQ(config.sources[0].sample_rate, 0);
  EXPECT_TRUE(config.sources[0].mono);
  EXPECT_EQ(config.sources[0].active_level_dbov, -26.0);
}

TEST_F(ConfigTest, KeepsRateAndLevelWhenAsked) {
  std::string text = kHead;
  text.replace(text.find("file: path"), 10, "file: path, sample_rate: keep, active_level: keep");
  const Config config = parse(text);
  EXPECT_EQ(config.sources[0].sample_rate, 0);
  EXPECT_FALSE(config.sources[0].active_level_dbov.has_value());
}

TEST_F(ConfigTest, OneDesignServesBothMedia) {
  const std::string second = "  - {media: image, manifest: faces.csv, id: id, file: file}\n";
  const std::string text =
      "fairground: 1\nname: x\nseed: 1\noutput: {directory: o}\ndesign: {realizations: 3}\nsources:\n"
      "  - {media: audio, manifest: speech.csv, id: id, file: file}\n" +
      second;
  const Config config = parse(text);
  EXPECT_EQ(config.media.at(Media::audio).design.realizations, 3);
  EXPECT_EQ(config.media.at(Media::image).design.realizations, 3);
  EXPECT_EQ(config.media.at(Media::image).output.format, FileFormat::png);
}

TEST_F(ConfigTest, AliasesStandForWhatTheyName) {
  const Config config = parse(kLevel + "    a: [&n {noise.coloured: {snr_db: 5}}]\n    b: [*n, channel.band]\n");
  const auto& levels = config.media.at(Media::audio).axes.at(0).levels;
  EXPECT_EQ(levels.at(0).steps.at(0), levels.at(1).steps.at(0));
}

TEST_F(ConfigTest, ByteOrderMarkAndCarriageReturnsAreHarmless) {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : kHead) {
    text += c == '\n' ? "\r\n" : std::string(1, c);
  }
  EXPECT_EQ(parse(text).name, "ward");
}

TEST_F(ConfigTest, FolderWithPatternCharactersIsNoPattern) {
  const std::filesystem::path odd = folder_ / "take [2]*";
  std::filesystem::create_directories(odd);
  std::ofstream(odd / "speech.csv") << "x";
  std::ofstream(odd / "n.wav") << "x";
  const Config config = parse_config(kHead + "assets: {site: {files: '*.wav'}}\n", odd / "c.yaml", fake_schemas());
  EXPECT_EQ(config.assets.at(0).files, std::vector<std::filesystem::path>{odd / "n.wav"});
}

TEST_F(ConfigTest, APoolOfTalkersIsAnAssetWithAManifest) {
  std::string text = kHead +
                     "assets:\n  voices: {manifest: more/../pool.csv, file: path, subject: speaker,\n"
                     "           balance: [language, gender], licence: CC0-1.0}\n"
                     "  few: {manifest: pool.csv, file: path, subject: speaker}\n  site: {files: noise/a.wav}\n"
                     "axes: {noise: {a: [{noise.babble: {from: few}}]}}\n";
  text.replace(text.find("file: path"), 10, "file: path, subject: who");
  const Config config = parse(text);
  ASSERT_EQ(config.assets.size(), 3U);
  const AssetSettings& voices = config.assets[0];
  EXPECT_EQ(voices.kind(), AssetKind::talkers);
  ASSERT_TRUE(voices.pool);
  EXPECT_EQ(voices.pool->manifest, folder_ / "pool.csv");
  EXPECT_EQ(voices.pool->file, "path");
  EXPECT_EQ(voices.pool->subject, "speaker");
  EXPECT_EQ(voices.pool->balance, (Lines{"language", "gender"}));
  EXPECT_EQ(voices.licence, "CC0-1.0");
  EXPECT_TRUE(voices.files.empty());
  EXPECT_TRUE(config.assets[1].pool->balance.empty());
  EXPECT_EQ(config.assets[2].kind(), AssetKind::recordings);
  EXPECT_EQ(config.media.at(Media::audio).axes[0].levels[0].steps[0].settings[0], Setting(std::string("few")));
}

TEST_F(ConfigTest, LoadReadsTheFileAndHashesItsBytes) {
  std::ofstream(folder_ / "c.yaml") << kHead;
  const Config config = load_config(path(), fake_schemas());
  EXPECT_EQ(config.sha256, sha256_hex(kHead));
}

TEST_F(ConfigTest, LoadSaysWhyAFileCannotBeRead) {
  try {
    static_cast<void>(load_config(folder_ / "none.yaml", fake_schemas()));
    FAIL() << "it does not exist";
  } catch (const UserError& error) {
    EXPECT_EQ(error.messages(),
              Lines{(folder_ / "none.yaml").string() + ": cannot be read: No such file or directory"});
  }
  EXPECT_THROW(static_cast<void>(load_config(folder_, fake_schemas())), UserError);
  EXPECT_THROW(static_cast<void>(load_config("/dev/zero", fake_schemas())), UserError);
  ASSERT_EQ(::mkfifo((folder_ / "pipe.yaml").c_str(), 0600), 0);
  EXPECT_THROW(static_cast<void>(load_config(folder_ / "pipe.yaml", fake_schemas())), UserError) << "nobody writes";
}

TEST_F(ConfigTest, LoadStopsReadingAtTheLimit) {
  std::ofstream(folder_ / "c.yaml") << std::string((4U << 20U) + 1U, '#');
  try {
    static_cast<void>(load_config(path(), fake_schemas()));
    FAIL() << "it is too long";
  } catch (const UserError& error) {
    EXPECT_EQ(error.messages(), Lines{path() + ":1:1: longer than 4 MiB, which no config needs to be"});
  }
}

TEST(Names, RecordFieldsAreKnown) {
  EXPECT_TRUE(is_record_field("variant_id"));
  EXPECT_TRUE(is_record_field("measured"));
  EXPECT_TRUE(is_record_field("measured_active_level_dbov"));
  EXPECT_TRUE(is_record_field("original_file_name"));
  EXPECT_TRUE(is_record_field("file_names"));
  EXPECT_FALSE(is_record_field("file_name_of_source"));
  EXPECT_FALSE(is_record_field("accent"));
}

TEST(Names, WhatLoadersAddToRecordsIsTaken) {
  for (const char* name : {"audio", "image", "clean"}) {
    EXPECT_TRUE(is_record_field(name)) << name;
  }
}

TEST(Names, MustBeFitForPaths) {
  EXPECT_TRUE(is_name("Ward_2-x"));
  for (const char* name : {"", "a b", "a/b", "..", "ä", "a.b"}) {
    EXPECT_FALSE(is_name(name)) << name;
  }
}

TEST(Schema, NamesItsStagesAndFindsItsParameters) {
  EXPECT_STREQ(to_string(Stage::processing_audio), "processing");
  EXPECT_STREQ(to_string(Stage::processing_image), "processing");
  EXPECT_STREQ(to_string(Stage::skin), "skin");
  EXPECT_EQ(noise_schema().find("bursts"), 2U);
  EXPECT_FALSE(noise_schema().find("burst").has_value());
  EXPECT_STREQ(extension(FileFormat::jpeg), "jpg");
  EXPECT_STREQ(extension(FileFormat::flac), "flac");
}

}  // namespace
}  // namespace fairground
