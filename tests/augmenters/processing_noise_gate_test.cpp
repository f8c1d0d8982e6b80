// The claims of processing.noise_gate: when it opens and closes, how fast, and by how much.
#include <gtest/gtest.h>

#include "tests/augmenters/step_response.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

constexpr int kRate = 48000;
constexpr double kOneSampleMs = 1.1 * 1000.0 / kRate;  // times are whole samples
constexpr double kGainToleranceDb = 1e-3;              // of float samples
constexpr double kOfASampleDb = 0.11;                  // of 24 dB in the 240 samples of 5 ms

const Given kGate{{"threshold_dbov", -30.0}, {"hysteresis_db", 6.0}, {"range_db", 24.0},
                  {"attack_ms", 5.0},        {"hold_ms", 40.0},      {"release_ms", 120.0}};

/// Samples of one magnitude each for as many milliseconds.
Audio held(const std::vector<std::pair<double, double>>& levels_and_ms) {
  Audio clip(kRate, 1, 0);
  for (const auto& [level, ms] : levels_and_ms) {
    clip.samples.resize(clip.samples.size() + static_cast<std::size_t>(ms * kRate / 1000.0),
                        static_cast<float>(amplitude_from_db(level)));
  }
  for (std::size_t i = 0; i < clip.samples.size(); i += 2) {
    clip.samples[i] = -clip.samples[i];
  }
  return clip;
}

std::vector<double> sample_gains_db(const Audio& in, const Audio& out) {
  std::vector<double> gains;
  for (std::size_t i = 0; i < in.samples.size(); ++i) {
    gains.push_back(db_from_amplitude(out.samples[i] / static_cast<double>(in.samples[i])));
  }
  return gains;
}

double first_ms(const std::vector<double>& gains, double from_ms, auto&& condition) {
  for (auto i = static_cast<std::size_t>(from_ms * kRate / 1000.0); i < gains.size(); ++i) {
    if (condition(gains[i])) {
      return static_cast<double>(i) * 1000.0 / kRate - from_ms;
    }
  }
  return -1.0;
}

TEST(ProcessingNoiseGate, KeepsItsTimesAndItsRange) {
  const Audio clip = held({{-40, 100}, {-20, 100}, {-40, 400}});
  const std::vector<double> gains = sample_gains_db(clip, apply_signal("processing.noise_gate", kGate, {clip}).audio);
  const auto is_open = [](double db) { return db > -kGainToleranceDb; };
  const auto is_not_open = [](double db) { return db < -kGainToleranceDb; };
  const auto is_closed = [](double db) { return db < -24.0 + kGainToleranceDb; };
  EXPECT_NEAR(gains.front(), -24.0, kGainToleranceDb);
  EXPECT_NEAR(gains.back(), -24.0, kGainToleranceDb);
  EXPECT_NEAR(first_ms(gains, 100, is_open), 5.0, kOneSampleMs);
  EXPECT_NEAR(gains[static_cast<std::size_t>(102.5 * kRate / 1000)], -12.0, kOfASampleDb);  // straight in dB
  EXPECT_NEAR(first_ms(gains, 200, is_not_open), 40.0, kOneSampleMs);
  EXPECT_NEAR(first_ms(gains, 240, is_closed), 120.0, kOneSampleMs);
  EXPECT_NEAR(gains[static_cast<std::size_t>(300.0 * kRate / 1000)], -12.0, kOfASampleDb);
}

TEST(ProcessingNoiseGate, OpensAtTheThresholdAndClosesBelowTheHysteresis) {
  const auto end_gain = [](double level, bool after_loud) {
    const Audio clip = after_loud ? held({{-10, 50}, {level, 500}}) : held({{level, 500}});
    return sample_gains_db(clip, apply_signal("processing.noise_gate", kGate, {clip}).audio).back();
  };
  EXPECT_NEAR(end_gain(-30.1, false), -24.0, kGainToleranceDb);
  EXPECT_NEAR(end_gain(-29.9, false), 0.0, kGainToleranceDb);
  EXPECT_NEAR(end_gain(-35.9, true), 0.0, kGainToleranceDb);
  EXPECT_NEAR(end_gain(-36.1, true), -24.0, kGainToleranceDb);
}

TEST(ProcessingNoiseGate, CutsTheWeakEndOfAWord) {
  // A vowel of -20 dBov and 0.3 s of a fricative 33 dB below it.
  Audio word = stepped({-20, -53, 0.4, 0.3}, 16000, 5);
  const AudioSignal out = apply_signal("processing.noise_gate", {}, {word});
  const std::vector<double> gains = gains_db(word, out.audio);
  for (std::size_t ms = 5; ms < 400; ++ms) {
    ASSERT_NEAR(gains[ms], 0.0, kGainToleranceDb) << "the vowel stays, at " << ms << " ms";
  }
  EXPECT_LT(gains.back(), -29.0);
  ASSERT_EQ(out.measure.values.at(0).first, "closed_fraction");
  EXPECT_NEAR(out.measure.values[0].second, 0.25 / 0.7, 0.01);  // 0.3 s less the hold
}

TEST(ProcessingNoiseGate, HoldsThroughThePeriodsOfADeepVoice) {
  // Pulses, 70 a second, with silence between them.
  Audio clip(kRate, 1, kRate);
  for (std::size_t i = 0; i < clip.samples.size(); i += kRate / 70) {
    clip.samples[i] = 0.5F;
  }
  const Audio out = apply_signal("processing.noise_gate", {{"hold_ms", 20.0}}, {clip}).audio;
  for (std::size_t i = kRate / 70; i < clip.samples.size(); ++i) {
    ASSERT_EQ(out.samples[i], clip.samples[i]);
  }
}

TEST(ProcessingNoiseGate, LeavesAllAtRangeZeroAndTakesEveryClip) {
  const Audio clip = mono(16000, speech_like(2, 16000, -40, 2));
  EXPECT_EQ(apply_signal("processing.noise_gate", {{"range_db", 0.0}}, {clip}).audio.samples, clip.samples);
  EXPECT_EQ(takes_every_clip("processing.noise_gate", kGate), "");
}

}  // namespace
}  // namespace fairground
