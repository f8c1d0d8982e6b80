// Noise drawn as a spectrum, and filters that are a part of it.
#include "augmenters/audio/parts/drawn_noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pipeline/core/convolution.h"
#include "pipeline/core/units.h"
#include "pipeline/measure/audio_level.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr StepRandom kRandom{11, 0};
// A block's samples are the noise's own until the fade into the next one.
constexpr std::size_t kOwn = kFourierSize - 2048;

DrawnNoise pink() {
  return {kRate, [](double hz) { return hz < 20.0 ? 0.0 : 1.0 / std::sqrt(hz / 20.0); }};
}

/// An impulse and a tail that falls by 60 dB, as of a room.
std::vector<float> room_like(std::size_t taps) {
  std::vector<float> samples(taps);
  RandomStream(5, 0, "tail").normals(0, samples);
  for (std::size_t i = 0; i < taps; ++i) {
    samples[i] *= 0.1F * std::exp(-6.9F * static_cast<float>(i) / static_cast<float>(taps));
  }
  samples[0] = 1.0F;
  return samples;
}

Audio noise_of(std::size_t frames, int channels = 1) {
  Audio out(kRate, channels, frames);
  pink().synthesise(out, kRandom);
  return out;
}

Audio noise_behind(const std::vector<float>& taps, std::size_t frames, int channels = 1,
                   const StepRandom& random = kRandom) {
  Audio out(kRate, channels, frames);
  pink().synthesise_through(taps, out, random);
  return out;
}

TEST(DrawnNoise, IsAsItWasBehindNothing) {
  const std::vector<float> impulse{1.0F};
  EXPECT_EQ(noise_behind(impulse, 50000, 2).samples, noise_of(50000, 2).samples);
}

// Where a block's circle has closed, the filter sees what a filter behind the noise would have seen.
TEST(DrawnNoise, GoesThroughAFilterAsItWouldBehindIt) {
  const std::vector<float> taps = room_like(9000);
  const Audio dry = noise_of(kOwn, 2);
  const Audio drawn = noise_behind(taps, kOwn, 2);
  for (int channel = 0; channel < 2; ++channel) {
    std::vector<float> filtered(kOwn);
    convolve(dry.channel(channel), BlockSpectra::of_response(taps), filtered);
    const double size = std::sqrt(mean_power(filtered));
    for (std::size_t n = taps.size() - 1; n < kOwn; ++n) {
      ASSERT_NEAR(drawn.channel(channel)[n], filtered[n], 1e-5 * size) << channel << ' ' << n;
    }
  }
}

// A filter behind the noise would fill with it first. What is drawn has no start, and no joints.
TEST(DrawnNoise, IsSteadyBehindAFilter) {
  constexpr std::size_t kFrames = 40000;
  constexpr std::size_t kPart = 2000;
  constexpr std::uint32_t kRealizations = 300;
  const std::vector<float> taps = room_like(kFourierSize);
  std::vector<double> power(kFrames / kPart);
  for (std::uint32_t i = 0; i < kRealizations; ++i) {
    const Audio noise = noise_behind(taps, kFrames, 1, StepRandom{11, i});
    for (std::size_t part = 0; part < power.size(); ++part) {
      power[part] += mean_power(std::span(noise.samples).subspan(part * kPart, kPart)) / kRealizations;
    }
  }
  double mean = 0.0;
  for (const double of_part : power) {
    mean += of_part / static_cast<double>(power.size());
  }
  // Pink noise has a good part of its power in a few low bins, so that a part's power varies by 50 %.
  for (std::size_t part = 0; part < power.size(); ++part) {
    EXPECT_NEAR(db_from_power(power[part] / mean), 0.0, 0.5) << part;
  }
}

TEST(DrawnNoise, BeginsAsAShorterOneBehindAFilter) {
  const std::vector<float> taps = room_like(3000);
  const Audio whole = noise_behind(taps, 70000);
  for (const std::size_t frames : {1U, 2048U, 14336U, 14337U, 30000U}) {
    const Audio part = noise_behind(taps, frames);
    EXPECT_TRUE(std::ranges::equal(part.samples, std::span(whole.samples).first(frames))) << frames;
  }
}

TEST(DrawnNoise, RefusesAFilterThatIsLongerThanABlock) {
  Audio out(kRate, 1, 100);
  EXPECT_THROW(pink().synthesise_through(std::vector<float>(kFourierSize + 1), out, kRandom), std::invalid_argument);
}

}  // namespace
}  // namespace fairground
