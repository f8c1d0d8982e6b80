// The claims of processing.clipping: exactly the share that was asked for, the curves, and the rule of its parameters.
#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/core/text.h"
#include "tests/augmenters/step_response.h"
#include "tests/augmenters/talker_pool.h"

namespace fairground {
namespace {

constexpr double kFloatTolerance = 1e-6;  // of a few operations on samples of up to 1

Audio speech(int channels) {
  Audio clip(16000, channels, 20000);
  clip.samples = speech_like(20000.0 * channels / 16000, 16000, -26, 11);
  return clip;
}

double value_of(const AudioSignal& signal, const std::string& name) {
  for (const auto& [key, value] : signal.measure.values) {
    if (key == name) {
      return value;
    }
  }
  ADD_FAILURE() << "no " << name;
  return 0.0;
}

TEST(ProcessingClipping, ClipsTheFractionToTheSample) {
  for (const int channels : {1, 2}) {
    const Audio clip = speech(channels);
    for (const std::string shape : {"hard", "soft"}) {
      for (const double fraction : {0.0001, 0.01, 0.1, 0.5, 0.9}) {
        const AudioSignal out = apply_signal("processing.clipping", {{"shape", shape}, {"fraction", fraction}}, {clip});
        float threshold = 0.0F;
        for (const float sample : out.audio.samples) {
          threshold = std::max(threshold, std::abs(sample));
        }
        threshold *= shape == "soft" ? 1.5F : 1.0F;
        std::size_t beyond = 0;
        for (const float sample : clip.samples) {
          beyond += std::abs(sample) > threshold * 1.000001F ? 1U : 0U;
        }
        const auto wanted = static_cast<std::size_t>(fraction * static_cast<double>(clip.samples.size()));
        EXPECT_EQ(beyond, wanted) << shape << ' ' << fraction;
        EXPECT_EQ(value_of(out, "clipped_fraction"),
                  static_cast<double>(wanted) / static_cast<double>(clip.samples.size()));
        EXPECT_NEAR(value_of(out, "threshold_dbov"), db_from_amplitude(threshold), 1e-4);
      }
    }
  }
}

TEST(ProcessingClipping, CutsOffHard) {
  const Audio clip = speech(1);
  const double threshold = amplitude_from_db(-20);
  const Given drive{{"drive_db", 20.0}};
  const Audio restored = apply_signal("processing.clipping", drive, {clip}).audio;
  const Audio driven = apply_signal("processing.clipping", {{"drive_db", 20.0}, {"level", "driven"}}, {clip}).audio;
  int cut = 0;
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    const double x = clip.samples[i];
    if (std::abs(x) < threshold - kFloatTolerance) {
      ASSERT_EQ(restored.samples[i], clip.samples[i]) << "what is not beyond stays, bit for bit";
    } else {
      ++cut;
      ASSERT_NEAR(restored.samples[i], std::copysign(threshold, x), kFloatTolerance);
    }
    ASSERT_NEAR(driven.samples[i], restored.samples[i] * amplitude_from_db(20.0 - 0.1), kFloatTolerance);
  }
  EXPECT_GT(cut, 500);
  EXPECT_NEAR(value_of(apply_signal("processing.clipping", drive, {clip}), "threshold_dbov"), -20.0, 1e-9);
}

// x - x^3 / 3 of a sine of amplitude A is (A - A^3 / 4) sin + A^3 / 12 sin 3.
TEST(ProcessingClipping, BendsByTheCubic) {
  const double threshold = 1.5 * amplitude_from_db(-12);
  for (const double part : {0.1, 0.5, 1.0}) {
    const Audio clip = mono(16000, sine(1, 16000, 440, part * threshold));
    const Audio out = apply_signal("processing.clipping", {{"shape", "soft"}, {"drive_db", 12.0}}, {clip}).audio;
    const double first = tone_in(out.samples, 16000, 440) / threshold;
    const double third = tone_in(out.samples, 16000, 1320) / threshold;
    EXPECT_NEAR(first, part - part * part * part / 4, kFloatTolerance) << part;
    EXPECT_NEAR(third, part * part * part / 12, kFloatTolerance) << part;
  }
  const Audio loud = full_scale(16000, 1, 300);
  for (const float sample :
       apply_signal("processing.clipping", {{"shape", "soft"}, {"drive_db", 12.0}}, {loud}).audio.samples) {
    ASSERT_NEAR(std::abs(sample), amplitude_from_db(-12), kFloatTolerance);
  }
}

TEST(ProcessingClipping, NeedsOneMeasureOfHowMuch) {
  const StepSchema& schema = augmenter("processing.clipping").schema;
  const Setting none;
  const auto fault = [&](const Setting& drive, const Setting& fraction, const std::string& level) {
    return schema.check({std::string("hard"), drive, fraction, level});
  };
  EXPECT_EQ(fault(6.0, none, "restored"), "");
  EXPECT_EQ(fault(Range{3, 6}, none, "driven"), "");
  EXPECT_EQ(fault(none, 0.1, "restored"), "");
  EXPECT_NE(fault(none, none, "restored"), "");
  EXPECT_NE(fault(6.0, 0.1, "restored"), "");
  EXPECT_NE(fault(none, 0.1, "driven"), "");
}

TEST(ProcessingClipping, LeavesAllAtFractionZeroAndTakesEveryClip) {
  Audio clip = speech(2);
  clip.samples[5] = 3.0F;
  EXPECT_EQ(apply_signal("processing.clipping", {{"fraction", 0.0}}, {clip}).audio.samples, clip.samples);
  for (const std::string shape : {"hard", "soft"}) {
    EXPECT_EQ(takes_every_clip("processing.clipping", {{"shape", shape}, {"fraction", 0.9}}), "");
    EXPECT_EQ(takes_every_clip("processing.clipping", {{"shape", shape}, {"drive_db", 60.0}}), "");
  }
}

}  // namespace
}  // namespace fairground
