// The claims of processing.noise_suppression: how much the noise falls, what stays of the speech, and how musical what
// is left sounds. The transform and the frames under it are tested against their definitions.
#include <gtest/gtest.h>

#include <array>
#include <complex>

#include "augmenters/audio/parts/frame_filter.h"
#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/step_response.h"
#include "tests/augmenters/voices.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

constexpr double kSuppressionToleranceDb = 1.5;  // as the design states it
constexpr double kSpeechToleranceDb = 0.5;       // likewise
constexpr double kFloorToleranceDb = 0.3;        // of a bias that is fitted to 0.2 dB
constexpr double kFloatTolerance = 1e-6;         // of transforms in float there and back

Audio white(double seconds, int rate, double dbov, std::uint64_t seed = 1) {
  Audio clip(rate, 1, static_cast<std::size_t>(seconds * rate));
  RandomStream(seed, 0, "white").normals(0, clip.samples);
  set_rms(clip.samples, dbov);
  return clip;
}

Audio suppressed(const Given& given, const Audio& clip) {
  return apply_signal("processing.noise_suppression", given, {clip}).audio;
}

double level(std::span<const float> samples) { return db_from_power(mean_power(samples)); }

TEST(LaneFourier, IsTheTransform) {
  for (const std::size_t size : {2U, 8U, 256U, 512U, 2048U}) {
    const LaneFourier fourier(size);
    std::vector<float> real(size * LaneFourier::kLanes);
    std::vector<float> imaginary(real.size());
    RandomStream(1, 0, "real").normals(0, real);
    RandomStream(1, 0, "imaginary").normals(0, imaginary);
    const std::vector<float> in_real = real;
    const std::vector<float> in_imaginary = imaginary;
    fourier.forward(real, imaginary);
    for (const std::size_t lane : {0U, 3U, 7U}) {
      for (std::size_t k = 0; k < size; k += 1 + size / 37) {
        std::complex<double> wanted = 0.0;
        for (std::size_t n = 0; n < size; ++n) {
          const double angle = -kTwoPi * static_cast<double>(k * n % size) / static_cast<double>(size);
          const std::size_t at = n * LaneFourier::kLanes + lane;
          wanted += std::complex<double>(in_real[at], in_imaginary[at]) * std::polar(1.0, angle);
        }
        const std::size_t at = fourier.place_of(k) * LaneFourier::kLanes + lane;
        const double tolerance = 1e-6 * std::sqrt(static_cast<double>(size));  // of float, on numbers of that size
        ASSERT_NEAR(real[at], wanted.real(), 4 * tolerance) << size << ' ' << k;
        ASSERT_NEAR(imaginary[at], wanted.imag(), 4 * tolerance) << size << ' ' << k;
      }
    }
  }
}

TEST(FrameFilter, GivesBackWhatItWasGivenAndShowsItsPower) {
  for (const std::size_t frames : {1U, 255U, 256U, 257U, 4000U, 20000U}) {
    Audio clip(16000, 2, frames);
    RandomStream(1, 0, "clip").normals(0, clip.samples);
    const FrameFilter filter(clip, 512);
    double power = 0.0;
    std::size_t seen = 0;
    const Audio out = filter.apply([&](std::size_t frame, std::span<const float> bins, std::span<float> gains) {
      EXPECT_EQ(frame, seen++);
      EXPECT_EQ(gains.size(), bins.size());
      // All bins of the spectrum, of which those between the first and the last stand for two.
      for (std::size_t k = 0; k < bins.size(); ++k) {
        power += static_cast<double>(bins[k]) * (k == 0 || k + 1 == bins.size() ? 1.0 : 2.0) / 512.0;
      }
    });
    EXPECT_EQ(seen, filter.frames());
    ASSERT_EQ(out.samples.size(), clip.samples.size());
    for (std::size_t i = 0; i < clip.samples.size(); ++i) {
      ASSERT_NEAR(out.samples[i], clip.samples[i], 4 * kFloatTolerance) << i << " of " << frames;
    }
    // Parseval: the squares of the windows add up to 1 everywhere.
    EXPECT_NEAR(power / static_cast<double>(frames), mean_power(clip.samples), 1e-5 * mean_power(clip.samples));
  }
}

TEST(ProcessingNoiseSuppression, TurnsNoiseDownByWhatWasAsked) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    const Audio noise = white(8, rate, -45);
    for (const double asked : {6.0, 12.0, 18.0}) {
      for (const double smoothing : {0.0, 0.5, 0.98}) {
        const Audio out = suppressed({{"suppression_db", asked}, {"smoothing", smoothing}}, noise);
        EXPECT_NEAR(level(noise.samples) - level(out.samples), asked, kSuppressionToleranceDb)
            << rate << " Hz, smoothing " << smoothing;
        // From the start, as the suppressor has met the noise before.
        const auto first = static_cast<std::size_t>(rate / 4);
        EXPECT_NEAR(level(std::span(noise.samples).first(first)) - level(std::span(out.samples).first(first)), asked,
                    kSuppressionToleranceDb);
      }
    }
  }
}

TEST(ProcessingNoiseSuppression, FindsTheNoise) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    for (const double adaptation : {0.5, 1.5, 5.0}) {
      const AudioSignal out =
          apply_signal("processing.noise_suppression", {{"adaptation_s", adaptation}}, {white(20, rate, -45)});
      ASSERT_EQ(out.measure.values.at(0).first, "noise_dbov");
      EXPECT_NEAR(out.measure.values[0].second, -45.0, kFloorToleranceDb) << rate << ' ' << adaptation;
    }
  }
}

TEST(ProcessingNoiseSuppression, KeepsSpeechAndImprovesTheSnr) {
  // Vowels of 0.6 s with pauses of 0.4 s.
  Audio speech = mono(16000, vowel(20, 16000, 120, -26));
  for (std::size_t i = 0; i < speech.samples.size(); ++i) {
    const double place = static_cast<double>(i % 16000) / 9600.0;
    speech.samples[i] *= static_cast<float>(place < 1.0 ? std::sin(std::numbers::pi * place) : 0.0);
  }
  for (const double snr : {35.0, 10.0, 5.0}) {
    const Audio noise = white(20, 16000, level(speech.samples) - snr, 9);
    Audio mixture = speech;
    for (std::size_t i = 0; i < mixture.samples.size(); ++i) {
      mixture.samples[i] += noise.samples[i];
    }
    const Audio out = suppressed({}, mixture);
    // What of the output is the speech, with one gain, and what is not.
    double both = 0.0;
    double alone = 0.0;
    for (std::size_t i = 0; i < out.samples.size(); ++i) {
      both += static_cast<double>(out.samples[i]) * speech.samples[i];
      alone += static_cast<double>(speech.samples[i]) * speech.samples[i];
    }
    Audio rest = out;
    for (std::size_t i = 0; i < rest.samples.size(); ++i) {
      rest.samples[i] -= static_cast<float>(both / alone * speech.samples[i]);
    }
    if (snr > 30.0) {
      EXPECT_NEAR(measure_speech_level(out).active_level_dbov, measure_speech_level(speech).active_level_dbov,
                  kSpeechToleranceDb);
    } else {
      EXPECT_GT(level(speech.samples) + db_from_power(both / alone * both / alone) - level(rest.samples), snr + 3.0);
    }
  }
}

/// Of the power of all bins, m4 / m2^2 of their amplitude: 2 of Gaussian noise. Its rise tells musical noise (Uemura,
/// Takahashi, Saruwatari, Shikano and Kondo, IWAENC 2008).
double kurtosis(const Audio& clip) {
  const FrameFilter filter(clip, 512);
  double second = 0.0;
  double fourth = 0.0;
  double count = 0.0;
  filter.see(filter.frames(), [&](std::size_t frame, std::span<const float> power) {
    for (std::size_t k = 5; filter.is_whole(frame) && k + 5 < power.size(); ++k) {
      second += static_cast<double>(power[k]);
      fourth += static_cast<double>(power[k]) * power[k];
      count += 1.0;
    }
  });
  return fourth * count / (second * second);
}

TEST(ProcessingNoiseSuppression, LeavesTheMoreMusicalNoiseTheLessItIsSmoothed) {
  const Audio noise = white(20, 16000, -45);
  const double before = kurtosis(noise);
  EXPECT_NEAR(before, 2.0, 0.05);  // 160,000 bins
  double last = 1e9;
  for (const double smoothing : {0.0, 0.5, 0.8, 0.98}) {
    const double after = kurtosis(suppressed({{"suppression_db", 18.0}, {"smoothing", smoothing}}, noise));
    EXPECT_LT(after, 0.9 * last) << smoothing;
    EXPECT_GT(after, 0.99 * before);
    last = after;
  }
  EXPECT_NEAR(last, before, 0.05);  // only weaker
  EXPECT_GT(kurtosis(suppressed({{"suppression_db", 18.0}, {"smoothing", 0.0}}, noise)), 3.0 * before);
}

TEST(ProcessingNoiseSuppression, DelaysNothingAndKeepsTheStereoImage) {
  const std::vector<float> speech = speech_like(4, 16000, -30, 2);
  Audio stereo(16000, 2, speech.size());
  const Audio hiss = white(4, 16000, -50);
  for (std::size_t i = 0; i < speech.size(); ++i) {
    stereo.channel(0)[i] = speech[i] + hiss.samples[i];
    stereo.channel(1)[i] = 0.5F * stereo.channel(0)[i];
  }
  const Audio out = suppressed({}, stereo);
  double best = 0.0;
  int best_lag = 99;
  for (int lag = -20; lag <= 20; ++lag) {
    double product = 0.0;
    for (std::size_t i = 100; i + 100 < speech.size(); ++i) {
      product += static_cast<double>(out.channel(0)[static_cast<std::size_t>(static_cast<int>(i) + lag)]) * speech[i];
    }
    if (product > best) {
      best = product;
      best_lag = lag;
    }
  }
  EXPECT_EQ(best_lag, 0);
  for (std::size_t i = 0; i < speech.size(); ++i) {
    ASSERT_NEAR(out.channel(1)[i], 0.5F * out.channel(0)[i], kFloatTolerance);
  }
}

TEST(ProcessingNoiseSuppression, LeavesAllAtNothingAndTakesEveryClip) {
  const Audio clip = white(1, 16000, -40);
  EXPECT_EQ(suppressed({{"suppression_db", 0.0}}, clip).samples, clip.samples);
  EXPECT_EQ(takes_every_clip("processing.noise_suppression", {}), "");
}

}  // namespace
}  // namespace fairground
