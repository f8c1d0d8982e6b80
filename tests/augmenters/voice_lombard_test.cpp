// The claims of voice.lombard: Bottalico's two slopes in dBA, the tilt, the limit, and what it refuses.
#include <gtest/gtest.h>

#include "pipeline/core/error.h"
#include "tests/augmenters/bands.h"
#include "tests/augmenters/voices.h"

namespace fairground {
namespace {

constexpr double kLevelDb = 0.01;
constexpr double kTiltDb = 0.05;  // per octave

NoiseLevel dba(double level) { return {std::nullopt, level, Weighting::full}; }

double raise_db(const Audio& clip, const Given& given, const std::vector<NoiseLevel>& noises) {
  const Audio raised = voiced("voice.lombard", given, clip, noises).speech;
  return db_from_power(weighted_power(raised, Weighting::a_weighted) / weighted_power(clip, Weighting::a_weighted));
}

TEST(VoiceLombard, RaisesTheVoiceByTheNoise) {
  for (const int rate : {8000, 16000, 48000}) {
    const Audio clip = mono(rate, speech_like(3.0, rate, -30, 2));
    const auto raised = [&](double noise) { return raise_db(clip, {}, {dba(noise)}); };
    EXPECT_EQ(raised(20.0), 0.0);
    EXPECT_EQ(raised(30.0), 0.0);
    EXPECT_NEAR(raised(40.0), 0.24 * 10.0, kLevelDb);
    EXPECT_NEAR(raised(43.3), 0.24 * 13.3, kLevelDb);
    EXPECT_NEAR(raised(55.0), 0.24 * 13.3 + 0.65 * 11.7, kLevelDb);
    EXPECT_NEAR(raised(65.0), 0.24 * 13.3 + 0.65 * 21.7, kLevelDb);
    EXPECT_NEAR(raised(110.0), 20.0, kLevelDb);
  }
}

TEST(VoiceLombard, AddsUpNoisesAndObeysItsSettings) {
  const Audio clip = mono(16000, speech_like(3.0, 16000, -30, 2));
  const double one = raise_db(clip, {}, {dba(53.0103)});
  EXPECT_NEAR(raise_db(clip, {}, {dba(50.0), dba(50.0)}), one, kLevelDb);
  EXPECT_NEAR(raise_db(clip, {{"strength", 0.5}}, {dba(53.0103)}), one / 2, kLevelDb);
  EXPECT_NEAR(raise_db(clip, {{"quiet_dba", 43.3}}, {dba(60.0)}), 0.65 * 16.7, kLevelDb);
  EXPECT_NEAR(raise_db(clip, {{"most_db", 3.0}}, {dba(60.0)}), 3.0, kLevelDb);
  EXPECT_EQ(voiced("voice.lombard", {{"strength", 0.0}}, clip, {dba(80.0)}).speech.samples, clip.samples);
  EXPECT_EQ(voiced("voice.lombard", {}, clip).speech.samples, clip.samples) << "there is no noise";
}

TEST(VoiceLombard, TiltsTheSpectrumUpwards) {
  for (const int rate : {8000, 16000, 48000}) {
    const Audio response = voiced("voice.lombard", {{"most_db", 10.0}}, impulse(rate), {dba(90.0)}).speech;
    const auto gain = [&](double hz) { return gain_db(response.samples, rate, hz); };
    EXPECT_NEAR(gain(150.0), gain(400.0), 0.1);
    EXPECT_NEAR(gain(2000.0) - gain(1000.0), 1.25, kTiltDb) << rate;
    EXPECT_NEAR((gain(3400.0) - gain(600.0)) / std::log2(3400.0 / 600.0), 1.25, kTiltDb) << rate;
  }
}

TEST(VoiceLombard, RefusesNoiseThatFollowsTheVoice) {
  const Audio clip = mono(16000, speech_like(1.0, 16000, -30, 2));
  EXPECT_THROW(voiced("voice.lombard", {}, clip, {dba(50.0), {10.0, std::nullopt, Weighting::full}}), ItemError);
}

}  // namespace
}  // namespace fairground
