// What every augmenter of the voice and the scene must do.
#include <gtest/gtest.h>

#include "augmenters/audio/parts/drawn_noise.h"
#include "pipeline/core/parallel.h"
#include "pipeline/flow/shared_noise.h"
#include "tests/augmenters/every_augmenter.h"

namespace fairground {
namespace {

TEST_F(EveryAugmenter, GivesTheSameBytesForTheSameKey) {
  constexpr std::size_t kRepeats = 4;  // on threads, as one prepared step serves all of them
  const Audio clip = test_clip(20000, 2);
  for (const Case& c : audio_) {
    SCOPED_TRACE(c.name);
    const AudioScene once = run(c, clip);
    const PrepareContext context{kRate, &assets_};
    if (c.augmenter->prepare_noise) {
      const PreparedNoise step = c.augmenter->prepare_noise(c.values, context);
      std::vector<NoiseSound> sounds(kRepeats);
      parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) { sounds[i] = step(once.shape(), c.values, kRandom); });
      for (const NoiseSound& sound : sounds) {
        EXPECT_TRUE(same_sound(sound, once.noise.at(0).sound));
      }
      continue;
    }
    const PreparedAudio step = c.augmenter->prepare_audio(c.values, context);
    std::vector<AudioScene> scenes(kRepeats, AudioScene{clip, {}, kDeclared});
    parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) { step(scenes[i], c.values, kRandom); });
    for (const AudioScene& scene : scenes) {
      EXPECT_EQ(scene.speech.samples, once.speech.samples);
      EXPECT_EQ(scene.time_map(1.0), once.time_map(1.0));
    }
  }
}

TEST_F(EveryAugmenter, GivesOtherBytesForAnotherKeyIfItDrawsAtAll) {
  const Audio clip = test_clip(12000, 1);  // longer than the latest onset of a first event that nobody sets
  for (const Case& c : audio_) {
    std::vector<std::vector<float>> results;
    for (const StepRandom& address : kAddresses) {
      const AudioScene scene = run(c, clip, address);
      results.push_back(scene.speech.samples);
      for (const NoiseStem& stem : scene.noise) {
        results.back().insert(results.back().end(), stem.sound.signal.samples.begin(), stem.sound.signal.samples.end());
      }
    }
    expect_all_or_none_differ(c, results);
  }
}

// Of rooms: the way from each thing in it, the same for the same draw, and another for another thing.
TEST_F(EveryAugmenter, GivesARoomsResponses) {
  constexpr std::size_t kRepeats = 4;
  for (const Case& c : rooms_) {
    SCOPED_TRACE(c.name);
    const PreparedRoom room = c.augmenter->prepare_room(c.values, {kRate, &assets_});
    std::vector<RoomResponse> responses(kRepeats);
    parallel_for(kRepeats, /*jobs=*/4, [&](std::size_t i) { responses[i] = room("speech", c.values, kRandom); });
    for (const RoomResponse& response : responses) {
      EXPECT_EQ(response.samples, responses[0].samples);
      EXPECT_EQ(response.sample_rate, kRate);
      EXPECT_LT(response.direct, response.samples.size());
      EXPECT_TRUE(all_finite(response.samples));
      EXPECT_GE(response.delay_s, 0.0);
    }
    EXPECT_NE(room("noise.alarm 0", c.values, kRandom).samples, responses[0].samples);
  }
}

TEST_F(EveryAugmenter, TakesEveryClip) {
  for (const Case& c : audio_) {
    for (const int channels : {1, 2, 6}) {
      for (const std::size_t frames : {0U, 1U, 2U, 63U, 40000U}) {
        SCOPED_TRACE(c.name + ", " + std::to_string(channels) + " x " + std::to_string(frames));
        const Audio silence(kRate, channels, frames);
        Audio loud = silence;  // Full scale of both signs, the hardest clip of all.
        for (std::size_t i = 0; i < loud.samples.size(); ++i) {
          loud.samples[i] = i % 3 == 0 ? -1.0F : 1.0F;
        }
        for (const Audio& clip : {silence, test_clip(frames, channels), loud}) {
          const AudioScene scene = run(c, clip);
          EXPECT_EQ(scene.speech.channels, channels);
          EXPECT_EQ(scene.speech.sample_rate, kRate);
          // Times go where the clip's end goes, but for the rounding of very short ones.
          EXPECT_NEAR(scene.time_map(clip.seconds()), scene.speech.seconds(), 1.0 / kRate);
          EXPECT_TRUE(all_finite(scene.speech.samples));
          for (const NoiseStem& stem : scene.noise) {
            EXPECT_EQ(stem.augmenter, c.augmenter->schema.name);
            EXPECT_EQ(stem.sound.signal.channels, channels);
            EXPECT_EQ(stem.sound.signal.sample_rate, kRate);
            EXPECT_EQ(stem.sound.signal.frames(), scene.speech.frames());
            EXPECT_TRUE(all_finite(stem.sound.signal.samples));
          }
        }
      }
    }
  }
}

// A longer recording gets the noise of a shorter one first, or two sources would not meet the same condition, nor could
// one making serve both. The same of events, and of the example that sets their level.
TEST_F(EveryAugmenter, AddsTheSameToTheStartOfALongerClip) {
  const AudioShape longest{kRate, 2, 70000};
  for (const Case& c : audio_) {
    if (!c.augmenter->prepare_noise) {
      continue;
    }
    const PreparedNoise make = c.augmenter->prepare_noise(c.values, {kRate, &assets_});
    const NoiseSound whole = make(longest, c.values, kRandom);
    for (const std::size_t frames : {1U, 2000U, 14336U, 16384U, 16385U, 33000U}) {
      SCOPED_TRACE(c.name + ", " + std::to_string(frames) + " frames");
      const NoiseSound part = make({kRate, 2, frames}, c.values, kRandom);
      EXPECT_TRUE(same_sound(part, sound_for(whole, frames)));
    }
  }
}

// A room may be put into the spectrum of a noise instead of behind it, so that must be all that the noise is.
TEST_F(EveryAugmenter, WithASpectrumMakesWhatIsDrawnByThat) {
  const AudioShape shape{kRate, 2, 20000};
  int seen = 0;
  for (const Case& c : audio_) {
    if (!c.augmenter->prepare_spectrum) {
      continue;
    }
    ++seen;
    SCOPED_TRACE(c.name);
    const PreparedSpectrum spectrum = c.augmenter->prepare_spectrum(c.values, {kRate, &assets_});
    const PreparedNoise make = c.augmenter->prepare_noise(c.values, {kRate, &assets_});
    for (const Case& other : audio_) {  // one level's parameters may be drawn anew for each realization
      if (other.augmenter == c.augmenter) {
        Audio drawn(kRate, 2, shape.frames);
        spectrum(other.values)->synthesise(drawn, kRandom);
        EXPECT_EQ(drawn.samples, make(shape, other.values, kRandom).signal.samples) << other.name;
      }
    }
  }
  EXPECT_GE(seen, 2);
}

// The level is the mixer's business, and noises are shared over levels.
TEST_F(EveryAugmenter, MakesTheSameNoiseForEveryLevel) {
  for (const Case& c : audio_) {
    if (!c.augmenter->prepare_noise) {
      continue;
    }
    SCOPED_TRACE(c.name);
    const std::vector<ParameterSpec>& specs = c.augmenter->schema.parameters;
    ASSERT_GE(specs.size(), kNoiseLevelParameters);
    EXPECT_EQ(specs[0].name, "snr_db");
    EXPECT_EQ(specs[1].name, "noise_dba");
    EXPECT_EQ(specs[2].name, "band");
    EXPECT_EQ(specs[3].name, "reference");
    std::vector<Value> other = c.values;
    other[0] = 17.0;
    other[1] = Value{};
    other[2] = std::string("300-3400");
    other[3] = std::string("early");
    EXPECT_EQ(c.augmenter->noise_level(other).snr_db, 17.0);
    EXPECT_EQ(c.augmenter->noise_level(other).band, Weighting::telephone);
    EXPECT_EQ(c.augmenter->noise_level(other).reference, SpeechReference::early);
    const auto make = [&](const std::vector<Value>& values) {
      return c.augmenter->prepare_noise(values, {kRate, &assets_})({kRate, 1, 9000}, values, kRandom);
    };
    EXPECT_TRUE(same_sound(make(c.values), make(other)));
  }
}

}  // namespace
}  // namespace fairground
