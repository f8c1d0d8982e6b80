// The claims of noise.coloured: its slopes, its lower end, and that it is Gaussian and stationary over the joints of
// its blocks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/spectrum.h"
#include "tests/support/apply.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

Audio noise(const std::string& colour, int rate, std::size_t frames, int realization, double low_hz = 20.0,
            int channels = 1) {
  return noise_of("noise.coloured", {{"colour", colour}, {"snr_db", 0.0}, {"low_hz", low_hz}},
                  Audio(rate, channels, frames), {0xC0105, static_cast<std::uint32_t>(realization)});
}

struct Slope {
  const char* colour;
  double db_per_octave;
};
constexpr std::array kSlopes{Slope{"white", 0.0}, Slope{"pink", -10 * 0.30103}, Slope{"brown", -20 * 0.30103},
                             Slope{"blue", 10 * 0.30103}, Slope{"violet", 20 * 0.30103}};

// What the augmenter promises.
constexpr double kSlopeToleranceDb = 0.3;
// The estimator's own error over 40 s, as the standard deviation over realizations: at 8 kHz, where it is worst, the
// lowest band holds 13 bins of 155 periodograms. It must be far below the tolerance or the test would say nothing.
constexpr double kSlopeErrorDb = 0.05;

TEST(NoiseColoured, HasTheSlopeOfItsColour) {
  constexpr int kRealizations = 3;
  for (const int rate : {8000, 16000, 48000}) {
    // 2 Hz to 6 Hz per bin, so that the band at 100 Hz holds a few.
    const std::size_t size = rate == 8000 ? 4096 : 8192;
    for (const Slope& expected : kSlopes) {
      std::vector<double> slopes;
      for (int realization = 0; realization < kRealizations; ++realization) {
        const Audio signal = noise(expected.colour, rate, static_cast<std::size_t>(40 * rate), realization);
        slopes.push_back(slope_db_per_octave(welch(signal.samples, size),
                                             static_cast<double>(rate) / static_cast<double>(size), 100.0, 0.4 * rate));
        EXPECT_NEAR(slopes.back(), expected.db_per_octave, kSlopeToleranceDb) << expected.colour << " at " << rate;
      }
      const Moments spread = moments(std::span<const double>(slopes));
      EXPECT_LT(std::sqrt(spread.variance), kSlopeErrorDb) << expected.colour << " at " << rate;
      RecordProperty(std::string(expected.colour) + "_" + std::to_string(rate), std::to_string(spread.mean));
    }
  }
}

// Spectra are drawn block by block, and the joints, which are 2048 samples long, blur the lower end by the inverse of
// that: 23 Hz at 48 kHz. Brown noise, which is loudest there, leaks most: -42 dB of its power, below 76 instead of 100
// Hz.
constexpr double kStopbandDb = -40.0;

TEST(NoiseColoured, HasNothingBelowItsLowerEnd) {
  constexpr std::size_t kSize = 8192;
  for (const int rate : {8000, 16000, 48000}) {
    for (const Slope& colour : kSlopes) {
      for (const double low_hz : {100.0, 500.0}) {
        const Audio signal = noise(colour.colour, rate, static_cast<std::size_t>(20 * rate), 0, low_hz);
        const std::vector<double> density = welch(signal.samples, kSize);
        const double hz_per_bin = static_cast<double>(rate) / static_cast<double>(kSize);
        const auto power_between = [&](double from_hz, double to_hz) {
          double sum = 0.0;
          for (auto k = static_cast<std::size_t>(from_hz / hz_per_bin); static_cast<double>(k) * hz_per_bin < to_hz;
               ++k) {
            sum += density[k];
          }
          return sum;
        };
        // The window's main lobe is 4 bins wide to either side.
        const double below = power_between(0.0, low_hz - 4 * hz_per_bin);
        const double total = power_between(0.0, rate / 2.0);
        EXPECT_LT(db_from_power(below / total), kStopbandDb)
            << colour.colour << " from " << low_hz << " Hz at " << rate;
        // And it starts there: the first octave has its share.
        const double first = power_between(low_hz, 2 * low_hz) / low_hz;
        const double second = power_between(2 * low_hz, 4 * low_hz) / (2 * low_hz);
        if (4 * low_hz < rate / 2.0) {
          constexpr double kOctaveDb =
              1.0;  // some hundred draws in the narrowest octave: a standard deviation of 0.3 dB
          EXPECT_NEAR(db_from_power(second / first), colour.db_per_octave, kOctaveDb)
              << colour.colour << " " << low_hz << " " << rate;
        }
      }
    }
  }
}

// Excess kurtosis of n independent normals varies by sqrt(24 / n); neighbours of brown and pink noise are not
// independent, so these count as fewer. Five standard deviations.
TEST(NoiseColoured, IsGaussian) {
  constexpr std::size_t kFrames = 2'000'000;
  constexpr double kIndependentFromLowHz = 500.0;
  for (const Slope& colour : kSlopes) {
    const Audio signal = noise(colour.colour, 16000, kFrames, 0, kIndependentFromLowHz);
    const Moments m = moments(std::span<const float>(signal.samples));
    // Brown noise from 500 Hz on is about 500 Hz wide: 1000 independent numbers per second out of 16000.
    const double independent = static_cast<double>(kFrames) * (colour.db_per_octave < -4 ? 1.0 / 16 : 1.0 / 4);
    EXPECT_NEAR(m.excess_kurtosis(), 0.0, 5 * std::sqrt(24.0 / independent)) << colour.colour;
    EXPECT_NEAR(m.third / std::pow(m.variance, 1.5), 0.0, 5 * std::sqrt(6.0 / independent)) << colour.colour;
    EXPECT_NEAR(m.mean, 0.0, 5 * std::sqrt(m.variance / independent)) << colour.colour;
  }
}

// The power at each place of the clip over many realizations. A joint that adds amplitudes would lose 3 dB in its
// middle, one without a fade would show in the spectrum above.
TEST(NoiseColoured, IsAsLoudAtItsJointsAsElsewhere) {
  constexpr std::size_t kFrames = 52000;  // three joints, wherever they lie in blocks of 16384
  constexpr std::size_t kWindow = 500;
  constexpr std::size_t kWindows = kFrames / kWindow;
  constexpr int kRealizations = 400;
  std::vector<double> power(kWindows);
  for (int realization = 0; realization < kRealizations; ++realization) {
    const Audio signal = noise("white", 16000, kFrames, realization);
    for (std::size_t i = 0; i < kWindows; ++i) {
      power[i] += mean_power(std::span<const float>(signal.samples).subspan(i * kWindow, kWindow));
    }
  }
  const double mean = std::accumulate(power.begin(), power.end(), 0.0) / static_cast<double>(kWindows);
  // A window's power is a mean of 500 squares from 400 realizations: 0.32 %. The largest of 104 windows stays within
  // 4.5 of it.
  const double error = std::sqrt(2.0 / (kWindow * kRealizations));
  for (std::size_t i = 0; i < kWindows; ++i) {
    EXPECT_NEAR(power[i] / mean, 1.0, 4.5 * error) << "window at " << i * kWindow;
  }
}

// 5.5 standard deviations of a correlation of n samples: once in 2.6e7, and some 1e5 lags are looked at.
double largest_correlation(std::size_t samples) { return 5.5 / std::sqrt(static_cast<double>(samples)); }

TEST(NoiseColoured, NeverRepeats) {
  constexpr std::size_t kFrames = 100000;
  constexpr std::size_t kWindow = 4000;
  const Audio signal = noise("white", 16000, kFrames, 0);
  const std::span<const float> samples(signal.samples);
  for (const std::size_t start : {std::size_t{0}, std::size_t{13000}, std::size_t{15500}, std::size_t{29000}}) {
    const std::span<const float> pattern = samples.subspan(start, kWindow);
    double energy = 0.0;
    for (const float sample : pattern) {
      energy += static_cast<double>(sample) * sample;
    }
    for (std::size_t lag = 2; start + lag + kWindow <= kFrames; ++lag) {
      float product = 0.0F;
      for (std::size_t i = 0; i < kWindow; ++i) {
        product += pattern[i] * samples[start + lag + i];
      }
      ASSERT_LT(std::abs(product) / energy, largest_correlation(kWindow)) << start << " again at " << start + lag;
    }
  }
}

TEST(NoiseColoured, HasIndependentChannelsAndRealizations) {
  constexpr std::size_t kFrames = 100000;
  const Audio three = noise("white", 16000, kFrames, 0, 20.0, 3);
  const Audio other = noise("white", 16000, kFrames, 1);
  EXPECT_LT(std::abs(correlation(three.channel(0), three.channel(1))), largest_correlation(kFrames));
  EXPECT_LT(std::abs(correlation(three.channel(0), three.channel(2))), largest_correlation(kFrames));
  EXPECT_LT(std::abs(correlation(three.channel(1), three.channel(2))), largest_correlation(kFrames));
  EXPECT_LT(std::abs(correlation(three.channel(0), other.channel(0))), largest_correlation(kFrames));
  // As diffuse noise, all channels are equally loud. The power of n normals varies by sqrt(2 / n).
  const double error = std::sqrt(2.0 / kFrames);
  EXPECT_NEAR(mean_power(three.channel(1)) / mean_power(three.channel(0)), 1.0, 5 * std::sqrt(2.0) * error);
  // A mono clip meets what the first channel of a stereo clip meets.
  EXPECT_TRUE(std::ranges::equal(noise("white", 16000, kFrames, 0).samples, three.channel(0)));
}

// A ladder of levels is one draw at several strengths, so neither the SNR nor the colour may enter the draw.
TEST(NoiseColoured, DrawsTheSameForEverySnr) {
  const auto at_snr = [](double snr_db) {
    return noise_of("noise.coloured", {{"snr_db", snr_db}}, Audio(16000, 1, 30000), {1, 2}).samples;
  };
  EXPECT_EQ(at_snr(-30.0), at_snr(60.0));
}

}  // namespace
}  // namespace fairground
