// The claims of voice.tempo: length, pitch, level, and that joints neither flutter nor tear channels apart.
#include <gtest/gtest.h>

#include <array>

#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/spectrum.h"
#include "tests/augmenters/voices.h"

namespace fairground {
namespace {

constexpr std::array kTempos{0.5, 0.7, 0.9, 0.97, 1.05, 1.3, 1.6, 2.0};
constexpr double kHopS = 0.015;
constexpr double kSearchS = 0.008;
// A hundredth of a semitone is 0.06 %; a joint at the wrong period would be off by many percent.
constexpr double kPitch = 0.01;
constexpr double kLevelDb = 0.5;

AudioScene at_tempo(const Audio& clip, double rate) { return voiced("voice.tempo", {{"rate", rate}}, clip); }

TEST(VoiceTempo, TakesAsLongAsItShould) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    const Audio clip = mono(rate, speech_like(1.234, rate, -26, 1));
    for (const double tempo : kTempos) {
      const AudioScene scene = at_tempo(clip, tempo);
      const auto wanted = std::llround(static_cast<double>(clip.frames()) / tempo);
      EXPECT_EQ(scene.speech.frames(), static_cast<std::size_t>(wanted)) << tempo << " at " << rate;
      EXPECT_EQ(scene.speech.sample_rate, rate);
      EXPECT_NEAR(scene.time_map(clip.seconds()), scene.speech.seconds(), 1e-9);
    }
  }
}

/// The best period of the middle second by autocorrelation, between samples by a parabola, as a frequency.
double pitch_hz(const Audio& clip, double near_hz) {
  const std::size_t count = static_cast<std::size_t>(clip.sample_rate) / 2;
  const std::size_t start = (clip.frames() - count) / 3;
  const auto correlation = [&](std::size_t lag) {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += static_cast<double>(clip.samples[start + i]) * clip.samples[start + i + lag];
    }
    return sum;
  };
  const double period = clip.sample_rate / near_hz;
  std::size_t best = 0;
  double most = -1.0;
  for (auto lag = static_cast<std::size_t>(0.7 * period); static_cast<double>(lag) < 1.4 * period; ++lag) {
    if (correlation(lag) > most) {
      most = correlation(lag);
      best = lag;
    }
  }
  const double left = correlation(best - 1);
  const double right = correlation(best + 1);
  return clip.sample_rate / (static_cast<double>(best) + 0.5 * (left - right) / (left - 2 * most + right));
}

TEST(VoiceTempo, KeepsThePitch) {
  double largest = 0.0;
  for (const int rate : {8000, 16000, 48000}) {
    for (const double f0 : {70.0, 97.3, 141.7, 233.1, 391.0}) {
      const Audio clip = mono(rate, vowel(3.0, rate, f0, -26));
      for (const double tempo : kTempos) {
        const double found = pitch_hz(at_tempo(clip, tempo).speech, f0);
        EXPECT_NEAR(found / f0, 1.0, kPitch) << f0 << " Hz, " << tempo << " at " << rate;
        largest = std::max(largest, std::abs(found / f0 - 1.0));
      }
    }
  }
  RecordProperty("largest_pitch_error", std::to_string(largest));
}

/// Share of the power that is not within 25 Hz of a harmonic.
double between_harmonics_db(const Audio& clip, double f0) {
  constexpr std::size_t kSize = 8192;
  const std::vector<double> density = welch(clip.samples, kSize);
  double between = 0.0;
  double all = 0.0;
  for (std::size_t k = 1; k < density.size(); ++k) {
    const double hz = static_cast<double>(k) * clip.sample_rate / kSize;
    all += density[k];
    between += std::abs(hz - f0 * std::round(hz / f0)) > 25.0 ? density[k] : 0.0;
  }
  return db_from_power(between / all);
}

// The source itself has -90 dB there. Joints that do not meet would leave as much as there is of the voice.
TEST(VoiceTempo, JoinsWholePeriods) {
  constexpr double kBetweenDb = -25.0;
  double most = -200.0;
  for (const double f0 : {97.3, 141.7, 233.1}) {
    const Audio clip = mono(16000, vowel(4.0, 16000, f0, -26));
    for (const double tempo : kTempos) {
      const double between = between_harmonics_db(at_tempo(clip, tempo).speech, f0);
      EXPECT_LT(between, kBetweenDb) << f0 << " Hz, " << tempo;
      most = std::max(most, between);
    }
  }
  RecordProperty("most_between_harmonics_db", std::to_string(most));
}

TEST(VoiceTempo, KeepsTheActiveLevel) {
  double largest = 0.0;
  for (const int rate : {8000, 16000, 48000}) {
    std::vector<float> syllables = speech_like(8.0, rate, -26, 3);
    const std::vector<float> tone = vowel(8.0, rate, 120.0, -26);
    std::vector<float> voiced_syllables(syllables.size());
    for (std::size_t i = 0; i < syllables.size(); ++i) {
      // The rhythm of one with the sound of the other.
      const double t = static_cast<double>(i) / rate;
      voiced_syllables[i] =
          syllables[i] == 0.0F ? 0.0F : static_cast<float>(tone[i] * (0.55 - 0.45 * std::cos(kTwoPi * 4.0 * t)));
    }
    for (const std::vector<float>& samples : {syllables, voiced_syllables}) {
      const Audio clip = mono(rate, samples);
      const double level = measure_speech_level(clip).active_level_dbov;
      for (const double tempo : kTempos) {
        const double found = measure_speech_level(at_tempo(clip, tempo).speech).active_level_dbov;
        EXPECT_NEAR(found, level, kLevelDb) << tempo << " at " << rate;
        largest = std::max(largest, std::abs(found - level));
      }
    }
  }
  RecordProperty("largest_level_error_db", std::to_string(largest));
}

// In hiss nothing is alike: a plain cross-fade would lose 3 dB in the middle of every joint, 1.25 dB in all.
TEST(VoiceTempo, DoesNotFlutterInHiss) {
  constexpr double kFlutterDb = 0.6;
  Audio hiss(16000, 1, 16000 * 20);
  RandomStream(5, 0, "hiss").normals(0, hiss.samples);
  set_rms(hiss.samples, -30);
  double largest = 0.0;
  for (const double tempo : kTempos) {
    const Audio out = at_tempo(hiss, tempo).speech;
    EXPECT_NEAR(level_dbov(mean_power(out.samples)), -30.0, 0.2) << tempo;
    const auto hop = static_cast<std::size_t>(kHopS * 16000);
    std::array<double, 8> parts{};
    for (std::size_t i = 0; i < out.frames() / hop * hop; ++i) {
      parts[i % hop * parts.size() / hop] += static_cast<double>(out.samples[i]) * out.samples[i];
    }
    const auto [low, high] = std::ranges::minmax(parts);
    EXPECT_LT(db_from_power(high / low), kFlutterDb) << tempo;
    largest = std::max(largest, db_from_power(high / low));
  }
  RecordProperty("largest_flutter_db", std::to_string(largest));
}

TEST(VoiceTempo, SaysWhereEverythingHasGone) {
  constexpr double kBurstS = 0.06;
  double largest = 0.0;
  for (const int rate : {8000, 16000, 48000}) {
    Audio clip(rate, 1, static_cast<std::size_t>(rate) * 4);
    const std::array starts{0.31, 1.02, 1.9, 2.55, 3.47};
    const std::vector<float> burst = vowel(kBurstS, rate, 180.0, -20);
    for (const double start : starts) {
      std::ranges::copy(burst, clip.samples.begin() + static_cast<std::ptrdiff_t>(start * rate));
    }
    for (const double tempo : kTempos) {
      const AudioScene scene = at_tempo(clip, tempo);
      for (const double start : starts) {
        const double from = scene.time_map(start - 0.1);
        const double to = scene.time_map(start + kBurstS + 0.1);
        double energy = 0.0;
        double moment = 0.0;
        for (auto i = static_cast<std::size_t>(from * rate); i < static_cast<std::size_t>(to * rate); ++i) {
          const double power = static_cast<double>(scene.speech.samples[i]) * scene.speech.samples[i];
          energy += power;
          moment += power * static_cast<double>(i) / rate;
        }
        const double late = moment / energy - scene.time_map(start + kBurstS / 2);
        EXPECT_LT(std::abs(late) * tempo, kSearchS) << start << " s, " << tempo << " at " << rate;
        largest = std::max(largest, std::abs(late) * tempo);
      }
    }
  }
  RecordProperty("largest_time_error_s", std::to_string(largest));
}

TEST(VoiceTempo, KeepsChannelsTogether) {
  const std::vector<float> voice = vowel(2.0, 16000, 120.0, -26);
  Audio clip(16000, 2, voice.size());
  std::ranges::copy(voice, clip.channel(0).begin());
  std::ranges::transform(voice, clip.channel(1).begin(), [](float sample) { return -0.5F * sample; });
  for (const double tempo : kTempos) {
    const Audio out = at_tempo(clip, tempo).speech;
    for (std::size_t i = 0; i < out.frames(); ++i) {
      ASSERT_EQ(out.channel(1)[i], -0.5F * out.channel(0)[i]) << i << ", " << tempo;
    }
  }
}

TEST(VoiceTempo, BeginsAndEndsAsTheSource) {
  const Audio clip = mono(16000, vowel(1.0, 16000, 120.0, -20));
  for (const double tempo : {0.5, 1.3, 2.0}) {
    const Audio out = at_tempo(clip, tempo).speech;
    for (std::size_t i = 0; i < 100; ++i) {
      EXPECT_NEAR(out.samples[i], clip.samples[i], 1e-6) << tempo;
    }
    double energy = 0.0;
    for (const float sample : std::span(out.samples).last(240)) {
      energy += static_cast<double>(sample) * sample;
    }
    EXPECT_NEAR(level_dbov(energy / 240), -20.0, 3.0) << tempo;  // two periods, and no silence
  }
}

}  // namespace
}  // namespace fairground
