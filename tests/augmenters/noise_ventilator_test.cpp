// The claims of noise.ventilator: its breaths, the share that flows in, the hiss and the turbine.
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;

Audio ventilator(Given given, std::uint32_t realization = 0, double seconds = 60.0) {
  given.insert({"snr_db", 0.0});
  return noise_of("noise.ventilator", given, Audio(kRate, 1, static_cast<std::size_t>(seconds * kRate)),
                  {0x7E7, realization});
}

/// Power in steps of 20 ms.
std::vector<double> powers(const Audio& signal) {
  constexpr std::size_t kStep = kRate / 50;
  std::vector<double> result;
  for (std::size_t i = 0; i + kStep <= signal.frames(); i += kStep) {
    result.push_back(mean_power(std::span(signal.samples).subspan(i, kStep)));
  }
  return result;
}

/// Moments at which the power jumps up to its full height: the valve opens for a breath.
std::vector<double> breaths(const Audio& signal) {
  const std::vector<double> power = powers(signal);
  double top = 0.0;
  for (const double p : power) {
    top = std::max(top, p);
  }
  std::vector<double> starts;
  for (std::size_t i = 5; i < power.size(); ++i) {
    const bool is_new = starts.empty() || static_cast<double>(i) / 50 - starts.back() > 0.5;
    if (power[i] > 0.55 * top && power[i - 5] < 0.2 * top && is_new) {
      starts.push_back(static_cast<double>(i) / 50);
    }
  }
  return starts;
}

TEST(NoiseVentilator, BreathesAsOftenAsAsked) {
  for (const double per_min : {8.0, 15.0, 40.0}) {
    const std::vector<double> starts = breaths(ventilator({{"breaths_per_min", per_min}, {"turbine_db", -40.0}}));
    ASSERT_GE(starts.size(), 5U) << per_min;
    const double mean = (starts.back() - starts.front()) / static_cast<double>(starts.size() - 1);
    EXPECT_NEAR(60.0 / mean, per_min, 0.02 * per_min);
  }
}

TEST(NoiseVentilator, FlowsInForItsShareAndThenOut) {
  for (const double inspiration : {0.25, 0.5}) {
    const Audio signal = ventilator({{"breaths_per_min", 10.0}, {"inspiration", inspiration}, {"turbine_db", -40.0}});
    const std::vector<double> power = powers(signal);
    const std::vector<double> starts = breaths(signal);
    ASSERT_GE(starts.size(), 5U);
    // Averaged over breaths, the second jump is where the flow turns.
    std::vector<double> breath(290);
    for (std::size_t b = 0; b + 1 < starts.size(); ++b) {
      for (std::size_t i = 0; i < breath.size(); ++i) {
        breath[i] += power[static_cast<std::size_t>(starts[b] * 50) + i];
      }
    }
    std::size_t turn = 30;
    for (std::size_t i = 30; i + 5 < breath.size(); ++i) {
      turn = breath[i + 2] / breath[i - 2] > breath[turn + 2] / breath[turn - 2] ? i : turn;
    }
    EXPECT_NEAR(static_cast<double>(turn) / 300.0, inspiration, 0.02) << inspiration;
  }
}

TEST(NoiseVentilator, TheHissHasItsOctavesAndTheTurbineItsTone) {
  constexpr std::size_t kSize = 8192;
  constexpr double kHzPerBin = static_cast<double>(kRate) / kSize;
  const std::vector<double> hiss = welch(ventilator({{"turbine_db", -40.0}}).samples, kSize);
  const double at_500 = band_level(hiss, kHzPerBin, 500, 1);
  for (const auto& [hz, db] :
       {std::pair{250.0, -6.0}, std::pair{1000.0, -3.0}, std::pair{2000.0, -3.0}, std::pair{4000.0, -5.0}}) {
    EXPECT_NEAR(band_level(hiss, kHzPerBin, hz, 1) - at_500, db, 1.0) << hz;
  }
  // Against the hiss at full flow, whose power the flow's shape takes down.
  const std::vector<double> loud = welch(ventilator({{"turbine_db", 0.0}, {"turbine_hz", 380.0}}).samples, kSize);
  const double tone = level_between(loud, kHzPerBin, 370.0, 390.0);
  EXPECT_GT(tone, level_between(loud, kHzPerBin, 390.0, 410.0) + 15.0);
  EXPECT_GT(tone, level_between(hiss, kHzPerBin, 370.0, 390.0) + 15.0);
}

TEST(NoiseVentilator, RealizationsBreatheAtOtherMoments) {
  const std::vector<double> one = breaths(ventilator({{"turbine_db", -40.0}}, 1));
  const std::vector<double> other = breaths(ventilator({{"turbine_db", -40.0}}, 2));
  EXPECT_GT(std::abs(one.front() - other.front()), 0.02);
}

}  // namespace
}  // namespace fairground
