// A voice that is used with more or less effort, from a tired murmur to a shout: its level and its spectrum.
//
// ANSI S3.5-1997, "Methods for calculation of the speech intelligibility index", tables 3 and 4: standard spectra of
// speech of normal, raised and loud effort and of shouts, at 62.35, 68.34, 74.85 and 82.30 dB. The spectrum between two
// of them is taken in straight lines of dB. Voices softer than normal, of which the standard has none, go on along the
// line from raised to normal, which is an extrapolation: at 1 to 4 kHz they lose 1.3 to 1.5 dB for each dB of level.
//
// What else effort does to a voice is left out: pitch and formants, which rise with it, and longer vowels.

#include <algorithm>
#include <array>

#include "augmenters/audio/parts/raised_voice.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct VoiceVocalEffort {
  double effort_db = 10.0;
};

const ParameterTable<VoiceVocalEffort>& table() {
  using P = VoiceVocalEffort;
  static const auto instance = ParameterTable<P>().number(
      "effort_db", &P::effort_db, "dB", {-10.0, 20.0},
      "Level of the voice over normal effort: 6 is raised, 12.5 loud, 20 shouted, for which sources need a low "
      "`active_level`; below 0 it is soft or tired.");
  return instance;
}

// Spectrum levels over those of normal effort, where tables 3 and 4 and all copies of them agree.
constexpr std::size_t kBands = 7;
constexpr std::array<double, kBands> kBandsHz{160, 250, 500, 1000, 2000, 4000, 8000};
struct Effort {
  double level_db;
  std::array<double, kBands> spectrum_db;
};
constexpr std::array<Effort, 4> kEfforts{{
    {0.0, {0, 0, 0, 0, 0, 0, 0}},
    {68.34 - 62.35, {1.40, 4.23, 5.88, 8.85, 8.00, 7.45, 3.94}},       // raised
    {74.85 - 62.35, {2.88, 6.80, 10.58, 17.15, 17.07, 16.08, 10.26}},  // loud
    {82.30 - 62.35, {-1.64, 7.75, 14.97, 26.30, 27.00, 25.08, 19.59}}  // shouted
}};

std::array<GainPoint, kBands> spectrum_of(double effort_db) {
  std::size_t above = 1;
  while (above + 1 < kEfforts.size() && effort_db > kEfforts[above].level_db) {
    ++above;
  }
  const Effort& low = kEfforts[above - 1];
  const Effort& high = kEfforts[above];
  const double t = (effort_db - low.level_db) / (high.level_db - low.level_db);
  std::array<GainPoint, kBands> points;
  for (std::size_t i = 0; i < kBands; ++i) {
    points[i] = {kBandsHz[i], low.spectrum_db[i] + t * (high.spectrum_db[i] - low.spectrum_db[i])};
  }
  return points;
}

void apply(AudioScene& scene, const VoiceVocalEffort& p, const StepRandom& /*random*/) {
  if (p.effort_db == 0.0) {
    return;
  }
  const std::array<GainPoint, kBands> points = spectrum_of(p.effort_db);
  const LinearPhaseFilter shape(scene.speech.sample_rate, [&points](double hz) { return interpolated_db(points, hz); });
  // The standard's overall levels are not weighted.
  raise_voice(scene.speech, shape, p.effort_db, Weighting::full);
}

const Registration registration(audio_augmenter<VoiceVocalEffort>(
    {
        .name = "voice.vocal_effort",
        .summary = "A voice of more or less effort, in level and spectrum; pitch and formants stay, so it is an "
                   "approximation.",
        .source = "ANSI S3.5-1997 (normal, raised, loud, shouted); softer voices are extrapolated",
        .media = Media::audio,
        .stage = Stage::voice,
        .version = 1,
        .identity = "effort_db: 0",
        .labels = "keeps all labels",
        .claim = "The level is within 0.01 dB of what was asked, and octaves are within 0.6 dB (1 dB at 250 Hz) of "
                 "ANSI S3.5-1997 for raised, loud and shouted speech.",
        .limits = "Pitch, formants and longer vowels are left out. Voices softer than normal are extrapolated.",
        .example = "soft: [{voice.vocal_effort: {effort_db: -10}}]\n"
                   "loud: [{voice.vocal_effort: {effort_db: 12.5}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
