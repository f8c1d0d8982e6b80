// The claims of channel.jitter: sound moves smoothly, by no more than asked, and the labels move with it.
#include <gtest/gtest.h>

#include "tests/augmenters/tones.h"
#include "tests/measure/signals.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;

AudioSignal wandering(double peak_ms, double rate_hz, const Audio& clip, std::uint64_t key = 1) {
  return apply_signal("channel.jitter", {{"peak_ms", peak_ms}, {"rate_hz", rate_hz}}, AudioSignal{clip}, {key, 0});
}

Audio noise(double seconds) {
  Audio clip(kRate, 1, static_cast<std::size_t>(seconds * kRate));
  RandomStream(1, 0, "clip").normals(0, clip.samples);
  // Half of the band is enough, and what is near its end is not read between samples without loss.
  for (std::size_t i = 0; i + 1 < clip.samples.size(); ++i) {
    clip.samples[i] = 0.1F * (clip.samples[i] + clip.samples[i + 1]);
  }
  return clip;
}

/// How much earlier `out` has what `in` has around a moment: the peak of their correlation, by a parabola.
double lead_s(const Audio& in, const Audio& out, double at_s) {
  const auto middle = static_cast<std::ptrdiff_t>(at_s * kRate);
  constexpr std::ptrdiff_t kHalf = 64;  // 8 ms, in which little changes
  constexpr std::ptrdiff_t kMost = 330;
  const auto correlation = [&](std::ptrdiff_t lag) {
    double sum = 0.0;
    for (std::ptrdiff_t i = middle - kHalf; i < middle + kHalf; ++i) {
      sum +=
          static_cast<double>(out.samples[static_cast<std::size_t>(i)]) * in.samples[static_cast<std::size_t>(i + lag)];
    }
    return sum;
  };
  std::ptrdiff_t best = 0;
  double most = -1.0;
  for (std::ptrdiff_t lag = -20; lag < kMost; ++lag) {
    if (const double found = correlation(lag); found > most) {
      most = found;
      best = lag;
    }
  }
  const double before = correlation(best - 1), behind = correlation(best + 1);
  return (static_cast<double>(best) + 0.5 * (before - behind) / (before - 2.0 * most + behind)) / kRate;
}

TEST(ChannelJitter, TheLabelsMoveWithTheSound) {
  constexpr double kToleranceS = 0.25 / kRate;  // of the parabola
  const Audio clip = noise(30.0);
  for (const auto& [peak_ms, rate_hz] : {std::pair(20.0, 0.3), std::pair(5.0, 0.5), std::pair(2.0, 1.0)}) {
    const AudioSignal out = wandering(peak_ms, rate_hz, clip);
    ASSERT_EQ(out.audio.frames(), clip.frames());
    double most = 0.0, least = 1.0;
    for (double at_s = 0.5; at_s < 29.0; at_s += 0.37) {
      const double lead = lead_s(clip, out.audio, at_s);
      // What was at `at_s + lead` is now at `at_s`.
      EXPECT_NEAR(out.time_map(at_s + lead), at_s, kToleranceS) << peak_ms << " ms, at " << at_s;
      most = std::max(most, lead);
      least = std::min(least, lead);
    }
    EXPECT_LT(most, 0.001 * peak_ms + kToleranceS);
    EXPECT_GT(most, 0.6 * 0.001 * peak_ms);  // of some 20 draws, one is beyond that but for a chance of 10^-4
    EXPECT_GT(least, -kToleranceS);
    EXPECT_LT(least, 0.4 * 0.001 * peak_ms);
  }
}

TEST(ChannelJitter, TimesAscendAndStayInside) {
  const Audio clip = noise(20.0);
  const AudioSignal out = wandering(20.0, 1.0, clip);
  double last = -1.0;
  for (double at_s = 0.0; at_s <= 20.0; at_s += 0.01) {
    const double now = out.time_map(at_s);
    ASSERT_GT(now, last);
    ASSERT_GE(now, 0.0);
    ASSERT_LE(now, at_s + 1e-12);
    ASSERT_GE(now, at_s - 0.0201);
    last = now;
  }
  EXPECT_EQ(out.time_map(0.0), 0.0);
}

// A tone stays a tone whose frequency wavers by at most 3 * peak * rate.
TEST(ChannelJitter, SpeedStaysWithinWhatItSays) {
  Audio clip(kRate, 1, 0);
  clip.samples = sine(20.0, kRate, 500.0, 0.5);
  const AudioSignal out = wandering(10.0, 1.0, clip);
  double least = 1e9, most = 0.0, last = -1.0;
  for (std::size_t i = 1; i + kRate / 10 < out.audio.frames(); ++i) {
    const double a = out.audio.samples[i - 1], b = out.audio.samples[i];
    if (a < 0.0 && b >= 0.0) {
      const double crossing = static_cast<double>(i) - b / (b - a);
      if (last > 0.0) {
        least = std::min(least, kRate / (crossing - last));
        most = std::max(most, kRate / (crossing - last));
      }
      last = crossing;
    }
  }
  EXPECT_GT(least, 500.0 * (1.0 - 0.031));
  EXPECT_LT(most, 500.0 * (1.0 + 0.031));
  EXPECT_GT(most - least, 500.0 * 0.02);
}

TEST(ChannelJitter, IsTheSameForEverybody) {
  const Audio whole = noise(10.0);
  Audio part = whole;
  part.samples.resize(std::size_t{5} * kRate);
  const AudioSignal of_whole = wandering(5.0, 0.5, whole), of_part = wandering(5.0, 0.5, part);
  const std::size_t same = part.frames() - kRate / 100;  // but for what comes from behind its end
  EXPECT_TRUE(
      std::ranges::equal(std::span(of_part.audio.samples).first(same), std::span(of_whole.audio.samples).first(same)));
  EXPECT_EQ(of_part.time_map(3.3), of_whole.time_map(3.3));
  EXPECT_NE(of_whole.audio.samples, wandering(5.0, 0.5, whole, 2).audio.samples);
}

TEST(ChannelJitter, TakesWhatever) {
  const Audio clip = noise(0.1);
  EXPECT_EQ(wandering(0.0, 0.5, clip).audio.samples, clip.samples);
  for (const int channels : {1, 2, 6}) {
    for (const std::size_t frames : {std::size_t{0}, std::size_t{1}, std::size_t{10000}}) {
      const Audio silence = wandering(20.0, 1.0, Audio(48000, channels, frames)).audio;
      EXPECT_EQ(silence.frames(), frames);
      EXPECT_TRUE(std::ranges::all_of(silence.samples, [](float s) { return s == 0.0F; }));
    }
  }
}

}  // namespace
}  // namespace fairground
