// The claims of processing.agc: times on steps, the active level that is held, pauses and peaks.
#include <gtest/gtest.h>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/step_response.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

constexpr double kTimeTolerance = 0.1;     // relative, as the design states it
constexpr double kLevelToleranceDb = 1.0;  // likewise
constexpr double kToneToleranceDb = 0.3;   // once it is learnt that a tone has no syllables
constexpr double kWarmUpS = 8.0;  // from a gain of 0 dB, with rests in pauses, and the time that learning takes

Audio controlled(const Given& given, const Audio& clip) { return apply_signal("processing.agc", given, {clip}).audio; }

struct Times {
  double attack_ms;
  double release_ms;
};

TEST(ProcessingAgc, TakesItsTimeOnSteps) {
  constexpr double kTarget = -38.0;  // so low that the limiter stays out of it
  for (const Times& times : {Times{10, 200}, {20, 500}, {100, 1000}, {500, 2000}}) {
    const Given given{{"attack_ms", times.attack_ms}, {"release_ms", times.release_ms}, {"target_dbov", kTarget}};
    for (const auto& [from, to] : {std::pair(-50.0, -30.0), {-45.0, -28.0}, {-20.0, -35.0}, {-12.0, -27.0}}) {
      const double wanted = to > from ? times.attack_ms : times.release_ms;
      const LevelStep step{from, to, 12.0, 0.5 + 6e-3 * wanted};
      const Audio tone = stepped(step, 16000);
      const StepResponse of_tone = step_response(gains_db(tone, controlled(given, tone)), step.before_s);
      EXPECT_NEAR(of_tone.time_ms, wanted, kTimeTolerance * wanted) << from << " to " << to;
      EXPECT_NEAR(from + of_tone.before_db, kTarget, kToneToleranceDb);
      EXPECT_NEAR(to + of_tone.after_db, kTarget, kToneToleranceDb);

      constexpr int kSeeds = 8;  // the noise's own wavering moves one measurement by several per cent
      double sum = 0.0;
      for (int seed = 1; seed <= kSeeds; ++seed) {
        const Audio noise = stepped(step, 16000, static_cast<std::uint64_t>(seed));
        sum += step_response(gains_db(noise, controlled(given, noise)), step.before_s).time_ms;
      }
      EXPECT_NEAR(sum / kSeeds, wanted, kTimeTolerance * wanted) << "noise, " << from << " to " << to;
    }
  }
}

double level_after_warm_up(const Audio& clip) {
  const auto first = static_cast<std::size_t>(kWarmUpS * clip.sample_rate);
  return measure_speech_level(std::span(clip.samples).subspan(first), clip.sample_rate).active_level_dbov;
}

TEST(ProcessingAgc, HoldsTheActiveLevel) {
  for (const Times& times : {Times{20, 500}, {100, 1000}}) {
    for (const double target : {-26.0, -23.0}) {
      // The weak syllables of the weakest voice ask for more than the 27 dB that it needs on average.
      const Given given{{"attack_ms", times.attack_ms},
                        {"release_ms", times.release_ms},
                        {"target_dbov", target},
                        {"max_gain_db", 45.0}};
      for (double level = -50.0; level <= -10.0; level += 10.0) {
        for (const int rate : {8000, 16000, 48000}) {
          Audio speech = mono(rate, speech_like(30, rate, level, 7));
          const double gain = level - measure_speech_level(speech).active_level_dbov;
          for (float& sample : speech.samples) {
            sample *= static_cast<float>(amplitude_from_db(gain));
          }
          EXPECT_NEAR(level_after_warm_up(controlled(given, speech)), target, kLevelToleranceDb)
              << level << " dBov at " << rate << ", attack " << times.attack_ms;
          const Audio tone = mono(rate, sine(12, rate, 300, std::sqrt(2.0) * amplitude_from_db(level)));
          EXPECT_NEAR(level_after_warm_up(controlled(given, tone)), target, kToneToleranceDb) << level;
        }
      }
    }
  }
}

TEST(ProcessingAgc, IsNearTheLevelInShortClips) {
  constexpr int kClips = 12;
  double sum = 0.0;
  for (int seed = 1; seed <= kClips; ++seed) {
    const Audio speech = mono(16000, speech_like(4, 16000, -28, static_cast<std::uint64_t>(seed)));
    sum += measure_speech_level(controlled({}, speech)).active_level_dbov + 23.0;
  }
  EXPECT_NEAR(sum / kClips, 0.0, kLevelToleranceDb);
}

TEST(ProcessingAgc, RaisesNothingBeyondItsGreatestGain) {
  const Audio tone = mono(16000, sine(10, 16000, 300, std::sqrt(2.0) * amplitude_from_db(-60)));
  EXPECT_NEAR(level_after_warm_up(controlled({{"max_gain_db", 20.0}}, tone)), -40.0, kToneToleranceDb);
}

TEST(ProcessingAgc, LeavesPausesAlone) {
  // Four seconds of a voice, then noise 30 dB below it.
  const LevelStep step{-23, -53, 4, 0.9};
  const Audio clip = stepped(step, 16000, 3);
  const auto end_gain = [&clip](double hold_ms) {
    return gains_db(clip, controlled({{"hold_ms", hold_ms}}, clip)).back();
  };
  const double voice_gain = gains_db(clip, controlled({}, clip))[3900];
  EXPECT_NEAR(end_gain(1000.0), voice_gain, 1.0);  // the window's 10 ms are all that is lost
  EXPECT_GT(end_gain(0.0), voice_gain + 20.0);
}

TEST(ProcessingAgc, LimitsPeaksWithoutClipping) {
  // The gain is 20 dB when the sound jumps by 35.
  const LevelStep step{-43, -8, 4, 1};
  const Audio clip = stepped(step, 16000);
  for (const double ceiling : {-1.0, -6.0}) {
    const AudioSignal out = apply_signal("processing.agc", {{"ceiling_dbov", ceiling}}, {clip});
    double peak = 0.0;
    for (const float sample : out.audio.samples) {
      peak = std::max(peak, static_cast<double>(std::abs(sample)));
    }
    EXPECT_LE(db_from_amplitude(peak), ceiling + 1e-4);  // rounding of float
    EXPECT_GT(db_from_amplitude(peak), ceiling - 0.5);
    ASSERT_EQ(out.measure.values.at(2).first, "limited_fraction");
    EXPECT_GT(out.measure.values[2].second, 0.0);
    EXPECT_LT(out.measure.values[2].second, 0.02);
  }
}

TEST(ProcessingAgc, SaysItsGain) {
  const Audio tone = mono(16000, sine(10, 16000, 300, std::sqrt(2.0) * amplitude_from_db(-33)));
  const AudioSignal out = apply_signal("processing.agc", {{"start_gain_db", 10.0}}, {tone});
  ASSERT_EQ(out.measure.values.at(0).first, "gain_db");
  EXPECT_NEAR(out.measure.values[0].second, 10.0, 1.0);  // until it has learnt that a tone has no syllables
  EXPECT_NEAR(out.measure.values[1].second, 10.0, 0.1);
}

TEST(ProcessingAgc, KeepsTheStereoImageAndTakesEveryClip) {
  const std::vector<float> speech = speech_like(3, 16000, -40, 2);
  Audio stereo(16000, 2, speech.size());
  for (std::size_t i = 0; i < speech.size(); ++i) {
    stereo.channel(0)[i] = speech[i];
    stereo.channel(1)[i] = 0.25F * speech[i];
  }
  const Audio out = controlled({}, stereo);
  for (std::size_t i = 0; i < speech.size(); ++i) {
    ASSERT_EQ(out.channel(1)[i], 0.25F * out.channel(0)[i]);
  }
  EXPECT_EQ(takes_every_clip("processing.agc", {}), "");
}

}  // namespace
}  // namespace fairground
