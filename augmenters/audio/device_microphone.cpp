// A microphone, from the sound pressure at its port to the words of its converter.
//
// The way that AES and data sheets have it: port and body shape the spectrum; the capsule distorts what comes near its
// acoustic overload point, and adds its own noise (equivalent input noise, EIN); the converter clips at full scale and
// rounds, with triangular dither of two steps' width, which makes the error's mean and power free of the signal
// (Lipshitz, Wannamaker and Vanderkooy, "Quantization and dither: a theoretical survey", JAES 40(5), 1992).
//
// Sound levels are those of the scene: the source's active speech is at the `speech_dba` of its sources, by
// A-weighting. The gain is fixed, so that a tone of 1 kHz keeps its level but for the unit's sensitivity and `gain_db`.
// Figures of the profiles, and their sources, are in parts/microphone_profiles.cpp. How units differ is empirical, as
// no study of it was found: one number, `spread_db`, says it.

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "augmenters/audio/parts/capsule_noise.h"
#include "augmenters/audio/parts/converter.h"
#include "augmenters/audio/parts/held_device.h"
#include "augmenters/audio/parts/microphone_profiles.h"
#include "augmenters/audio/parts/microphone_unit.h"
#include "augmenters/audio/parts/overload.h"
#include "augmenters/audio/parts/user_response.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

struct DeviceMicrophone {
  MicrophoneProfile profile = MicrophoneProfile::studio;
  std::string response;
  Held held = Held::ear;
  double gain_db = 0.0;
  std::optional<double> self_noise_dba;
  std::optional<double> overload_db_spl;
  std::optional<double> low_cut_hz;
  std::optional<double> resonance_hz;
  std::optional<double> resonance_db;
  std::optional<double> spread_db;
  std::optional<double> sensitivity_db;
  std::optional<std::int64_t> bits;
};

std::vector<std::pair<std::string, MicrophoneProfile>> profile_choices() {
  std::vector<std::pair<std::string, MicrophoneProfile>> choices;
  for (const MicrophoneModel& model : microphone_models()) {
    choices.emplace_back(model.name, model.profile);
  }
  return choices;
}

/// "studio 10 and 145, headset 34 and 115, …"
std::string profile_figures() {
  std::string text;
  for (const MicrophoneModel& model : microphone_models()) {
    text.append(text.empty() ? "" : ", ").append(model.name).append(" ");
    text += shortest(model.self_noise_dba.value) + " and " + shortest(model.overload_db_spl.value);
  }
  return text;
}

const ParameterTable<DeviceMicrophone>& table() {
  using P = DeviceMicrophone;
  static const auto instance =
      ParameterTable<P>()
          .required_choice("profile", &P::profile, profile_choices(),
                           "The kind of microphone, which sets every figure that is not given here; self-noise in dBA "
                           "and overload in dB SPL: " +
                               profile_figures() + ".")
          .responses("response", &P::response,
                     "Your own responses in place of the profile's; a realization draws one of the asset's files.")
          .choice("held", &P::held,
                  {{"ear", Held::ear},
                   {"speakerphone", Held::speakerphone},
                   {"pocket", Held::pocket},
                   {"hand_over_mic", Held::hand_over_mic}},
                  "Where the device is: at the ear changes nothing, on a table adds its reflection, cloth or a hand "
                  "muffles.")
          .number("gain_db", &P::gain_db, "dB", {-40.0, 40.0},
                  "Gain in front of the converter; what then passes full scale is clipped, and the run's gate "
                  "`clipped_fraction` rejects it unless that is raised.")
          .number("self_noise_dba", &P::self_noise_dba, "dBA", {-10.0, 70.0},
                  "Equivalent input noise, A-weighted, over the band that the recording has.")
          .number("overload_db_spl", &P::overload_db_spl, "dB SPL", {80.0, 160.0},
                  "Level of a tone that comes out with 10 % of harmonic distortion.")
          .number("low_cut_hz", &P::low_cut_hz, "Hz", {20.0, 500.0}, "Where low frequencies are down by 3 dB.")
          .number("resonance_hz", &P::resonance_hz, "Hz", {1000.0, 40000.0}, "Resonance of the port.")
          .number("resonance_db", &P::resonance_db, "dB", {0.0, 20.0}, "Gain at the resonance.")
          .number("spread_db", &P::spread_db, "dB", {0.0, 5.0},
                  "How far units of one model differ, as a standard deviation up to 4 kHz; nearly three times as far "
                  "from 8 kHz on.")
          .number("sensitivity_db", &P::sensitivity_db, "dB", {0.0, 6.0},
                  "Tolerance of the sensitivity: each unit's is drawn from so much below to so much above.")
          .integer("bits", &P::bits, "", {4.0, 24.0}, "Bits of the converter's words.");
  return instance;
}

std::size_t parameter_index(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(table().specs(), name, &ParameterSpec::name) -
                                  table().specs().begin());
}

/// What would change nothing is refused.
std::string check(const std::vector<Setting>& settings) {
  const auto given = [&](std::string_view name) {
    return !std::holds_alternative<std::monostate>(settings[parameter_index(name)]);
  };
  for (const char* const name : {"low_cut_hz", "resonance_hz", "resonance_db"}) {
    if (given("response") && given(name)) {
      return std::string("`") + name + "` is a part of the response, which is yours (`response`); leave one out";
    }
  }
  const auto& profile = std::get<std::string>(settings[parameter_index("profile")]);
  const auto model = std::ranges::find(microphone_models(), profile, &MicrophoneModel::name);
  if (given("resonance_db") && !given("resonance_hz") && model->resonance_hz.value == 0.0) {
    return "the profile has no resonance, so `resonance_db` needs a `resonance_hz`";
  }
  return "";
}

/// The profile with what the parameters put in its place.
MicrophoneModel model_of(const DeviceMicrophone& p) {
  MicrophoneModel model = microphone_model(p.profile);
  const auto put = [](Figure& figure, const auto& given) {
    if (given) {
      figure.value = static_cast<double>(*given);
    }
  };
  put(model.self_noise_dba, p.self_noise_dba);
  put(model.overload_db_spl, p.overload_db_spl);
  put(model.low_cut_hz, p.low_cut_hz);
  put(model.resonance_hz, p.resonance_hz);
  put(model.resonance_db, p.resonance_db);
  put(model.spread_db, p.spread_db);
  put(model.sensitivity_db, p.sensitivity_db);
  put(model.bits, p.bits);
  return model;
}

struct State {
  int sample_rate = 0;
  std::vector<UserResponse> responses;  ///< the user's own, if there are any
  Overload overload;
  CapsuleNoise noise;
};

State prepare(const DeviceMicrophone& p, const PrepareContext& context) {
  return {context.sample_rate,
          p.response.empty() ? std::vector<UserResponse>()
                             : user_responses(*context.assets, p.response, context.sample_rate),
          Overload(context.sample_rate), CapsuleNoise(context.sample_rate)};
}

/// One device: the same for every source that meets the realization.
struct Unit {
  const State* state = nullptr;
  MicrophoneModel model;
  double sensitivity_db = 0.0;
  DeviceFilter filter;
};

Unit realize(const State& state, const DeviceMicrophone& p, const StepRandom& random) {
  const MicrophoneModel model = model_of(p);
  const double tolerance_db = model.sensitivity_db.value;
  return {&state, model, random.stream("sensitivity").uniform(-tolerance_db, tolerance_db),
          microphone_unit(model, state.responses, p.held, state.sample_rate, random)};
}

void apply(AudioSignal& signal, const Unit& unit, const DeviceMicrophone& p, const StepRandom& random) {
  const std::optional<double> full_scale = signal.full_scale_dba();
  if (!full_scale) {
    throw GateError(
        "device.microphone: no active speech is found (ITU-T P.56), so nothing says how loud the recording is at the "
        "microphone");
  }
  Audio& audio = signal.audio;
  const double full_scale_dba = *full_scale;
  unit.filter.apply(audio);

  const double overload_rms = plain::amplitude_from_db(unit.model.overload_db_spl.value - full_scale_dba);
  unit.state->overload.apply(audio, overload_rms);

  const double gain = plain::amplitude_from_db(p.gain_db + unit.sensitivity_db);
  const double noise_rms = plain::amplitude_from_db(unit.model.self_noise_dba.value - full_scale_dba);
  unit.state->noise.add(audio, gain, noise_rms, random);
  const double clipped = convert(audio, static_cast<int>(unit.model.bits.value), random);
  signal.measure.values = {{"sensitivity_db", unit.sensitivity_db},
                           {"self_noise_dba", unit.model.self_noise_dba.value},
                           {"overload_db_spl", unit.model.overload_db_spl.value},
                           {"clipped_fraction", clipped}};
}

const Registration registration(signal_augmenter<DeviceMicrophone, State, Unit>(
    {
        .name = "device.microphone",
        .summary = "A microphone: response, self-noise, overload and converter, each unit a little different.",
        .source = "AES and data sheets (EIN, overload); Lipshitz, Wannamaker and Vanderkooy 1992 (dither); profiles by "
                  "the sources in parts/microphone_profiles.cpp",
        .media = Media::audio,
        .stage = Stage::microphone,
        .version = 2,
        .identity = "none: every microphone makes noise",
        .labels = "keeps all labels",
        .claim = "The response is within 0.5 dB of the profile's, self-noise within 0.5 dB of what was asked, and 10 % "
                 "of harmonic distortion lies within 0.5 dB of the overload point. Over 200 units the spread is within "
                 "15 % of what was asked.",
        .limits = "How units of one model differ is empirical, as no study of it was found.",
        .example = "old_phone: [{device.microphone: {profile: old_phone}}]\n"
                   "noisy: [{device.microphone: {profile: budget_phone, self_noise_dba: 45}}]\n"
                   "in_a_pocket: [{device.microphone: {profile: budget_phone, held: pocket}}]\n",
        .check = check,
    },
    table(), prepare, realize, apply));

}  // namespace
}  // namespace fairground
