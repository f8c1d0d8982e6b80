#include "pipeline/measure/spectrogram.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/measure/signals.h"

namespace fairground {
namespace {

TEST(Spectrogram, ShowsASineAtFullScaleWhereItIsAndAtZeroDecibels) {
  Audio audio(16000, 1, 16000);
  constexpr double kHz = 1000.0;  // in the middle of a bin of 31.25 Hz
  for (std::size_t i = 0; i < 8000; ++i) {
    audio.samples[i] = static_cast<float>(std::sin(kTwoPi * kHz * static_cast<double>(i) / 16000.0));
  }
  const Spectrogram spectrogram = measure_spectrogram(audio, 20);
  ASSERT_EQ(spectrogram.frames, 20);
  ASSERT_EQ(spectrogram.bins, 257);
  EXPECT_NEAR(spectrogram.at(4, 32), 0.0F, 0.01F);
  EXPECT_LT(spectrogram.at(4, 64), -100.0F);
  EXPECT_NEAR(spectrogram.at(15, 32), -150.0F, 0.01F) << "the second half is silent";
}

TEST(Spectrogram, TakesEveryRecording) {
  for (const std::size_t frames : {0U, 1U, 100U}) {
    for (const int channels : {1, 2}) {
      const Spectrogram spectrogram = measure_spectrogram(Audio(8000, channels, frames), 3);
      EXPECT_EQ(spectrogram.db.size(), 3U * static_cast<std::size_t>(spectrogram.bins));
      EXPECT_TRUE(std::ranges::all_of(spectrogram.db, [](float db) { return db < -149.0F; }));
    }
  }
}

}  // namespace
}  // namespace fairground
