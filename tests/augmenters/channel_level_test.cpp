// The claims of channel.level: so much louder, and nothing beyond full scale.
#include <gtest/gtest.h>

#include "tests/measure/signals.h"
#include "tests/support/apply.h"

namespace fairground {
namespace {

AudioSignal at_level(double gain_db, const Audio& clip) {
  return apply_signal("channel.level", {{"gain_db", gain_db}}, AudioSignal{clip});
}

TEST(ChannelLevel, ScalesExactly) {
  Audio clip(16000, 2, 16000);
  RandomStream(1, 0, "clip").normals(0, clip.samples);
  for (float& sample : clip.samples) {
    sample *= 0.01F;
  }
  for (const double gain_db : {-60.0, -20.0, -3.0, 6.0, 20.0}) {
    const AudioSignal out = at_level(gain_db, clip);
    for (std::size_t i = 0; i < clip.samples.size(); ++i) {
      const double wanted = amplitude_from_db(gain_db) * clip.samples[i];
      ASSERT_NEAR(out.audio.samples[i], wanted, 2e-7 * std::abs(wanted));  // two roundings to single precision
    }
    EXPECT_EQ(out.measure.values.at(0), std::pair(std::string("clipped_fraction"), 0.0));
  }
}

// A ramp from -1 to 1 at 6.0206 dB: what was beyond one half is clipped, which is half of it.
TEST(ChannelLevel, SaturatesAndSaysHowMuch) {
  Audio ramp(16000, 1, 20001);
  for (std::size_t i = 0; i < ramp.frames(); ++i) {
    ramp.samples[i] = static_cast<float>(static_cast<double>(i) / 10000.0 - 1.0);
  }
  const AudioSignal out = at_level(20.0 * std::log10(2.0), ramp);
  EXPECT_NEAR(out.measure.values.at(0).second, 0.5, 1e-3);
  EXPECT_EQ(out.audio.samples.front(), -1.0F);
  EXPECT_EQ(out.audio.samples.back(), 1.0F);
  for (std::size_t i = 1; i < ramp.frames(); ++i) {
    ASSERT_GE(out.audio.samples[i], out.audio.samples[i - 1]);  // nothing wraps
  }
}

TEST(ChannelLevel, LeavesAloneAtZero) {
  Audio beyond(8000, 1, 3);
  beyond.samples = {1.5F, -2.0F, 0.1F};
  EXPECT_EQ(at_level(0.0, beyond).audio.samples, beyond.samples);
  EXPECT_EQ(at_level(20.0, Audio(8000, 1, 0)).audio.frames(), 0U);
}

}  // namespace
}  // namespace fairground
