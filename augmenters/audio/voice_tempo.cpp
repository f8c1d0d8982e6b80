// Slower or faster speech of the same pitch.
//
// By WSOLA (Verhelst and Roelands 1993), see parts/time_stretch.h.
//
// Whoever speaks faster shortens vowels more than consonants; here everything is scaled alike. Below a rate of about
// 0.7 bursts of plosives may be heard twice, and above 1.5 some are lost. Times of words are right within the search, 8
// ms of the source.

#include <cmath>
#include <string>
#include <vector>

#include "augmenters/audio/parts/time_stretch.h"
#include "augmenters/augmenter.h"
#include "pipeline/config/config.h"
#include "pipeline/core/error.h"

namespace fairground {
namespace {

struct VoiceTempo {
  double rate = 1.2;
};

const ParameterTable<VoiceTempo>& table() {
  using P = VoiceTempo;
  static const auto instance = ParameterTable<P>().number(
      "rate", &P::rate, "", {0.5, 2.0}, "How many times as fast: 0.5 takes twice as long, and 1 is as it was.");
  return instance;
}

constexpr const char* kAfterNoise =
    "a noise stands before it in the chain, and would no longer be as long as the speech; with `order: as_written`, "
    "write the axis of the voice before that of the noise";

void apply(AudioScene& scene, const VoiceTempo& p, const StepRandom& /*random*/) {
  if (p.rate == 1.0) {
    return;
  }
  if (!scene.noise.empty()) {
    throw ItemError(std::string("voice.tempo: ") + kAfterNoise);
  }
  const std::size_t before = scene.speech.frames();
  const auto frames = static_cast<std::size_t>(std::llround(static_cast<double>(before) / p.rate));
  scene.speech = stretched(scene.speech, frames, p.rate);
  // By the lengths, so that nothing comes to lie behind the end.
  scene.time_map.stretch(before == 0 ? 1.0 / p.rate : static_cast<double>(frames) / static_cast<double>(before));
}

std::string check_chain(const std::vector<const Step*>& chain) {
  bool after_noise = false;
  for (const Step* step : chain) {
    if (after_noise && step->schema->name == "voice.tempo") {
      return kAfterNoise;
    }
    after_noise = after_noise || step->schema->find("noise_dba").has_value();
  }
  return "";
}

const Registration registration(audio_augmenter<VoiceTempo>(
    {
        .name = "voice.tempo",
        .summary = "Slower or faster speech of the same pitch, everything scaled alike.",
        .source = "Verhelst and Roelands 1993 (WSOLA); the making up for lost power is empirical",
        .media = Media::audio,
        .stage = Stage::voice,
        .version = 1,
        .identity = "rate: 1",
        .labels = "scales the times of words",
        .claim = "The length is exact to a sample, the pitch of vowels within 1 %, and the active level within 0.5 dB. "
                 "Sounds are within 8 ms, in the source's time, of where the labels put them.",
        .limits = "Everything is scaled alike, where people shorten vowels more than consonants. Below a rate of about "
                  "0.7 bursts of plosives may be heard twice, and above 1.5 some are lost.",
        .example = "beside_a_clicking_pump: [{noise.pump: {cycle_s: 0.5, flow_db: 30, snr_db: 0}}]\n"
                   "slow: [{voice.tempo: {rate: 0.6}}, {noise.pump: {cycle_s: 0.5, flow_db: 30, snr_db: 0}}]\n"
                   "fast: [{voice.tempo: {rate: 1.7}}, {noise.pump: {cycle_s: 0.5, flow_db: 30, snr_db: 0}}]\n",
        .check_chain = check_chain,
    },
    table(), apply));

}  // namespace
}  // namespace fairground
