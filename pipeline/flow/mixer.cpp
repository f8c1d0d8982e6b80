#include "pipeline/flow/mixer.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/error.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

FAIRGROUND_HOT void multiply(float* samples, std::size_t count, float gain) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] *= gain;
  }
}

FAIRGROUND_HOT void add(float* target, const float* samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    target[i] += samples[i];
  }
}

/// The active level of the speech in a band, by the share of time that it is active.
double speech_db_in(Weighting band, const Audio& speech, const SpeechLevel& level) {
  if (band == Weighting::full) {
    return level.active_level_dbov;
  }
  const double db = level_dbov(weighted_power(speech, band) / level.activity_factor);
  if (db <= kSilenceDbov) {
    throw GateError("the speech is silent in the band " + std::string(to_string(band)));
  }
  return db;
}

/// What of the sound is heard while any event sounds, all channels, without the pauses. Events come in order of their
/// start and may overlap.
Audio heard_events(const NoiseSound& sound) {
  const Audio& signal = sound.signal;
  const auto last = static_cast<double>(signal.frames());
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  std::size_t frames = 0;
  for (const NoiseEvent& event : sound.events) {
    const auto frame = [&](double seconds) {
      return static_cast<std::size_t>(std::clamp(std::round(seconds * signal.sample_rate), 0.0, last));
    };
    const std::size_t begin = std::max(frame(event.start_s), spans.empty() ? 0 : spans.back().second);
    spans.emplace_back(begin, std::max(begin, frame(event.end_s)));
    frames += spans.back().second - spans.back().first;
  }
  Audio heard(signal.sample_rate, signal.channels, frames);
  for (int c = 0; c < signal.channels; ++c) {
    auto out = heard.channel(c).begin();
    for (const auto& [begin, end] : spans) {
      out = std::ranges::copy(signal.channel(c).subspan(begin, end - begin), out).out;
    }
  }
  return heard;
}

/// Nobody may escape the first event, least of all groups whose recordings are short.
void require_first_event(const NoiseStem& stem) {
  if (!stem.sound.events.empty() && stem.sound.events.front().end_s > stem.sound.signal.seconds()) {
    // Without the recording's own length, so that all of a run with this reason count as one.
    throw GateError(stem.augmenter + ": the recording is too short for its first event, which ends after " +
                    shortest(rounded_unit(stem.sound.events.front().end_s)) + " s");
  }
}

/// Scales the stem to what is asked of it, and measures it again.
StemMeasure set_level(NoiseStem& stem, double speech_db, double requested_snr_db, Weighting band) {
  require_first_event(stem);
  NoiseSound& sound = stem.sound;
  const bool has_events = !sound.events.empty();
  const double power = weighted_power(has_events ? sound.active : sound.signal, band);
  if (power <= power_from_db(kSilenceDbov)) {
    throw GateError(stem.augmenter + ": the noise is silent over the whole clip" +
                    (band == Weighting::full ? "" : " in the band " + std::string(to_string(band))) +
                    ", so it cannot be set to an SNR");
  }
  std::vector<float>& samples = sound.signal.samples;
  const double gain = amplitude_from_db(speech_db - requested_snr_db) / std::sqrt(power);
  scale(samples, gain);
  const double level_db = level_dbov(weighted_power(has_events ? heard_events(sound) : sound.signal, band));
  return {stem.augmenter, band, requested_snr_db, speech_db - level_db, sound.events, sound.voices};
}

}  // namespace

void scale(std::span<float> samples, double gain) {
  multiply(samples.data(), samples.size(), static_cast<float>(gain));
}

double raise_dba(const Audio& speech, const SpeechLevel& speech_level, const Audio& source,
                 const SpeechLevel& source_level) {
  if (speech_level.active_level_dbov <= kSilenceDbov || source_level.active_level_dbov <= kSilenceDbov) {
    return 0.0;
  }
  return speech_db_in(Weighting::a_weighted, speech, speech_level) -
         speech_db_in(Weighting::a_weighted, source, source_level);
}

MixMeasure mix(AudioScene& scene, const SpeechLevel& speech_level, double speech_dba, const ReferenceSpeech* early) {
  const double speech_db = speech_level.active_level_dbov;
  MixMeasure measure{speech_db, {}, std::nullopt, std::nullopt};
  if (scene.noise.empty()) {
    return measure;
  }
  if (speech_db <= kSilenceDbov) {
    throw GateError("no active speech is found (ITU-T P.56), so an SNR has no meaning");
  }
  for (NoiseStem& stem : scene.noise) {
    const NoiseLevel& level = stem.level;
    const Weighting band = level.noise_dba ? Weighting::a_weighted : level.band;
    const double snr_db = level.noise_dba ? speech_dba - *level.noise_dba : level.snr_db.value();
    const bool refers_to_early = early != nullptr && level.reference == SpeechReference::early;
    const double reference_db = refers_to_early ? speech_db_in(band, early->speech, early->level)
                                                : speech_db_in(band, scene.speech, speech_level);
    measure.stems.push_back(set_level(stem, reference_db, snr_db, band));
  }
  // The first stem gathers the others, so that the total is measured on what is really added.
  std::vector<float>& noise = scene.noise.front().sound.signal.samples;
  for (std::size_t i = 1; i < scene.noise.size(); ++i) {
    add(noise.data(), scene.noise[i].sound.signal.samples.data(), noise.size());
  }
  measure.total_snr_db = speech_db - level_dbov(mean_power(noise));
  add(scene.speech.samples.data(), noise.data(), noise.size());
  return measure;
}

}  // namespace fairground
