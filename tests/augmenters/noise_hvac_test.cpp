// The claims of noise.hvac: octave bands along NC and RC curves, and the blades' tone.
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr double kToleranceDb = 2.0;
constexpr double kSeconds = 60.0;

Audio ventilation(int rate, const std::string& curve, double rating, double blade_db = 0.0) {
  return noise_of("noise.hvac",
                  {{"snr_db", 0.0}, {"curve", curve}, {"rating", rating}, {"blade_hz", 120.0}, {"blade_db", blade_db}},
                  Audio(rate, 1, static_cast<std::size_t>(kSeconds * rate)), {0x4AC, 1});
}

std::size_t size_for(int rate) { return rate == 8000 ? 4096 : rate == 16000 ? 8192 : 16384; }

/// By how much the bands' differences from what is wanted spread about their mean.
double largest_deviation(const Audio& signal, const std::vector<std::pair<double, double>>& wanted) {
  const std::size_t size = size_for(signal.sample_rate);
  const double hz_per_bin = static_cast<double>(signal.sample_rate) / static_cast<double>(size);
  const std::vector<double> density = welch(signal.samples, size);
  std::vector<double> differences;
  for (const auto& [hz, db] : wanted) {
    if (exact_centre_hz(hz) * std::sqrt(2.0) < 0.45 * signal.sample_rate) {
      differences.push_back(band_level(density, hz_per_bin, hz, 1) - db);
    }
  }
  const double mean =
      std::accumulate(differences.begin(), differences.end(), 0.0) / static_cast<double>(differences.size());
  double largest = 0.0;
  for (const double difference : differences) {
    largest = std::max(largest, std::abs(difference - mean));
  }
  return largest;
}

constexpr std::array kOctaves{63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0};
// Beranek (1957), as tabulated in the ASHRAE Handbook.
constexpr std::array<double, 8> kNc25{54, 44, 37, 31, 27, 24, 22, 21};
constexpr std::array<double, 8> kNc30{57, 48, 41, 35, 31, 29, 28, 27};
constexpr std::array<double, 8> kNc65{80, 75, 71, 68, 66, 64, 63, 62};

TEST(NoiseHvac, FollowsNcCurves) {
  for (const int rate : {8000, 16000, 48000}) {
    const auto check = [&](double rating, const std::array<double, 8>& db) {
      std::vector<std::pair<double, double>> wanted;
      for (std::size_t i = 0; i < kOctaves.size(); ++i) {
        wanted.emplace_back(kOctaves[i], db[i]);
      }
      EXPECT_LT(largest_deviation(ventilation(rate, "nc", rating), wanted), kToleranceDb) << rating << " at " << rate;
    };
    check(25.0, kNc25);
    check(30.0, kNc30);
    check(65.0, kNc65);
    std::array<double, 8> between{};
    for (std::size_t i = 0; i < between.size(); ++i) {
      between[i] = 0.6 * kNc25[i] + 0.4 * kNc30[i];
    }
    check(27.0, between);
  }
}

TEST(NoiseHvac, FollowsRcCurves) {
  for (const int rate : {8000, 16000, 48000}) {
    std::vector<std::pair<double, double>> wanted;
    for (int octave = -5; octave <= 2; ++octave) {
      wanted.emplace_back(1000.0 * std::ldexp(1.0, octave), -5.0 * octave);
    }
    EXPECT_LT(largest_deviation(ventilation(rate, "rc", 30.0), wanted), kToleranceDb) << rate;
  }
}

TEST(NoiseHvac, CurvesDiffer) {
  std::vector<std::pair<double, double>> nc65;
  for (std::size_t i = 0; i < kOctaves.size(); ++i) {
    nc65.emplace_back(kOctaves[i], kNc65[i]);
  }
  EXPECT_GT(largest_deviation(ventilation(16000, "nc", 25.0), nc65), kToleranceDb);
  EXPECT_GT(largest_deviation(ventilation(16000, "rc", 65.0), nc65), kToleranceDb);
}

TEST(NoiseHvac, BladesStandOverTheirOctave) {
  for (const int rate : {8000, 16000, 48000}) {
    const double hz_per_bin = static_cast<double>(rate) / static_cast<double>(size_for(rate));
    const std::vector<double> with = welch(ventilation(rate, "nc", 35.0, 10.0).samples, size_for(rate));
    const std::vector<double> without = welch(ventilation(rate, "nc", 35.0).samples, size_for(rate));
    const double around = level_between(without, hz_per_bin, 120.0 / std::sqrt(2.0), 120.0 * std::sqrt(2.0));
    for (int harmonic = 1; harmonic <= 4; ++harmonic) {
      const double hz = 120.0 * harmonic;
      const double width = 5.0 * hz_per_bin;  // the window's main lobe
      const double tone_and_noise = level_between(with, hz_per_bin, hz - width, hz + width);
      const double noise = level_between(without, hz_per_bin, hz - width, hz + width);
      const double tone = db_from_power(power_from_db(tone_and_noise) - power_from_db(noise));
      EXPECT_NEAR(tone - around, 10.0 - 6.0 * (harmonic - 1), 0.5) << harmonic << " at " << rate;
    }
  }
}

}  // namespace
}  // namespace fairground
