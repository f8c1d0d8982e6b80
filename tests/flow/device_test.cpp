// Devices and networks through the renderer: one filter for every group, levels in the air, what the records say.
#include "tests/augmenters/device.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "pipeline/core/error.h"
#include "pipeline/measure/weighted_level.h"
#include "tests/flow/render_fixture.h"

namespace fairground {
namespace {

using testing::HasSubstr;

constexpr const char* kWide =
    "gates: {clipped_fraction: 1}\ndesign: {realizations: 2}\noutput: {directory: out, audio: {format: wav, bits: 24}}";

const std::vector<double> kFrequencies{350, 500, 700, 1000, 1400, 2000, 2800, 3300};

std::vector<double> response_db(const Audio& out, const Audio& in) {
  std::vector<double> gains;
  for (const double hz : kFrequencies) {
    gains.push_back(db(at_hz(out.samples, hz, in.sample_rate)) - db(at_hz(in.samples, hz, in.sample_rate)));
  }
  return gains;
}

double most_different(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(a[i] - b[i]));
  }
  return most;
}

TEST_F(RenderTest, TheSameHandsetForEveryGroup) {
  for (int i = 0; i < 8; ++i) {
    add_speech("s" + std::to_string(i), 2.0 + 0.3 * i, 16000, static_cast<std::uint64_t>(i),
               i % 2 == 0 ? "north" : "south");
  }
  const auto set = make_audio("", "{phone: {none: [], old: [{device.handset: {tolerance_db: 3}}]}}", kWide);
  std::map<int, std::vector<std::vector<double>>> by_realization;
  std::map<int, std::vector<std::string>> groups;
  for (std::size_t source = 0; source < 8; ++source) {
    const std::vector<Outcome> outcomes = set->render(source);
    ASSERT_EQ(outcomes.size(), 2U);
    const ordered_json record = record_of(outcomes[1]);
    const int realization = record.at("realization").get<int>();
    by_realization[realization].push_back(response_db(decode(outcomes[1]), decode(outcomes[0])));
    groups[realization].push_back(record.at("accent").get<std::string>());
  }
  constexpr double kSameDb = 0.1;   // the filter is cut off where a clip ends
  constexpr double kOtherDb = 0.5;  // of 3 dB either way
  ASSERT_EQ(by_realization.size(), 2U);
  for (const auto& [realization, responses] : by_realization) {
    EXPECT_EQ(std::ranges::count(groups[realization], "north"), 2) << realization;
    EXPECT_EQ(std::ranges::count(groups[realization], "south"), 2) << realization;
    for (const std::vector<double>& response : responses) {
      EXPECT_LT(most_different(response, responses[0]), kSameDb);
    }
  }
  EXPECT_GT(most_different(by_realization.begin()->second[0], by_realization.rbegin()->second[0]), kOtherDb);
}

// A microphone that hears its speaker at 80 dBA has noise that is 20 dB further below than at 60 dBA.
TEST_F(RenderTest, SelfNoiseIsWhereTheSpeechPutsIt) {
  constexpr double kEinDba = 40.0;
  constexpr double kToleranceDb = 0.5;
  Audio clip = mono(16000, speech_like(3.0, 16000, -26, 1));
  clip.samples.resize(clip.samples.size() + 32000);  // in which nothing but the microphone is heard
  add("one", clip);
  for (const double speech_dba : {60.0, 80.0}) {
    const auto set = make_audio(", speech_dba: " + std::to_string(speech_dba),
                                "{phone: {none: [], laptop: [{device.microphone: {profile: laptop, self_noise_dba: 40, "
                                "sensitivity_db: 0}}]}}",
                                kWide);
    const std::vector<Outcome> outcomes = set->render(0);
    const DecodedSource source = decode_source(set->plan, Media::audio, 0);
    const double speech_dbov =
        level_dbov(weighted_power(source.audio, Weighting::a_weighted) / source.speech_level.activity_factor);
    const Audio heard = decode(outcomes[1]);
    const Audio quiet = mono(16000, {heard.samples.end() - 24000, heard.samples.end()});
    EXPECT_NEAR(level_dbov(weighted_power(quiet, Weighting::a_weighted)), speech_dbov + kEinDba - speech_dba,
                kToleranceDb);
    const ordered_json step = measured_of(outcomes[1]).at("steps").at(0);
    EXPECT_EQ(step.at("augmenter"), "device.microphone");
    EXPECT_EQ(step.at("self_noise_dba"), kEinDba);
    EXPECT_FALSE(measured_of(outcomes[0]).contains("steps"));
  }
}

TEST_F(RenderTest, NobodyKnowsHowLoudSilenceIs) {
  add("silent", Audio(16000, 1, 32000));
  const auto set =
      make_audio(", active_level: keep", "{phone: {laptop: [{device.microphone: {profile: laptop}}]}}",
                 "design: {include_clean: false, realizations: 1}\noutput: {directory: out, audio: {format: wav}}");
  expect_lost(set->render(0), Fate::rejected, "gate", "no active speech is found");
}

TEST_F(RenderTest, NothingOfTheSceneComesBehindAStepOfTheSignal) {
  add_speech("one", 2.0, 16000, 1);
  try {
    (void)make_audio("",
                     "{line: {none: [], old: [device.handset]}, noise: {none: [], fan: [{noise.hvac: {snr_db: 5}}]}}",
                     "design: {order: as_written}\noutput: {directory: out}");
    FAIL() << "a fan behind a handset was taken";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("line=old, noise=fan, device.handset: noise.hvac comes behind it"));
  }
}

// What is lost is said in times of the file, whatever the clock did after it.
TEST_F(RenderTest, LostPacketsAreWhereTheRecordSays) {
  add_speech("one", 6.0, 16000, 1);
  const auto set = make_audio("",
                              "{network: {none: [], bad: [{channel.packet_loss: {loss_percent: 20, burst_packets: 2, "
                              "concealment: zero}}, {channel.clock_drift: {ppm: 900}}]}}",
                              kWide);
  const std::vector<Outcome> outcomes = set->render(0);
  const Audio heard = decode(outcomes[1]);
  EXPECT_EQ(heard.frames(), 96000U + 86U);
  const ordered_json steps = measured_of(outcomes[1]).at("steps");
  const ordered_json lost = steps.at(0).at("lost");
  ASSERT_GT(lost.size(), 10U);
  constexpr double kEdgeS = 0.004;  // the resampler's own reach
  for (const ordered_json& span : lost) {
    const auto begin = static_cast<std::size_t>((span.at("start_s").get<double>() + kEdgeS) * 16000);
    const auto end = static_cast<std::size_t>(std::max(0.0, span.at("end_s").get<double>() - kEdgeS) * 16000);
    for (std::size_t i = begin; i < std::min(end, heard.frames()); ++i) {
      ASSERT_LT(std::abs(heard.samples[i]), 1e-3F) << static_cast<double>(i) / 16000;
    }
  }
}

}  // namespace
}  // namespace fairground
