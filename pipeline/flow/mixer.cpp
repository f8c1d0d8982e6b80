#include "pipeline/flow/mixer.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

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

struct SetStem {
  StemMeasure measure;
  std::optional<double> power;  ///< of all of its samples, where it was measured
};

/// What to multiply a stem of that power by.
double gain_for(const std::string& augmenter, double power, double speech_db, double snr_db, Weighting band) {
  if (power <= power_from_db(kSilenceDbov)) {
    throw GateError(augmenter + ": the noise is silent over the whole clip" +
                    (band == Weighting::full ? "" : " in the band " + std::string(to_string(band))) +
                    ", so it cannot be set to an SNR");
  }
  return amplitude_from_db(speech_db - snr_db) / std::sqrt(power);
}

void require_active(double speech_db) {
  if (speech_db <= kSilenceDbov) {
    throw GateError("no active speech is found (ITU-T P.56), so an SNR has no meaning");
  }
}

/// Scales the stem to what is asked of it, and measures it again.
SetStem set_level(NoiseStem& stem, double speech_db, double requested_snr_db, Weighting band) {
  require_first_event(stem);
  NoiseSound& sound = stem.sound;
  const bool has_events = !sound.events.empty();
  const double power = weighted_power(has_events ? sound.active : sound.signal, band);
  std::vector<float>& samples = sound.signal.samples;
  const double gain = gain_for(stem.augmenter, power, speech_db, requested_snr_db, band);
  std::optional<double> scaled_power;
  double level_db = 0.0;
  if (has_events || band != Weighting::full) {
    scale(samples, gain);
    level_db = level_dbov(weighted_power(has_events ? heard_events(sound) : sound.signal, band));
  } else {
    scaled_power = scale_and_measure(samples, static_cast<float>(gain));
    level_db = level_dbov(*scaled_power);
  }
  return {{stem.augmenter, band, requested_snr_db, speech_db - level_db, sound.events, sound.voices}, scaled_power};
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
  require_active(speech_db);
  std::optional<double> noise_power;
  for (NoiseStem& stem : scene.noise) {
    const NoiseLevel& level = stem.level;
    const Weighting band = level.noise_dba ? Weighting::a_weighted : level.band;
    const double snr_db = level.noise_dba ? speech_dba - *level.noise_dba : level.snr_db.value();
    const bool refers_to_early = early != nullptr && level.reference == SpeechReference::early;
    const double reference_db = refers_to_early ? speech_db_in(band, early->speech, early->level)
                                                : speech_db_in(band, scene.speech, speech_level);
    SetStem set = set_level(stem, reference_db, snr_db, band);
    measure.stems.push_back(std::move(set.measure));
    noise_power = set.power;
  }
  // The first stem gathers the others, so that the total is measured on what is really added.
  std::vector<float>& noise = scene.noise.front().sound.signal.samples;
  for (std::size_t i = 1; i < scene.noise.size(); ++i) {
    add(noise.data(), scene.noise[i].sound.signal.samples.data(), noise.size());
  }
  const bool is_measured = scene.noise.size() == 1 && noise_power;
  measure.total_snr_db = speech_db - level_dbov(is_measured ? *noise_power : mean_power(noise));
  add(scene.speech.samples.data(), noise.data(), noise.size());
  return measure;
}

bool is_plain(const NoiseSound& sound, const NoiseLevel& level) {
  return !level.noise_dba && level.band == Weighting::full && sound.events.empty() && sound.signal.channels == 1;
}

MixMeasure mix_shared(AudioScene& scene, const NoiseSound& sound, const SpeechLevel& speech_level,
                      const ReferenceSpeech* early) {
  const double speech_db = speech_level.active_level_dbov;
  require_active(speech_db);
  const NoiseStem& stem = scene.noise.front();
  const double snr_db = stem.level.snr_db.value();
  const bool refers_to_early = early != nullptr && stem.level.reference == SpeechReference::early;
  const double reference_db = refers_to_early ? early->level.active_level_dbov : speech_db;
  const std::span<const float> noise = std::span(sound.signal.samples).first(scene.speech.samples.size());
  const double gain = gain_for(stem.augmenter, mean_power(noise), reference_db, snr_db, Weighting::full);
  const double level_db = level_dbov(add_and_measure(scene.speech.samples, noise, static_cast<float>(gain)));
  MixMeasure measure{speech_db, {}, std::nullopt, std::nullopt};
  measure.stems.push_back(
      {stem.augmenter, Weighting::full, snr_db, reference_db - level_db, sound.events, sound.voices});
  measure.total_snr_db = speech_db - level_db;
  return measure;
}

}  // namespace fairground
