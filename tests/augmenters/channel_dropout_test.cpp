// The claims of channel.dropout: so many gaps of such lengths, silent, and where the record has them.
#include <gtest/gtest.h>

#include "tests/measure/signals.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

constexpr int kRate = 1000;  // gaps hang on time alone

AudioSignal through(const Given& given, const Audio& clip, std::uint64_t key = 1) {
  return apply_signal("channel.dropout", given, AudioSignal{clip}, {key, 0});
}

Given with(double per_minute, double length_ms, double fade_ms) {
  return {{"per_minute", per_minute}, {"length_ms", length_ms}, {"fade_ms", fade_ms}};
}

Audio ones(std::size_t frames, int rate = kRate, int channels = 1) {
  Audio clip(rate, channels, frames);
  std::ranges::fill(clip.samples, 1.0F);
  return clip;
}

// 20 hours, so that the counts have a standard deviation of below 1 %.
TEST(ChannelDropout, HasSoManyGapsOfSuchLengths) {
  constexpr double kTolerance = 0.03;
  const Audio clip = ones(std::size_t{72'000} * kRate);
  for (const auto& [per_minute, length_ms] : {std::pair(10.0, 60.0), std::pair(30.0, 200.0), std::pair(120.0, 100.0)}) {
    const AudioSignal out = through(with(per_minute, length_ms, 0.0), clip);
    const double busy = per_minute / 60.0 * 0.001 * length_ms;  // mean number of gaps at any moment
    const auto silent = static_cast<double>(std::ranges::count(out.audio.samples, 0.0F));
    EXPECT_NEAR(silent / static_cast<double>(clip.frames()) / (1.0 - std::exp(-busy)), 1.0, kTolerance);
    // Those that begin within another are one with it.
    const double gaps = per_minute * 1200.0 * std::exp(-busy);
    EXPECT_NEAR(static_cast<double>(out.measure.lost->size()) / gaps, 1.0, kTolerance);
    EXPECT_EQ(out.measure.values.at(0).second, static_cast<double>(out.measure.lost->size()));
    EXPECT_NEAR(out.measure.values.at(1).second, 100.0 * silent / static_cast<double>(clip.frames()), 1e-9);
  }
}

// Exponential: as many times the mean in length, the share exp(-times) is left. Seldom enough that few meet.
TEST(ChannelDropout, LengthsAreExponential) {
  const AudioSignal out = through(with(10.0, 100.0, 0.0), ones(std::size_t{72'000} * kRate));
  for (const double times : {0.5, 1.0, 2.0}) {
    const auto longer = std::ranges::count_if(
        *out.measure.lost, [times](const TimeSpan& span) { return span.end_s - span.start_s > times * 0.1; });
    EXPECT_NEAR(static_cast<double>(longer) / static_cast<double>(out.measure.lost->size()), std::exp(-times), 0.02);
  }
}

TEST(ChannelDropout, TheRecordIsWhatIsSilent) {
  for (const double fade_ms : {0.0, 10.0}) {
    const Audio clip = ones(std::size_t{60} * 16000, 16000, 2);
    const AudioSignal out = through(with(60.0, 50.0, fade_ms), clip);
    std::vector<bool> lost(clip.frames());
    for (const TimeSpan& span : *out.measure.lost) {
      for (auto i = std::lround(span.start_s * 16000); i < std::lround(span.end_s * 16000); ++i) {
        lost[static_cast<std::size_t>(i)] = true;
      }
    }
    ASSERT_FALSE(out.measure.lost->empty());
    float steepest = 0.0F;
    for (int c = 0; c < 2; ++c) {
      for (std::size_t i = 0; i < clip.frames(); ++i) {
        ASSERT_EQ(out.audio.channel(c)[i] == 0.0F, lost[i]) << i;
        if (i > 0) {
          steepest = std::max(steepest, std::abs(out.audio.channel(c)[i] - out.audio.channel(c)[i - 1]));
        }
      }
    }
    // Over 160 frames, or at once.
    EXPECT_NEAR(steepest, fade_ms == 0.0 ? 1.0F : 1.0F / 161.0F, 0.002F);
  }
}

TEST(ChannelDropout, IsTheSameForEverybody) {
  const Audio whole = ones(std::size_t{60} * kRate);
  const AudioSignal of_whole = through(with(100.0, 50.0, 20.0), whole);
  EXPECT_NE(of_whole.audio.samples, through(with(100.0, 50.0, 20.0), whole, 2).audio.samples);
  for (std::size_t frames = 0; frames < whole.frames(); frames += 997) {
    const AudioSignal of_part = through(with(100.0, 50.0, 20.0), ones(frames));
    ASSERT_TRUE(std::ranges::equal(of_part.audio.samples, std::span(of_whole.audio.samples).first(frames))) << frames;
  }
}

TEST(ChannelDropout, LeavesAloneAtZero) {
  const Audio clip = ones(1000);
  EXPECT_EQ(through(with(0.0, 50.0, 5.0), clip).audio.samples, clip.samples);
  EXPECT_EQ(through(with(600.0, 2000.0, 50.0), ones(0)).audio.frames(), 0U);
  EXPECT_EQ(through(with(600.0, 2000.0, 50.0), ones(1)).audio.frames(), 1U);
}

}  // namespace
}  // namespace fairground
