// What every augmenter behind the mixer must do.
#include <gtest/gtest.h>

#include "pipeline/core/error.h"
#include "pipeline/core/parallel.h"
#include "pipeline/measure/audio_level.h"
#include "tests/augmenters/every_augmenter.h"

namespace fairground {
namespace {

TEST_F(EveryAugmenter, GivesTheSameSignalForTheSameKey) {
  constexpr std::size_t kRepeats = 4;  // on threads, as one prepared step serves all of them
  const Audio clip = test_clip(20000, 2);
  for (const Case& c : signals_) {
    SCOPED_TRACE(c.name);
    const AudioSignal once = run_signal(c, clip);
    const PreparedSignal step = c.augmenter->prepare_signal(c.values, {kRate, &assets_});
    std::vector<AudioSignal> signals(kRepeats, AudioSignal{clip, full_scale_dba});
    for (AudioSignal& signal : signals) {
      signal.coded = coded(clip);
    }
    parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) { step(signals[i], c.values, kRandom); });
    for (const AudioSignal& signal : signals) {
      EXPECT_EQ(signal.audio.samples, once.audio.samples);
      EXPECT_EQ(signal.time_map(1.0), once.time_map(1.0));
      EXPECT_EQ(signal.measure.values, once.measure.values);
      EXPECT_EQ(signal.measure.lost, once.measure.lost);
      EXPECT_EQ(signal.sends.has_value(), once.sends.has_value());
    }
  }
}

TEST_F(EveryAugmenter, GivesAnotherSignalForAnotherKeyIfItDrawsAtAll) {
  const Audio clip = test_clip(160000, 1);  // long enough for what happens a few times a minute
  for (const Case& c : signals_) {
    std::vector<std::vector<float>> results;
    for (const StepRandom& address : kAddresses) {
      results.push_back(run_signal(c, clip, address).audio.samples);
    }
    expect_all_or_none_differ(c, results);
  }
}

TEST_F(EveryAugmenter, TakesEverySignal) {
  constexpr double kMostDriftPpm = 1000.0;
  constexpr double kMostJitterS = 0.02;
  for (const Case& c : signals_) {
    for (const int channels : {1, 2, 6}) {
      for (const std::size_t frames : {0U, 1U, 2U, 63U, 40000U}) {
        if (channels == 6 && frames == 40000U) {
          continue;  // two channels of that length show the same
        }
        SCOPED_TRACE(c.name + ", " + std::to_string(channels) + " x " + std::to_string(frames));
        const Audio silence(kRate, channels, frames);
        Audio loud = silence;  // Full scale of both signs, the hardest clip of all.
        for (std::size_t i = 0; i < loud.samples.size(); ++i) {
          loud.samples[i] = i % 3 == 0 ? -1.0F : 1.0F;
        }
        for (const Audio& clip : {silence, test_clip(frames, channels), loud}) {
          AudioSignal signal;
          try {
            signal = run_signal(c, clip);
          } catch (const GateError&) {
            // Nothing can be set against speech that is not there, or too short for ITU-T P.56 to find.
            EXPECT_TRUE(frames < 40000U || mean_power(clip.samples) == 0.0) << "rejected, with a voice in it";
            continue;
          }
          EXPECT_EQ(signal.audio.channels, channels);
          EXPECT_EQ(signal.audio.sample_rate, kRate);
          EXPECT_NEAR(static_cast<double>(signal.audio.frames()), static_cast<double>(frames),
                      static_cast<double>(frames) * kMostDriftPpm * 1e-6 + 0.5);
          // Times go where the clip's end goes, but for the rounding of very short ones and clocks that wander.
          EXPECT_NEAR(signal.time_map(clip.seconds()), signal.audio.seconds(), kMostJitterS + 1.0 / kRate);
          EXPECT_TRUE(all_finite(signal.audio.samples));
          for (const auto& [name, value] : signal.measure.values) {
            EXPECT_TRUE(std::isfinite(value)) << name;
          }
        }
      }
    }
  }
}

// What is drawn hangs on the realization and on nothing of the clip, or groups would not meet the same condition.
TEST_F(EveryAugmenter, LosesTheSameOfEveryClip) {
  for (const Case& c : signals_) {
    const AudioSignal whole = run_signal(c, test_clip(90000, 1));
    if (!whole.measure.lost) {
      continue;
    }
    SCOPED_TRACE(c.name);
    Audio other = test_clip(50000, 2);
    for (float& sample : other.samples) {
      sample *= -0.1F;
    }
    const AudioSignal part = run_signal(c, other);
    ASSERT_TRUE(part.measure.lost.has_value());
    const double end_s = other.seconds();
    for (std::size_t i = 0; i < part.measure.lost->size(); ++i) {
      const TimeSpan& span = whole.measure.lost->at(i);
      EXPECT_EQ((*part.measure.lost)[i].start_s, span.start_s);
      EXPECT_NEAR((*part.measure.lost)[i].end_s, std::min(span.end_s, end_s), 1e-9);
    }
    if (part.measure.lost->size() < whole.measure.lost->size()) {
      EXPECT_GE((*whole.measure.lost)[part.measure.lost->size()].start_s, end_s);
    }
  }
}

}  // namespace
}  // namespace fairground
