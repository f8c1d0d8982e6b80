// The claims of voice.face_mask: nothing below 1 kHz, and what was published above.
#include <gtest/gtest.h>

#include "tests/augmenters/voices.h"

namespace fairground {
namespace {

constexpr double kToleranceDb = 0.15;        // of a filter of 16 ms on a smooth curve
constexpr double kCornerToleranceDb = 0.25;  // at the corners of the curve, which the filter rounds

Audio masked(int rate, const std::string& mask, double strength = 1.0) {
  return voiced("voice.face_mask", {{"mask", mask}, {"strength", strength}}, impulse(rate)).speech;
}

TEST(VoiceFaceMask, TakesWhatWasPublished) {
  for (const int rate : {8000, 16000, 48000}) {
    for (const auto& [mask, most] : {std::pair("surgical", 4.0), std::pair("kn95", 4.0), std::pair("n95", 6.0)}) {
      for (const double strength : {0.5, 1.0, 2.0}) {
        const Audio response = masked(rate, mask, strength);
        for (double hz = 50.0; hz < 0.47 * rate; hz *= 1.1) {
          const double share = std::clamp(std::log(hz / 1000.0) / std::log(3.0), 0.0, 1.0);
          const double corner = std::min(std::abs(hz - 1000.0), std::abs(hz - 3000.0));
          EXPECT_NEAR(gain_db(response.samples, rate, hz), -share * strength * most,
                      corner < 150.0 ? kCornerToleranceDb : kToleranceDb)
              << mask << ' ' << strength << ", " << hz << " Hz at " << rate;
        }
      }
    }
  }
}

// Goldin, Weinstein and Shiman 2020: 3 to 4 dB from 2 to 7 kHz for a simple mask, close to 12 dB for N95.
TEST(VoiceFaceMask, AgreesWithTheSecondSource) {
  const auto mean_db = [](const Audio& response) {
    double sum = 0.0;
    int count = 0;
    for (double hz = 2000.0; hz <= 7000.0; hz += 100.0, ++count) {
      sum += gain_db(response.samples, response.sample_rate, hz);
    }
    return -sum / count;
  };
  const double surgical = mean_db(masked(16000, "surgical"));
  EXPECT_GT(surgical, 3.0);
  EXPECT_LT(surgical, 4.0);
  EXPECT_NEAR(mean_db(masked(16000, "n95", 2.0)), 12.0, 0.7);
}

}  // namespace
}  // namespace fairground
