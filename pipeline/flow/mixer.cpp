#include "pipeline/flow/mixer.h"

#include "pipeline/core/error.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

FAIRGROUND_HOT void scale(float* samples, std::size_t count, float gain) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= gain;
  }
}

FAIRGROUND_HOT void add(float* target, const float* samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    target[i] += samples[i];
  }
}

}  // namespace

MixMeasure mix(AudioScene& scene, const SpeechLevel& speech_level) {
  const double speech_db = speech_level.active_level_dbov;
  MixMeasure measure{speech_db, {}, std::nullopt};
  if (scene.noise.empty()) {
    return measure;
  }
  if (speech_db <= kSilenceDbov) {
    throw GateError("no active speech is found (ITU-T P.56), so an SNR has no meaning");
  }
  for (NoiseStem& stem : scene.noise) {
    std::vector<float>& samples = stem.signal.samples;
    const double power = mean_power(samples);
    if (power <= power_from_db(kSilenceDbov)) {
      throw GateError(stem.augmenter + ": the noise is silent over the whole clip, so it cannot be set to an SNR");
    }
    const double gain = amplitude_from_db(speech_db - stem.snr_db) / std::sqrt(power);
    scale(samples.data(), samples.size(), static_cast<float>(gain));
    measure.stems.push_back({stem.augmenter, stem.snr_db, speech_db - db_from_power(mean_power(samples))});
  }
  // The first stem gathers the others, so that the total is measured on what is really added.
  std::vector<float>& noise = scene.noise.front().signal.samples;
  for (std::size_t i = 1; i < scene.noise.size(); ++i) {
    add(noise.data(), scene.noise[i].signal.samples.data(), noise.size());
  }
  measure.total_snr_db =
      scene.noise.size() == 1 ? measure.stems[0].measured_snr_db : speech_db - db_from_power(mean_power(noise));
  add(scene.speech.samples.data(), noise.data(), noise.size());
  return measure;
}

}  // namespace fairground
