// The claims of processing.compressor: its curve at rest, its times, its make-up gain, and the rows of dB under it.
#include <gtest/gtest.h>

#include "augmenters/audio/parts/decibel_rows.h"
#include "tests/augmenters/step_response.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

constexpr double kCurveToleranceDb = 0.01;  // a sample falls on each peak of the tone, and peaks are held
constexpr double kTimeTolerance = 0.1;      // relative

/// Giannoulis, Massberg and Reiss 2012, equation 4, written as it stands there.
double curve(double x, double threshold, double ratio, double knee) {
  if (2 * (x - threshold) < -knee) {
    return x;
  }
  if (2 * std::abs(x - threshold) <= knee) {
    return knee == 0 ? x : x + (1 / ratio - 1) * std::pow(x - threshold + knee / 2, 2) / (2 * knee);
  }
  return threshold + (x - threshold) / ratio;
}

TEST(ProcessingCompressor, FollowsItsCurve) {
  for (const double ratio : {2.0, 4.0, 100.0}) {
    for (const double knee : {0.0, 6.0, 20.0}) {
      for (double peak = -60.0; peak <= 0.0; peak += 4.0) {
        const Audio tone = mono(48000, sine(1, 48000, 1000, amplitude_from_db(peak)));
        const Given given{{"threshold_dbov", -30.0}, {"ratio", ratio}, {"knee_db", knee}, {"makeup_db", 0.0}};
        const double gain = gains_db(tone, apply_signal("processing.compressor", given, {tone}).audio).back();
        EXPECT_NEAR(gain, curve(peak, -30, ratio, knee) - peak, kCurveToleranceDb)
            << peak << ", ratio " << ratio << ", knee " << knee;
      }
    }
  }
}

TEST(ProcessingCompressor, TakesItsTimeOnSteps) {
  for (const auto& [attack, release] : {std::pair(5.0, 60.0), {5.0, 100.0}, {20.0, 400.0}, {50.0, 1000.0}}) {
    for (const double ratio : {2.0, 8.0, 100.0}) {
      const Given given{{"threshold_dbov", -50.0}, {"ratio", ratio}, {"attack_ms", attack}, {"release_ms", release}};
      for (const auto& [from, to] : {std::pair(-40.0, -15.0), {-15.0, -40.0}, {-70.0, -20.0}, {-20.0, -70.0}}) {
        const double wanted = to > from ? attack : release;
        const LevelStep step{from, to, 1.5 + release / 200.0, 0.6 + 8e-3 * wanted};
        const Audio tone = stepped(step, 48000);
        const Audio out = apply_signal("processing.compressor", given, {tone}).audio;
        EXPECT_NEAR(step_response(gains_db(tone, out), step.before_s).time_ms, wanted, kTimeTolerance * wanted)
            << from << " to " << to << ", ratio " << ratio;
      }
    }
  }
}

TEST(ProcessingCompressor, MakesUpHalfOfWhatFullScaleLoses) {
  const Audio tone = mono(16000, sine(1, 16000, 1000, amplitude_from_db(-60)));
  const Given given{{"threshold_dbov", -40.0}, {"ratio", 4.0}, {"knee_db", 0.0}};
  const AudioSignal out = apply_signal("processing.compressor", given, {tone});
  EXPECT_NEAR(gains_db(tone, out.audio).back(), 15.0, 1e-3);  // half of 40 dB less a quarter of them
  ASSERT_EQ(out.measure.values.at(1).first, "makeup_db");
  EXPECT_NEAR(out.measure.values[1].second, 15.0, 1e-3);
  EXPECT_EQ(out.measure.values[0].second, 0.0);
}

TEST(ProcessingCompressor, GivesAllChannelsOneGain) {
  const std::vector<float> speech = speech_like(2, 16000, -20, 2);
  Audio stereo(16000, 2, speech.size());
  for (std::size_t i = 0; i < speech.size(); ++i) {
    stereo.channel(0)[i] = speech[i];
    stereo.channel(1)[i] = 0.125F * speech[i];
  }
  const Audio out = apply_signal("processing.compressor", {}, {stereo}).audio;
  for (std::size_t i = 0; i < speech.size(); ++i) {
    ASSERT_EQ(out.channel(1)[i], 0.125F * out.channel(0)[i]);
  }
}

TEST(ProcessingCompressor, LeavesAllAtRatioOneAndTakesEveryClip) {
  const Audio clip = mono(16000, speech_like(2, 16000, -20, 2));
  EXPECT_EQ(apply_signal("processing.compressor", {{"ratio", 1.0}}, {clip}).audio.samples, clip.samples);
  EXPECT_EQ(takes_every_clip("processing.compressor", {}), "");
  EXPECT_EQ(takes_every_clip("processing.compressor", {{"threshold_dbov", -80.0}, {"ratio", 100.0}}), "");
}

TEST(DecibelRows, AreTheLogarithmAndItsInverse) {
  std::vector<float> row;
  for (double db = -159.0; db <= 40.0; db += 0.0137) {
    row.push_back(static_cast<float>(amplitude_from_db(db)));
  }
  const std::vector<float> amplitudes = row;
  magnitudes_to_db(row);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double wanted = db_from_amplitude(static_cast<double>(amplitudes[i]));
    ASSERT_NEAR(row[i], wanted, 1e-6 + 2e-7 * std::abs(wanted));  // the steps of float
  }
  const std::vector<float> levels = row;
  db_to_amplitudes(row);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double wanted = amplitude_from_db(static_cast<double>(levels[i]));
    ASSERT_NEAR(row[i], wanted, 3e-6 * wanted);
  }
  std::vector<float> ends{0.0F, 1e-30F, 0.0F};
  magnitudes_to_db(ends);
  EXPECT_NEAR(ends[0], kLowestRowDb, 1e-4);
  EXPECT_EQ(ends[0], ends[1]);
  std::vector<float> zero{0.0F};
  db_to_amplitudes(zero);
  EXPECT_EQ(zero[0], 1.0F);
}

}  // namespace
}  // namespace fairground
