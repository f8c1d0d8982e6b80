#include "pipeline/measure/active_stretches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pipeline/core/units.h"
#include "pipeline/measure/audio_level.h"
#include "tests/measure/signals.h"

namespace fairground {
namespace {

// The level is read off between two thresholds 6 dB apart; the stretches are cut at one, and moved by the envelope's
// lag.
constexpr double kLevelDb = 0.3;
constexpr double kActivity = 0.03;

TEST(ActiveStretches, HoldTheActiveLevelForTheActiveTime) {
  double largest_db = 0.0;
  for (const int rate : {8000, 16000, 44100, 48000}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const std::vector<float> speech = speech_like(20.0, rate, -20.0 - 3.0 * static_cast<double>(seed), seed);
      const SpeechLevel level = measure_speech_level(speech, rate);
      double energy = 0.0;
      double frames = 0.0;
      std::size_t end_before = 0;
      for (const Stretch& stretch : active_stretches(speech, rate)) {
        EXPECT_TRUE(end_before == 0 || stretch.begin > end_before);
        ASSERT_LT(stretch.begin, stretch.end);
        ASSERT_LE(stretch.end, speech.size());
        end_before = stretch.end;
        for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
          energy += static_cast<double>(speech[i]) * speech[i];
        }
        frames += static_cast<double>(stretch.end - stretch.begin);
      }
      const double db = db_from_power(energy / frames);
      EXPECT_NEAR(db, level.active_level_dbov, kLevelDb) << rate << " Hz, seed " << seed;
      EXPECT_NEAR(frames / static_cast<double>(speech.size()), level.activity_factor, kActivity);
      largest_db = std::max(largest_db, std::abs(db - level.active_level_dbov));
    }
  }
  RecordProperty("largest_error_db", std::to_string(largest_db));
}

TEST(ActiveStretches, BeginAndEndWithTheSound) {
  constexpr int kRate = 16000;
  std::vector<float> words(std::size_t{5} * kRate);
  for (const std::size_t second : {1U, 3U}) {
    std::ranges::copy(sine(1.0, kRate, 300, 0.1), words.begin() + static_cast<std::ptrdiff_t>(second * kRate));
  }
  const std::vector<Stretch> stretches = active_stretches(words, kRate);
  ASSERT_EQ(stretches.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const double begin_s = static_cast<double>(stretches[i].begin) / kRate;
    const double end_s = static_cast<double>(stretches[i].end) / kRate;
    const double word_s = 1.0 + 2.0 * static_cast<double>(i);
    EXPECT_LE(begin_s, word_s) << "the word is cut";
    EXPECT_GT(begin_s, word_s - 0.06);
    // The envelope falls to the threshold within three time constants or so, and the hangover follows.
    EXPECT_GT(end_s, word_s + 1.1);
    EXPECT_LT(end_s, word_s + 1.3);
  }
}

TEST(ActiveStretches, TakeAnyInput) {
  EXPECT_TRUE(active_stretches({}, 16000).empty());
  EXPECT_TRUE(active_stretches(std::vector<float>(16000), 16000).empty());
  const std::vector<float> loud(16000, 0.5F);
  EXPECT_EQ(active_stretches(loud, 16000), (std::vector<Stretch>{{0, 16000}}));
  EXPECT_EQ(active_stretches(std::vector<float>(5, 0.9F), 16000).size(), 1U);
  std::vector<float> click(16000);
  click[8000] = 1.0F;
  EXPECT_LE(active_stretches(click, 16000).size(), 1U);
}

}  // namespace
}  // namespace fairground
