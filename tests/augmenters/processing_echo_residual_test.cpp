// The claims of processing.echo_residual: its level against the speech, how it converges, and who is heard.
#include <gtest/gtest.h>

#include <map>

#include "augmenters/audio/parts/frame_filter.h"
#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/step_response.h"
#include "tests/augmenters/talker_pool.h"

namespace fairground {
namespace {

constexpr double kLevelToleranceDb = 0.5;  // as the design states it
constexpr int kRate = 16000;
constexpr StepRandom kRandom{42, 3};

/// What the step added.
Audio residual_of(const Given& given, const Audio& near_end, const Assets& assets, const StepRandom& random = kRandom) {
  Given all = given;
  all["from"] = std::string("pool");
  Audio out = apply_signal("processing.echo_residual", all, {near_end}, random, &assets).audio;
  for (std::size_t i = 0; i < out.samples.size(); ++i) {
    out.samples[i] -= near_end.samples[i];
  }
  return out;
}

Audio near_end(double seconds, int rate = kRate) { return mono(rate, speech_like(seconds, rate, -26, 77)); }

double level(std::span<const float> samples) { return db_from_power(mean_power(samples)); }

double level(const Audio& clip, double from_s, double to_s) {
  const auto at = [&clip](double s) { return static_cast<std::size_t>(s * clip.sample_rate); };
  return level(std::span(clip.samples).subspan(at(from_s), at(to_s) - at(from_s)));
}

TEST(ProcessingEchoResidual, HasTheLevelThatWasAskedFor) {
  MadePool pool;
  pool.add_speech("a", 12, kRate, 1);
  pool.add_speech("b", 12, kRate, 2, -40);
  const Assets assets = pool.load({8000, 16000, 48000});
  for (const int rate : {8000, 16000, 48000}) {
    const Audio clip = near_end(24, rate);
    const double speech = measure_speech_level(clip).active_level_dbov;
    for (const auto& [echo, erle] : {std::pair(0.0, 30.0), {10.0, 20.0}, {-10.0, 0.0}, {-10.0, 20.0}}) {
      const Audio residual = residual_of({{"echo_to_speech_db", echo}, {"erle_db", erle}}, clip, assets);
      EXPECT_NEAR(measure_speech_level(residual).active_level_dbov - speech, echo - erle, kLevelToleranceDb)
          << rate << " Hz, " << echo << ", " << erle;
    }
  }
}

TEST(ProcessingEchoResidual, ConvergesInAStraightLineOfDb) {
  MadePool pool;
  pool.add_tone("a", 1000, 0.1, 10.0);
  const Assets assets = pool.load({kRate});
  const Audio clip = near_end(12);
  const auto cold = [&](double convergence, double erle) {
    return residual_of({{"start", "cold"}, {"erle_db", erle}, {"convergence_s", convergence}}, clip, assets);
  };
  const Audio residual = cold(2.0, 60.0);
  const double at_start = level(residual, 0.2, 0.3);
  for (const double second : {1.0, 2.0, 3.0}) {
    // What is left at last has a thirtieth of the amplitude by then, or less: 0.3 dB.
    EXPECT_NEAR(at_start - level(residual, 0.2 + second, 0.3 + second), 10.0 * second, 0.4) << second;
  }
  const double full = measure_speech_level(clip).active_level_dbov;
  // A tone's level is its active level, and in a quarter of a second 2.5 dB are taken off.
  EXPECT_NEAR(at_start, full - 2.5, kLevelToleranceDb);
  EXPECT_NEAR(level(residual, 10.0, 11.0), full - 60.0, kLevelToleranceDb);
}

TEST(ProcessingEchoResidual, BeginsAnewWhenThePathChanges) {
  MadePool pool;
  pool.add_tone("a", 1000, 0.1);
  const Assets assets = pool.load({kRate});
  const Audio clip = near_end(120);
  const Given given{{"erle_db", 50.0}, {"convergence_s", 0.1}, {"changes_per_min", 30.0}};
  const Audio residual = residual_of(given, clip, assets);
  const double full = measure_speech_level(clip).active_level_dbov;
  int changes = 0;
  bool was_loud = false;
  for (double t = 0.0; t + 0.02 < 120.0; t += 0.02) {
    const double now = level(residual, t, t + 0.02);
    const bool loud = now > full - 12.0;
    changes += loud && !was_loud ? 1 : 0;
    was_loud = loud;
  }
  // 60 are expected, of which few are too near the one before to be told apart; Poisson's scatter is 7.7.
  EXPECT_GT(changes, 35);
  EXPECT_LT(changes, 80);
  EXPECT_EQ(residual_of({{"changes_per_min", 0.0}}, clip, assets).samples, residual_of({}, clip, assets).samples);
}

TEST(ProcessingEchoResidual, StartsAShorterClipAsALongerOne) {
  MadePool pool;
  pool.add_speech("a", 5, kRate, 1);
  const Assets assets = pool.load({kRate});
  const Given given{{"echo_to_speech_db", 20.0}, {"start", "cold"}, {"changes_per_min", 40.0}};
  // Silence at the end, which P.56 does not count, so that both have one level.
  Audio whole = mono(kRate, sine(10, kRate, 500, 0.1));
  std::fill(whole.samples.begin() + 3 * kRate, whole.samples.end(), 0.0F);
  for (const std::size_t frames : {3 * kRate + 5000, 4 * kRate, 6 * kRate + 1}) {
    Audio part = whole;
    part.samples.resize(frames);
    EXPECT_EQ(residual_of(given, part, assets).samples, [&] {
      Audio of_whole = residual_of(given, whole, assets);
      of_whole.samples.resize(frames);
      return of_whole.samples;
    }()) << frames;
  }
}

TEST(ProcessingEchoResidual, ComesThroughASmallLoudspeaker) {
  MadePool pool;
  pool.add_speech("a", 20, 48000, 1);  // its spectrum is flat
  const Assets assets = pool.load({48000});
  const Audio residual = residual_of({}, near_end(20, 48000), assets);
  const FrameFilter filter(residual, 1024);
  std::vector<double> power(filter.bins());
  filter.see(filter.frames(), [&](std::size_t, std::span<const float> bins) {
    for (std::size_t k = 0; k < bins.size(); ++k) {
      power[k] += static_cast<double>(bins[k]);
    }
  });
  const auto around = [&power](double hz) {
    double sum = 0.0;
    const auto from = static_cast<std::size_t>(0.8 * hz * 1024 / 48000);
    const auto to = static_cast<std::size_t>(1.2 * hz * 1024 / 48000) + 1;
    for (std::size_t k = from; k < to; ++k) {
      sum += power[k] / static_cast<double>(to - from);
    }
    return db_from_power(sum);
  };
  // The random path wavers by several dB in bands as narrow as these.
  EXPECT_LT(around(150) - around(3000), -12.0);
  EXPECT_LT(around(20000) - around(3000), -8.0);
  EXPECT_NEAR(around(5000) - around(2000), 0.0, 4.0);
}

TEST(ProcessingEchoResidual, SaysWhoIsHeardAndLetsAllSpeak) {
  MadePool pool;
  for (int talker = 0; talker < 4; ++talker) {
    pool.add_speech("t" + std::to_string(talker), 3, kRate, talker + 1, -30, {"language " + std::to_string(talker)});
  }
  const Assets assets = pool.load({kRate});
  const Audio clip = near_end(2);
  std::map<std::string, int> times;
  for (std::uint32_t realization = 0; realization < 8; ++realization) {
    const AudioSignal out =
        apply_signal("processing.echo_residual", {{"from", std::string("pool")}}, {clip}, {42, realization}, &assets);
    ASSERT_EQ(out.measure.voices.size(), 1U);
    ++times[out.measure.voices[0]];
    ASSERT_EQ(out.measure.values.at(0).first, "residual_rms_to_speech_db");
    EXPECT_NEAR(out.measure.values[0].second, -30.0, 6.0);  // over so short a clip, with pauses
  }
  EXPECT_EQ(times.size(), 4U);
  for (const auto& [name, count] : times) {
    EXPECT_EQ(count, 2) << name;
  }
}

TEST(ProcessingEchoResidual, GivesAllChannelsTheSameAndTakesEveryClip) {
  MadePool pool;
  pool.add_speech("a", 1, kRate, 1);
  const Assets assets = pool.load({8000, 16000, 44100, 48000, 96000, 192000});
  Audio stereo(kRate, 2, 2 * kRate);
  std::ranges::copy(speech_like(2, kRate, -26, 5), stereo.channel(0).begin());
  const Audio residual = residual_of({{"echo_to_speech_db", 30.0}, {"erle_db", 0.0}}, stereo, assets);
  for (std::size_t i = 0; i < residual.frames(); ++i) {
    ASSERT_NEAR(residual.channel(0)[i], residual.channel(1)[i], 1e-6);  // but for adding to the signal and taking off
  }
  const Given given{{"from", std::string("pool")}, {"start", "cold"}, {"path_ms", 500.0}};
  EXPECT_EQ(takes_every_clip("processing.echo_residual", given, &assets), "");
}

}  // namespace
}  // namespace fairground
