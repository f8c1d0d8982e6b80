// The claims of channel.bandwidth: what passes, what does not, and that nothing moves.
#include <gtest/gtest.h>

#include "tests/augmenters/voices.h"

namespace fairground {
namespace {

constexpr double kRippleDb = 0.01;  // as the augmenter promises
constexpr double kStopDb = -60.0;   // as it promises
constexpr double kEdgeDb = 0.05;    // around -3 dB, of where the window's length is rounded to whole samples

struct Band {
  std::string name;
  double low_hz;
  double high_hz;
};
const std::vector<Band> kBands{
    {"narrowband", 300.0, 3400.0}, {"wideband", 50.0, 7000.0}, {"superwideband", 50.0, 14000.0}};

Audio through(const std::string& band, const Audio& clip) {
  return apply_signal("channel.bandwidth", {{"band", band}}, AudioSignal{clip}).audio;
}

TEST(ChannelBandwidth, PassesItsBandAndNothingElse) {
  for (const int rate : {8000, 16000, 44100, 48000}) {
    Audio clip(rate, 1, static_cast<std::size_t>(rate) / 2);
    clip.samples[clip.frames() / 2] = 1.0F;
    for (const Band& band : kBands) {
      const Audio response = through(band.name, clip);
      const double nyquist = 0.5 * rate;
      const double high = band.high_hz < nyquist ? band.high_hz : 1e9;
      const auto gain = [&](double hz) { return gain_db(response.samples, rate, hz); };
      for (double hz = 1.24 * band.low_hz; hz < std::min(0.968 * high, nyquist); hz *= 1.08) {
        EXPECT_NEAR(gain(hz), 0.0, kRippleDb) << band.name << " at " << rate << ", " << hz;
      }
      for (double hz = 0.0; hz < 0.63 * band.low_hz; hz += 0.05 * band.low_hz) {
        EXPECT_LT(gain(hz), kStopDb) << band.name << " at " << rate << ", " << hz;
      }
      for (double hz = 1.05 * high; hz <= nyquist; hz += 127.0) {
        EXPECT_LT(gain(hz), kStopDb) << band.name << " at " << rate << ", " << hz;
      }
      EXPECT_NEAR(gain(band.low_hz), -3.01, kEdgeDb) << band.name << " at " << rate;
      if (high < nyquist) {
        EXPECT_NEAR(gain(high), -3.01, kEdgeDb) << band.name << " at " << rate;
      } else {
        EXPECT_NEAR(gain(nyquist), 0.0, kRippleDb) << band.name << " at " << rate;
      }
    }
  }
}

TEST(ChannelBandwidth, DelaysNothing) {
  for (const int rate : {8000, 16000, 48000}) {
    for (const Band& band : kBands) {
      Audio clip(rate, 2, static_cast<std::size_t>(rate) * 2);
      const std::vector<float> tone = sine(2.0, rate, 1000.0, 0.5);
      std::ranges::copy(tone, clip.channel(0).begin());
      std::ranges::copy(tone, clip.channel(1).begin());
      const Audio out = through(band.name, clip);
      ASSERT_EQ(out.samples.size(), clip.samples.size());
      for (int c = 0; c < 2; ++c) {
        for (std::size_t i = clip.frames() / 4; i < clip.frames() / 4 * 3; ++i) {
          ASSERT_NEAR(out.channel(c)[i], clip.channel(c)[i], 1e-3) << band.name << " at " << rate;  // the ripple
        }
      }
    }
  }
}

TEST(ChannelBandwidth, TakesWhatever) {
  for (const Band& band : kBands) {
    for (const int rate : {8000, 96000, 192000}) {
      for (const std::size_t frames : {std::size_t{0}, std::size_t{1}, std::size_t{20000}}) {
        const Audio silence = through(band.name, Audio(rate, 6, frames));
        EXPECT_EQ(silence.samples, std::vector<float>(6 * frames));
      }
    }
  }
}

}  // namespace
}  // namespace fairground
