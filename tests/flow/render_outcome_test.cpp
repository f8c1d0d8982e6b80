// What becomes of a variant: a record as the contract has it, or a reason why there is none.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "pipeline/core/hash.h"
#include "pipeline/flow/render.h"
#include "pipeline/media/audio_file.h"
#include "tests/flow/render_fixture.h"
#include "tests/measure/signals.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

using testing::ElementsAre;

// docs/design.md, section 7, in its words; what follows `measured` are the columns that every line has.
const std::vector<std::string> kFields{
    "file_name", "clean_file_name", "variant_id",  "source_id",     "subject", "accent",
    "note",      "noise",           "realization", "pair_id",       "draw_id", "synthetic",
    "control",   "source_sha256",   "sha256",      "augmentations", "measured"};

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
    SCOPED_TRACE(std::string(set->sources()[source].id()));
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

TEST_F(RenderTest, RecordsEventsAndRejectsWhoMissesThem) {
  add_speech("long", 2.0, 16000, 1);
  add_speech("short", 0.4, 16000, 2);
  const auto set =
      make_audio("", "{noise: {none: [], alarm: [{noise.alarm: {snr_db: 10, band: a_weighted, first_event_s: 0.3}}]}}");
  for (std::size_t source = 0; source < 2; ++source) {
    const std::vector<Outcome> outcomes = set->render(source);
    ASSERT_EQ(outcomes.size(), 2U);
    EXPECT_EQ(outcomes[0].fate, Fate::written);
    if (set->sources()[source].id() == "short") {
      expect_lost({outcomes[1]}, Fate::rejected, "gate",
                  "noise.alarm: the recording is too short for its first event, which ends after 0.4605 s");
      continue;
    }
    const ordered_json stem = measured_of(outcomes[1]).at("stems").at(0);
    EXPECT_EQ(stem.at("band"), "a_weighted");
    EXPECT_EQ(stem.at("requested_snr_db"), 10.0);
    EXPECT_NEAR(stem.at("snr_db").get<double>(), 10.0, 0.1);
    ASSERT_GE(stem.at("events").size(), 5U);
    EXPECT_EQ(stem.at("events").at(0).at("label"), "alarm pulse");
    EXPECT_EQ(stem.at("events").at(0).at("start_s"), 0.3);
    EXPECT_EQ(stem.at("events").at(1).at("start_s"), 0.5);
  }
}

TEST_F(RenderTest, RaisedVoicesChangeTheLevelOfNoiseInDba) {
  add_speech("one", 2.0, 16000, 1);
  const std::string axes = "{noise: {none: [], hiss: [{noise.coloured: {noise_dba: 50}}]}}";
  const Outcome normal = make_audio("", axes)->render(0).at(1);
  const Outcome raised = make_audio(", speech_dba: 68", axes)->render(0).at(1);
  EXPECT_EQ(measured_of(normal).at("stems").at(0).at("requested_snr_db"), 10.0);
  EXPECT_EQ(measured_of(raised).at("stems").at(0).at("requested_snr_db"), 18.0);
  EXPECT_NE(normal.variant.variant_id, raised.variant.variant_id);
  EXPECT_NE(normal.sha256, raised.sha256);
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

}  // namespace
}  // namespace fairground
