// The claims of noise.recording: which moment is drawn, and that a recording is played as it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/media/resample.h"
#include "tests/measure/signals.h"
#include "tests/support/apply.h"
#include "tests/support/wav.h"

namespace fairground {
namespace {

constexpr int kRate = 16000;
constexpr std::size_t kFade = 800;  // the longest joint: 50 ms
constexpr std::uint64_t kKey = 0xF11E;

/// Sample i is (offset + i + 1) / 2^22, so that each sample of a 24-bit file says what it is.
constexpr double kStep = 0x1p-22;
Audio counting(std::size_t frames, std::size_t offset = 0, int rate = kRate) {
  Audio audio(rate, 1, frames);
  for (std::size_t i = 0; i < frames; ++i) {
    audio.samples[i] = static_cast<float>(static_cast<double>(offset + i + 1) * kStep);
  }
  return audio;
}

class NoiseRecordingTest : public testing::Test {
 protected:
  /// Writes each recording and loads all as the asset `site`.
  void use(const std::vector<Audio>& recordings, int rate = kRate) {
    std::vector<std::filesystem::path> files;
    for (std::size_t i = 0; i < recordings.size(); ++i) {
      files.push_back(write_wav(folder_ / ("r" + std::to_string(i) + ".wav"), recordings[i]));
    }
    assets_.load("site", files, {rate}, {}, /*total_seconds=*/1e4);
  }
  [[nodiscard]] Audio play(std::size_t frames, int realization, int channels = 1, int rate = kRate) const {
    return noise_of("noise.recording", {{"from", std::string("site")}, {"snr_db", 0.0}}, Audio(rate, channels, frames),
                    {kKey, static_cast<std::uint32_t>(realization)}, &assets_);
  }

  TemporaryFolder folder_;
  Assets assets_;
};

TEST_F(NoiseRecordingTest, PlaysTheRecordingAsItIs) {
  constexpr std::size_t kFrames = 20000;
  const Audio recording = counting(kFrames);
  use({recording});
  for (int realization = 0; realization < 20; ++realization) {
    const Audio noise = play(3 * kFrames, realization);
    std::size_t in_joints = 0;
    std::size_t wraps = 0;
    for (std::size_t i = 1; i < noise.samples.size(); ++i) {
      const bool follows = noise.samples[i] == noise.samples[i - 1] + static_cast<float>(kStep);
      in_joints += follows ? 0 : 1;
      wraps += noise.samples[i] < noise.samples[i - 1] - 0.5F * recording.samples.back() ? 1 : 0;
    }
    // Three lengths of it hold three joints, four with the loop's start inside one.
    EXPECT_LE(in_joints, 4 * (kFade + 2)) << realization;
    EXPECT_GT(in_joints, 2 * kFade) << "there is no joint, so this test sees nothing";
    EXPECT_LE(wraps, 4U);
  }
}

// 30 tones of 20 to 60 Hz, in which every step is heard. In the joint two unlike moments go on at weights whose squares
// add up to one, so that it may be as steep as sqrt(2) times the steepest place elsewhere, and a step would be steeper.
TEST_F(NoiseRecordingTest, HasNoClickAtTheJoint) {
  Audio rumble(kRate, 1, 15000);
  RandomStream random(9, 0, "tones");
  for (int tone = 0; tone < 30; ++tone) {
    const double hz = random.uniform(20.0, 60.0);
    const double phase = random.uniform(0.0, kTwoPi);
    for (std::size_t i = 0; i < rumble.samples.size(); ++i) {
      rumble.samples[i] += static_cast<float>(0.01 * std::sin(kTwoPi * hz * static_cast<double>(i) / kRate + phase));
    }
  }
  const auto largest_step = [](const std::vector<float>& samples) {
    float largest = 0.0F;
    for (std::size_t i = 1; i < samples.size(); ++i) {
      largest = std::max(largest, std::abs(samples[i] - samples[i - 1]));
    }
    return largest;
  };
  float steepest = 0.0F;
  // From different places of one recording, so that its joint is met at quiet moments and at loud ones.
  for (std::size_t first = 0; first < 4000; first += 200) {
    Audio part = mono(kRate, {rumble.samples.begin() + static_cast<std::ptrdiff_t>(first), rumble.samples.end()});
    Assets fresh;
    assets_ = fresh;
    use({part});
    const float ratio = largest_step(play(60000, 0).samples) / largest_step(part.samples);
    EXPECT_LE(ratio, std::sqrt(2.0F)) << first;
    steepest = std::max(steepest, ratio);
  }
  RecordProperty("steepest", std::to_string(steepest));
}

TEST_F(NoiseRecordingTest, DrawsFilesByTheirLength) {
  constexpr int kDraws = 4000;
  use({counting(16000), counting(48000, 100000)});
  int from_first = 0;
  for (int realization = 0; realization < kDraws; ++realization) {
    from_first += play(1, realization).samples[0] < 50000 * kStep ? 1 : 0;
  }
  // A loop is 50 ms shorter than its file.
  const double expected = (16000.0 - kFade) / (16000.0 + 48000.0 - 2 * kFade);
  const double error = std::sqrt(expected * (1 - expected) / kDraws);
  EXPECT_NEAR(static_cast<double>(from_first) / kDraws, expected, 4 * error);
}

TEST_F(NoiseRecordingTest, StartsAnywhereInTheAsset) {
  constexpr int kDraws = 4000;
  constexpr std::size_t kBins = 20;
  constexpr std::size_t kFrames = 40000;
  use({counting(kFrames)});
  std::array<int, kBins> seen{};
  float latest = 0.0F;
  for (int realization = 0; realization < kDraws; ++realization) {
    // 800 samples on no start is still inside the joint, unless it is one of the last.
    const Audio noise = play(kFade + 1, realization);
    const double position = noise.samples.back() / kStep - 1 - kFade;
    const bool wrapped = noise.samples.back() < noise.samples.front();
    latest = std::max(latest, noise.samples.front());
    const double start = wrapped ? noise.samples.front() / kStep - 1 : position;
    ++seen[std::min(static_cast<std::size_t>(start / (kFrames - kFade) * kBins), kBins - 1)];
  }
  double chi_square = 0.0;
  for (const int count : seen) {
    const double expected = static_cast<double>(kDraws) / kBins;
    chi_square += (count - expected) * (count - expected) / expected;
  }
  EXPECT_LT(chi_square, 43.8);  // 19 degrees of freedom: exceeded once in a thousand
  EXPECT_GT(latest, 0.97 * kFrames * kStep);
}

TEST_F(NoiseRecordingTest, DoesNotDependOnNamesOrTheOrderOfFiles) {
  const std::vector<Audio> recordings{counting(16000), counting(20000, 50000), counting(30000, 100000)};
  use(recordings);
  std::vector<std::vector<float>> expected;
  for (int realization = 0; realization < 20; ++realization) {
    expected.push_back(play(2000, realization).samples);
  }
  Assets renamed;
  renamed.load("site",
               {write_wav(folder_ / "z.wav", recordings[0]), write_wav(folder_ / "sub/y.wav", recordings[2]),
                write_wav(folder_ / "x.wav", recordings[1])},
               {kRate}, {}, 1e4);
  assets_ = std::move(renamed);
  for (int realization = 0; realization < 20; ++realization) {
    EXPECT_EQ(play(2000, realization).samples, expected[static_cast<std::size_t>(realization)]);
  }
}

TEST_F(NoiseRecordingTest, FitsChannels) {
  const Audio left = counting(20000);
  const Audio right = counting(20000, 50000);
  Audio stereo(kRate, 2, 20000);
  std::ranges::copy(left.samples, stereo.channel(0).begin());
  std::ranges::copy(right.samples, stereo.channel(1).begin());
  use({stereo});
  const Audio noise = play(5000, 7, 2);
  const Audio to_one = play(5000, 7, 1);
  const Audio to_six = play(5000, 7, 6);
  // The channels keep their distance, which the fades' weights scale.
  EXPECT_FALSE(std::ranges::equal(noise.channel(0), noise.channel(1)));
  for (std::size_t i = 0; i < 5000; ++i) {
    // Three roundings to float.
    constexpr double kFloat = 4 * 0x1p-24;
    const double mean = (static_cast<double>(noise.channel(0)[i]) + noise.channel(1)[i]) / 2;
    ASSERT_NEAR(to_one.samples[i], mean, kFloat * mean);
  }
  for (int channel = 0; channel < 6; ++channel) {
    EXPECT_TRUE(std::ranges::equal(to_six.channel(channel), to_one.samples)) << channel;
  }
}

TEST_F(NoiseRecordingTest, PlaysAMonoRecordingOnAllChannels) {
  use({counting(20000)});
  const Audio noise = play(5000, 7, 3);
  for (int channel = 0; channel < 3; ++channel) {
    EXPECT_TRUE(std::ranges::equal(noise.channel(channel), play(5000, 7).samples)) << channel;
  }
}

TEST_F(NoiseRecordingTest, PlaysOneSample) {
  const Audio recording = counting(1, 1000);
  use({recording});
  EXPECT_EQ(play(100, 0).samples, std::vector<float>(100, recording.samples[0]));
}

TEST_F(NoiseRecordingTest, PlaysRecordingsThatAreShorterThanTheFade) {
  for (const std::size_t frames : {2U, 3U, 4U, 5U, 100U, 799U, 801U}) {
    Assets fresh;
    assets_ = fresh;
    const Audio recording = counting(frames, 1000);
    use({recording});
    for (int realization = 0; realization < 10; ++realization) {
      for (const float sample : play(5000, realization).samples) {
        // Two moments whose powers add up to one: never louder than sqrt(2) times the loudest.
        ASSERT_GE(sample, recording.samples.front()) << frames;
        ASSERT_LE(sample, std::sqrt(2.0F) * recording.samples.back()) << frames;
      }
    }
  }
}

TEST_F(NoiseRecordingTest, PlaysRecordingsOfAnotherRate) {
  const Audio recording = mono(48000, speech_like(2.0, 48000, -30, 3));
  use({recording}, 8000);
  const Audio at_rate = resample(assets_.recordings("site", 8000)[0].audio, 8000, Resampler::polyphase);
  const Audio noise = play(1000, 0, 1, 8000);
  const auto found = std::ranges::search(at_rate.samples, std::span<const float>(noise.samples).subspan(400, 500));
  EXPECT_FALSE(found.empty()) << "the noise is no part of the recording at its new rate";
}

// One sample at 48 kHz is a sixth of a sample at 8 kHz: nothing is left to play.
TEST_F(NoiseRecordingTest, RefusesAnAssetOfWhichNothingIsLeft) {
  use({counting(1, 1000, 48000)}, 8000);
  EXPECT_THROW(static_cast<void>(play(100, 0, 1, 8000)), UserError);
}

TEST_F(NoiseRecordingTest, PassesOverARecordingOfWhichNothingIsLeft) {
  use({counting(1, 1000, 48000), mono(48000, speech_like(1.0, 48000, -30, 3))}, 8000);
  for (int realization = 0; realization < 20; ++realization) {
    EXPECT_EQ(play(100, realization, 1, 8000).frames(), 100U);
  }
}

}  // namespace
}  // namespace fairground
