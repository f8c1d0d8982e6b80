#include "pipeline/media/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/core/random.h"
#include "tests/media/media_fixtures.h"

namespace fairground {
namespace {

/// Level in dB of the component of `signal` at a frequency, relative to `amplitude`, away from its ends.
double level_db(std::span<const float> signal, double frequency_hz, int rate, double amplitude) {
  const std::size_t margin = signal.size() / 8;
  std::complex<double> sum = 0.0;
  double weight = 0.0;
  for (std::size_t i = margin; i < signal.size() - margin; ++i) {
    const double phase = static_cast<double>(i - margin) / static_cast<double>(signal.size() - 2 * margin);
    const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * phase);
    const double angle = -2.0 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate;
    sum += window * static_cast<double>(signal[i]) * std::polar(1.0, angle);
    weight += window;
  }
  return 20.0 * std::log10(std::abs(sum) * 2.0 / (weight * amplitude) + 1e-12);
}

/// What is there beside a tone, in dB relative to it: the largest sample of what is left without it, away from the
/// ends.
double rest_db(std::span<const float> signal, double frequency_hz, int rate, double amplitude) {
  double most = 0.0;
  for (std::size_t i = signal.size() / 8; i < signal.size() - signal.size() / 8; ++i) {
    const double tone = amplitude * std::sin(2.0 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate);
    most = std::max(most, std::abs(static_cast<double>(signal[i]) - tone));
  }
  return 20.0 * std::log10(most / amplitude + 1e-12);
}

struct Case {
  Resampler resampler;
  int from;
  int to;

  [[nodiscard]] double lower_half_rate() const { return 0.5 * std::min(from, to); }
  [[nodiscard]] Audio tone(double frequency_hz) const {
    return sine(frequency_hz, from, static_cast<std::size_t>(from / 4));
  }
  [[nodiscard]] Audio convert(Audio audio) const { return resample(std::move(audio), to, resampler); }
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << to_string(c.resampler) << " from " << c.from << " to " << c.to << " Hz";
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return std::string(to_string(info.param.resampler)) + "_" + std::to_string(info.param.from) + "_" +
         std::to_string(info.param.to);
}

enum class Direction { any, down, up };

/// Both resamplers over the same ratios, but for those of which polyphase has none.
std::vector<Case> cases(Direction direction) {
  constexpr std::pair<int, int> kRatios[] = {
      {48000, 16000}, {44100, 16000}, {8000, 16000},  {22050, 16000}, {32000, 16000}, {16000, 8000},  {96000, 16000},
      {44100, 48000}, {11025, 16000}, {24000, 16000}, {16000, 44100}, {15999, 16000}, {16000, 15999}, {44056, 16000}};
  std::vector<Case> all;
  for (const Resampler resampler : kAllResamplers) {
    for (const auto& [from, to] : kRatios) {
      const bool wanted = direction == Direction::any || (direction == Direction::down) == (from > to);
      if (wanted && can_resample(from, to, resampler)) all.push_back({resampler, from, to});
    }
  }
  return all;
}

/// The bounds that a source may count on, whichever resampler its config names.
class EveryResampler : public testing::TestWithParam<Case> {};
/// Only where a rate falls does something of the input lie above the new half rate, and only where it rises have images
/// a place.
class EveryResamplerDown : public EveryResampler {};
class EveryResamplerUp : public EveryResampler {};

// Speech models at 16 kHz use what lies below 7 kHz; a droop there would mark every resampled source. What is left
// beside the tone are its images and aliases, and a delay: one of a ten-thousandth of a frame would show.
TEST_P(EveryResampler, IsFlatOnTimeAndCleanInThePassBand) {
  constexpr double kFlatnessDb = 0.01;
  constexpr double kPassEdge = 0.9;  // of the lower half rate
  // A ripple of 0.001 dB, as polyphase's was seen to be at most, is a rest of -79 dB.
  constexpr double kRestDb = -75.0;
  for (double share = 0.01; share < kPassEdge + 0.0005; share += 0.0356) {
    const double hz = share * GetParam().lower_half_rate();
    const Audio out = GetParam().convert(GetParam().tone(hz));
    EXPECT_NEAR(level_db(out.samples, hz, GetParam().to, 0.5), 0.0, kFlatnessDb) << hz;
    EXPECT_LT(rest_db(out.samples, hz, GetParam().to, 0.5), kRestDb) << hz;
  }
}

// What lies above half the new rate would fold down to audible places.
TEST_P(EveryResamplerDown, RemovesAliases) {
  constexpr double kAliasDb = -100.0;
  constexpr double kStopEdge = 1.03;  // of the lower half rate
  const double half = GetParam().lower_half_rate();
  for (double hz = kStopEdge * half; hz < 0.5 * GetParam().from; hz += hz < 1.1 * half ? 0.01 * half : 0.131 * half) {
    const Audio out = GetParam().convert(GetParam().tone(hz));
    double most = 0.0;
    for (std::size_t i = out.frames() / 8; i < out.frames() - out.frames() / 8; ++i) {
      most = std::max(most, std::abs(static_cast<double>(out.samples[i])));
    }
    EXPECT_LT(20.0 * std::log10(most / 0.5 + 1e-12), kAliasDb) << hz;
  }
}

// Where a rate rises, every tone has images above the old half rate.
TEST_P(EveryResamplerUp, RemovesImages) {
  constexpr double kImageDb = -100.0;
  constexpr double kStopEdge = 1.03;  // of the lower half rate, for the image; the tone lies as far below that
  for (double share = 0.05; share < 2.0 - kStopEdge; share += 0.0659) {
    const double hz = share * GetParam().lower_half_rate();
    const double image = GetParam().from - hz;
    if (image >= 0.5 * GetParam().to) continue;
    const Audio out = GetParam().convert(GetParam().tone(hz));
    EXPECT_LT(level_db(out.samples, image, GetParam().to, 0.5), kImageDb) << hz;
  }
}

TEST_P(EveryResampler, GivesTheRoundedLength) {
  for (const std::size_t frames : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7},
                                   std::size_t{100}, std::size_t{997}, std::size_t{16001}}) {
    const double expected = std::round(static_cast<double>(frames) * GetParam().to / GetParam().from);
    const Audio out = GetParam().convert(sine(100.0, GetParam().from, frames));
    EXPECT_EQ(out.frames(), static_cast<std::size_t>(expected)) << frames;
    EXPECT_EQ(out.sample_rate, GetParam().to);
  }
}

// Cross-correlation of noise with itself after a way up and down again has its peak at no delay.
TEST_P(EveryResampler, DelaysNothing) {
  const Case& there = GetParam();
  Audio noise(there.from, 1, 8000);
  RandomStream(/*key=*/2, /*realization=*/0, "noise").normals(0, noise.samples);
  // White noise holds what the filter must remove; slow it down by a running mean.
  for (std::size_t i = 0; i + 3 < noise.samples.size(); ++i) {
    noise.samples[i] = 0.25F * (noise.samples[i] + noise.samples[i + 1] + noise.samples[i + 2] + noise.samples[i + 3]);
  }
  const Audio back = Case{there.resampler, there.to, there.from}.convert(there.convert(noise));
  const std::size_t frames = std::min(noise.frames(), back.frames());
  ASSERT_NEAR(static_cast<double>(back.frames()), static_cast<double>(noise.frames()),
              0.5 + 0.5 * there.from / there.to);
  int best_lag = 99;
  double best = -1.0;
  for (int lag = -20; lag <= 20; ++lag) {
    double sum = 0.0;
    for (std::size_t i = 100; i + 100 < frames; ++i) {
      sum += static_cast<double>(noise.samples[i]) *
             static_cast<double>(back.samples[static_cast<std::size_t>(static_cast<int>(i) + lag)]);
    }
    if (sum > best) {
      best = sum;
      best_lag = lag;
    }
  }
  EXPECT_EQ(best_lag, 0);
}

TEST_P(EveryResampler, TreatsChannelsAlike) {
  Audio stereo(GetParam().from, 2, 5000);
  const Audio mono = sine(440.0, GetParam().from, 5000);
  for (int c = 0; c < 2; ++c) std::copy(mono.samples.begin(), mono.samples.end(), stereo.channel(c).begin());
  const Audio out = GetParam().convert(stereo);
  const Audio alone = GetParam().convert(mono);
  for (int c = 0; c < 2; ++c) {
    EXPECT_TRUE(std::equal(alone.samples.begin(), alone.samples.end(), out.channel(c).begin()));
  }
}

INSTANTIATE_TEST_SUITE_P(Ratios, EveryResampler, testing::ValuesIn(cases(Direction::any)), name_of);
INSTANTIATE_TEST_SUITE_P(Ratios, EveryResamplerDown, testing::ValuesIn(cases(Direction::down)), name_of);
INSTANTIATE_TEST_SUITE_P(Ratios, EveryResamplerUp, testing::ValuesIn(cases(Direction::up)), name_of);

// What the two differ in, which docs/design.md tells: of what lies above the pass band, libsamplerate keeps more.
TEST(Resample, LibsamplerateKeepsMoreAboveThePassBand) {
  const auto level = [](Resampler resampler) {
    constexpr double kHz = 7520.0;  // 0.94 of the half rate
    return level_db(resample(sine(kHz, 48000, 96000), 16000, resampler).samples, kHz, 16000, 0.5);
  };
  EXPECT_GT(level(Resampler::libsamplerate), -0.1);
  EXPECT_LT(level(Resampler::polyphase), -2.0);
}

TEST(Resample, KeepsOneSampleAndNothing) {
  for (const Resampler resampler : kAllResamplers) {
    const Audio one = resample(sine(4000.0, 16000, 1, 2), 48000, resampler);
    EXPECT_EQ(one.frames(), 3U);
    EXPECT_EQ(one.channels, 2);
    Audio impulse(16000, 1, 1);
    impulse.samples[0] = 1.0F;
    EXPECT_NEAR(resample(impulse, 32000, resampler).samples[0], 1.0F, 0.1F);
    EXPECT_EQ(resample(Audio(16000, 1, 0), 8000, resampler).frames(), 0U);
  }
}

TEST(Resample, LeavesEqualRatesAlone) {
  const Audio audio = sine(440.0, 16000, 1000);
  for (const Resampler resampler : kAllResamplers) {
    EXPECT_EQ(resample(audio, 16000, resampler).samples, audio.samples);
    EXPECT_EQ(resample(sine(440.0, 15999, 1000), 15999, resampler).frames(), 1000U);
  }
}

TEST(Resample, RefusesImpossibleRatios) {
  constexpr Resampler kAny = Resampler::libsamplerate;
  EXPECT_ITEM_ERROR(resample(sine(440.0, 768000, 1000), 2000, kAny), "the ratio may be 1/256 to 256");
  EXPECT_ITEM_ERROR(resample(sine(440.0, 16000, 1000), 0, kAny), "cannot be converted");
  EXPECT_ITEM_ERROR(resample(sine(440.0, 16000, 1000), -8000, kAny), "cannot be converted");
  EXPECT_ITEM_ERROR(resample(sine(440.0, 16000, 1000), 0, Resampler::polyphase), "cannot be converted");
}

// No converter takes the place of another: what polyphase has no ratio for, it refuses, and says what would take it.
TEST(Resample, PolyphaseRefusesOddRatios) {
  EXPECT_ITEM_ERROR(resample(sine(440.0, 15999, 1000), 16000, Resampler::polyphase), "set `resampler: libsamplerate`");
  EXPECT_FALSE(can_resample(15999, 16000, Resampler::polyphase));
  EXPECT_TRUE(can_resample(15999, 16000, Resampler::libsamplerate));
  EXPECT_TRUE(can_resample(15999, 15999, Resampler::polyphase));
  EXPECT_TRUE(can_resample(16000, 15984, Resampler::polyphase));  // 999 / 1000
  EXPECT_FALSE(can_resample(1, 300, Resampler::libsamplerate));
}

// Its converters are kept between calls and shared; more ratios than are kept come and go here.
TEST(Resample, ManyThreadsAndRatiosGiveWhatOneGives) {
  std::vector<int> rates;
  for (int rate = 15000; rate < 15980; rate += 20) rates.push_back(rate);  // all below 1000 in lowest terms
  const auto sums = [&] {
    std::vector<std::vector<float>> all;
    for (const int rate : rates) {
      all.push_back(resample(sine(440.0, 16000, 300), rate, Resampler::polyphase).samples);
    }
    return all;
  };
  const auto expected = sums();
  std::vector<std::vector<std::vector<float>>> results(3);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = sums(); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, expected);
}

TEST(ToMono, IsTheMean) {
  Audio audio(16000, 3, 2);
  audio.samples = {0.3F, 1.0F, 0.6F, 1.0F, 0.0F, 1.0F};
  const Audio mono = to_mono(audio);
  EXPECT_EQ(mono.channels, 1);
  EXPECT_EQ(mono.sample_rate, 16000);
  ASSERT_EQ(mono.frames(), 2U);
  EXPECT_FLOAT_EQ(mono.samples[0], 0.3F);
  EXPECT_EQ(mono.samples[1], 1.0F);
  EXPECT_EQ(to_mono(mono).samples, mono.samples);
}

}  // namespace
}  // namespace fairground
