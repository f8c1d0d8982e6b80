// What an augmenter is, and how one is registered. See docs/design.md, section 4, and CONTRIBUTING.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "augmenters/picture.h"
#include "augmenters/signal.h"
#include "pipeline/config/schema.h"
#include "pipeline/core/bounded_cache.h"
#include "pipeline/core/random.h"
#include "pipeline/measure/weighted_level.h"
#include "pipeline/media/assets.h"
#include "pipeline/media/audio.h"
#include "pipeline/media/time_map.h"

namespace fairground {

class DrawnNoise;  // see parts/drawn_noise.h

/// Which speech an SNR refers to.
enum class SpeechReference {
  clean,  ///< the speech at the mixer, with all of its room
  early   ///< what of it arrives within 50 ms after the direct sound
};

/// How loud a noise is, in the terms of the config. One of `snr_db` and `noise_dba` is given, see parts/noise_level.h.
struct NoiseLevel {
  std::optional<double> snr_db;     ///< active speech level over the noise's, both in `band`
  std::optional<double> noise_dba;  ///< A-weighted, where the speech is at the `speech_dba` of its sources
  Weighting band = Weighting::full;
  SpeechReference reference = SpeechReference::clean;
};

/// Of every noise augmenter's parameters, so many set its level and nothing else. They stand first.
inline constexpr std::size_t kNoiseLevelParameters = 4;

/// When something sounds in a noise that is made of events.
struct NoiseEvent {
  std::string label;
  double start_s = 0.0;
  double end_s = 0.0;  ///< may lie behind the end of the clip
};

/// How long and wide the clip is that a noise stands beside.
struct AudioShape {
  int sample_rate = 0;  ///< in Hz
  int channels = 0;
  std::size_t frames = 0;
};

/// What a noise augmenter makes. Its own level does not matter: the mixer sets it.
struct NoiseSound {
  Audio signal;
  /// Of a noise that is made of events: each of them, in order, and an example of the realization while it is active,
  /// of any length. The level is then that of the example, so that it hangs on no clip. Steady noise has neither.
  std::vector<NoiseEvent> events = {};
  Audio active = {};
  /// Whose voices are in it: subjects of a pool of talkers. They go into the record.
  std::vector<std::string> voices = {};
};

/// A noise that stands beside the speech until the mixer adds it at its level.
struct NoiseStem {
  std::string augmenter;
  NoiseSound sound;  ///< as long as the speech, with as many channels
  NoiseLevel level = {};
};

/// What becomes of the speech's level in a room.
enum class RoomLevel {
  keep_active,  ///< it is brought back to the active level that it had
  natural       ///< the room decides: speech from afar is weaker
};

/// How a sound in a room reaches the microphone.
struct RoomResponse {
  int sample_rate = 0;                    ///< in Hz
  std::vector<float> samples;             ///< pressure, of an impulse of 1
  std::size_t direct = 0;                 ///< the sample at which the direct sound arrives
  double delay_s = 0.0;                   ///< time on the way, which the samples leave out, so that labels stay true
  std::optional<double> distance_m = {};  ///< from source to microphone, where known
  RoomLevel level = RoomLevel::keep_active;
};

/// What the steps of the voice and scene stages work on.
struct AudioScene {
  Audio speech;
  std::vector<NoiseStem> noise = {};
  /// How loud each noise of the whole chain is going to be, known before the first step.
  std::vector<NoiseLevel> declared_noise = {};
  /// What steps did to the source's times. The renderer applies it to its labels.
  TimeMap time_map = {};

  [[nodiscard]] AudioShape shape() const { return {speech.sample_rate, speech.channels, speech.frames()}; }
};

/// What `prepare` may read.
struct PrepareContext {
  int sample_rate = 0;  ///< in Hz; 0 for pictures
  const Assets* assets = nullptr;
};

/// A step of audio that is ready for every variant of its level. Called from many threads at once.
using PreparedAudio = std::function<void(AudioScene&, const std::vector<Value>&, const StepRandom&)>;
/// The same of a noise. What it makes hangs on nothing but its arguments, and what it makes for a shorter clip is the
/// start of what it makes for a longer one: so one making can serve every variant that meets the realization.
using PreparedNoise = std::function<NoiseSound(const AudioShape&, const std::vector<Value>&, const StepRandom&)>;
/// Of a noise that is a drawn spectrum and nothing else, the spectrum: its room can be a part of that.
using PreparedSpectrum = std::function<std::shared_ptr<const DrawnNoise>(const std::vector<Value>&)>;
/// A room that is ready: the way from one thing in it to the microphone. `who` is `speech` or the name of a noise.
using PreparedRoom = std::function<RoomResponse(const std::string& who, const std::vector<Value>&, const StepRandom&)>;
/// A step behind the mixer. As PreparedAudio.
using PreparedSignal = std::function<void(AudioSignal&, const std::vector<Value>&, const StepRandom&)>;
/// A pixel-wise step of pictures: gives, for one variant, the operation on each of its rows.
using PreparedRows = std::function<RowOperation(const Shot&, const std::vector<Value>&, const StepRandom&)>;
/// A step that sees the whole picture. As PreparedAudio.
using PreparedPicture = std::function<void(Picture&, const std::vector<Value>&, const StepRandom&)>;
/// A step of the file stage. As PreparedAudio.
using PreparedFile = std::function<void(PictureFile&, const std::vector<Value>&, const StepRandom&)>;

struct Augmenter {
  StepSchema schema;
  /// Exactly one of these is set, and none of a profile. The values given are the settings that do not vary; parameters
  /// that are drawn per realization have their defaults there and must not be used.
  std::function<PreparedAudio(const std::vector<Value>&, const PrepareContext&)> prepare_audio = {};
  std::function<PreparedNoise(const std::vector<Value>&, const PrepareContext&)> prepare_noise = {};
  std::function<PreparedRoom(const std::vector<Value>&, const PrepareContext&)> prepare_room = {};
  std::function<PreparedSignal(const std::vector<Value>&, const PrepareContext&)> prepare_signal = {};
  std::function<PreparedRows(const std::vector<Value>&, const PrepareContext&)> prepare_rows = {};
  std::function<PreparedPicture(const std::vector<Value>&, const PrepareContext&)> prepare_picture = {};
  std::function<PreparedFile(const std::vector<Value>&, const PrepareContext&)> prepare_file = {};
  /// May go with prepare_noise, which then makes what is drawn by this spectrum: see parts/spectrum_noise.h.
  std::function<PreparedSpectrum(const std::vector<Value>&, const PrepareContext&)> prepare_spectrum = {};
  /// Goes with prepare_noise: the level that these values ask for.
  std::function<NoiseLevel(const std::vector<Value>&)> noise_level = {};
  /// May go with a step of pictures: what these values declare of the shot.
  std::function<void(ShotDeclaration&, const std::vector<Value>&)> declare = {};
};

/// The units of one level, each made once for all sources that meet its realization.
template <class Unit>
class KeptUnits {
 public:
  /// `make` gives the unit. It is called by whoever needs it first, and again where it was forgotten since.
  template <class Make>
  [[nodiscard]] std::shared_ptr<const Unit> find_or_make(const std::vector<Value>& values, const StepRandom& random,
                                                         Make make) {
    const std::string key = std::to_string(random.key) + " " + std::to_string(random.realization);
    std::shared_ptr<const Realized> realized = kept_.find(key);
    if (!realized || realized->values != values) {
      realized = std::make_shared<const Realized>(Realized{values, make()});
      static_cast<void>(kept_.keep(key, realized, /*bytes=*/1));
    }
    return {realized, &realized->unit};
  }

 private:
  struct Realized {
    std::vector<Value> values;  ///< which hang on the draw, but a caller may have others
    Unit unit;
  };
  static constexpr std::size_t kMost = 64;  // more than one source's variants meet of a level

  BoundedCache<Realized> kept_{kMost};
};

/// An augmenter that changes the speech or its surroundings: `State prepare(const P&, const PrepareContext&)` once per
/// level, then `void apply(AudioScene&, const State&, const P&, const StepRandom&)` per variant.
template <class P, class State>
[[nodiscard]] Augmenter audio_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                        State (*prepare)(const P&, const PrepareContext&),
                                        void (*apply)(AudioScene&, const State&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_audio = [table, prepare, apply](const std::vector<Value>& fixed, const PrepareContext& context) {
    auto state = std::make_shared<const State>(prepare(table.bind(fixed), context));
    return PreparedAudio(
        [table, state, apply](AudioScene& scene, const std::vector<Value>& values, const StepRandom& random) {
          apply(scene, *state, table.bind(values), random);
        });
  };
  return augmenter;
}

/// One that has nothing to prepare: `void apply(AudioScene&, const P&, const StepRandom&)` per variant.
template <class P>
[[nodiscard]] Augmenter audio_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                        void (*apply)(AudioScene&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_audio = [table, apply](const std::vector<Value>&, const PrepareContext&) {
    return PreparedAudio([table, apply](AudioScene& scene, const std::vector<Value>& values, const StepRandom& random) {
      apply(scene, table.bind(values), random);
    });
  };
  return augmenter;
}

/// An augmenter that adds noise: `State prepare(const P&, const PrepareContext&)` once per level, then `void
/// make(NoiseSound&, const State&, const P&, const StepRandom&)`, whose sound holds a silent signal of the clip's size.
/// `P` derives from NoiseLevel. It must not look at how loud it is to be: that is the mixer's business.
template <class P, class State>
[[nodiscard]] Augmenter noise_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                        State (*prepare)(const P&, const PrepareContext&),
                                        void (*make)(NoiseSound&, const State&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_noise = [table, prepare, make](const std::vector<Value>& fixed, const PrepareContext& context) {
    auto state = std::make_shared<const State>(prepare(table.bind(fixed), context));
    return PreparedNoise(
        [table, state, make](const AudioShape& shape, const std::vector<Value>& values, const StepRandom& random) {
          NoiseSound sound{Audio(shape.sample_rate, shape.channels, shape.frames)};
          make(sound, *state, table.bind(values), random);
          return sound;
        });
  };
  augmenter.noise_level = [table](const std::vector<Value>& values) -> NoiseLevel { return table.bind(values); };
  return augmenter;
}

/// One that has nothing to prepare: `void make(NoiseSound&, const P&, const StepRandom&)`.
template <class P>
[[nodiscard]] Augmenter noise_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                        void (*make)(NoiseSound&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_noise = [table, make](const std::vector<Value>&, const PrepareContext&) {
    return PreparedNoise(
        [table, make](const AudioShape& shape, const std::vector<Value>& values, const StepRandom& random) {
          NoiseSound sound{Audio(shape.sample_rate, shape.channels, shape.frames)};
          make(sound, table.bind(values), random);
          return sound;
        });
  };
  augmenter.noise_level = [table](const std::vector<Value>& values) -> NoiseLevel { return table.bind(values); };
  return augmenter;
}

/// What is wrong with a chain that has several rooms, or nothing.
[[nodiscard]] std::string check_one_room(const std::vector<const Step*>& chain);

/// An augmenter that puts the whole scene into a room: `State prepare(const P&, const PrepareContext&)` once per level,
/// then `RoomResponse respond(const State&, const std::string& who, const P&, const StepRandom&)` for the speech and
/// for each noise, each from its own place.
template <class P, class State>
[[nodiscard]] Augmenter room_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                       State (*prepare)(const P&, const PrepareContext&),
                                       RoomResponse (*respond)(const State&, const std::string&, const P&,
                                                               const StepRandom&)) {
  schema.parameters = table.specs();
  schema.check_chain = check_one_room;
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_room = [table, prepare, respond](const std::vector<Value>& fixed, const PrepareContext& context) {
    auto state = std::make_shared<const State>(prepare(table.bind(fixed), context));
    return PreparedRoom(
        [table, state, respond](const std::string& who, const std::vector<Value>& values, const StepRandom& random) {
          return respond(*state, who, table.bind(values), random);
        });
  };
  return augmenter;
}

/// What is wrong with a chain in which something of the scene comes behind a signal step, or nothing.
[[nodiscard]] std::string check_scene_comes_first(const std::vector<const Step*>& chain);

/// The schema of a signal augmenter, with the rule that all of them have over their chain.
[[nodiscard]] StepSchema behind_the_scene(StepSchema schema);

/// An augmenter that changes what the microphone heard, in the stages from the microphone on: `void
/// apply(AudioSignal&, const P&, const StepRandom&)` per variant.
template <class P>
[[nodiscard]] Augmenter signal_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                         void (*apply)(AudioSignal&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{behind_the_scene(std::move(schema))};
  augmenter.prepare_signal = [table, apply](const std::vector<Value>&, const PrepareContext&) {
    return PreparedSignal([table, apply](AudioSignal& signal, const std::vector<Value>& values,
                                         const StepRandom& random) { apply(signal, table.bind(values), random); });
  };
  return augmenter;
}

/// One with something to prepare: `State prepare(const P&, const PrepareContext&)` once per level, then `void
/// apply(AudioSignal&, const State&, const P&, const StepRandom&)` per variant.
template <class P, class State>
[[nodiscard]] Augmenter signal_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                         State (*prepare)(const P&, const PrepareContext&),
                                         void (*apply)(AudioSignal&, const State&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{behind_the_scene(std::move(schema))};
  augmenter.prepare_signal = [table, prepare, apply](const std::vector<Value>& fixed, const PrepareContext& context) {
    auto state = std::make_shared<const State>(prepare(table.bind(fixed), context));
    return PreparedSignal(
        [table, state, apply](AudioSignal& signal, const std::vector<Value>& values, const StepRandom& random) {
          apply(signal, *state, table.bind(values), random);
        });
  };
  return augmenter;
}

/// One whose realizations are things that are worth keeping, as two handsets of one model are: `State prepare(const P&,
/// const PrepareContext&)` once per level, `Unit realize(const State&, const P&, const StepRandom&)` once per
/// realization, then `void apply(AudioSignal&, const Unit&, const P&, const StepRandom&)` per variant. The unit is the
/// same for every source that meets the realization.
template <class P, class State, class Unit>
[[nodiscard]] Augmenter signal_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                         State (*prepare)(const P&, const PrepareContext&),
                                         Unit (*realize)(const State&, const P&, const StepRandom&),
                                         void (*apply)(AudioSignal&, const Unit&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{behind_the_scene(std::move(schema))};
  augmenter.prepare_signal = [table, prepare, realize, apply](const std::vector<Value>& fixed,
                                                              const PrepareContext& context) {
    auto state = std::make_shared<const State>(prepare(table.bind(fixed), context));
    auto kept = std::make_shared<KeptUnits<Unit>>();
    return PreparedSignal([table, state, kept, realize, apply](AudioSignal& signal, const std::vector<Value>& values,
                                                               const StepRandom& random) {
      const P p = table.bind(values);
      apply(signal, *kept->find_or_make(values, random, [&] { return realize(*state, p, random); }), p, random);
    });
  };
  return augmenter;
}

/// A pixel-wise augmenter: `RowOperation rows(const Shot&, const P&, const StepRandom&)` per variant.
template <class P>
[[nodiscard]] Augmenter row_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                      RowOperation (*rows)(const Shot&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_rows = [table, rows](const std::vector<Value>&, const PrepareContext&) {
    return PreparedRows([table, rows](const Shot& shot, const std::vector<Value>& values, const StepRandom& random) {
      return rows(shot, table.bind(values), random);
    });
  };
  return augmenter;
}

/// One whose realizations are things that are worth keeping, as the tables of a camera's curve are: `Unit realize(const
/// P&, const StepRandom&)` once per realization, then `RowOperation rows(const Shot&, std::shared_ptr<const Unit>,
/// const P&)` per variant. The unit is the same for every source that meets the realization.
template <class P, class Unit>
[[nodiscard]] Augmenter row_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                      Unit (*realize)(const P&, const StepRandom&),
                                      RowOperation (*rows)(const Shot&, std::shared_ptr<const Unit>, const P&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_rows = [table, realize, rows](const std::vector<Value>&, const PrepareContext&) {
    auto kept = std::make_shared<KeptUnits<Unit>>();
    return PreparedRows(
        [table, kept, realize, rows](const Shot& shot, const std::vector<Value>& values, const StepRandom& random) {
          const P p = table.bind(values);
          return rows(shot, kept->find_or_make(values, random, [&] { return realize(p, random); }), p);
        });
  };
  return augmenter;
}

/// An augmenter that sees the whole picture: `void apply(Picture&, const P&, const StepRandom&)` per variant.
template <class P>
[[nodiscard]] Augmenter picture_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                          void (*apply)(Picture&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_picture = [table, apply](const std::vector<Value>&, const PrepareContext&) {
    return PreparedPicture([table, apply](Picture& picture, const std::vector<Value>& values,
                                          const StepRandom& random) { apply(picture, table.bind(values), random); });
  };
  return augmenter;
}

/// An augmenter of the file stage: `void apply(PictureFile&, const P&, const StepRandom&)` per variant.
template <class P>
[[nodiscard]] Augmenter file_augmenter(StepSchema schema, const ParameterTable<P>& table,
                                       void (*apply)(PictureFile&, const P&, const StepRandom&)) {
  schema.parameters = table.specs();
  Augmenter augmenter{std::move(schema)};
  augmenter.prepare_file = [table, apply](const std::vector<Value>&, const PrepareContext&) {
    return PreparedFile([table, apply](PictureFile& file, const std::vector<Value>& values, const StepRandom& random) {
      apply(file, table.bind(values), random);
    });
  };
  return augmenter;
}

/// `augmenter`, which tells the chain's other steps of the shot: `void declare(ShotDeclaration&, const P&)`.
template <class P>
[[nodiscard]] Augmenter declaring(Augmenter augmenter, const ParameterTable<P>& table,
                                  void (*declare)(ShotDeclaration&, const P&)) {
  augmenter.declare = [table, declare](ShotDeclaration& shot, const std::vector<Value>& values) {
    declare(shot, table.bind(values));
  };
  return augmenter;
}

/// A name for several steps with settings of their own: `std::vector<ProfileStep> expand(const std::vector<Setting>&)`,
/// once, when the config is read. Settings are in the table's order.
template <class P>
[[nodiscard]] Augmenter profile(StepSchema schema, const ParameterTable<P>& table,
                                std::vector<ProfileStep> (*expand)(const std::vector<Setting>&)) {
  schema.parameters = table.specs();
  schema.expand = expand;
  return {std::move(schema)};
}

/// Put one of these at namespace scope at the end of an augmenter's file.
struct Registration {
  explicit Registration(Augmenter augmenter);
};

/// Every augmenter of the binary, sorted by name.
[[nodiscard]] const std::vector<const Augmenter*>& registered_augmenters();
/// Their schemas, in the same order.
[[nodiscard]] std::vector<const StepSchema*> registered_schemas();
/// The augmenter with this schema name, or nullptr.
[[nodiscard]] const Augmenter* find_augmenter(const std::string& name);

}  // namespace fairground
