#include "pipeline/flow/scene.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "augmenters/audio/parts/drawn_noise.h"
#include "pipeline/core/error.h"
#include "pipeline/core/units.h"
#include "pipeline/flow/mixer.h"

namespace fairground {
namespace {

const std::string kSpeech = "speech";  // who is heard

/// The room of a chain, if it has one.
class Room {
 public:
  Room(const Workshop& workshop, const ReadyStep& room) : workshop_(workshop), room_(room) {}

  [[nodiscard]] std::string key(const std::string& who) const {
    return step_key(*room_.step->augmenter, *room_.values, 0, room_.random) + "\n" +
           std::to_string(room_.step->sample_rate) + "\n" + who;
  }
  [[nodiscard]] std::shared_ptr<const SharedResponse> response(const std::string& who) const {
    return workshop_.shared_rooms().response(key(who),
                                             [&] { return room_.step->room(who, *room_.values, room_.random); });
  }

 private:
  const Workshop& workshop_;
  const ReadyStep& room_;
};

/// The noise as the microphone hears it from its place in the room. `make` makes it as it is there.
NoiseSound noise_in_room(const Room& room, const std::string& who, const AudioShape& shape,
                         const std::function<NoiseSound(const AudioShape&)>& make) {
  const auto shared = room.response(who);
  // Whole pairs of blocks, since those of a shorter noise hold the same bits then, and some more, since a response
  // begins to rise before its direct sound.
  constexpr std::size_t kWhole = 2 * kConvolutionBlock;
  const std::size_t direct = shared->response().direct;
  AudioShape there = shape;
  there.frames = (shape.frames + direct + kWhole - 1) / kWhole * kWhole;
  NoiseSound sound = make(there);
  const std::size_t heard = there.frames - direct;
  sound.signal = through_room(sound.signal, shared->spectra(), direct, heard);
  if (!sound.active.samples.empty()) {
    sound.active = through_room(sound.active, shared->spectra(), direct, sound.active.frames());
  }
  return sound;
}

/// A noise in a room, if the chain has one.
NoiseSound make_noise(const ReadyStep& ready, const Room* room, const std::string& who, const AudioShape& shape) {
  const auto make = [&](const AudioShape& of) { return ready.step->noise(of, *ready.values, ready.random); };
  if (room == nullptr) {
    return make(shape);
  }
  const auto shared = room->response(who);
  const std::vector<float>& taps = shared->response().samples;
  if (ready.step->spectrum && taps.size() <= DrawnNoise::kMostTaps) {
    NoiseSound sound{Audio(shape.sample_rate, shape.channels, shape.frames)};
    ready.step->spectrum(*ready.values)->synthesise_through(taps, sound.signal, ready.random);
    return sound;
  }
  return noise_in_room(*room, who, shape, make);
}

/// `spectra` as in through_room().
HeardSpeech speech_in_room(const Audio& dry, const SpeechLevel& dry_level, const SharedResponse& shared,
                           bool wants_early, const SharedSpectra* spectra) {
  const std::size_t direct = shared.response().direct;
  HeardSpeech heard;
  heard.speech = through_room(dry, shared.spectra(), direct, dry.frames(), spectra);
  const GainedSpeech speech(heard.speech);
  heard.level = speech.level(heard.gain);
  if (shared.response().level == RoomLevel::keep_active) {
    constexpr int kSteps = 3;
    constexpr double kToleranceDb = 0.01;
    for (int i = 0; i < kSteps; ++i) {
      if (dry_level.active_level_dbov <= kSilenceDbov || heard.level.active_level_dbov <= kSilenceDbov) {
        throw GateError("no active speech is found (ITU-T P.56), so a room cannot keep its level");
      }
      const double missing_db = dry_level.active_level_dbov - heard.level.active_level_dbov;
      if (std::abs(missing_db) <= kToleranceDb) {
        break;
      }
      heard.gain *= static_cast<float>(amplitude_from_db(missing_db));
      heard.level = speech.level(heard.gain);
    }
  }
  if (wants_early) {
    heard.early = through_room(dry, shared.early_spectra(), direct, dry.frames(), spectra);
    heard.early_level = GainedSpeech(heard.early).level(heard.gain);
  }
  return heard;
}

/// A copy, in one pass over memory.
Audio scaled(const Audio& audio, float gain) {
  constexpr std::size_t kChunk = 4096;  // samples that stay in the first-level cache
  Audio result;
  result.sample_rate = audio.sample_rate;
  result.channels = audio.channels;
  result.samples.reserve(audio.samples.size());
  for (auto rest = std::span(audio.samples); !rest.empty(); rest = rest.subspan(std::min(kChunk, rest.size()))) {
    const auto chunk = rest.first(std::min(kChunk, rest.size()));
    result.samples.insert(result.samples.end(), chunk.begin(), chunk.end());
    scale(std::span(result.samples).last(chunk.size()), gain);
  }
  return result;
}

}  // namespace

std::vector<ReadyStep> ready_steps(const Workshop& workshop, const std::vector<ChainStep>& chain,
                                   const DrawnChain& drawn, const std::vector<StepRandom>& randoms, int sample_rate) {
  std::vector<ReadyStep> steps;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    steps.push_back({&workshop.prepared(*chain[i].step, sample_rate), &drawn[i], randoms[i]});
  }
  return steps;
}

MixedScene mix_scene(const Workshop& workshop, const std::vector<ReadyStep>& steps, const DecodedSource& source,
                     double speech_dba) {
  MixedScene mixed;
  AudioScene& scene = mixed.scene;
  std::optional<Room> room;
  bool changed = false;
  for (const ReadyStep& ready : steps) {
    changed = changed || ready.step->change;
    if (ready.step->noise) {
      scene.declared_noise.push_back(ready.step->augmenter->noise_level(*ready.values));
    } else if (ready.step->room) {
      room.emplace(workshop, ready);
    }
  }
  // The room takes the source's own speech, where nothing changes it before.
  if (changed || !room) {
    scene.speech = source.audio;
  }
  const Audio& dry = changed || !room ? scene.speech : source.audio;
  const auto shape = [&] { return AudioShape{dry.sample_rate, dry.channels, dry.frames()}; };
  std::shared_ptr<const NoiseSound> only_noise;  // of a scene that has no other, shared with other variants
  std::map<std::string, int> ordinals;
  for (const ReadyStep& ready : steps) {
    const Augmenter& augmenter = *ready.step->augmenter;
    if (ready.step->change) {
      ready.step->change(scene, *ready.values, ready.random);
    } else if (ready.step->noise) {
      const std::string& name = augmenter.schema.name;
      const std::string who = name + " " + std::to_string(ordinals[name]++);
      std::string key = noise_key(augmenter, shape(), *ready.values, ready.random);
      if (room) {
        key += "\n" + room->key(who);
      }
      auto whole = workshop.shared_noise().whole(key, shape(), [&](const AudioShape& longer) {
        return make_noise(ready, room ? &*room : nullptr, who, longer);
      });
      const NoiseLevel level = augmenter.noise_level(*ready.values);
      // A change behind it could make the recording longer than it is.
      if (scene.declared_noise.size() == 1 && !changed && is_plain(*whole, level)) {
        only_noise = whole;
      }
      scene.noise.push_back({name, only_noise ? NoiseSound() : sound_for(std::move(whole), shape().frames), level});
    }
  }

  SpeechLevel level = changed ? measure_speech_level(scene.speech) : source.speech_level;
  std::optional<ReferenceSpeech> early;
  std::optional<RoomMeasure> room_measure;
  if (room) {
    const auto response = room->response(kSpeech);
    const bool wants_early = std::ranges::any_of(
        scene.noise, [](const NoiseStem& stem) { return stem.level.reference == SpeechReference::early; });
    const auto hear = [&](const SharedSpectra* spectra) {
      return speech_in_room(dry, level, *response, wants_early, spectra);
    };
    if (changed || !SharedSpeech::keeps(dry)) {
      // Nobody keeps what is heard, so a source's next variant convolves once more.
      HeardSpeech heard = hear(changed ? nullptr : source.spectra.get());
      level = heard.level;
      scale(heard.speech.samples, heard.gain);
      scale(heard.early.samples, heard.gain);
      if (wants_early) {
        early = ReferenceSpeech{std::move(heard.early), heard.early_level};
      }
      scene.speech = std::move(heard.speech);
    } else {
      // Spectra cost a way through memory, which is only worth it where they are needed again.
      const bool again = workshop.room_count() > 1 || wants_early;
      const std::string key = room->key(kSpeech) + (wants_early ? " early" : "");
      const auto heard = source.in_rooms->heard(key, [&] { return hear(again ? source.spectra.get() : nullptr); });
      level = heard->level;
      if (wants_early) {
        early = ReferenceSpeech{scaled(heard->early, heard->gain), heard->early_level};
      }
      scene.speech = scaled(heard->speech, heard->gain);
    }
    room_measure = response->measure();
  }
  const bool by_dba =
      std::ranges::any_of(scene.noise, [](const NoiseStem& stem) { return stem.level.noise_dba.has_value(); });
  if (by_dba && (changed || room)) {
    speech_dba += raise_dba(scene.speech, level, source.audio, source.speech_level);
  }
  const ReferenceSpeech* const reference = early ? &*early : nullptr;
  mixed.measure =
      only_noise ? mix_shared(scene, *only_noise, level, reference) : mix(scene, level, speech_dba, reference);
  mixed.measure.room = room_measure;
  return mixed;
}

}  // namespace fairground
