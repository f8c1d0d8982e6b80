#include "pipeline/flow/scene.h"

#include <algorithm>
#include <cmath>
#include <map>

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
  const auto response = room.response(who);
  // Whole pairs of blocks, since those of a shorter noise hold the same bits then, and some more, since a response
  // begins to rise before its direct sound.
  constexpr std::size_t kWhole = 2 * kConvolutionBlock;
  const std::size_t direct = response->response.direct;
  AudioShape there = shape;
  there.frames = (shape.frames + direct + kWhole - 1) / kWhole * kWhole;
  NoiseSound sound = make(there);
  const std::size_t heard = there.frames - direct;
  sound.signal = through_room(sound.signal, response->response, response->spectra, heard);
  if (!sound.active.samples.empty()) {
    sound.active = through_room(sound.active, response->response, response->spectra, sound.active.frames());
  }
  return sound;
}

/// `spectra` as in through_room().
HeardSpeech speech_in_room(const Audio& dry, const SpeechLevel& dry_level, const SharedResponse& shared,
                           bool wants_early, const SharedSpectra* spectra) {
  const RoomResponse& response = shared.response;
  HeardSpeech heard;
  heard.speech = through_room(dry, response, shared.spectra, dry.frames(), spectra);
  heard.level = measure_speech_level(heard.speech);
  double gain_db = 0.0;
  if (response.level == RoomLevel::keep_active) {
    // Thresholds of P.56 are fixed, so that its level goes almost, but not quite, with the gain.
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
      scale(heard.speech.samples, amplitude_from_db(missing_db));
      gain_db += missing_db;
      heard.level = measure_speech_level(heard.speech);
    }
  }
  if (wants_early) {
    heard.early = through_room(dry, response, shared.early, dry.frames(), spectra);
    scale(heard.early.samples, amplitude_from_db(gain_db));
    heard.early_level = measure_speech_level(heard.early);
  }
  return heard;
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
      const auto make = [&](const AudioShape& of) { return ready.step->noise(of, *ready.values, ready.random); };
      const std::string& name = augmenter.schema.name;
      const std::string who = name + " " + std::to_string(ordinals[name]++);
      std::string key = noise_key(augmenter, shape(), *ready.values, ready.random);
      if (room) {
        key += "\n" + room->key(who);
      }
      auto whole = workshop.shared_noise().whole(key, shape(), [&](const AudioShape& longer) {
        return room ? noise_in_room(*room, who, longer, make) : make(longer);
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
    if (changed) {
      HeardSpeech heard = hear(nullptr);
      level = heard.level;
      if (wants_early) {
        early = ReferenceSpeech{std::move(heard.early), heard.early_level};
      }
      scene.speech = std::move(heard.speech);
    } else {
      const std::string key = room->key(kSpeech) + (wants_early ? " early" : "");
      const auto heard = source.in_rooms->heard(key, [&] { return hear(source.spectra.get()); });
      level = heard->level;
      if (wants_early) {
        early = ReferenceSpeech{heard->early, heard->early_level};
      }
      scene.speech = heard->speech;
    }
    room_measure = response->measure;
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
