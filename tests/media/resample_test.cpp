#include "pipeline/media/resample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "pipeline/core/random.h"
#include "tests/media/media_fixtures.h"

namespace fairground {
namespace {

/// Level in dB of the component of `signal` at a frequency, relative to `amplitude`, away from its ends.
double level_db(std::span<const float> signal, double frequency_hz, int rate, double amplitude) {
  const std::size_t margin = signal.size() / 8;
  std::complex<double> sum = 0.0;
  double weight = 0.0;
  for (std::size_t i = margin; i < signal.size() - margin; ++i) {
    const double phase = static_cast<double>(i - margin) / static_cast<double>(signal.size() - 2 * margin);
    const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * phase);
    const double angle = -2.0 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate;
    sum += window * static_cast<double>(signal[i]) * std::polar(1.0, angle);
    weight += window;
  }
  return 20.0 * std::log10(std::abs(sum) * 2.0 / (weight * amplitude) + 1e-12);
}

TEST(Resample, GivesTheRoundedLength) {
  for (const int from : {8000, 11025, 16000, 44100, 48000}) {
    for (const int to : {8000, 16000, 22050, 44100, 48000}) {
      for (const std::size_t frames : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{100},
                                       std::size_t{997}, std::size_t{16001}}) {
        const auto expected = static_cast<std::size_t>(std::llround(static_cast<double>(frames) * to / from));
        EXPECT_EQ(resample(sine(100.0, from, frames), to).frames(), expected) << from << " " << to << " " << frames;
      }
    }
  }
}

TEST(Resample, KeepsOneSampleAndNothing) {
  const Audio one = resample(sine(4000.0, 16000, 1, 2), 48000);
  EXPECT_EQ(one.frames(), 3U);
  EXPECT_EQ(one.channels, 2);
  Audio impulse(16000, 1, 1);
  impulse.samples[0] = 1.0F;
  EXPECT_NEAR(resample(impulse, 32000).samples[0], 1.0F, 0.1F);
  EXPECT_EQ(resample(Audio(16000, 1, 0), 8000).frames(), 0U);
}

TEST(Resample, LeavesEqualRatesAlone) {
  const Audio audio = sine(440.0, 16000, 1000);
  EXPECT_EQ(resample(audio, 16000).samples, audio.samples);
}

TEST(Resample, RefusesImpossibleRatios) {
  EXPECT_ITEM_ERROR(resample(sine(440.0, 768000, 1000), 2000), "the ratio may be 1/256 to 256");
  EXPECT_ITEM_ERROR(resample(sine(440.0, 16000, 1000), 0), "cannot be converted");
  EXPECT_ITEM_ERROR(resample(sine(440.0, 16000, 1000), -8000), "cannot be converted");
}

// Speech models at 16 kHz use what lies below 7 kHz; a droop there would mark every resampled source.
TEST(Resample, IsFlatInThePassband) {
  constexpr double kFlatnessDb = 0.05;
  for (const double frequency : {100.0, 1000.0, 4000.0, 6000.0, 7000.0}) {
    const Audio out = resample(sine(frequency, 48000, 96000), 16000);
    EXPECT_NEAR(level_db(out.samples, frequency, 16000, 0.5), 0.0, kFlatnessDb) << frequency;
  }
}

// What lies above half the new rate would fold down to audible places.
TEST(Resample, RemovesAliases) {
  constexpr double kAliasDb = -100.0;
  for (const double frequency : {8300.0, 9000.0, 12000.0, 15000.0, 20000.0}) {
    const Audio out = resample(sine(frequency, 48000, 96000), 16000);
    const double alias = std::abs(frequency - 16000.0 * std::round(frequency / 16000.0));
    EXPECT_LT(level_db(out.samples, alias, 16000, 0.5), kAliasDb) << frequency;
  }
}

// Cross-correlation of noise with itself after a way up and down again has its peak at no delay.
TEST(Resample, DelaysNothing) {
  Audio noise(16000, 1, 8000);
  RandomStream(/*key=*/2, /*realization=*/0, "noise").normals(0, noise.samples);
  // White noise holds what the filter must remove; slow it down by a running mean.
  for (std::size_t i = 0; i + 3 < noise.samples.size(); ++i) {
    noise.samples[i] = 0.25F * (noise.samples[i] + noise.samples[i + 1] + noise.samples[i + 2] + noise.samples[i + 3]);
  }
  for (const int way : {48000, 44100, 22050}) {
    const Audio back = resample(resample(noise, way), 16000);
    ASSERT_EQ(back.frames(), noise.frames());
    int best_lag = 99;
    double best = -1.0;
    for (int lag = -20; lag <= 20; ++lag) {
      double sum = 0.0;
      for (int i = 100; i < 7900; ++i) {
        sum += static_cast<double>(noise.samples[static_cast<std::size_t>(i)]) *
               static_cast<double>(back.samples[static_cast<std::size_t>(i + lag)]);
      }
      if (sum > best) {
        best = sum;
        best_lag = lag;
      }
    }
    EXPECT_EQ(best_lag, 0) << way;
  }
}

// A sine's phase shows delays of a fraction of a sample, which whole lags do not.
TEST(Resample, KeepsThePhase) {
  constexpr double kPhaseTolerance = 1e-3;
  const Audio out = resample(sine(1000.0, 48000, 48000), 16000);
  const Audio expected = sine(1000.0, 16000, 16000);
  for (std::size_t i = 2000; i < 14000; ++i) EXPECT_NEAR(out.samples[i], expected.samples[i], kPhaseTolerance);
}

TEST(Resample, TreatsChannelsAlike) {
  Audio stereo(48000, 2, 5000);
  const Audio mono = sine(440.0, 48000, 5000);
  for (int c = 0; c < 2; ++c) std::copy(mono.samples.begin(), mono.samples.end(), stereo.channel(c).begin());
  const Audio out = resample(stereo, 16000);
  const Audio alone = resample(mono, 16000);
  for (int c = 0; c < 2; ++c)
    EXPECT_TRUE(std::equal(alone.samples.begin(), alone.samples.end(), out.channel(c).begin()));
}

TEST(ToMono, IsTheMean) {
  Audio audio(16000, 3, 2);
  audio.samples = {0.3F, 1.0F, 0.6F, 1.0F, 0.0F, 1.0F};
  const Audio mono = to_mono(audio);
  EXPECT_EQ(mono.channels, 1);
  EXPECT_EQ(mono.sample_rate, 16000);
  ASSERT_EQ(mono.frames(), 2U);
  EXPECT_FLOAT_EQ(mono.samples[0], 0.3F);
  EXPECT_EQ(mono.samples[1], 1.0F);
  EXPECT_EQ(to_mono(mono).samples, mono.samples);
}

}  // namespace
}  // namespace fairground
