// The claims of noise.pump: the tone of the steps with its harmonics, the clicks' regularity and strength, the hum, and
// the gurgling's level and pace.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr std::size_t kSize = 16384;

Audio pump(const char* kind, Given given, std::uint32_t realization = 0, double seconds = 30.0, int rate = kRate) {
  given.insert({"snr_db", 0.0});
  given.insert({"kind", std::string(kind)});
  return noise_of("noise.pump", given, Audio(rate, 1, static_cast<std::size_t>(seconds * rate)), {0x9A2, realization});
}

/// What `flow_db` adds: everything else is the same in both signals.
Audio flow(const char* kind, Given given, std::uint32_t realization, double seconds) {
  Given little = given;
  little.insert_or_assign("flow_db", -40.0);
  Audio difference = pump(kind, given, realization, seconds);
  const Audio without = pump(kind, little, realization, seconds);
  const double full = amplitude_from_db(std::get<double>(given.at("flow_db")));
  const double share = full / (full - amplitude_from_db(-40.0));
  for (std::size_t i = 0; i < difference.samples.size(); ++i) {
    difference.samples[i] = static_cast<float>(share * (difference.samples[i] - without.samples[i]));
  }
  return difference;
}

TEST(NoisePump, MotorsHaveTheirRateAndItsHarmonics) {
  for (const char* kind : {"infusion", "suction"}) {
    for (const int rate : {8000, 16000, 44100}) {
      for (const double hz : {30.0, 83.0, 200.0}) {
        const std::vector<double> density =
            welch(pump(kind, {{"motor_hz", hz}, {"flow_db", -40.0}}, 1, 30.0, rate).samples, kSize);
        const double hz_per_bin = static_cast<double>(rate) / kSize;
        const double half_width = 1.5 * hz_per_bin;  // most of the window's main lobe, and no neighbour's
        double lines = 0.0;
        double between = 0.0;
        for (int k = 1; k <= 12; ++k) {
          lines += power_from_db(level_between(density, hz_per_bin, k * hz - half_width, k * hz + half_width));
          const double beside = (k + 0.37) * hz;  // nor at the quarters, where the four steps' differences lie
          between += power_from_db(level_between(density, hz_per_bin, beside - hz_per_bin, beside + hz_per_bin));
        }
        EXPECT_GT(db_from_power(lines / between), 20.0) << kind << ' ' << hz << " at " << rate;
      }
    }
  }
}

/// Level at one frequency under a Hann window: 10 s tell lines apart that are 0.3 Hz apart.
double line_db(const Audio& signal, double hz) {
  double real = 0.0;
  double imaginary = 0.0;
  for (std::size_t i = 0; i < signal.frames(); ++i) {
    const double window = 1.0 - std::cos(kTwoPi * static_cast<double>(i) / static_cast<double>(signal.frames()));
    const double phase = kTwoPi * hz * static_cast<double>(i) / signal.sample_rate;
    real += window * signal.samples[i] * std::cos(phase);
    imaginary += window * signal.samples[i] * std::sin(phase);
  }
  return db_from_power(real * real + imaginary * imaginary);
}

TEST(NoisePump, MotorsKeepTheirRateBetweenSamples) {
  for (const char* kind : {"infusion", "suction"}) {
    for (const double hz : {83.0, 161.3}) {  // of which 16000 is no multiple
      const Audio signal = pump(kind, {{"motor_hz", hz}, {"flow_db", -40.0}}, 9, 10.0);
      for (const double harmonic : {1.0, 2.0, 5.0, 10.0}) {
        const double line = line_db(signal, harmonic * hz);
        EXPECT_GT(line, line_db(signal, harmonic * hz + 0.5) + 15.0) << kind << ' ' << hz << ' ' << harmonic;
        EXPECT_GT(line, line_db(signal, harmonic * hz - 0.5) + 15.0) << kind << ' ' << hz << ' ' << harmonic;
      }
    }
  }
}

TEST(NoisePump, MotorsHaveTheDefaultRateOfTheirKind) {
  for (const auto& [kind, hz] : {std::pair("infusion", 40.0), std::pair("suction", 48.0)}) {
    const std::vector<double> by_default = welch(pump(kind, {}, 2, 10.0).samples, kSize);
    EXPECT_EQ(by_default, welch(pump(kind, {{"motor_hz", hz}}, 2, 10.0).samples, kSize)) << kind;
  }
}

/// Moments at which silence ends.
std::vector<double> onsets(const Audio& signal) {
  std::vector<double> found;
  std::size_t silent = kRate;
  float top = 0.0F;
  for (const float sample : signal.samples) {
    top = std::max(top, std::abs(sample));
  }
  for (std::size_t i = 0; i < signal.samples.size(); ++i) {
    if (std::abs(signal.samples[i]) > 0.02F * top) {
      if (silent > kRate / 20) {
        found.push_back(static_cast<double>(i) / kRate);
      }
      silent = 0;
    }
    ++silent;
  }
  return found;
}

TEST(NoisePump, TheMechanismClicksAtItsRegularity) {
  for (const double cycle_s : {0.2, 1.7, 5.0}) {
    const std::vector<double> clicks = onsets(flow("infusion", {{"cycle_s", cycle_s}, {"flow_db", 15.0}}, 3, 40.0));
    ASSERT_NEAR(static_cast<double>(clicks.size()), 40.0 / cycle_s, 1.0);
    for (std::size_t i = 1; i < clicks.size(); ++i) {
      // A click starts between samples, and is seen some samples into its first swing.
      EXPECT_NEAR(clicks[i] - clicks[i - 1], cycle_s, 0.0003);
    }
  }
}

TEST(NoisePump, AClickIsAsStrongAsAskedOverAStep) {
  for (const double flow_db : {0.0, 15.0}) {
    // One click a second against forty steps: its energy over that of a fortieth of the motor's.
    double clicks = 0.0;
    double steps = 0.0;
    for (std::uint32_t realization = 0; realization < 12; ++realization) {
      clicks += mean_power(flow("infusion", {{"cycle_s", 1.0}, {"flow_db", flow_db}}, realization, 10.0).samples);
      steps += mean_power(pump("infusion", {{"flow_db", -40.0}}, realization, 10.0).samples) / 40.0;
    }
    // Modes that lie near each other add up by chance, and that is not counted; steps differ by a tenth.
    EXPECT_NEAR(db_from_power(clicks / steps), flow_db, 1.0);
  }
}

TEST(NoisePump, TurbulenceHasItsLevelOverTheHum) {
  for (const double flow_db : {-10.0, 3.0, 20.0}) {
    const double turbulence = mean_power(flow("suction", {{"flow_db", flow_db}, {"cycle_s", 0.3}}, 4, 120.0).samples);
    const double hum = mean_power(pump("suction", {{"flow_db", -40.0}}, 4, 20.0).samples);
    // Some 400 gurgles, whose powers spread by 8 dB.
    EXPECT_NEAR(db_from_power(turbulence / hum), flow_db, 0.6);
  }
}

/// In dB, every 50 ms.
std::vector<float> levels(const Audio& signal) {
  constexpr std::size_t kStep = kRate / 20;
  std::vector<float> result;
  for (std::size_t i = 0; i + kStep <= signal.frames(); i += kStep) {
    result.push_back(static_cast<float>(db_from_power(mean_power(std::span(signal.samples).subspan(i, kStep)))));
  }
  return result;
}

TEST(NoisePump, GurglesAtItsDepthAndPace) {
  const auto likeness = [](double cycle_s) {
    const std::vector<float> rms = levels(flow("suction", {{"cycle_s", cycle_s}, {"flow_db", 10.0}}, 5, 240.0));
    // 4 dB of standard deviation, and a tenth of what a twentieth of a second of noise scatters.
    EXPECT_NEAR(std::sqrt(moments(std::span<const float>(rms)).variance), 4.0, 0.8) << cycle_s;
    return correlation(std::span(rms).first(rms.size() - 8), std::span(rms).last(rms.size() - 8));
  };
  // Levels 0.4 s apart are alike if a gurgle takes longer, and are not if it takes less.
  EXPECT_GT(likeness(2.0), 0.7);
  EXPECT_LT(likeness(0.4), 0.3);
}

TEST(NoisePump, KindsDifferAndRealizationsToo) {
  EXPECT_NE(pump("infusion", {}, 6, 1.0).samples, pump("suction", {}, 6, 1.0).samples);
  EXPECT_NE(pump("infusion", {}, 6, 1.0).samples, pump("infusion", {}, 7, 1.0).samples);
  for (const char* kind : {"infusion", "suction"}) {
    for (const int rate : {8000, 192000}) {
      EXPECT_NEAR(db_from_power(mean_power(pump(kind, {{"flow_db", -40.0}}, 8, 5.0, rate).samples)), 0.0, 1.5) << kind;
    }
  }
}

}  // namespace
}  // namespace fairground
