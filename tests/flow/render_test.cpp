// From sources on disk to written files and records: what is promised of them, measured on what decodes.
#include "pipeline/flow/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/units.h"
#include "pipeline/measure/image_level.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "tests/measure/signals.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

/// A config with everything that rendering needs of it.
struct Set {
  Config config;
  Catalog catalog;
  Plan plan;
  Workshop workshop;

  Set(const std::string& text, const std::filesystem::path& path)
      : config(parse_config(text, path, registered_schemas())),
        catalog(read_catalog(config, /*jobs=*/1)),
        plan(config, catalog),
        workshop(plan) {}

  [[nodiscard]] const std::vector<Source>& sources(Media media = Media::audio) const {
    return plan.of(media).catalog->sources;
  }
  /// The outcomes of one source, condition by condition.
  [[nodiscard]] std::vector<Outcome> render(std::size_t source, Media media = Media::audio) const {
    const DecodedSource decoded = decode_source(plan, media, source);
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      const Variant variant = plan.at(i);
      if (variant.media == media && variant.source == source) {
        outcomes.push_back(render_variant(workshop, i, decoded));
      }
    }
    return outcomes;
  }
};

class RenderTest : public testing::Test {
 protected:
  void add(const std::string& id, const Audio& audio, const std::string& group = "north") {
    write_wav(folder_ / (id + ".wav"), audio);
    rows_ += id + "," + id + ".wav,voice " + id + "," + group + ",said on a Monday\n";
  }
  void add_speech(const std::string& id, double seconds, int rate, std::uint64_t seed,
                  const std::string& group = "north") {
    add(id, mono(rate, speech_like(seconds, rate, -30, seed)), group);
  }
  void add_picture(const std::string& id, const cv::Mat& codes) {
    write_bytes(folder_ / (id + ".png"), encode_image({codes}, ImageContainer::png, /*quality=*/100));
    rows_ += id + "," + id + ".png,sitter " + id + ",north,taken on a Monday\n";
  }

  /// A set of what was added. `axes` and `rest` are YAML.
  [[nodiscard]] std::unique_ptr<Set> make(const std::string& source, const std::string& axes, const std::string& rest) {
    write_text(folder_ / "sources.csv", "id,path,person,accent,note\n" + rows_);
    const std::string text =
        "fairground: 1\nname: test\nseed: 7\nsources: [{manifest: sources.csv, id: id, file: path, " + source +
        ", subject: person, groups: [accent], keep: [note]}]\naxes: " + axes + "\n" + rest + "\n";
    return std::make_unique<Set>(text, folder_ / "c.yaml");
  }
  [[nodiscard]] std::unique_ptr<Set> make_audio(const std::string& source, const std::string& axes,
                                                const std::string& rest = "output: {directory: out}") {
    return make("media: audio" + source, axes, rest);
  }

  TemporaryFolder folder_;
  std::string rows_;
};

Audio decode(const Outcome& outcome) {
  EXPECT_EQ(outcome.fate, Fate::written) << outcome.stage << ": " << outcome.reason;
  return decode_audio(outcome.file, outcome.variant.file_name, {});
}

ordered_json record_of(const Outcome& outcome) { return ordered_json::parse(outcome.record); }
ordered_json measured_of(const Outcome& outcome) {
  return ordered_json::parse(record_of(outcome).at("measured").get<std::string>());
}
ordered_json augmentations_of(const Outcome& outcome) {
  return ordered_json::parse(record_of(outcome).at("augmentations").get<std::string>());
}

/// What a file holds beyond its clean reference.
std::vector<double> difference(const Audio& file, const Audio& clean) {
  std::vector<double> rest(file.samples.size());
  for (std::size_t i = 0; i < rest.size(); ++i) {
    rest[i] = static_cast<double>(file.samples[i]) - clean.samples[i];
  }
  return rest;
}

double power_dbov(const std::vector<double>& samples) {
  double energy = 0.0;
  for (const double sample : samples) {
    energy += sample * sample;
  }
  return db_from_power(energy / static_cast<double>(samples.size()));
}

// What is promised of samples and of a file of 16 bits.
constexpr double kSnrToleranceDb = 0.1;
constexpr double kFileToleranceDb = 0.3;
constexpr double kActiveLevelToleranceDb = 0.05;

// The whole way: read, resample, level, draw, mix, round, write; then decode, subtract the clean reference's file,
// and measure what is left.
TEST_F(RenderTest, MeetsTheSnrInTheFilesOf204RandomCases) {
  constexpr int kSources = 34;
  write_wav(folder_ / "noise/a.wav", mono(48000, speech_like(4.0, 48000, -25, 1)));
  write_wav(folder_ / "noise/b.wav", mono(22050, sine(2.0, 22050, 120, 0.1)));
  double largest = 0.0;
  double largest_in_file = 0.0;
  int cases = 0;
  const std::map<int, std::string> colours{{8000, "white"}, {16000, "pink"}, {48000, "brown"}};
  for (const auto& [rate, colour] : colours) {
    rows_.clear();
    RandomStream random(static_cast<std::uint64_t>(rate), 0, "lengths");
    for (int i = 0; i < kSources; ++i) {
      add_speech("s" + std::to_string(rate) + "_" + std::to_string(i), random.uniform(1.5, 3.0), rate, random.bits());
    }
    // Low enough that noise of -5 dB with the peaks of speech never clips, which the gate makes sure of.
    const auto set =
        make_audio(", active_level: -32, sample_rate: " + std::to_string(rate),
                   "{noise: {none: [], coloured: [{noise.coloured: {colour: " + colour +
                       ", snr_db: [-5, 40]}}], recorded: [{noise.recording: {from: site, snr_db: [-5, 40]}}]}}",
                   "assets: {site: {files: \"noise/*.wav\"}}\ndesign: {realizations: 34}\n"
                   "gates: {clipped_fraction: 0}\noutput: {directory: out}");
    for (std::size_t source = 0; source < kSources; ++source) {
      const std::vector<Outcome> outcomes = set->render(source);
      ASSERT_EQ(outcomes.size(), 3U);
      const Audio clean = decode(outcomes[0]);
      const double speech_db = measure_speech_level(clean).active_level_dbov;
      EXPECT_NEAR(speech_db, -32.0, kActiveLevelToleranceDb);
      for (std::size_t i = 1; i < 3; ++i) {
        SCOPED_TRACE(outcomes[i].variant.variant_id);
        ASSERT_EQ(outcomes[i].fate, Fate::written) << outcomes[i].reason;
        const double requested = augmentations_of(outcomes[i]).at(0).at("parameters").at("snr_db");
        EXPECT_GE(requested, -5.0);
        EXPECT_LE(requested, 40.0);
        const double in_record = measured_of(outcomes[i]).at("snr_db");
        EXPECT_NEAR(in_record, requested, kSnrToleranceDb);
        const double in_file = speech_db - power_dbov(difference(decode(outcomes[i]), clean));
        EXPECT_NEAR(in_file, requested, kFileToleranceDb);
        largest = std::max(largest, std::abs(in_record - requested));
        largest_in_file = std::max(largest_in_file, std::abs(in_file - requested));
        ++cases;
      }
    }
  }
  EXPECT_EQ(cases, 204);
  RecordProperty("largest_error_db", std::to_string(largest));
  RecordProperty("largest_error_in_file_db", std::to_string(largest_in_file));
}

// A difference of two files of 24 bits is off by one step at most, half a step for each; floats of less than 1
// are rounded by an eighth of that.
constexpr double kStep24 = 0x1p-23;

TEST_F(RenderTest, AddsTheSameNoiseToEverySourceOfARealization) {
  write_wav(folder_ / "noise/a.wav", mono(48000, speech_like(4.0, 48000, -25, 1)));
  add_speech("short", 1.7, 16000, 1);
  add_speech("long", 4.0, 48000, 2, "south");
  const auto set = make_audio(", sample_rate: 16000",
                              "{noise: {none: [], coloured: [{noise.coloured: {snr_db: [0, 20]}}], "
                              "recorded: [{noise.recording: {from: site, snr_db: 3}}]}}",
                              "assets: {site: {files: \"noise/*.wav\"}}\ndesign: {realizations: 1}\n"
                              "output: {directory: out, audio: {format: wav, bits: 24}}");
  const std::vector<Outcome> a = set->render(0);
  const std::vector<Outcome> b = set->render(1);
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_EQ(a[i].variant.draw_id, b[i].variant.draw_id);
    const std::vector<double> in_a = difference(decode(a[i]), decode(a[0]));
    const std::vector<double> in_b = difference(decode(b[i]), decode(b[0]));
    ASSERT_LT(in_a.size(), in_b.size());
    double product = 0.0;
    double energy = 0.0;
    for (std::size_t n = 0; n < in_a.size(); ++n) {
      product += in_a[n] * in_b[n];
      energy += in_b[n] * in_b[n];
    }
    const double gain = product / energy;
    EXPECT_GT(power_dbov(in_a), -60.0) << "there is no noise to compare";
    for (std::size_t n = 0; n < in_a.size(); ++n) {
      ASSERT_NEAR(in_a[n], gain * in_b[n], 1.25 * (1 + gain) * kStep24) << "sample " << n;
    }
  }
}

TEST_F(RenderTest, GivesEverySourceItsOwnNoiseUnderIndependentPairing) {
  add_speech("one", 2.0, 16000, 1);
  add_speech("other", 2.0, 16000, 2);
  const auto set = make_audio("", "{noise: {none: [], loud: [{noise.coloured: {snr_db: 0}}]}}",
                              "design: {realizations: 1, pairing: independent}\noutput: {directory: out}");
  const std::vector<double> a = difference(decode(set->render(0)[1]), decode(set->render(0)[0]));
  const std::vector<double> b = difference(decode(set->render(1)[1]), decode(set->render(1)[0]));
  double product = 0.0;
  double energy_a = 0.0;
  double energy_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += a[i] * b[i];
    energy_a += a[i] * a[i];
    energy_b += b[i] * b[i];
  }
  // Pink noise has few independent numbers: some hundred a second count.
  EXPECT_LT(std::abs(product) / std::sqrt(energy_a * energy_b), 0.3);
}

TEST_F(RenderTest, DealsGroupsOfOneSizeTheSameRealizations) {
  for (int i = 0; i < 11; ++i) {
    add_speech("n" + std::to_string(i), 0.5, 8000, 1, "north");
    add_speech("s" + std::to_string(i), 0.5, 8000, 2, "south");
  }
  const auto set = make_audio("", "{noise: {none: [], hiss: [{noise.coloured: {snr_db: [0, 20]}}]}}",
                              "design: {realizations: 4}\noutput: {directory: out}");
  std::map<std::uint32_t, std::multiset<int>> realizations;
  std::map<std::uint32_t, std::multiset<std::string>> draws;
  std::map<std::uint32_t, std::multiset<double>> snrs;
  for (std::size_t source = 0; source < 22; ++source) {
    const std::uint32_t group = set->sources()[source].group;
    for (const Outcome& outcome : set->render(source)) {
      realizations[group].insert(outcome.variant.realization);
      draws[group].insert(outcome.variant.draw_id);
      if (!augmentations_of(outcome).empty()) {
        snrs[group].insert(augmentations_of(outcome).at(0).at("parameters").at("snr_db").get<double>());
      }
    }
  }
  ASSERT_EQ(realizations.size(), 2U);
  EXPECT_EQ(realizations[0], realizations[1]);
  EXPECT_EQ(draws[0], draws[1]);
  EXPECT_EQ(snrs[0], snrs[1]);
  EXPECT_EQ(std::set<double>(snrs[0].begin(), snrs[0].end()).size(), 4U);
}

TEST_F(RenderTest, MixesSeveralNoisesOfOneScene) {
  write_wav(folder_ / "noise/a.wav", mono(16000, speech_like(4.0, 16000, -25, 1)));
  add_speech("one", 3.0, 16000, 1);
  const auto set = make_audio(
      "",
      "{room: {none: [], two: [{noise.coloured: {colour: white, snr_db: 15}}, {noise.coloured: {snr_db: 12}}]}, "
      "site: {none: [], site: [{noise.recording: {from: site, snr_db: 9}}]}}",
      "assets: {site: {files: \"noise/*.wav\"}}\noutput: {directory: out}");
  const std::vector<Outcome> outcomes = set->render(0);
  ASSERT_EQ(outcomes.size(), 4U);  // none, site, two, two and site
  const ordered_json measured = measured_of(outcomes[3]);
  const ordered_json stems = measured.at("stems");
  ASSERT_EQ(stems.size(), 3U);
  const std::array expected{std::pair("noise.coloured", 15.0), std::pair("noise.coloured", 12.0),
                            std::pair("noise.recording", 9.0)};
  double sum = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(stems[i].at("augmenter"), expected[i].first);
    EXPECT_EQ(stems[i].at("requested_snr_db"), expected[i].second);
    EXPECT_NEAR(stems[i].at("snr_db").get<double>(), expected[i].second, kSnrToleranceDb);
    sum += power_from_db(-expected[i].second);
  }
  const double total = measured.at("snr_db");
  // Three noises that are independent but short: their products do not quite cancel.
  EXPECT_NEAR(total, -db_from_power(sum), 0.5);
  // The total is what a listener can measure.
  const Audio clean = decode(outcomes[0]);
  const double in_file =
      measure_speech_level(clean).active_level_dbov - power_dbov(difference(decode(outcomes[3]), clean));
  EXPECT_NEAR(in_file, total, kSnrToleranceDb);
  // The second step of an augmenter is another draw: the first alone would be 3 dB away in amplitude.
  EXPECT_LT(std::abs(total + db_from_power(sum)), 0.5);
}

TEST_F(RenderTest, BringsSourcesToOneActiveLevel) {
  add_speech("narrow", 3.0, 8000, 1);
  add_speech("wide", 3.0, 44100, 2);
  Audio stereo(16000, 2, 48000);
  std::ranges::copy(speech_like(3.0, 16000, -50, 3), stereo.channel(0).begin());
  std::ranges::copy(speech_like(3.0, 16000, -20, 4), stereo.channel(1).begin());
  add("stereo", stereo);
  for (const auto& [settings, channels, level] : {std::tuple(", sample_rate: 16000", 1, -26.0),
                                                  {", sample_rate: 48000, channels: keep", 2, -26.0},
                                                  {", sample_rate: 8000, active_level: -35", 1, -35.0}}) {
    const auto set = make_audio(settings, "{noise: {none: [], hiss: [{noise.coloured: {snr_db: 20}}]}}",
                                // A stereo recording beside others may not be matched with them.
                                "design: {pairing: independent}\noutput: {directory: out}");
    for (std::size_t source = 0; source < 3; ++source) {
      const DecodedSource decoded = decode_source(set->plan, Media::audio, source);
      ASSERT_EQ(decoded.fate, Fate::written) << decoded.reason;
      EXPECT_EQ(decoded.audio.sample_rate, set->config.sources[0].sample_rate);
      EXPECT_EQ(decoded.audio.channels, set->sources()[source].id == "stereo" ? channels : 1);
      EXPECT_NEAR(measure_speech_level(decoded.audio).active_level_dbov, level, kActiveLevelToleranceDb);
      EXPECT_EQ(decoded.speech_level.active_level_dbov, measure_speech_level(decoded.audio).active_level_dbov);
      const Outcome clean = set->render(source)[0];
      EXPECT_NEAR(record_of(clean).at("measured_active_level_dbov").get<double>(), level, kActiveLevelToleranceDb);
    }
  }
}

TEST_F(RenderTest, KeepsTheSamplesOfACleanReference) {
  const Audio speech = mono(16000, speech_like(2.0, 16000, -30, 1));
  write_wav(folder_ / "one.wav", speech, 16);
  rows_ = "one,one.wav,a,north,x\n";
  const Audio source = decode_audio(read_file(folder_ / "one.wav", {}), "one.wav", {});
  for (const char* output : {"{format: flac, bits: 16}", "{format: flac, bits: 24}", "{format: wav, bits: 16}"}) {
    const std::string rest = "output: {directory: out, audio: " + std::string(output) + "}";
    const std::string axes = "{noise: {none: [], hiss: [{noise.coloured: {snr_db: 20}}]}}";
    // The level kept: the very samples.
    EXPECT_EQ(decode(make_audio(", active_level: keep", axes, rest)->render(0)[0]).samples, source.samples) << output;
    // The level set: one gain, and one rounding.
    const auto set = make_audio("", axes, rest);
    const double gain = amplitude_from_db(-26.0 - measure_speech_level(source.samples, 16000).active_level_dbov);
    const Audio clean = decode(set->render(0)[0]);
    const double half_step = std::ldexp(0.5, 1 - set->config.media.at(Media::audio).output.bits);
    // The level is met within a hundredth of a decibel in two looks, 0.12 % of a sample.
    constexpr double kGain = 0.0012;
    for (std::size_t i = 0; i < source.samples.size(); ++i) {
      const double expected = gain * source.samples[i];
      ASSERT_NEAR(clean.samples[i], expected, half_step * 1.01 + kGain * std::abs(expected)) << i;
    }
    const PcmAudio rounded =
        quantise(decode_source(set->plan, Media::audio, 0).audio, set->config.media.at(Media::audio).output.bits);
    const PcmAudio written = quantise(clean, rounded.bits);
    EXPECT_EQ(written.samples, rounded.samples);
  }
}

// docs/design.md, section 7, in its words; what follows `measured` are the columns that every line has.
const std::vector<std::string> kFields{
    "file_name", "clean_file_name", "variant_id",  "source_id",     "subject", "accent",
    "note",      "noise",           "realization", "pair_id",       "draw_id", "synthetic",
    "control",   "source_sha256",   "sha256",      "augmentations", "measured"};

std::vector<std::string> keys(const ordered_json& json) {
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items()) {
    names.push_back(name);
  }
  return names;
}

TEST_F(RenderTest, RecordsWhatTheContractNames) {
  add_speech("one", 2.0, 16000, 1);
  const auto set = make_audio("", "{noise: {none: [], hiss: [{noise.coloured: {snr_db: [5, 20], low_hz: 100}}]}}",
                              "design: {realizations: 3}\noutput: {directory: out}");
  const std::vector<Outcome> outcomes = set->render(0);
  ASSERT_EQ(outcomes.size(), 2U);
  for (const Outcome& outcome : outcomes) {
    const ordered_json record = record_of(outcome);
    std::vector<std::string> names = keys(record);
    std::vector<std::string> columns(names.begin() + static_cast<std::ptrdiff_t>(kFields.size()), names.end());
    names.resize(kFields.size());
    EXPECT_EQ(names, kFields);
    EXPECT_THAT(columns, ElementsAre("measured_active_level_dbov", "measured_activity_factor", "measured_rms_dbov",
                                     "measured_peak_dbov", "measured_clipped_fraction", "measured_duration_s"));
    for (const std::string& column : columns) {
      EXPECT_EQ(measured_of(outcome).at(column.substr(9)), record.at(column));
    }
    EXPECT_EQ(record.at("file_name"), outcome.variant.file_name);
    EXPECT_EQ(record.at("clean_file_name"), outcomes[0].variant.file_name);
    EXPECT_EQ(record.at("variant_id"), outcome.variant.variant_id);
    EXPECT_EQ(record.at("source_id"), "one");
    EXPECT_EQ(record.at("subject"), "voice one");
    EXPECT_EQ(record.at("accent"), "north");
    EXPECT_EQ(record.at("note"), "said on a Monday");
    EXPECT_TRUE(record.at("realization").is_number_integer());
    EXPECT_EQ(record.at("control"), "none");
    EXPECT_EQ(record.at("source_sha256"), sha256_hex(read_file(folder_ / "one.wav", {})));
    EXPECT_EQ(record.at("sha256"), sha256_hex(outcome.file));
    EXPECT_EQ(outcome.sha256, sha256_hex(outcome.file));

    // Measured on the samples as they decode, and rounded as section 7 says.
    const Audio file = decode(outcome);
    const AudioMeasures measures = measure_audio(quantise(file, 16));
    EXPECT_NEAR(record.at("measured_active_level_dbov").get<double>(), measures.active_level_dbov, 0.5001e-4);
    EXPECT_NEAR(record.at("measured_rms_dbov").get<double>(), measures.rms_dbov, 0.5001e-4);
    EXPECT_NEAR(record.at("measured_peak_dbov").get<double>(), measures.peak_dbov, 0.5001e-4);
    EXPECT_NEAR(record.at("measured_activity_factor").get<double>(), measures.activity_factor, 0.5001e-6);
    EXPECT_EQ(record.at("measured_clipped_fraction").get<double>(), 0.0);
    EXPECT_EQ(record.at("measured_duration_s").get<double>(), file.seconds());
  }
  const ordered_json clean = record_of(outcomes[0]);
  const ordered_json noisy = record_of(outcomes[1]);
  for (const auto& [name, value] : clean.items()) {
    EXPECT_STREQ(value.type_name(), noisy.at(name).type_name()) << name;
  }
  EXPECT_EQ(clean.at("synthetic"), false);
  EXPECT_EQ(noisy.at("synthetic"), true);
  EXPECT_EQ(clean.at("noise"), "none");
  EXPECT_EQ(noisy.at("noise"), "hiss");
  EXPECT_EQ(clean.at("pair_id"), noisy.at("pair_id"));
  EXPECT_NE(clean.at("draw_id"), noisy.at("draw_id"));
  EXPECT_EQ(clean.at("realization"), noisy.at("realization"));
  EXPECT_EQ(clean.at("augmentations"), "[]");
  EXPECT_FALSE(measured_of(outcomes[0]).contains("snr_db"));
  const ordered_json step = augmentations_of(outcomes[1]).at(0);
  EXPECT_EQ(step.at("augmenter"), "noise.coloured");
  EXPECT_EQ(step.at("version"), find_augmenter("noise.coloured")->schema.version);
  EXPECT_EQ(step.at("parameters").at("colour"), "pink");
  EXPECT_EQ(step.at("parameters").at("low_hz"), 100.0);
  EXPECT_TRUE(step.at("parameters").at("snr_db").is_number_float());
}

TEST_F(RenderTest, LeavesTheCleanReferenceOutOnRequest) {
  add_speech("one", 2.0, 16000, 1);
  const auto set = make_audio("", "{noise: {none: [], hiss: [{noise.coloured: {snr_db: 20}}]}}",
                              "design: {include_clean: false}\noutput: {directory: out}");
  const std::vector<Outcome> outcomes = set->render(0);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_FALSE(record_of(outcomes[0]).contains("clean_file_name"));
}

void expect_lost(const std::vector<Outcome>& outcomes, Fate fate, const std::string& stage, const std::string& reason) {
  ASSERT_FALSE(outcomes.empty());
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.fate, fate);
    EXPECT_EQ(outcome.stage, stage);
    EXPECT_THAT(outcome.reason, HasSubstr(reason));
    EXPECT_EQ(outcome.reason, outcomes[0].reason);
    EXPECT_TRUE(outcome.file.empty() && outcome.record.empty() && outcome.sha256.empty());
    EXPECT_FALSE(outcome.variant.variant_id.empty());
  }
}

TEST_F(RenderTest, FailsEveryVariantOfABrokenSource) {
  write_text(folder_ / "text.wav", "This is no recording.");
  rows_ += "text,text.wav,a,north,x\nmissing,missing.wav,a,north,x\n";
  add_speech("cut", 1.0, 16000, 1);
  const Bytes whole = read_file(folder_ / "cut.wav", {});
  write_bytes(folder_ / "cut.wav", std::span(whole).first(whole.size() / 2));
  add("silent", Audio(16000, 1, 16000));
  add_speech("changed", 1.0, 16000, 2);
  add_speech("good", 1.0, 16000, 3);
  const auto set =
      make_audio(", sample_rate: 16000",
                 "{noise: {none: [], a: [{noise.coloured: {snr_db: 9}}], b: [{noise.coloured: {snr_db: 8}}]}}");
  add_speech("changed", 1.0, 16000, 99);
  const std::vector<std::string> reasons{"", "missing.wav", "cut", "no active speech", "changed since the plan"};
  for (std::size_t source = 0; source < 5; ++source) {
    SCOPED_TRACE(set->sources()[source].id);
    const std::vector<Outcome> outcomes = set->render(source);
    EXPECT_EQ(outcomes.size(), 3U);
    expect_lost(outcomes, Fate::failed, "read", source == 1 || source == 2 ? "" : reasons[source]);
    EXPECT_FALSE(outcomes[0].reason.empty());
  }
  for (const Outcome& outcome : set->render(5)) {
    EXPECT_EQ(outcome.fate, Fate::written) << outcome.reason;
  }
}

TEST_F(RenderTest, RejectsAllOfASourceWhoseCleanReferenceClips) {
  add_speech("one", 2.0, 16000, 1);
  const std::string axes = "{noise: {none: [], hiss: [{noise.coloured: {snr_db: 40}}]}}";
  expect_lost(make_audio(", active_level: -3", axes)->render(0), Fate::rejected, "gate",
              "clean reference: share of clipped samples is 0.");
  // As loud as is allowed, or without a clean reference to be compared with, each variant stands for itself.
  for (const Outcome& outcome :
       make_audio(", active_level: -3", axes, "gates: {clipped_fraction: 1}\noutput: {directory: out}")->render(0)) {
    EXPECT_EQ(outcome.fate, Fate::written) << outcome.reason;
    EXPECT_GT(record_of(outcome).at("measured_clipped_fraction").get<double>(), 0.001);
  }
  expect_lost(
      make_audio(", active_level: -3", axes, "design: {include_clean: false}\noutput: {directory: out}")->render(0),
      Fate::rejected, "gate", "share of clipped samples is 0.");
}

TEST_F(RenderTest, RejectsWhatClipsAndOnlyThat) {
  add_speech("one", 2.0, 16000, 1);
  const auto set = make_audio(
      "", "{noise: {none: [], roar: [{noise.coloured: {snr_db: -25}}], hiss: [{noise.coloured: {snr_db: 20}}]}}");
  const std::vector<Outcome> outcomes = set->render(0);
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_EQ(outcomes[0].fate, Fate::written);
  expect_lost({outcomes[1]}, Fate::rejected, "gate", "gates: clipped_fraction allows 0.001");
  EXPECT_EQ(outcomes[2].fate, Fate::written);
}

TEST_F(RenderTest, RejectsSilentNoise) {
  // A second of noise in half a minute of nothing: most moments are silent.
  std::vector<float> mostly_silent(16000 * 30, 0.0F);
  std::ranges::copy(sine(1.0, 16000, 300, 0.1), mostly_silent.begin());
  write_wav(folder_ / "noise/a.wav", mono(16000, mostly_silent));
  for (int i = 0; i < 12; ++i) {
    add_speech("s" + std::to_string(i), 1.0, 16000, static_cast<std::uint64_t>(i));
  }
  const auto set =
      make_audio("", "{noise: {none: [], site: [{noise.recording: {from: site, snr_db: 10}}]}}",
                 "assets: {site: {files: \"noise/*.wav\"}}\ndesign: {realizations: 12}\noutput: {directory: out}");
  int rejected = 0;
  for (std::size_t source = 0; source < 12; ++source) {
    const std::vector<Outcome> outcomes = set->render(source);
    EXPECT_EQ(outcomes[0].fate, Fate::written);
    if (outcomes[1].fate != Fate::written) {
      expect_lost({outcomes[1]}, Fate::rejected, "gate", "noise.recording: the noise is silent");
      ++rejected;
    }
  }
  EXPECT_GE(rejected, 6);
}

TEST_F(RenderTest, RejectsNoiseBesideSilentSpeech) {
  add("silent", Audio(16000, 1, 16000));
  const auto set = make_audio(", active_level: keep", "{noise: {none: [], hiss: [{noise.coloured: {snr_db: 20}}]}}");
  const std::vector<Outcome> outcomes = set->render(0);
  EXPECT_EQ(outcomes[0].fate, Fate::written) << outcomes[0].reason;
  EXPECT_EQ(record_of(outcomes[0]).at("measured_active_level_dbov").get<double>(), kSilenceDbov);
  expect_lost({outcomes[1]}, Fate::rejected, "gate", "no active speech");
}

cv::Mat colourful(int width, int height, int type) {
  cv::Mat codes(height, width, type);
  RandomStream random(8, 0, "picture");
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < width * codes.channels(); ++i) {
      if (codes.depth() == CV_16U) {
        codes.ptr<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(random.below(65536));
      } else {
        codes.ptr<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(random.below(256));
      }
    }
  }
  return codes;
}

constexpr const char* kImageAxes =
    "{light: {as_taken: [], dim: [{light.exposure: {ev: -1}}]}, "
    "sensor: {none: [], noisy: [{sensor.noise: {iso: [400, 3200]}}]}}";

TEST_F(RenderTest, KeepsTheCodesOfACleanPicture) {
  const std::map<std::string, cv::Mat> pictures{{"grey", colourful(31, 17, CV_8UC1)},
                                                {"colour", colourful(31, 17, CV_8UC3)},
                                                {"alpha", colourful(31, 17, CV_8UC4)},
                                                {"deep", colourful(31, 17, CV_16UC3)}};
  for (const auto& [id, codes] : pictures) {
    add_picture(id, codes);
  }
  for (const char* format : {"png", "tiff"}) {
    const auto set =
        make("media: image", kImageAxes, "output: {directory: out, image: {format: " + std::string(format) + "}}");
    for (std::size_t source = 0; source < pictures.size(); ++source) {
      SCOPED_TRACE(set->sources(Media::image)[source].id);
      const std::vector<Outcome> outcomes = set->render(source, Media::image);
      ASSERT_EQ(outcomes.size(), 4U);
      ASSERT_EQ(outcomes[0].fate, Fate::written) << outcomes[0].reason;
      const cv::Mat clean = decode_own_image(outcomes[0].file).codes;
      const cv::Mat& expected = pictures.at(set->sources(Media::image)[source].id);
      ASSERT_EQ(clean.type(), expected.type());
      EXPECT_EQ(cv::norm(clean, expected, cv::NORM_INF), 0.0);
      EXPECT_GT(cv::norm(decode_own_image(outcomes[1].file).codes, expected, cv::NORM_INF), 0.0);
    }
  }
}

TEST_F(RenderTest, RecordsPicturesAsTheyDecode) {
  add_picture("one", colourful(64, 48, CV_8UC3));
  for (const char* format : {"png", "jpeg", "webp"}) {
    const auto set =
        make("media: image", kImageAxes, "output: {directory: out, image: {format: " + std::string(format) + "}}");
    const std::vector<Outcome> outcomes = set->render(0, Media::image);
    for (const Outcome& outcome : outcomes) {
      SCOPED_TRACE(outcome.variant.variant_id);
      ASSERT_EQ(outcome.fate, Fate::written) << outcome.reason;
      const ordered_json record = record_of(outcome);
      const ImageMeasures measures = measure_image(decode_image(outcome.file, outcome.variant.file_name, {}));
      EXPECT_NEAR(record.at("measured_mean_luminance").get<double>(), measures.mean_luminance, 0.5001e-6);
      EXPECT_NEAR(record.at("measured_clipped_fraction").get<double>(), measures.clipped_fraction, 0.5001e-6);
      EXPECT_NEAR(record.at("measured_noise_sigma").get<double>(), measures.noise_sigma, 0.5001e-6);
      EXPECT_EQ(record.at("measured_width_px"), 64);
      EXPECT_EQ(record.at("measured_height_px"), 48);
      EXPECT_EQ(record.at("sha256"), sha256_hex(outcome.file));
      EXPECT_EQ(keys(record), keys(record_of(outcomes[0])));
    }
    // Levels run the last axis fastest: clean, sensor, light, both. Light goes before the sensor in the chain.
    ASSERT_EQ(augmentations_of(outcomes[3]).size(), 2U);
    EXPECT_EQ(augmentations_of(outcomes[3])[0].at("augmenter"), "light.exposure");
    EXPECT_EQ(augmentations_of(outcomes[3])[1].at("augmenter"), "sensor.noise");
    EXPECT_FALSE(augmentations_of(outcomes[1])[0].at("parameters").contains("a")) << "a parameter that was not given";
  }
}

TEST_F(RenderTest, FailsEveryVariantOfABrokenPicture) {
  write_text(folder_ / "text.png", "This is no picture.");
  rows_ += "text,text.png,a,north,x\n";
  add_picture("clear", colourful(31, 17, CV_8UC4));
  const auto set = make("media: image", kImageAxes, "output: {directory: out, image: {format: jpeg}}");
  expect_lost(set->render(0, Media::image), Fate::failed, "read", "");
  // What the format cannot hold is known only when it is written.
  expect_lost(set->render(1, Media::image), Fate::failed, "render", "JPEG cannot hold transparency");
}

}  // namespace
}  // namespace fairground
