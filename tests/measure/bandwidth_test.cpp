#include "pipeline/measure/bandwidth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/measure/signals.h"

namespace fairground {
namespace {

constexpr double kOneBandHz = 250.0;

// Sines 20 Hz apart from `low_hz` up to `high_hz`, of random phase: nothing at all lies outside. The sum is made by
// turning a phasor per sine.
std::vector<float> band_noise(double seconds, int rate, double low_hz, double high_hz, double amplitude) {
  std::vector<double> sum(static_cast<std::size_t>(seconds * rate));
  RandomStream random(7, 0, "phase");
  for (double hz = low_hz; hz <= high_hz; hz += 20.0) {
    const double step = kTwoPi * hz / rate;
    double phase = random.uniform(0.0, kTwoPi);
    for (double& sample : sum) {
      sample += amplitude * std::sin(phase);
      phase += step;
    }
  }
  return {sum.begin(), sum.end()};
}

Audio mono(int rate, std::vector<float> samples) {
  Audio audio;
  audio.sample_rate = rate;
  audio.channels = 1;
  audio.samples = std::move(samples);
  return audio;
}

TEST(Bandwidth, OfNoiseIsWhereItsSpectrumEnds) {
  for (const int rate : {16000, 22050, 48000}) {
    for (const double edge : {3400.0, 4000.0, 7000.0}) {
      const Audio audio = mono(rate, band_noise(1.0, rate, 100.0, edge, 0.002));
      EXPECT_NEAR(measure_bandwidth_hz(audio), edge, kOneBandHz) << rate << " Hz";
    }
  }
}

TEST(Bandwidth, OfWhiteNoiseIsHalfTheSampleRate) {
  for (const int rate : {8000, 16000, 44100}) {
    std::vector<float> noise(static_cast<std::size_t>(rate));
    RandomStream(3, 0, "noise").normals(0, noise);
    EXPECT_NEAR(measure_bandwidth_hz(mono(rate, noise)), rate / 2.0, kOneBandHz);
  }
}

// A band of 250 Hz holds 12.5 of the sines, and so that much more power than one of them.
TEST(Bandwidth, CountsATonesBandWithinSixtyDecibelsOfTheStrongestAndNoneFainter) {
  for (const double relative_db : {-58.5, -61.5}) {
    constexpr double kAmplitude = 0.01;
    std::vector<float> sound = band_noise(1.0, 16000, 100.0, 3400.0, kAmplitude);
    const double tone_amplitude = kAmplitude * std::sqrt(12.5) * amplitude_from_db(relative_db);
    const std::vector<float> tone = sine(1.0, 16000, 6000.0, tone_amplitude);
    for (std::size_t i = 0; i < sound.size(); ++i) {
      sound[i] += tone[i];
    }
    const double expected = relative_db > -60.0 ? 6000.0 : 3400.0;
    EXPECT_NEAR(measure_bandwidth_hz(mono(16000, sound)), expected, kOneBandHz) << relative_db;
  }
}

TEST(Bandwidth, DoesNotDependOnTheLevel) {
  const double loud = measure_bandwidth_hz(mono(16000, band_noise(1.0, 16000, 100.0, 4000.0, 0.02)));
  const double soft = measure_bandwidth_hz(mono(16000, band_noise(1.0, 16000, 100.0, 4000.0, 0.00002)));
  EXPECT_EQ(loud, soft);
}

TEST(Bandwidth, IsNotDeceivedByAConstantOffset) {
  std::vector<float> sound = band_noise(1.0, 16000, 100.0, 4000.0, 0.0001);
  const double without = measure_bandwidth_hz(mono(16000, sound));
  for (float& sample : sound) {
    sample += 0.5F;
  }
  EXPECT_EQ(measure_bandwidth_hz(mono(16000, sound)), without);
}

TEST(Bandwidth, OfChannelsIsThatOfTheWidest) {
  Audio audio(16000, 2, 16000);
  const std::vector<float> narrow = band_noise(1.0, 16000, 100.0, 3400.0, 0.01);
  const std::vector<float> wide = band_noise(1.0, 16000, 100.0, 7000.0, 0.01);
  std::copy(narrow.begin(), narrow.end(), audio.channel(0).begin());
  std::copy(wide.begin(), wide.end(), audio.channel(1).begin());
  EXPECT_NEAR(measure_bandwidth_hz(audio), 7000.0, kOneBandHz);
}

TEST(Bandwidth, SeesTheLastMomentsOfARecording) {
  std::vector<float> sound(16000);
  const std::vector<float> burst = band_noise(0.006, 16000, 100.0, 4000.0, 0.01);
  std::copy(burst.begin(), burst.end(), sound.end() - static_cast<std::ptrdiff_t>(burst.size()));
  EXPECT_GT(measure_bandwidth_hz(mono(16000, sound)), 4000.0 - kOneBandHz);
}

TEST(Bandwidth, OfARecordingShorterThanASegmentIsMeasured) {
  EXPECT_GT(measure_bandwidth_hz(mono(16000, band_noise(0.02, 16000, 1000.0, 3000.0, 0.01))), 2500.0);
}

TEST(Bandwidth, OfSilenceIsZero) {
  EXPECT_EQ(measure_bandwidth_hz(mono(16000, std::vector<float>(16000))), 0.0);
  EXPECT_EQ(measure_bandwidth_hz(mono(16000, {})), 0.0);
  EXPECT_EQ(measure_bandwidth_hz(mono(16000, std::vector<float>(1))), 0.0);
}

}  // namespace
}  // namespace fairground
