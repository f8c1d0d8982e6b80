// Decay times of responses whose decay is known.
#include "pipeline/measure/reverberation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;

/// Noise that falls by 60 dB in `t60_s`, for as long as it says.
std::vector<float> decay(double t60_s, double seconds, std::uint64_t seed = 1) {
  std::vector<float> response(static_cast<std::size_t>(seconds * kRate));
  RandomStream(seed, 0, "decay").normals(0, response);
  for (std::size_t i = 0; i < response.size(); ++i) {
    response[i] *= static_cast<float>(std::pow(10.0, -3.0 * static_cast<double>(i) / kRate / t60_s));
  }
  return response;
}

TEST(Reverberation, FindsTheTimeOfAnExponentialExactly) {
  for (const double t60_s : {0.1, 0.5, 2.0}) {
    std::vector<float> response = decay(t60_s, 1.2 * t60_s);
    for (std::size_t i = 0; i < response.size(); ++i) {
      response[i] = static_cast<float>(std::pow(10.0, -3.0 * static_cast<double>(i) / kRate / t60_s));
    }
    // The cut at -72 dB lifts the line by less than a thousandth of a dB.
    EXPECT_NEAR(reverberation_time_s(response, kRate).value(), t60_s, 1e-4 * t60_s);
  }
}

TEST(Reverberation, FindsTheTimeOfNoiseWithinItsOwnScatter) {
  double sum = 0.0;
  constexpr int kDraws = 20;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    sum += reverberation_time_s(decay(0.5, 0.6, seed), kRate).value();
  }
  // ISO 3382-2 gives one draw of 8 kHz bandwidth a deviation of 1.5 %, and so 0.33 % to the mean of twenty.
  EXPECT_NEAR(sum / kDraws, 0.5, 0.5 * 3 * 0.0033);
}

TEST(Reverberation, SaysSoWhereTheDecayIsCutOff) {
  EXPECT_FALSE(reverberation_time_s(decay(0.5, 0.2), kRate).has_value());
  EXPECT_FALSE(reverberation_time_s(std::vector<float>(1000), kRate).has_value());
  EXPECT_FALSE(reverberation_time_s({}, kRate).has_value());
  EXPECT_FALSE(reverberation_time_s(std::vector<float>{1.0F}, kRate).has_value());
}

// Two bands with times of their own: each is found in its band.
TEST(Reverberation, TellsOctavesApart) {
  const std::vector<float> low = octave_band(decay(0.8, 1.0, 1), kRate, 500.0).samples;
  const std::vector<float> high = octave_band(decay(0.3, 1.0, 2), kRate, 4000.0).samples;
  ASSERT_GT(low.size(), high.size());
  std::vector<float> both(low);
  const std::size_t shift = octave_band(decay(0.8, 1.0, 1), kRate, 500.0).start - octave_band(low, kRate, 4000.0).start;
  for (std::size_t i = 0; i < high.size() && i + shift < both.size(); ++i) {
    both[i + shift] += high[i];
  }
  const auto time_in = [&](double hz) { return reverberation_time_s(octave_band(both, kRate, hz).samples, kRate); };
  EXPECT_NEAR(time_in(500.0).value(), 0.8, 0.1);  // a draw of 355 Hz bandwidth: 5.7 %, twice
  EXPECT_NEAR(time_in(4000.0).value(), 0.3, 0.02);
}

TEST(Reverberation, KeepsABandsEnergyAndPlace) {
  std::vector<float> tone(kRate);
  for (std::size_t i = 0; i < tone.size(); ++i) {
    tone[i] = static_cast<float>(std::sin(2.0 * 3.14159265358979 * 1000.0 * static_cast<double>(i) / kRate));
  }
  const OctaveBand same = octave_band(tone, kRate, 1000.0);
  for (std::size_t i = 2000; i < 14000; ++i) {
    ASSERT_NEAR(same.samples[same.start + i], tone[i], 1e-4) << i;
  }
  const OctaveBand other = octave_band(tone, kRate, 4000.0);
  for (std::size_t i = 2000; i < 14000; ++i) {
    ASSERT_NEAR(other.samples[other.start + i], 0.0, 1e-3) << i;
  }
}

TEST(Reverberation, ComparesEarlyWithLate) {
  std::vector<float> response(kRate);
  response[0] = 1.0F;
  EXPECT_EQ(clarity_50_db(response, kRate), 100.0);
  response[1600] = 0.1F;
  EXPECT_NEAR(clarity_50_db(response, kRate), 20.0, 1e-4);
  response[400] = 1.0F;
  EXPECT_NEAR(clarity_50_db(response, kRate), 23.01, 0.01);
  EXPECT_NEAR(direct_to_reverberant_db(response, kRate), -0.043, 0.001);
  // Of an exponential: 10 log10(10^(6 t / T) - 1).
  std::vector<float> falling = decay(0.5, 1.0);
  for (std::size_t i = 0; i < falling.size(); ++i) {
    falling[i] = static_cast<float>(std::pow(10.0, -3.0 * static_cast<double>(i) / kRate / 0.5));
  }
  EXPECT_NEAR(clarity_50_db(falling, kRate), 10.0 * std::log10(std::pow(10.0, 0.6) - 1.0), 0.01);
}

}  // namespace
}  // namespace fairground
