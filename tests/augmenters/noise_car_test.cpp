// The claims of noise.car: the engine's orders and their level, and what speed does to tyres and air.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;

Audio car(Given given, std::uint32_t realization = 0, double seconds = 30.0, int rate = kRate, int channels = 1) {
  given.insert({"snr_db", 0.0});
  return noise_of("noise.car", given, Audio(rate, channels, static_cast<std::size_t>(seconds * rate)),
                  {0xCA2, realization});
}

/// The engine alone: tyres and air are the same in both signals.
Audio engine(Given given, std::uint32_t realization = 0, double seconds = 30.0, int rate = kRate) {
  Given electric = given;
  electric.insert_or_assign("engine", std::string("electric"));
  Audio orders = car(given, realization, seconds, rate);
  const Audio without = car(electric, realization, seconds, rate);
  for (std::size_t i = 0; i < orders.samples.size(); ++i) {
    orders.samples[i] -= without.samples[i];
  }
  return orders;
}

constexpr std::size_t kSize = 16384;
constexpr double kHzPerBin = static_cast<double>(kRate) / kSize;

// The turning rate wanders by 0.3 %, and a line is as wide as the window's main lobe of 8 bins.
double half_width_hz(double hz) { return 0.01 * hz + 4.0 * kHzPerBin; }

TEST(NoiseCar, FiresEachCylinderOnceInTwoTurns) {
  const std::array engines{std::pair("three_cylinders", 3), std::pair("four_cylinders", 4),
                           std::pair("six_cylinders", 6), std::pair("eight_cylinders", 8)};
  for (const auto& [name, cylinders] : engines) {
    for (const double rpm : {1500.0, 3000.0}) {
      const std::vector<double> density =
          welch(engine({{"engine", std::string(name)}, {"rpm", rpm}}, 1).samples, kSize);
      const double firing_hz = rpm / 60.0 * cylinders / 2.0;
      const double all = level_between(density, kHzPerBin, 0.0, 0.5 * kRate);
      double firings = 0.0;
      for (int k = 1; k <= 4; ++k) {
        const double hz = k * firing_hz;
        const double line = level_between(density, kHzPerBin, hz - half_width_hz(hz), hz + half_width_hz(hz));
        firings += power_from_db(line - all);
        // The orders on both sides, half a turn away, are 18 dB weaker, and either may be 8 dB stronger by the draw.
        for (const double side : {-rpm / 120.0, rpm / 120.0}) {
          EXPECT_GT(line,
                    level_between(density, kHzPerBin, hz + side - 4.0 * kHzPerBin, hz + side + 4.0 * kHzPerBin) + 8.0)
              << name << ", " << rpm << ", harmonic " << k;
        }
      }
      // The other six harmonics, each 4 dB weaker, would hold 3 % if all were drawn alike; they differ by up to 8 dB,
      // and orders between add some.
      EXPECT_GT(firings, 0.7) << name << ", " << rpm;
    }
  }
}

TEST(NoiseCar, HasTheOrdersBetween) {
  // A four-cylinder engine's cycle at 3000 turns is 25 Hz: its odd multiples are neither turns nor firings.
  const std::vector<double> density = welch(engine({{"rpm", 3000.0}}, 2, 60.0).samples, kSize);
  for (const double hz : {25.0, 75.0, 125.0, 175.0}) {
    const double order = level_between(density, kHzPerBin, hz - 4.0, hz + 4.0);
    EXPECT_GT(order, level_between(density, kHzPerBin, hz + 8.5, hz + 16.5) + 10.0) << hz;
  }
}

TEST(NoiseCar, TheEngineHasItsLevel) {
  for (const double level_db : {-20.0, -6.0, 10.0}) {
    for (const int rate : {8000, 16000, 48000}) {
      const double orders = mean_power(engine({{"engine_db", level_db}, {"rpm", 2500.0}}, 3, 20.0, rate).samples);
      const double others = mean_power(car({{"engine", std::string("electric")}}, 3, 20.0, rate).samples);
      // Low noise: some 60 Hz x 20 s x 2 independent values, of which the power scatters by 0.1 dB or two.
      EXPECT_NEAR(db_from_power(orders / others), level_db, 0.5) << rate;
    }
  }
}

TEST(NoiseCar, LeavesOutOrdersThatTheRateCannotHold) {
  // The tenth harmonic of 8000 turns of eight cylinders would be 5333 Hz, and fold down at 8 kHz.
  const std::vector<double> density = welch(
      engine({{"engine", std::string("eight_cylinders")}, {"rpm", 8000.0}, {"engine_db", 20.0}}, 4, 30.0, 8000).samples,
      kSize);
  const double hz_per_bin = 8000.0 / kSize;
  // Between the orders, which are all multiples of 66.7 Hz, lies only what the wander spreads.
  const double orders = level_between(density, hz_per_bin, 0.0, 4000.0);
  EXPECT_LT(level_between(density, hz_per_bin, 3750.0, 4000.0), orders - 45.0);
}

// The octaves of the two spectra as the augmenter's file gives them; tyres with v^3, air with v^6, alike at 150 km/h.
constexpr std::array kTyres{-4.0, -3.0, -9.0, -14.0, -20.0, -25.0, -34.0, -44.0};
constexpr std::array kAir{-4.0, -5.0, -8.0, -11.0, -15.0, -19.0, -24.0, -31.0};

TEST(NoiseCar, SpeedBringsTheAirAndWithItTheHighs) {
  for (const double speed : {30.0, 80.0, 130.0, 200.0}) {
    const Audio signal = car({{"speed_km_h", speed}, {"engine", std::string("electric")}}, 5, 120.0);
    const std::vector<double> density = welch(signal.samples, kSize);
    const auto wanted = [&](std::size_t i) {
      return db_from_power(std::pow(speed / 150.0, 3) * power_from_db(kTyres[i]) +
                           std::pow(speed / 150.0, 6) * power_from_db(kAir[i]));
    };
    const double at_500 = band_level(density, kHzPerBin, 500.0, 1);
    for (std::size_t i = 1; i < kTyres.size(); ++i) {
      const double hz = 1000.0 * std::exp2(static_cast<double>(i) - 5.0);
      // 44 Hz of the lowest octave for two minutes scatter by 0.1 dB; between centres the mixed spectra bend.
      EXPECT_NEAR(band_level(density, kHzPerBin, hz, 1) - at_500, wanted(i) - wanted(4), 0.5) << hz << " at " << speed;
    }
  }
}

TEST(NoiseCar, TheEngineIsOneSourceAndTheRestIsAround) {
  const Audio loud = car({{"engine_db", 20.0}}, 6, 5.0, kRate, 2);
  EXPECT_GT(correlation(loud.channel(0), loud.channel(1)), 0.97);
  const Audio electric = car({{"engine", std::string("electric")}}, 6, 60.0, kRate, 2);
  // Some 60 Hz x 60 s x 2 independent values.
  EXPECT_LT(std::abs(correlation(electric.channel(0), electric.channel(1))), 4.0 / std::sqrt(7200.0));
}

TEST(NoiseCar, ALadderOfSpeedsKeepsItsDraws) {
  const Given still{{"engine", std::string("electric")}};
  Given slow = still;
  slow.insert({"speed_km_h", 70.0});
  Given fast = still;
  fast.insert({"speed_km_h", 90.0});
  EXPECT_GT(correlation(car(slow, 7).samples, car(fast, 7).samples), 0.99);
  EXPECT_LT(std::abs(correlation(car(slow, 7).samples, car(slow, 8).samples)), 0.1);
}

}  // namespace
}  // namespace fairground
