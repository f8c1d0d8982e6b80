#include "tests/config/sample_configs.h"

#include <string>

#include "tests/config/schema_faults.h"

namespace fairground {
namespace {

const std::string kAudioConfig = R"(
fairground: 1
name: ward
seed: 7
card: {description: d, purpose: p, limits: l, licence: CC0-1.0, creator: c, contact: c, url: u, version: 1.0.0, citation: c}
sources:
  - {media: audio, manifest: speech.csv, id: clip, file: path, subject: speaker, groups: [accent], keep: [age, level],
     licence: licence, transcript: text, words: words, sample_rate: 16000, channels: mono, active_level: -26, speech_dba: 60}
roots: {any_root: more}
assets:
  any_site: {files: ["noise/a.wav", "noise/b.wav"], licence: CC0-1.0}
  any_pool: {manifest: pool.csv, file: path, subject: talker, balance: [language]}
axes:
  any_noise:
    any_quiet: []
    any_loud: [{noise.coloured: {snr_db: 5, colour: white, bursts: 2, steady: true}}]
    any_drawn: [{noise.coloured: {snr_db: [5, 20]}}]
    any_people: [{noise.babble: {from: any_pool}}, {noise.recording: {from: any_site}}]
  any_line:
    any_good: []
    any_bad: [{channel.band: {low_hz: 200, high_hz: 3000}}]
    any_plain: [channel.band]
  any_place:
    any_here: []
    any_there: [{noise.recording: {from: any_site}}]
design:
  ways: 2
  also: [{axes: [any_noise, any_line, any_place], ways: 3}]
  except: [{any_noise: any_loud, any_line: [any_good, any_bad]}]
  at_least: {sources: 5, subjects: 3}
  sources_per_group: at_least
  realizations: 4
  pairing: matched
  order: staged
  include_clean: true
  fill: missing_only
  observed: {any_noise: column}
  match_on: [snr_db, age]
  budget: {variants: 1000, bytes: 1000000}
  controls: {identity: true, repeat: 0.5}
  power: {baseline_error: 0.1, degradation: 2, units: 12, subject_sd: 0.5, source_sd: 0.6, interaction_sd: 0.2, alpha: 0.05,
          power: 0.8}
  effort: 2
gates: {clipped_fraction: 0.5}
resampler: libsamplerate
memory: 2000
limits: {audio_seconds: 10, image_megapixels: 10, file_megabytes: 10, asset_seconds: 10, audio_channels: 2,
         audio_megasamples: 10, expansion: 10}
output:
  directory: out
  date: 2026-01-31
  digital_source_type: true
  exports: [nemo, stm]
  audio: {format: wav, bits: 24}
)";

const std::string kImageConfig = R"(
fairground: 1
name: faces
seed: 7
sources:
  - {media: image, manifest: faces.csv, id: clip, file: path, subject: sitter, groups: [tone], keep: [age], licence: licence,
     boxes: boxes, keypoints: points, mask: mask, depth: depth, normals: normals,
     mask_codes: {face: 1, ears: [7, 8], neck: 17, hands: [], lips: 12, brows: 2}}
axes:
  any_light:
    any_asis: []
    any_dark: [{light.exposure: {exposure_ev: -3}}]
design: {image: {ways: all, sources_per_group: 20}}
face_model: more
face_cascades: more
output: {directory: out, image: {format: jpeg, quality: 90}}
)";

const std::string kBothConfig = R"(
fairground: 1
name: both
seed: 7
sources:
  - {media: audio, manifest: speech.csv, id: clip, file: path, sample_rate: keep, active_level: keep, channels: keep}
  - {media: image, manifest: faces.csv, id: clip, file: path}
axes:
  audio: {any_noise: {any_quiet: [], any_loud: [{noise.coloured: {snr_db: 5}}]}}
  image: {any_light: {any_asis: [], any_dark: [{light.exposure: {exposure_ev: -3}}]}}
design: {audio: {pairing: independent, budget: {variants: 5}}, image: {order: as_written}}
output: {directory: out, audio: {format: flac}, image: {format: png}}
)";

const std::string kSharedConfig = R"(
fairground: 1
name: shared
seed: 7
sources:
  - {media: audio, manifest: speech.csv, id: clip, file: path}
  - {media: image, manifest: faces.csv, id: clip, file: path}
axes:
  image: {any_light: {any_asis: [], any_dark: [light.exposure]}}
design: {realizations: 3}
output: {directory: out}
)";

}  // namespace

const std::vector<nlohmann::ordered_json>& sample_configs() {
  static const std::vector<nlohmann::ordered_json> kConfigs = [] {
    std::vector<nlohmann::ordered_json> configs;
    for (const std::string& text : {kAudioConfig, kImageConfig, kBothConfig, kSharedConfig}) {
      configs.push_back(json_of_yaml(text));
    }
    return configs;
  }();
  return kConfigs;
}

}  // namespace fairground
