// The claims of noise.cafe: the spectrum of speech, the rhythm of syllables, shallower the more talk, and clinks as
// many and as loud as asked.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/bands.h"
#include "tests/support/apply.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;

Audio cafe(Given given, std::uint32_t realization = 0, double seconds = 60.0, int rate = kRate, int channels = 1) {
  given.insert({"snr_db", 0.0});
  given.insert({"clinks_per_min", 0.0});
  return noise_of("noise.cafe", given, Audio(rate, channels, static_cast<std::size_t>(seconds * rate)),
                  {0xCAFE, realization});
}

/// The clinks alone: the chatter is the same in both signals.
Audio clinks(Given given, std::uint32_t realization, double seconds) {
  Audio difference = cafe(given, realization, seconds);
  given.insert_or_assign("clinks_per_min", 0.0);
  const Audio without = cafe(given, realization, seconds);
  for (std::size_t i = 0; i < difference.samples.size(); ++i) {
    difference.samples[i] -= without.samples[i];
  }
  return difference;
}

// Byrne et al. (1994), table II: both sexes.
constexpr std::array kThirds{std::pair(125.0, 57.7),  std::pair(250.0, 60.3),  std::pair(500.0, 62.1),
                             std::pair(1000.0, 53.7), std::pair(2000.0, 48.7), std::pair(4000.0, 45.6),
                             std::pair(6300.0, 44.3)};

TEST(NoiseCafe, HasTheSpectrumOfSpeech) {
  for (const int rate : {8000, 16000, 48000}) {
    const std::size_t size = rate == 48000 ? 16384 : 8192;
    const double hz_per_bin = static_cast<double>(rate) / static_cast<double>(size);
    const std::vector<double> density = welch(cafe({{"talkers", 30.0}}, 1, 120.0, rate).samples, size);
    const double at_1000 = band_level(density, hz_per_bin, 1000.0, 3);
    for (const auto& [hz, db] : kThirds) {
      if (hz < 0.4 * rate) {
        // The strengths of some thousand syllables are drawn for each of three bands: that leaves a few tenths.
        EXPECT_NEAR(band_level(density, hz_per_bin, hz, 3) - at_1000, db - 53.7, 0.8) << hz << " at " << rate;
      }
    }
  }
}

constexpr int kEnvelopeRate = 100;

/// Amplitude in steps of 10 ms, over its mean.
std::vector<float> envelope(std::span<const float> samples, int rate) {
  const auto step = static_cast<std::size_t>(rate / kEnvelopeRate);
  std::vector<float> rms;
  double mean = 0.0;
  for (std::size_t i = 0; i + step <= samples.size(); i += step) {
    rms.push_back(static_cast<float>(std::sqrt(mean_power(samples.subspan(i, step)))));
    mean += rms.back();
  }
  mean /= static_cast<double>(rms.size());
  for (float& value : rms) {
    value = static_cast<float>(value / mean - 1.0);
  }
  return rms;
}

/// Of the octave around a modulation's rate.
double modulation_db(const std::vector<double>& density, double hz) {
  return level_between(density, static_cast<double>(kEnvelopeRate) / 1024.0, hz / std::sqrt(2.0), hz * std::sqrt(2.0));
}

TEST(NoiseCafe, ModulationsPeakAtTheRateOfSyllables) {
  for (const double talkers : {1.0, 4.0}) {
    for (const double syllables_hz : {3.0, 4.5, 7.0}) {
      const Audio signal = cafe({{"talkers", talkers}, {"syllables_hz", syllables_hz}}, 2, 240.0);
      const std::vector<double> density = welch(envelope(signal.samples, kRate), 1024);
      const double at_rate = modulation_db(density, syllables_hz);
      for (const double octaves : {-2.0, -1.0, 1.0, 2.0}) {
        const double hz = syllables_hz * std::exp2(octaves);
        EXPECT_GT(at_rate, modulation_db(density, hz) + 1.0) << hz << " against " << syllables_hz << ", " << talkers;
      }
    }
  }
}

// The centre of the modulations lies at the rate, less some per cent, as strengths that differ from syllable to
// syllable add slower ones.
TEST(NoiseCafe, SyllablesAreAsManyAsAsked) {
  for (const double syllables_hz : {3.0, 4.5, 7.0}) {
    const Audio signal = cafe({{"talkers", 1.0}, {"syllables_hz", syllables_hz}}, 7, 240.0);
    const std::vector<double> density = welch(envelope(signal.samples, kRate), 1024);
    double sum = 0.0;
    double weight = 0.0;
    for (double hz = 0.6 * syllables_hz; hz < 1.6 * syllables_hz; hz *= 1.05) {
      const double power = power_from_db(level_between(density, kEnvelopeRate / 1024.0, hz / 1.025, hz * 1.025)) / hz;
      sum += power * power * std::log(hz);
      weight += power * power;
    }
    EXPECT_NEAR(std::exp(sum / weight) / syllables_hz, 0.94, 0.05) << syllables_hz;
  }
}

double depth(const Audio& signal) {
  const std::vector<float> rms = envelope(signal.samples, signal.sample_rate);
  return std::sqrt(moments(std::span<const float>(rms)).variance);
}

TEST(NoiseCafe, TheMoreTalkTheSteadierItIs) {
  double before = 10.0;
  for (const double talkers : {1.0, 2.0, 4.0, 8.0, 32.0}) {
    const double now = depth(cafe({{"talkers", talkers}}, 3));
    EXPECT_LT(now, 0.9 * before) << talkers;
    before = now;
  }
  EXPECT_GT(depth(cafe({{"talkers", 1.0}}, 3)), 0.6);
  // Of 10 ms of noise that lies below 700 Hz alone, the amplitude scatters by some 0.15.
  EXPECT_LT(depth(cafe({{"talkers", 64.0}}, 3)), 0.25);
}

TEST(NoiseCafe, ChannelsShareTheRhythmAndNotTheNoise) {
  const Audio stereo = cafe({{"talkers", 2.0}}, 4, 60.0, kRate, 2);
  // Noise that lies mostly below 700 Hz, a minute of it: some 80000 independent values, of uneven power.
  EXPECT_LT(std::abs(correlation(stereo.channel(0), stereo.channel(1))), 0.03);
  EXPECT_GT(correlation(envelope(stereo.channel(0), kRate), envelope(stereo.channel(1), kRate)), 0.6);
}

TEST(NoiseCafe, MoreTalkersJoinThoseThatTalkAlready) {
  const auto rhythm = [](double talkers, std::uint32_t realization) {
    return envelope(cafe({{"talkers", talkers}}, realization).samples, kRate);
  };
  EXPECT_GT(correlation(rhythm(2.0, 5), rhythm(3.0, 5)), 0.5);
  EXPECT_GT(correlation(rhythm(2.0, 5), rhythm(2.2, 5)), 0.9);
  EXPECT_LT(std::abs(correlation(rhythm(2.0, 5), rhythm(2.0, 6))), 0.1);
}

TEST(NoiseCafe, IsNeverSilentAndNearFullScaleOfOne) {
  const Audio alone = cafe({{"talkers", 1.0}}, 6, 20.0);
  for (std::size_t i = 0; i + 1600 <= alone.frames(); i += 1600) {
    EXPECT_GT(mean_power(std::span(alone.samples).subspan(i, 1600)), 1e-3);
  }
  for (const double talkers : {4.0, 20.0}) {
    for (const double syllables_hz : {2.0, 8.0}) {
      // Talkers' own levels spread by 8 dB and stay for the whole of a clip.
      double power = 0.0;
      for (std::uint32_t realization = 0; realization < 8; ++realization) {
        power +=
            mean_power(cafe({{"talkers", talkers}, {"syllables_hz", syllables_hz}}, realization, 30.0).samples) / 8;
      }
      EXPECT_NEAR(db_from_power(power), 0.0, 0.8) << talkers << ", " << syllables_hz;
    }
  }
}

/// Moments at which the first 50 ms of a clink begin: sudden rises over what rings.
std::vector<std::size_t> moments_of_clinks(const Audio& signal) {
  constexpr std::size_t kStep = kRate / 100;
  std::vector<std::size_t> found;
  double before = 0.0;
  for (std::size_t i = 0; i + kStep <= signal.frames(); i += kStep) {
    const double now = mean_power(std::span(signal.samples).subspan(i, kStep));
    if (now > 0.01 && now > 4.0 * before) {
      found.push_back(i);
    }
    before = now;
  }
  return found;
}

TEST(NoiseCafe, ClinksAreAsManyAsAsked) {
  for (const double per_min : {6.0, 30.0}) {
    std::size_t count = 0;
    constexpr double kMinutes = 10.0;
    for (std::uint32_t realization = 0; realization < 4; ++realization) {
      count += moments_of_clinks(clinks({{"clinks_per_min", per_min}}, realization, 60.0 * kMinutes / 4)).size();
    }
    const double expected = per_min * kMinutes;
    // Three standard deviations of a Poisson number, and those that fall into a louder one's first moments.
    EXPECT_NEAR(static_cast<double>(count), expected, 3.0 * std::sqrt(expected) + 0.05 * expected) << per_min;
  }
}

TEST(NoiseCafe, ClinksHaveTheirLevelAndRingHigh) {
  for (const double clink_db : {0.0, 12.0}) {
    double energy = 0.0;
    double count = 0.0;
    double high = 0.0;
    for (std::uint32_t realization = 0; realization < 8; ++realization) {
      const Given given{{"clinks_per_min", 20.0}, {"clink_db", clink_db}};
      const Audio signal = clinks(given, realization, 60.0);
      energy += mean_power(signal.samples) * signal.seconds();
      count += 20.0;
      const std::vector<double> density = welch(signal.samples, 2048);
      high += power_from_db(level_between(density, kRate / 2048.0, 1000.0, 8000.0) -
                            level_between(density, kRate / 2048.0, 0.0, 8000.0));
    }
    // The energy of a clink, taken as a level of 50 ms, against chatter of power 1. 160 clinks, give or take 13, whose
    // energies differ by 9 dB.
    EXPECT_NEAR(db_from_power(energy / count / 0.05), clink_db, 1.2);
    EXPECT_GT(high / 8.0, 0.98);
  }
}

TEST(NoiseCafe, ClinksAreCutOffWhenTheyAreFaint) {
  const Audio signal = clinks({{"clinks_per_min", 2.0}, {"clink_db", 0.0}}, 9, 300.0);
  float top = 0.0F;
  float step = 0.0F;  // from a sample to silence
  for (std::size_t i = 1; i < signal.samples.size(); ++i) {
    top = std::max(top, std::abs(signal.samples[i]));
    step = signal.samples[i] == 0.0F ? std::max(step, std::abs(signal.samples[i - 1])) : step;
  }
  EXPECT_GT(top, 0.0F);
  EXPECT_LT(step, amplitude_from_db(-50.0) * top);
}

}  // namespace
}  // namespace fairground
