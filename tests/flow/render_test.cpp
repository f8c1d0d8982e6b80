// From recordings on disk to written files: what is promised of them, measured on what decodes.
#include "pipeline/flow/render.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/units.h"
#include "pipeline/media/audio_file.h"
#include "tests/flow/render_fixture.h"
#include "tests/measure/signals.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

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
      EXPECT_EQ(decoded.audio.channels, set->sources()[source].id() == "stereo" ? channels : 1);
      EXPECT_NEAR(measure_speech_level(decoded.audio).active_level_dbov, level, kActiveLevelToleranceDb);
      // Measured before the gain: see GainedSpeech.
      EXPECT_NEAR(decoded.speech_level.active_level_dbov, measure_speech_level(decoded.audio).active_level_dbov, 1e-3);
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

}  // namespace
}  // namespace fairground
