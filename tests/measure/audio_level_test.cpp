// The active level against the Recommendation written out, and on signals whose levels are known.
#include "pipeline/measure/audio_level.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "pipeline/core/units.h"
#include "tests/measure/signals.h"

namespace fairground {
namespace {

// The meter reads the envelope once per 16 samples and not at each, which moves a count by that much at most for
// each time the envelope passes a threshold. 0.0023 dB is the most that was seen, at 8 kHz.
constexpr double kAgainstDirectDb = 0.005;
constexpr double kMarginDb = 15.9;

struct Direct {
  double active_level_dbov = kSilenceDbov;
  double activity_factor = 0.0;
};

// P.56 (12/2011), method B, as it is written: 15 counters for each sample, in double, and bisection.
Direct measure_directly(const std::vector<float>& samples, int rate) {
  const double g = std::exp(-1.0 / (rate * 0.03));
  const auto hangover = static_cast<int>(std::floor(rate * 0.2 + 0.5));
  std::array<double, 15> thresholds{};
  for (std::size_t j = 0; j < thresholds.size(); ++j) {
    thresholds[j] = std::pow(2.0, static_cast<double>(j) - 15.0);
  }
  std::array<double, 15> active{};
  std::array<int, 15> hang;
  hang.fill(hangover);
  double p = 0.0;
  double q = 0.0;
  double energy = 0.0;
  for (const float sample : samples) {
    energy += static_cast<double>(sample) * sample;
    p = g * p + (1.0 - g) * std::abs(static_cast<double>(sample));
    q = g * q + (1.0 - g) * p;
    for (std::size_t j = 0; j < active.size(); ++j) {
      if (q >= thresholds[j]) {
        active[j] += 1.0;
        hang[j] = 0;
      } else if (hang[j] < hangover) {
        active[j] += 1.0;
        ++hang[j];
      }
    }
  }
  const auto level = [&](std::size_t j) { return 10.0 * std::log10(energy / active[j]); };
  const auto threshold = [&](std::size_t j) { return 20.0 * std::log10(thresholds[j]); };
  const auto result = [&](double active_level) {
    const double rms = 10.0 * std::log10(energy / static_cast<double>(samples.size()));
    return Direct{active_level, std::pow(10.0, (rms - active_level) / 10.0)};
  };
  if (active[0] == 0.0 || level(0) - threshold(0) < kMarginDb) {
    return {};
  }
  std::size_t j = 0;
  while (j + 1 < active.size() && active[j + 1] > 0.0 && level(j) - threshold(j) > kMarginDb) {
    ++j;
  }
  if (j == 0 || level(j) - threshold(j) > kMarginDb) {
    return result(level(j));
  }
  double low = 0.0;
  double high = 1.0;
  const auto between = [&](auto value, double part) { return value(j - 1) + part * (value(j) - value(j - 1)); };
  for (int step = 0; step < 50; ++step) {
    const double middle = 0.5 * (low + high);
    (between(level, middle) - between(threshold, middle) > kMarginDb ? low : high) = middle;
  }
  return result(between(level, low));
}

PcmAudio quantised(const std::vector<float>& interleaved, int channels, int rate, int bits) {
  PcmAudio pcm;
  pcm.sample_rate = rate;
  pcm.channels = channels;
  pcm.bits = bits;
  for (const float sample : interleaved) {
    pcm.samples.push_back(static_cast<std::int32_t>(std::lrint(std::ldexp(sample, bits - 1))));
  }
  return pcm;
}

TEST(SpeechLevel, AgreesWithTheRecommendationWrittenOut) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    for (const double level : {-12.0, -26.0, -37.5, -60.0}) {
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const std::vector<float> speech = speech_like(9.37, rate, level, seed);
        const Direct direct = measure_directly(speech, rate);
        const SpeechLevel measured = measure_speech_level(speech, rate);
        EXPECT_NEAR(measured.active_level_dbov, direct.active_level_dbov, kAgainstDirectDb)
            << rate << " Hz, " << level << " dBov, seed " << seed;
        EXPECT_NEAR(measured.activity_factor, direct.activity_factor, 0.0012);  // 0.005 dB are 0.12 %
        ASSERT_LT(direct.activity_factor, 0.95) << "without pauses this would test nothing";
      }
    }
  }
}

TEST(SpeechLevel, SilenceAddedMovesTheRmsLevelButNotTheActiveLevel) {
  constexpr double kMove = 0.1;  // the hangover after the last word counts in the longer file only
  for (const std::uint64_t seed : {11U, 12U, 13U}) {
    std::vector<float> speech = speech_like(20.0, 16000, -26.0, seed);
    const SpeechLevel before = measure_speech_level(speech, 16000);
    speech.resize(2 * speech.size());
    const SpeechLevel after = measure_speech_level(speech, 16000);
    EXPECT_NEAR(after.active_level_dbov, before.active_level_dbov, kMove);
    EXPECT_NEAR(after.rms_dbov, before.rms_dbov + db_from_power(0.5), 1e-6);
    EXPECT_NEAR(after.activity_factor, 0.5 * before.activity_factor, 0.01);
  }
}

TEST(SpeechLevel, FollowsAGain) {
  constexpr double kInterpolation = 0.1;  // thresholds are 6 dB apart, and the counts between them no straight line
  std::vector<float> speech = speech_like(20.0, 16000, -30.0, 21);
  const double before = measure_speech_level(speech, 16000).active_level_dbov;
  for (const double gain : {-20.0, -9.0, -4.5, -1.5, 1.5, 3.0, 7.5, 12.0}) {
    set_rms(speech, -30.0 + gain);
    EXPECT_NEAR(measure_speech_level(speech, 16000).active_level_dbov, before + gain, kInterpolation) << gain;
  }
}

TEST(SpeechLevel, OfASteadySineIsItsRmsLevel) {
  constexpr double kRise = 0.01;  // the envelope needs some 50 ms of the 10 s to rise
  const std::vector<float> tone = sine(10.0, 16000, 1000.0, 0.5);
  const SpeechLevel measured = measure_speech_level(tone, 16000);
  EXPECT_NEAR(measured.rms_dbov, -9.030899869919436, 1e-5);  // 10 log10(0.125), in samples of float
  EXPECT_NEAR(measured.activity_factor, 1.0, kRise);
  EXPECT_LE(measured.activity_factor, 1.0);
  EXPECT_NEAR(measured.active_level_dbov, measured.rms_dbov, -db_from_power(1.0 - kRise));
}

TEST(SpeechLevel, OfAFullScaleSquareWaveIsZero) {
  std::vector<float> square(160000);
  for (std::size_t i = 0; i < square.size(); ++i) {
    square[i] = i / 8 % 2 == 0 ? 1.0F : -1.0F;
  }
  const SpeechLevel measured = measure_speech_level(square, 16000);
  EXPECT_EQ(measured.rms_dbov, 0.0);
  EXPECT_NEAR(measured.active_level_dbov, 0.0, 0.05);  // the envelope's rise, 1 % of the time
}

TEST(SpeechLevel, OfSilenceIsSilence) {
  for (const std::size_t length : {0U, 1U, 15U, 16U, 17U, 48000U}) {
    const SpeechLevel measured = measure_speech_level(std::vector<float>(length), 16000);
    EXPECT_EQ(measured.active_level_dbov, kSilenceDbov);
    EXPECT_EQ(measured.rms_dbov, kSilenceDbov);
    EXPECT_EQ(measured.activity_factor, 0.0);
  }
}

// The envelope of one sample stays below every threshold, so that there is a level but no speech.
TEST(SpeechLevel, OfOneSampleHasAnRmsLevelOnly) {
  const SpeechLevel measured = measure_speech_level(std::vector<float>{0.5F}, 16000);
  EXPECT_EQ(measured.active_level_dbov, kSilenceDbov);
  EXPECT_NEAR(measured.rms_dbov, db_from_amplitude(0.5), 1e-12);
  EXPECT_EQ(measured.activity_factor, 0.0);
}

TEST(SpeechLevel, OfSoundBelowTheLowestThresholdIsSilence) {
  const std::vector<float> faint = speech_like(5.0, 16000, -88.0, 31);
  const SpeechLevel measured = measure_speech_level(faint, 16000);
  EXPECT_EQ(measured.active_level_dbov, kSilenceDbov);
  EXPECT_NEAR(measured.rms_dbov, -88.0, 1e-4);
  EXPECT_GT(measure_speech_level(speech_like(5.0, 16000, -70.0, 31), 16000).active_level_dbov, -70.0);
}

// A click's energy exceeds the margin at every threshold that its short envelope reaches.
TEST(SpeechLevel, OfLoneClicksIsTheirLevelOverTheActiveTime) {
  std::vector<float> clicks(160000);
  for (std::size_t i = 8000; i < clicks.size(); i += 40000) {
    clicks[i] = 1.0F;
  }
  const SpeechLevel measured = measure_speech_level(clicks, 16000);
  // The active time of a click is so short that 16 samples are 0.5 % of it.
  EXPECT_NEAR(measured.active_level_dbov, measure_directly(clicks, 16000).active_level_dbov, 5.0 * kAgainstDirectDb);
  EXPECT_GT(measured.active_level_dbov, measured.rms_dbov + 5.0);
}

TEST(SpeechLevel, OfFloatSoundFarBeyondFullScaleIsFound) {
  const std::vector<float> loud = speech_like(10.0, 16000, 30.0, 41);
  const double within = measure_speech_level(speech_like(10.0, 16000, -30.0, 41), 16000).active_level_dbov;
  // Beyond full scale there are no thresholds, so pauses within the hangover's reach count as speech.
  EXPECT_NEAR(measure_speech_level(loud, 16000).active_level_dbov, within + 60.0, 1.0);
}

TEST(SpeechLevel, OfSpeechAfterALongSilenceIsThatOfTheSpeech) {
  std::vector<float> late(16000 * 60);
  const std::vector<float> speech = speech_like(10.0, 16000, -26.0, 51);
  late.insert(late.end(), speech.begin(), speech.end());
  EXPECT_NEAR(measure_speech_level(late, 16000).active_level_dbov,
              measure_speech_level(speech, 16000).active_level_dbov, 0.01);
}

TEST(SpeechLevel, OfChannelsIsTheirPowerMean) {
  Audio audio(16000, 2, 160000);
  const std::vector<float> loud = speech_like(10.0, 16000, -20.0, 61);
  const std::vector<float> soft = speech_like(10.0, 16000, -32.0, 62);
  std::copy(loud.begin(), loud.end(), audio.channel(0).begin());
  std::copy(soft.begin(), soft.end(), audio.channel(1).begin());
  const SpeechLevel both = measure_speech_level(audio);
  const SpeechLevel first = measure_speech_level(loud, 16000);
  const SpeechLevel second = measure_speech_level(soft, 16000);
  const auto mean = [](double a, double b) { return db_from_power(0.5 * (power_from_db(a) + power_from_db(b))); };
  EXPECT_NEAR(both.active_level_dbov, mean(first.active_level_dbov, second.active_level_dbov), 1e-9);
  EXPECT_NEAR(both.rms_dbov, mean(first.rms_dbov, second.rms_dbov), 1e-9);
}

TEST(SpeechLevel, OfASecondChannelWithoutSpeechKeepsTheActivity) {
  Audio audio(16000, 2, 160000);
  const std::vector<float> speech = speech_like(10.0, 16000, -20.0, 71);
  const std::vector<float> hum = sine(10.0, 16000, 50.0, 0.00015);  // too faint for the lowest threshold
  std::copy(speech.begin(), speech.end(), audio.channel(0).begin());
  std::copy(hum.begin(), hum.end(), audio.channel(1).begin());
  const SpeechLevel one = measure_speech_level(speech, 16000);
  const SpeechLevel both = measure_speech_level(audio);
  EXPECT_NEAR(both.active_level_dbov, one.active_level_dbov + db_from_power(0.5), 1e-9);
  EXPECT_NEAR(both.activity_factor, one.activity_factor, 1e-9);
}

TEST(SpeechLevel, OfNoChannelsIsSilence) { EXPECT_EQ(measure_speech_level(Audio()).active_level_dbov, kSilenceDbov); }

TEST(GainedSpeech, IsMeasuredAsIfItHadTheGain) {
  Audio audio(16000, 2, 16000 * 6 + 5);
  for (const auto& [channel, rms_dbov] : {std::pair{0, -30.0}, std::pair{1, -45.0}}) {
    const std::vector<float> speech = speech_like(7.0, 16000, rms_dbov, 51 + channel);
    std::ranges::copy(std::span(speech).first(audio.frames()), audio.channel(channel).begin());
  }
  const GainedSpeech speech(audio);
  for (const double gain_db : {-60.0, -31.7, -6.0, -0.3, 0.0, 2.9, 12.0, 33.3}) {
    Audio scaled = audio;
    for (float& sample : scaled.samples) {
      sample *= static_cast<float>(amplitude_from_db(gain_db));
    }
    const SpeechLevel expected = measure_speech_level(scaled);
    const SpeechLevel level = speech.level(static_cast<float>(amplitude_from_db(gain_db)));
    // Rounding may move the envelope over a threshold one reading, a millisecond, earlier or later.
    EXPECT_NEAR(level.active_level_dbov, expected.active_level_dbov, 1e-3) << gain_db;
    EXPECT_NEAR(level.rms_dbov, expected.rms_dbov, 1e-6) << gain_db;
    EXPECT_NEAR(level.activity_factor, expected.activity_factor, 1e-3) << gain_db;
  }
}

TEST(GainedSpeech, OfNothingIsSilence) {
  EXPECT_EQ(GainedSpeech(Audio()).level(2.0F).active_level_dbov, kSilenceDbov);
  EXPECT_EQ(GainedSpeech(Audio(16000, 1, 5000)).level(2.0F).active_level_dbov, kSilenceDbov);
}

TEST(MeanPower, IsThatOfTheSamplesWhateverTheirNumber) {
  const std::vector<float> samples = speech_like(0.1, 8000, -20.0, 81);
  for (const std::size_t count : {1U, 7U, 8U, 9U, 100U, 800U}) {
    double energy = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      energy += static_cast<double>(samples[i]) * samples[i];
    }
    const double expected = energy / static_cast<double>(count);
    EXPECT_NEAR(mean_power(std::span(samples).first(count)), expected, 1e-14 * expected) << count;
  }
  EXPECT_EQ(mean_power({}), 0.0);
}

TEST(MeanPower, OfWhatIsScaledIsThatOfTheResultToTheBit) {
  const std::vector<float> samples = speech_like(1.0, 8000, -20.0, 82);
  constexpr float kGain = 0.37F;
  for (const std::size_t count : {0U, 1U, 7U, 8U, 9U, 4095U, 4097U, 7777U}) {
    const auto part = std::span(samples).first(count);
    std::vector<float> scaled(part.begin(), part.end());
    const double power = scale_and_measure(scaled, kGain);
    std::vector<float> sum(count, 0.25F);
    EXPECT_EQ(add_and_measure(sum, part, kGain), power) << count;
    EXPECT_EQ(power, mean_power(scaled)) << count;
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(scaled[i], part[i] * kGain) << i;
      ASSERT_EQ(sum[i], 0.25F + scaled[i]) << i;
    }
  }
}

TEST(MeasureAudio, MeasuresWhatTheSamplesDecodeTo) {
  for (const int bits : {16, 24}) {
    for (const std::size_t length : {1U, 4095U, 4096U, 4097U, 70001U}) {
      std::vector<float> speech = speech_like(5.0, 16000, -20.0, 91);
      speech.resize(length);
      const PcmAudio pcm = quantised(speech, 1, 16000, bits);
      std::vector<float> decoded;
      for (const std::int32_t sample : pcm.samples) {
        decoded.push_back(std::ldexp(static_cast<float>(sample), 1 - bits));
      }
      const SpeechLevel expected = measure_speech_level(decoded, 16000);
      const AudioMeasures measured = measure_audio(pcm);
      EXPECT_EQ(measured.active_level_dbov, expected.active_level_dbov) << bits << " bits, " << length;
      EXPECT_EQ(measured.activity_factor, expected.activity_factor);
      EXPECT_EQ(measured.rms_dbov, expected.rms_dbov);
    }
  }
}

TEST(MeasureAudio, TellsInterleavedChannelsApart) {
  Audio audio(16000, 2, 80000);
  const std::vector<float> loud = speech_like(5.0, 16000, -20.0, 101);
  const std::vector<float> soft = speech_like(5.0, 16000, -40.0, 102);
  std::vector<float> interleaved;
  for (std::size_t i = 0; i < loud.size(); ++i) {
    interleaved.push_back(loud[i]);
    interleaved.push_back(soft[i]);
  }
  const PcmAudio pcm = quantised(interleaved, 2, 16000, 24);
  for (std::size_t i = 0; i < loud.size(); ++i) {
    audio.channel(0)[i] = std::ldexp(static_cast<float>(pcm.samples[2 * i]), -23);
    audio.channel(1)[i] = std::ldexp(static_cast<float>(pcm.samples[2 * i + 1]), -23);
  }
  EXPECT_EQ(measure_audio(pcm).active_level_dbov, measure_speech_level(audio).active_level_dbov);
  EXPECT_EQ(measure_audio(pcm).rms_dbov, measure_speech_level(audio).rms_dbov);
}

TEST(MeasureAudio, CountsSamplesAtEitherEndOfTheRange) {
  for (const int bits : {16, 24}) {
    const std::int32_t full = 1 << (bits - 1);
    PcmAudio pcm;
    pcm.sample_rate = 16000;
    pcm.channels = 2;
    pcm.bits = bits;
    pcm.samples.assign(10000, 5);
    pcm.samples[0] = full - 1;
    pcm.samples[4095] = -full;
    pcm.samples[9999] = full - 1;
    pcm.samples[10] = full - 2;  // one step inside the range on either side is not clipped
    pcm.samples[11] = 1 - full;
    const AudioMeasures measured = measure_audio(pcm);
    EXPECT_DOUBLE_EQ(measured.clipped_fraction, 3.0 / 10000.0);
    EXPECT_EQ(measured.peak_dbov, 0.0);
  }
}

TEST(MeasureAudio, PeakIsTheLargestMagnitudeOfEitherSign) {
  PcmAudio pcm;
  pcm.sample_rate = 16000;
  pcm.channels = 1;
  pcm.samples = {100, -8192, 4096};
  EXPECT_NEAR(measure_audio(pcm).peak_dbov, db_from_amplitude(0.25), 1e-12);
  pcm.samples = {100, -4096, 16384};
  EXPECT_NEAR(measure_audio(pcm).peak_dbov, db_from_amplitude(0.5), 1e-12);
}

TEST(MeasureAudio, OfNothingIsSilence) {
  PcmAudio pcm;
  pcm.sample_rate = 16000;
  pcm.channels = 1;
  const AudioMeasures measured = measure_audio(pcm);
  EXPECT_EQ(measured.active_level_dbov, kSilenceDbov);
  EXPECT_EQ(measured.rms_dbov, kSilenceDbov);
  EXPECT_EQ(measured.peak_dbov, kSilenceDbov);
  EXPECT_EQ(measured.clipped_fraction, 0.0);
}

}  // namespace
}  // namespace fairground
