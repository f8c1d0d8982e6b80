// The claims of noise.wind: where its energy lies, how steeply it falls, that speed widens it, and its gusts.
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr std::size_t kSize = 16384;

Audio wind(Given given, std::uint32_t realization = 0, double seconds = 60.0, int rate = 16000, int channels = 1) {
  given.insert({"snr_db", 0.0});
  return noise_of("noise.wind", given, Audio(rate, channels, static_cast<std::size_t>(seconds * rate)),
                  {0x817D, realization});
}

std::vector<double> density_of(const Audio& signal) { return welch(signal.channel(0), kSize); }

double share_below(const Audio& signal, double hz) {
  const double hz_per_bin = static_cast<double>(signal.sample_rate) / kSize;
  const std::vector<double> density = density_of(signal);
  return power_from_db(level_between(density, hz_per_bin, 0.0, hz) -
                       level_between(density, hz_per_bin, 0.0, 0.5 * signal.sample_rate));
}

// Nelke and Vary's model has 98.9 % of its power below 500 Hz, by their coefficients at 16 kHz.
TEST(NoiseWind, LiesBelow500Hz) {
  for (const int rate : {8000, 16000, 48000}) {
    for (const double speed : {2.0, 5.0, 10.0}) {
      EXPECT_GT(share_below(wind({{"speed_m_s", speed}}, 0, 60.0, rate), 500.0), 0.97) << speed << " at " << rate;
    }
  }
  EXPECT_LT(share_below(wind({{"speed_m_s", 25.0}, {"fall_db_per_octave", 6.0}}), 500.0), 0.9);
}

// The line goes through bands of a third of an octave, each of many bins over a minute; at 48 kHz, the joins of the
// drawn blocks lift the end of the steepest fall a little.
constexpr double kSlopeDb = 0.5;

TEST(NoiseWind, FallsAsSteeplyAsAsked) {
  for (const double fall : {9.0, 12.0, 15.0, 18.0}) {
    for (const int rate : {16000, 48000}) {
      const std::vector<double> density =
          density_of(wind({{"speed_m_s", 2.5}, {"fall_db_per_octave", fall}, {"gustiness", 0.0}}, 1, 60.0, rate));
      // From two octaves above the corner of 50 Hz on, where the bend is over, to where 57 dB are gone: further down
      // lies what the joins of the drawn blocks leave of the strong low end.
      const double until_hz = std::min(3200.0, 50.0 * std::exp2(57.0 / fall));
      EXPECT_NEAR(slope_db_per_octave(density, static_cast<double>(rate) / kSize, 200.0, until_hz), -fall, kSlopeDb)
          << rate;
    }
  }
}

/// Where the density has fallen by 3 dB from that around 60 Hz, between bands a sixth of an octave wide.
double corner_hz(const Audio& signal, double reference_hz) {
  const double hz_per_bin = static_cast<double>(signal.sample_rate) / kSize;
  const std::vector<double> density = density_of(signal);
  const auto level = [&](double hz) {
    const double half = std::pow(2.0, 1.0 / 12.0);
    return level_between(density, hz_per_bin, hz / half, hz * half) - db_from_power(hz);
  };
  double hz = reference_hz;
  while (level(hz) > level(reference_hz) - 3.0) {
    hz *= 1.02;
  }
  return hz;
}

TEST(NoiseWind, TheCornerGoesWithTheSpeed) {
  // The capsule's own fall below 20 Hz and the density's scatter shift where 3 dB are reached by some per cent.
  constexpr double kTolerance = 0.12;
  for (const double speed : {8.0, 12.0, 20.0}) {
    const Audio signal = wind({{"speed_m_s", speed}, {"gustiness", 0.0}, {"fall_db_per_octave", 18.0}}, 2, 120.0);
    EXPECT_NEAR(corner_hz(signal, 60.0), 20.0 * speed, kTolerance * 20.0 * speed) << speed;
  }
}

/// RMS in steps of a quarter of a second, over their mean.
std::vector<float> levels(const Audio& signal) {
  const auto step = static_cast<std::size_t>(signal.sample_rate / 4);
  std::vector<float> rms;
  for (std::size_t i = 0; i + step <= signal.frames(); i += step) {
    rms.push_back(static_cast<float>(std::sqrt(mean_power(signal.channel(0).subspan(i, step)))));
  }
  return rms;
}

double unevenness(const Audio& signal) {
  const std::vector<float> rms = levels(signal);
  const Moments spread = moments(std::span<const float>(rms));
  return std::sqrt(spread.variance) / spread.mean;
}

TEST(NoiseWind, GustsGoWithTheSquareOfTheSpeed) {
  // A steady stream's level, of low noise in quarters of a second, scatters by a tenth; add the gusts' own in squares.
  const double steady = unevenness(wind({{"gustiness", 0.0}, {"speed_m_s", 10.0}}, 3, 300.0));
  EXPECT_LT(steady, 0.15);
  for (const double gustiness : {0.1, 0.2, 0.3}) {
    const Audio signal = wind({{"gustiness", gustiness}, {"speed_m_s", 10.0}, {"gust_hz", 0.2}}, 3, 300.0);
    // Of (1 + g x)^2 with a normal x: variance 4 g^2 + 2 g^4 around a mean of 1 + g^2.
    const double g2 = gustiness * gustiness;
    const double of_gusts = std::sqrt(4.0 * g2 + 2.0 * g2 * g2) / (1.0 + g2);
    const double measured = std::sqrt(std::pow(unevenness(signal), 2) - steady * steady);
    // Five minutes hold about 120 independent gusts, so that the deviation itself scatters by a fifteenth.
    EXPECT_NEAR(measured, of_gusts, 0.2 * of_gusts) << gustiness;
  }
}

TEST(NoiseWind, GustsComeAtTheirRate) {
  // The slower the gusts, the more alike are levels half a second apart.
  const auto likeness = [](double gust_hz) {
    const std::vector<float> rms = levels(wind({{"gust_hz", gust_hz}, {"speed_m_s", 10.0}}, 4, 300.0));
    return correlation(std::span(rms).first(rms.size() - 2), std::span(rms).last(rms.size() - 2));
  };
  EXPECT_GT(likeness(0.2), 0.7);
  EXPECT_LT(likeness(2.0), 0.3);
  EXPECT_GT(likeness(0.2), likeness(0.6) + 0.1);
  EXPECT_GT(likeness(0.6), likeness(2.0) + 0.1);
}

TEST(NoiseWind, SpeedsShareTheirGustsAndChannelsToo) {
  const std::vector<float> slow = levels(wind({{"speed_m_s", 4.0}, {"gust_hz", 0.2}, {"gustiness", 0.4}}, 5, 120.0));
  const std::vector<float> fast = levels(wind({{"speed_m_s", 16.0}, {"gust_hz", 0.2}, {"gustiness", 0.4}}, 5, 120.0));
  EXPECT_GT(correlation(slow, fast), 0.9);
  const Audio stereo = wind({}, 6, 60.0, 16000, 2);
  // Turbulence is each microphone's own. Of low noise, a minute holds about 100 Hz x 60 s independent values.
  EXPECT_LT(std::abs(correlation(stereo.channel(0), stereo.channel(1))), 4.0 / std::sqrt(6000.0));
  EXPECT_NE(levels(wind({}, 7)), levels(wind({}, 8)));
}

TEST(NoiseWind, IsNearFullScaleOfOne) {
  for (const int rate : {8000, 16000, 192000}) {
    EXPECT_NEAR(db_from_power(mean_power(wind({{"gustiness", 0.0}}, 9, 20.0, rate).samples)), 0.0, 1.0) << rate;
  }
}

}  // namespace
}  // namespace fairground
