// Configs whose `design` a test completes.
#pragma once

#include <string>

#include "tests/config/fixture.h"

namespace fairground {

/// Lines 1 to 9: three axes of audio and a column of subjects. `design` is for line 10.
inline const std::string kThreeAxes = R"(fairground: 1
name: ward
seed: 7
output: {directory: out}
sources: [{media: audio, manifest: speech.csv, id: clip, file: path, subject: who, groups: [accent]}]
axes:
  noise: {none: [], soft: [{noise.coloured: {snr_db: 20}}], loud: [{noise.coloured: {snr_db: 0}}]}
  line: {wide: [], narrow: [channel.band]}
  bits: {16: [], 8: [{channel.band: {high_hz: 4000}}]}
)";

/// Lines 1 to 11: two axes of audio, with subjects, and one of image, without. `design` is for line 12.
inline const std::string kBothMedia = R"(fairground: 1
name: ward
seed: 7
output: {directory: out}
sources:
  - {media: audio, manifest: speech.csv, id: clip, file: path, subject: who}
  - {media: image, manifest: faces.csv, id: face, file: path}
axes:
  audio: {noise: {none: [], loud: [{noise.coloured: {snr_db: 0}}]}, line: {wide: [], narrow: [channel.band]}}
  image:
    light: {day: [], dusk: [{light.exposure: {exposure_ev: -2}}]}
)";

}  // namespace fairground
