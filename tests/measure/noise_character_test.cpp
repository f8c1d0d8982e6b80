// Tones, rhythms, wavering and levels of noises that are made of known parts.
#include "pipeline/measure/noise_character.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "pipeline/core/units.h"
#include "tests/measure/signals.h"

namespace fairground {
namespace {

// A fiftieth of a bin of the long transform; what noise adds to a tone 20 dB over it is less.
constexpr double kToneHz = 0.05;
// Noise under a tone, and the window's skirts.
constexpr double kToneDb = 0.3;
// A band of 100 s and 100 Hz has a standard deviation of 0.06 dB.
constexpr double kBandDb = 0.3;
// Of a rhythm's frequency: a hundredth of 1 / duration is 0.05 % of 2 Hz in 10 s.
constexpr double kRhythmShare = 0.002;
// Chance adds to a depth about the floor of the modulation spectrum, 0.01 here.
constexpr double kDepth = 0.05;
// The spread of a wandering that is seen for a minute is known to about a tenth, and its variance to twice that.
constexpr double kWaverShare = 0.35;

Audio white(double seconds, int rate, std::uint64_t seed, int channels = 1) {
  Audio audio(rate, channels, static_cast<std::size_t>(seconds * rate));
  RandomStream(seed, 0, "white").normals(0, audio.samples);
  set_rms(audio.samples, -30.0);
  return audio;
}

template <class Power>
Audio swelling(Audio audio, const Power& power) {
  for (int c = 0; c < audio.channels; ++c) {
    const std::span<float> samples = audio.channel(c);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i] *= static_cast<float>(std::sqrt(power(static_cast<double>(i) / audio.sample_rate)));
    }
  }
  return audio;
}

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

TEST(NoiseSpectrum, HoldsThePowerOfAllChannels) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    for (const int channels : {1, 2}) {
      const NoiseSpectrum spectrum = measure_noise_spectrum(white(5.0, rate, 1, channels));
      EXPECT_NEAR(db_from_power(sum_of(spectrum.power)), -30.0, 0.05) << rate;
      EXPECT_TRUE(spectrum.tones.empty()) << rate;
    }
  }
}

TEST(NoiseSpectrum, BandsAreAThirdOfAnOctave) {
  const int rate = 48000;
  const NoiseSpectrum spectrum = measure_noise_spectrum(white(100.0, rate, 2));
  const std::vector<ThirdOctave> bands = third_octaves(spectrum, rate);
  EXPECT_NEAR(bands.front().hz, 25.12, 0.01);
  EXPECT_NEAR(bands.back().hz, 15849, 1);  // that of 20 kHz ends above 0.45 times the rate
  for (const ThirdOctave& band : bands) {
    if (band.hz > 300.0) {
      const double width = band.hz * (std::pow(10.0, 0.05) - std::pow(10.0, -0.05));
      EXPECT_NEAR(db_from_power(band.power), -30.0 + db_from_power(width / (0.5 * rate)), kBandDb) << band.hz;
    }
  }
}

TEST(NoiseSpectrum, FindsTonesAndCutsThemOut) {
  for (const int rate : {8000, 16000, 48000}) {
    Audio audio = white(10.0, rate, 3);
    const std::vector<std::pair<double, double>> tones{{60.3, -38.0}, {1234.56, -40.0}, {3000.0, -45.0}};
    for (const auto& [hz, db] : tones) {
      const std::vector<float> tone = sine(10.0, rate, hz, std::sqrt(2.0) * amplitude_from_db(db));
      std::transform(tone.begin(), tone.end(), audio.samples.begin(), audio.samples.begin(), std::plus<>());
    }
    const NoiseSpectrum spectrum = measure_noise_spectrum(audio);
    ASSERT_EQ(spectrum.tones.size(), tones.size()) << rate;
    for (std::size_t i = 0; i < tones.size(); ++i) {
      EXPECT_NEAR(spectrum.tones[i].hz, tones[i].first, std::max(kToneHz, 0.02 * spectrum.hz_per_bin)) << rate;
      EXPECT_NEAR(db_from_power(spectrum.tones[i].power), tones[i].second, kToneDb) << rate;
    }
    EXPECT_NEAR(db_from_power(sum_of(spectrum.background)), -30.0, 0.1) << rate;
  }
}

TEST(NoiseCharacter, FindsARhythmWithItsDepth) {
  for (const double hz : {0.9, 2.37, 11.0, 27.3}) {
    const Audio audio =
        swelling(white(15.0, 16000, 4), [hz](double t) { return 1.0 + 0.7 * std::sin(kTwoPi * hz * t); });
    const NoiseCharacter character = measure_noise_character(audio);
    ASSERT_EQ(character.rhythms.size(), 1U) << hz;
    EXPECT_NEAR(character.rhythms[0].peak_hz / hz, 1.0, kRhythmShare);
    EXPECT_NEAR(character.rhythms[0].hz / hz, 1.0, kRhythmShare);
    EXPECT_NEAR(character.rhythms[0].peak_depth, 0.7, kDepth);
    EXPECT_NEAR(2.0 * std::abs(character.whole.swings[0]), 0.7, kDepth);
    EXPECT_LT(character.whole.waver_variance(), 0.01) << hz;
  }
}

// The fundamental, and not its strongest harmonic.
TEST(NoiseCharacter, FindsThePeriodOfKnocks) {
  const Audio audio = swelling(white(15.0, 16000, 5), [](double t) {
    const double beats = t * 1.7;
    return 0.05 + std::exp(-(beats - std::floor(beats)) / 0.05);
  });
  const NoiseCharacter character = measure_noise_character(audio);
  ASSERT_EQ(character.rhythms.size(), 1U);
  EXPECT_NEAR(character.rhythms[0].hz / 1.7, 1.0, kRhythmShare);
  EXPECT_GT(character.rhythms[0].harmonics.size(), 10U);
}

TEST(NoiseCharacter, TellsTwoRhythmsApart) {
  const Audio audio = swelling(white(30.0, 16000, 6), [](double t) {
    return (1.0 + 0.6 * std::sin(kTwoPi * 1.3 * t)) * (1.0 + 0.4 * std::sin(kTwoPi * 5.1 * t));
  });
  const NoiseCharacter character = measure_noise_character(audio);
  ASSERT_GE(character.rhythms.size(), 2U);
  EXPECT_NEAR(character.rhythms[0].hz / 1.3, 1.0, kRhythmShare);
  EXPECT_NEAR(character.rhythms[1].hz / 5.1, 1.0, kRhythmShare);
}

// A threshold of 14 times the floor, in place of 20, let one of these through.
TEST(NoiseCharacter, FindsNothingInSteadyNoise) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const NoiseCharacter character = measure_noise_character(white(6.0, 16000, 100 + seed));
    EXPECT_TRUE(character.rhythms.empty()) << seed << ": " << character.rhythms.front().hz;
    EXPECT_TRUE(character.spectrum.tones.empty()) << seed;
    EXPECT_LT(character.whole.waver_variance(), 0.005) << seed;
    EXPECT_LT(character.l10_db - character.l90_db, 1.0) << seed;
  }
}

TEST(NoiseCharacter, MeasuresWavering) {
  constexpr int kRate = 16000;
  std::vector<float> steps(60 * kRate);
  RandomStream(11, 0, "steps").normals(0, steps);
  std::vector<double> log_power;
  const double keep = std::exp(-kTwoPi * 0.6 / kRate);
  double slow = 0.0;
  double slower = 0.0;
  double squares = 0.0;
  for (const float step : steps) {
    slow = keep * slow + (1.0 - keep) * step;
    slower = keep * slower + (1.0 - keep) * slow;
    log_power.push_back(120.0 * slower);
    squares += log_power.back() * log_power.back();
  }
  const Audio audio = swelling(white(60.0, kRate, 7),
                               [&](double t) { return std::exp(log_power[static_cast<std::size_t>(t * kRate)]); });
  const NoiseCharacter character = measure_noise_character(audio);
  const double wanted = squares / static_cast<double>(log_power.size());
  EXPECT_GT(wanted, 0.3) << "the test's wandering is too small to be seen";
  EXPECT_NEAR(character.whole.waver_variance() / wanted, 1.0, kWaverShare);
  EXPECT_NEAR(character.octaves[6].waver_variance() / wanted, 1.0, kWaverShare);
  std::ranges::sort(log_power);
  const double range = log_power[log_power.size() * 9 / 10] - log_power[log_power.size() / 10];
  EXPECT_NEAR(character.l10_db - character.l90_db, 10.0 / std::log(10.0) * range, 1.0);
}

TEST(NoiseCharacter, SaysWhatIsTooShortOrSilent) {
  EXPECT_NE(noise_character_problem(white(3.9, 16000, 8)).find("3.9 s"), std::string::npos);
  EXPECT_EQ(noise_character_problem(white(4.0, 16000, 8)), "");
  EXPECT_NE(noise_character_problem(Audio(16000, 1, 80000)).find("silent"), std::string::npos);
}

TEST(NoiseCharacter, LooksAtTwoMinutes) {
  Audio audio = white(130.0, 8000, 9);
  const NoiseCharacter whole = measure_noise_character(audio);
  EXPECT_NEAR(whole.seconds, kMostNoiseSeconds, 1e-9);
  // What lies behind is not seen.
  std::fill(audio.samples.begin() + 8000 * 121, audio.samples.end(), 1.0F);
  EXPECT_EQ(measure_noise_character(audio).a_power, whole.a_power);
}

}  // namespace
}  // namespace fairground
