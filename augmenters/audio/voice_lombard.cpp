// The Lombard effect: who speaks in noise raises the voice. An approximation, by level and spectral tilt alone.
//
// Bottalico, Ipsaro Passione, Graetzer and Hunter, "Evaluation of the starting point of the Lombard effect" (Acta
// Acustica united with Acustica 103, 2017, 169-172; in short also as "Is there a starting point in the noise level for
// the Lombard effect?"): 20 people in noise of 20 to 65 dBA raised the voice by 0.24 dB for each dBA of noise
// below 43.3 dBA and by 0.65 dB above. Louder noise goes on along the same line until the voice shouts, which by ANSI
// S3.5-1997 is 20 dB above normal effort.
//
// The noise is what the whole chain declares in `noise_dba`: the power sum. Noise that is set by `snr_db` follows the
// voice, so that a raised voice would change nothing, and is refused beside this step.
//
// The level in the file rises by as much, as at a microphone whose gain stays: sources need an `active_level` that is
// low enough, or their variants are rejected as clipped.
//
// Empirical, and of no single source, are the tilt of 1.25 dB per octave above 500 Hz for 10 dB of raise, which ends at
// 8 kHz, and that sources were spoken in 30 dBA. Pitch, formants and the length of vowels, which rise with the level,
// stay as they were.

#include <algorithm>
#include <optional>

#include "augmenters/audio/parts/raised_voice.h"
#include "augmenters/augmenter.h"
#include "pipeline/config/config.h"
#include "pipeline/core/error.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct VoiceLombard {
  double strength = 1.0;
  double quiet_dba = 30.0;
  double tilt = 1.25;
  double most_db = 20.0;
};

const ParameterTable<VoiceLombard>& table() {
  using P = VoiceLombard;
  static const auto instance =
      ParameterTable<P>()
          .number("strength", &P::strength, "", {0.0, 2.0},
                  "How much of the published raise in dB; speakers differ widely, and 0 does not react at all.")
          .number("quiet_dba", &P::quiet_dba, "dBA", {0.0, 80.0},
                  "Level of the noise in which the sources were spoken; the voice is raised for what lies above it.")
          .number("tilt", &P::tilt, "dB/octave", {0.0, 3.0},
                  "Rise of the spectrum from 500 Hz to 8 kHz for each 10 dB by which the voice is raised (empirical).")
          .number("most_db", &P::most_db, "dB", {0.0, 30.0},
                  "The voice is raised by no more than this, as nobody shouts louder for louder noise.");
  return instance;
}

constexpr double kStartDba = 43.3;
constexpr double kSlopeBelow = 0.24;
constexpr double kSlopeAbove = 0.65;

/// Level of the voice in dB, against anything, in noise of this level.
double published_level(double noise_dba) {
  const double above = noise_dba - kStartDba;
  return above * (above < 0.0 ? kSlopeBelow : kSlopeAbove);
}

constexpr const char* kOfSnr =
    "a noise beside it is set by `snr_db`, which follows the voice and would cancel the raise; set the noise by "
    "`noise_dba`, or keep the two apart with `except`";

/// The power sum of all noises, in dBA, if there are any.
std::optional<double> noise_dba(const std::vector<NoiseLevel>& noises) {
  double power = 0.0;
  for (const NoiseLevel& noise : noises) {
    if (!noise.noise_dba) {
      throw ItemError(std::string("voice.lombard: ") + kOfSnr);
    }
    power += plain::power_from_db(*noise.noise_dba);
  }
  return noises.empty() ? std::nullopt : std::optional(10.0 / plain::kLn10 * plain::log(power));
}

void apply(AudioScene& scene, const VoiceLombard& p, const StepRandom& /*random*/) {
  const std::optional<double> noise = noise_dba(scene.declared_noise);
  if (!noise || *noise <= p.quiet_dba) {
    return;
  }
  const double raise_db = std::min(p.most_db, p.strength * (published_level(*noise) - published_level(p.quiet_dba)));
  if (raise_db <= 0.0) {
    return;
  }
  const double slope = p.tilt * raise_db / 10.0 / plain::kLn2;
  const LinearPhaseFilter shape(scene.speech.sample_rate, [slope](double hz) {
    return slope * plain::log(std::clamp(hz, 500.0, 8000.0) / 500.0);
  });
  raise_voice(scene.speech, shape, raise_db, Weighting::a_weighted);
}

std::string check_chain(const std::vector<const Step*>& chain) {
  const bool cancelled = std::ranges::any_of(chain, [](const Step* step) {
    const std::optional<std::size_t> snr = step->schema->find("snr_db");
    return snr && !std::holds_alternative<std::monostate>(step->settings[*snr]);
  });
  return cancelled ? kOfSnr : "";
}

const Registration registration(audio_augmenter<VoiceLombard>(
    {
        .name = "voice.lombard",
        .summary =
            "The voice is raised in noise that is set in dBA (Lombard effect); an approximation by level and tilt.",
        .source = "Bottalico, Ipsaro Passione, Graetzer and Hunter 2017 (level); the tilt is empirical",
        .media = Media::audio,
        .stage = Stage::voice,
        .version = 1,
        .identity = "strength: 0",
        .labels = "keeps all labels",
        .claim = "The raise by noise of 20 to 110 dBA is within 0.01 dB of the published two slopes and their limit, "
                 "and the tilt within 0.05 dB per octave.",
        .limits = "An approximation by level and tilt: pitch, formants and the length of vowels stay. The tilt, and "
                  "that sources were spoken in 30 dBA, are empirical.",
        .example = "noise_alone: [{noise.hvac: {noise_dba: 60}}]\n"
                   "raised_in_noise: [{voice.lombard: {}}, {noise.hvac: {noise_dba: 60}}]\n",
        .check_chain = check_chain,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
