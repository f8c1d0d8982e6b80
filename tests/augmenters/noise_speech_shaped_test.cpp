// The claim of noise.speech_shaped: the spectrum of Byrne and others (1994).
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

struct Band {
  double hz;
  double db;
};
// As published: both sexes, all languages, at an overall level of 70 dB.
constexpr std::array kTable{Band{100, 54.4},   Band{125, 57.7},   Band{160, 56.8},  Band{200, 60.2},  Band{250, 60.3},
                            Band{315, 59.0},   Band{400, 62.1},   Band{500, 62.1},  Band{630, 60.5},  Band{800, 56.8},
                            Band{1000, 53.7},  Band{1250, 53.0},  Band{1600, 52.0}, Band{2000, 48.7}, Band{2500, 48.1},
                            Band{3150, 46.8},  Band{4000, 45.6},  Band{5000, 44.5}, Band{6300, 44.3}, Band{8000, 43.7},
                            Band{10000, 43.4}, Band{12500, 41.3}, Band{16000, 40.7}};

constexpr double kToleranceDb = 1.0;

TEST(NoiseSpeechShaped, HasTheSpectrumOfSpeech) {
  for (const int rate : {8000, 16000, 48000}) {
    // 3 Hz to 4 Hz per bin.
    const std::size_t size = rate == 8000 ? 2048 : rate == 16000 ? 4096 : 16384;
    const double hz_per_bin = static_cast<double>(rate) / static_cast<double>(size);
    for (int realization = 0; realization < 3; ++realization) {
      const Audio signal =
          noise_of("noise.speech_shaped", {{"snr_db", 0.0}}, Audio(rate, 1, static_cast<std::size_t>(60 * rate)),
                   {0xB1, static_cast<std::uint32_t>(realization)});
      const std::vector<double> density = welch(signal.samples, size);
      std::vector<double> differences;
      for (const Band& band : kTable) {
        if (band.hz <= 0.4 * rate) {
          differences.push_back(band_level(density, hz_per_bin, band.hz, 3) - band.db);
        }
      }
      const double level =
          std::accumulate(differences.begin(), differences.end(), 0.0) / static_cast<double>(differences.size());
      for (std::size_t i = 0; i < differences.size(); ++i) {
        EXPECT_NEAR(differences[i], level, kToleranceDb) << kTable[i].hz << " Hz at " << rate;
      }
    }
  }
}

}  // namespace
}  // namespace fairground
