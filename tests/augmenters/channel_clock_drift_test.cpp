// The claims of channel.clock_drift: lengths and frequencies change by as many millionths as asked, and nothing else.
#include <gtest/gtest.h>

#include "pipeline/core/hash.h"
#include "tests/augmenters/tones.h"
#include "tests/measure/signals.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

AudioSignal drifted(double ppm, const Audio& clip) {
  return apply_signal("channel.clock_drift", {{"ppm", ppm}}, AudioSignal{clip});
}

Audio tone(double hz, int rate, double seconds) {
  Audio clip(rate, 1, 0);
  clip.samples = sine(seconds, rate, hz, 0.5);
  return clip;
}

// The tone that was at `hz` is where it must be, and nothing is beside it.
TEST(ChannelClockDrift, ShiftsATone) {
  constexpr double kErrorDb = -90.0;  // as parts/varispeed.h says
  for (const int rate : {8000, 16000, 48000}) {
    for (const double ppm : {-1000.0, -37.0, 20.0, 400.0, 1000.0}) {
      for (const double share : {0.01, 0.2, 0.5, 0.8, 0.9}) {
        const double hz = 0.5 * rate * share;
        const Audio out = drifted(ppm, tone(hz, rate, 4.0)).audio;
        const FittedTone fit = fit_tone(out.samples, hz / (1.0 + 1e-6 * ppm), rate, /*margin=*/200);
        EXPECT_LT(fit.rest_db, kErrorDb) << rate << ", " << hz << " Hz, " << ppm << " ppm";
        EXPECT_NEAR(fit.amplitude, 0.5, 2e-5);
        EXPECT_NEAR(fit.turns, 0.0, 1e-5);  // no delay
        // The measure can tell a millionth: the same fit 2 ppm away leaves more than that.
        if (share >= 0.2) {
          EXPECT_GT(fit_tone(out.samples, hz / (1.0 + 1e-6 * (ppm + 2.0)), rate, 200).rest_db, kErrorDb);
        }
      }
    }
  }
}

TEST(ChannelClockDrift, ChangesTheLengthAndTheTimes) {
  const Audio clip = tone(440.0, 16000, 100.0);
  for (const double ppm : {-1000.0, -3.0, 50.0, 1000.0}) {
    const AudioSignal out = drifted(ppm, clip);
    EXPECT_EQ(out.audio.frames(), static_cast<std::size_t>(std::llround(1'600'000.0 * (1.0 + 1e-6 * ppm))));
    EXPECT_NEAR(out.time_map(60.0), 60.0 * (1.0 + 1e-6 * ppm), 0.5 / 16000);
    EXPECT_LE(out.time_map(100.0), out.audio.seconds() + 1e-12);
  }
}

TEST(ChannelClockDrift, StartOfALongerClipIsTheSame) {
  Audio whole(16000, 2, 40000);
  RandomStream(1, 0, "clip").normals(0, whole.samples);
  Audio part(16000, 2, 20000);
  for (int c = 0; c < 2; ++c) {
    std::ranges::copy(std::as_const(whole).channel(c).first(20000), part.channel(c).begin());
  }
  const Audio of_whole = drifted(300.0, whole).audio, of_part = drifted(300.0, part).audio;
  for (int c = 0; c < 2; ++c) {
    EXPECT_TRUE(std::ranges::equal(of_part.channel(c).first(19900), of_whole.channel(c).first(19900)));
  }
}

// Plain IEEE arithmetic in one order: the same value with AVX2 and without.
TEST(ChannelClockDrift, HasTheSameBitsEverywhere) {
  Audio clip(16000, 1, 10000);
  RandomStream random(1, 0, "clip");
  for (float& sample : clip.samples) {
    sample = static_cast<float>(random.uniform(-1.0, 1.0));
  }
  const Audio out = drifted(777.0, clip).audio;
  EXPECT_EQ(sha256_hex(std::as_bytes(std::span(out.samples))),
            "9004439c5fad42649236b872db577d8466a2a2a8f265825d6b60248c2a8e1a0d");
}

TEST(ChannelClockDrift, TakesWhatever) {
  const Audio clip = tone(440.0, 16000, 0.1);
  EXPECT_EQ(drifted(0.0, clip).audio.samples, clip.samples);
  for (const int channels : {1, 2, 6}) {
    for (const std::size_t frames : {std::size_t{0}, std::size_t{1}, std::size_t{31}, std::size_t{10000}}) {
      const Audio silence = drifted(1000.0, Audio(48000, channels, frames)).audio;
      EXPECT_EQ(silence.frames(), frames == 10000 ? 10010 : frames);
      EXPECT_TRUE(std::ranges::all_of(silence.samples, [](float s) { return s == 0.0F; }));
    }
  }
}

}  // namespace
}  // namespace fairground
