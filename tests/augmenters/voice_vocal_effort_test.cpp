// The claims of voice.vocal_effort: the level to a hundredth of a decibel, and the standard's spectra.
#include <gtest/gtest.h>

#include <array>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/bands.h"
#include "tests/augmenters/voices.h"

namespace fairground {
namespace {

constexpr double kLevelDb = 0.01;  // gains are rounded to 1e-4 dB, samples to floats
// The filter of 16 ms smooths corners: that of shouts turns at 1 kHz from 11 dB per octave to none.
constexpr double kSpectrumDb = 0.6;
constexpr double kLowestSpectrumDb = 1.0;  // below 300 Hz, where bands are as narrow as the filter's lobe

/// Octave bands of ANSI S3.5-1997, table 4: 250 Hz to 8 kHz.
constexpr std::array kOctaves{250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0};
constexpr std::array kNormal{34.75, 34.27, 25.01, 17.32, 9.33, 1.13};
constexpr std::array kRaised{38.98, 40.15, 33.86, 25.32, 16.78, 5.07};
constexpr std::array kLoud{41.55, 44.85, 42.16, 34.39, 25.41, 11.39};
constexpr std::array kShout{42.50, 49.24, 51.31, 44.32, 34.41, 20.72};

AudioScene with_effort(const Audio& clip, double effort_db) {
  return voiced("voice.vocal_effort", {{"effort_db", effort_db}}, clip);
}

TEST(VoiceVocalEffort, SetsTheLevel) {
  for (const int rate : {8000, 16000, 48000}) {
    const Audio clip = mono(rate, speech_like(3.0, rate, -30, 2));
    for (const double effort : {-10.0, -3.0, 0.5, 5.99, 12.5, 20.0}) {
      const Audio out = with_effort(clip, effort).speech;
      EXPECT_NEAR(level_dbov(mean_power(out.samples)) - level_dbov(mean_power(clip.samples)), effort, kLevelDb)
          << effort << " at " << rate;
    }
  }
}

TEST(VoiceVocalEffort, FollowsTheStandardsSpectra) {
  double largest = 0.0;
  const auto check = [&](double effort, const std::array<double, 6>& spectrum, double sign) {
    for (const int rate : {8000, 16000, 22050, 48000}) {
      const Audio out = with_effort(impulse(rate), effort).speech;
      const double at_1000 = gain_db(out.samples, rate, 1000.0);
      for (std::size_t i = 0; i < kOctaves.size() && kOctaves[i] < 0.49 * rate; ++i) {
        const double found = gain_db(out.samples, rate, kOctaves[i]) - at_1000;
        const double wanted = sign * ((spectrum[i] - kNormal[i]) - (spectrum[2] - kNormal[2]));
        EXPECT_NEAR(found, wanted, kOctaves[i] < 300 ? kLowestSpectrumDb : kSpectrumDb)
            << effort << ", " << kOctaves[i] << " Hz at " << rate;
        largest = std::max(largest, std::abs(found - wanted));
      }
    }
  };
  check(68.34 - 62.35, kRaised, 1.0);
  check(74.85 - 62.35, kLoud, 1.0);
  check(82.30 - 62.35, kShout, 1.0);
  check(62.35 - 68.34, kRaised, -1.0);  // as much softer as raised is louder
  RecordProperty("largest_spectrum_error_db", std::to_string(largest));
}

// The standard is met by a voice that has its spectrum of normal effort.
TEST(VoiceVocalEffort, RaisesEveryDemandedStepOfLevelMore) {
  double last = -100.0;
  for (double effort = -10.0; effort <= 20.0; effort += 1.0) {
    const Audio out = with_effort(impulse(16000), effort).speech;
    const double tilt = gain_db(out.samples, 16000, 2000.0) - gain_db(out.samples, 16000, 300.0);
    EXPECT_GT(tilt, last) << effort;
    last = tilt;
  }
}

TEST(VoiceVocalEffort, MovesNothingInTime) {
  for (const int rate : {8000, 16000, 48000}) {
    const Audio out = with_effort(impulse(rate), 12.0).speech;
    const std::size_t middle = out.samples.size() / 2;
    EXPECT_EQ(std::ranges::max_element(out.samples) - out.samples.begin(), static_cast<std::ptrdiff_t>(middle));
    for (std::size_t i = 1; i < middle; ++i) {
      ASSERT_EQ(out.samples[middle - i], out.samples[middle + i]) << i;
    }
  }
}

TEST(VoiceVocalEffort, LeavesSilenceSilent) {
  const Audio silence(16000, 2, 5000);
  EXPECT_EQ(with_effort(silence, 20.0).speech.samples, silence.samples);
}

}  // namespace
}  // namespace fairground
