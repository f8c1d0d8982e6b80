// Weighted levels against the table of IEC 61672-1 and against a filter in the time domain.
#include "pipeline/measure/weighted_level.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "pipeline/core/units.h"
#include "pipeline/measure/audio_level.h"
#include "tests/measure/signals.h"

namespace fairground {
namespace {

struct Gain {
  double hz;
  double db;
};
// IEC 61672-1:2013, table 3, which gives a tenth of a dB at nominal frequencies of thirds of an octave.
constexpr std::array kTable{Gain{31.5, -39.4}, Gain{63, -26.2}, Gain{125, -16.1}, Gain{250, -8.6},  Gain{500, -3.2},
                            Gain{1000, 0.0},   Gain{2000, 1.2}, Gain{4000, 1.0},  Gain{8000, -1.1}, Gain{16000, -6.6}};

TEST(WeightedLevel, GainsAreThoseOfTheStandard) {
  for (const Gain& gain : kTable) {
    // The table is of exact frequencies, 1000 Hz times powers of ten to a tenth.
    const double exact_hz = 1000.0 * std::pow(10.0, std::round(10.0 * std::log10(gain.hz / 1000.0)) / 10.0);
    EXPECT_NEAR(db_from_power(weighting_gain(Weighting::a_weighted, exact_hz)), gain.db, 0.051) << gain.hz;
  }
  EXPECT_EQ(weighting_gain(Weighting::a_weighted, 0.0), 0.0);
}

TEST(WeightedLevel, OfSinesIsTheirGain) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    for (const double hz : {63.0, 125.0, 440.0, 1000.0, 3000.0}) {
      Audio audio(rate, 1, 0);
      audio.samples = sine(2.0, rate, hz, 0.1);
      const double gain = weighted_power(audio, Weighting::a_weighted) / mean_power(audio.samples);
      // The gain's slope within the window's lobe of 12 Hz bends the lowest most.
      EXPECT_NEAR(db_from_power(gain), db_from_power(weighting_gain(Weighting::a_weighted, hz)), hz < 100 ? 0.15 : 0.02)
          << hz << " Hz at " << rate;
    }
  }
}

TEST(WeightedLevel, LosesNothingOfShortSounds) {
  for (const std::size_t frames :
       {std::size_t{1}, std::size_t{7}, std::size_t{800}, std::size_t{1999}, std::size_t{16000}}) {
    Audio high(16000, 1, frames);
    // Within the band, and as short as it may be: a click's power below 3400 Hz is 3100 of 8000 Hz.
    high.samples[frames / 2] = 1.0F;
    const double share = weighted_power(high, Weighting::telephone) / mean_power(high.samples);
    EXPECT_NEAR(share, 3100.0 / 8000.0, 0.001) << frames;
  }
}

TEST(WeightedLevel, TheTelephoneBandHoldsWhatIsInItAndNoMore) {
  for (const int rate : {8000, 16000, 48000}) {
    for (const auto& [hz, db] : {std::pair{200.0, -60.0}, std::pair{350.0, 0.0}, std::pair{1000.0, 0.0},
                                 std::pair{3300.0, 0.0}, std::pair{3600.0, -60.0}}) {
      Audio audio(rate, 1, 0);
      audio.samples = sine(3.0, rate, hz, 0.1);
      const double share = level_dbov(weighted_power(audio, Weighting::telephone) / mean_power(audio.samples));
      if (db < 0.0) {
        EXPECT_LT(share, -35.0) << hz << " Hz at " << rate;  // the window's side lobes, and the sine's own two ends
      } else {
        EXPECT_NEAR(share, 0.0, 0.02) << hz << " Hz at " << rate;
      }
    }
  }
}

TEST(WeightedLevel, ChannelsAndSilence) {
  Audio two(16000, 2, 16000);
  std::ranges::copy(sine(1.0, 16000, 1000, 0.1), two.channel(0).begin());
  EXPECT_NEAR(weighted_power(two, Weighting::a_weighted), 0.0025, 1e-5);  // the mean of 0.005 and nothing
  EXPECT_EQ(weighted_power(Audio(16000, 1, 100), Weighting::a_weighted), 0.0);
  EXPECT_EQ(weighted_power(Audio(16000, 1, 0), Weighting::a_weighted), 0.0);
  EXPECT_EQ(weighted_power(Audio(16000, 1, 0), Weighting::full), 0.0);
}

}  // namespace
}  // namespace fairground
