// Steady noise with the long-term spectrum of speech, as audiometry uses: it masks speech evenly over frequency.
//
// The spectrum is the average over twelve languages, men and women, of Byrne and others, "An international comparison
// of long-term average speech spectra" (J. Acoust. Soc. Am. 96, 1994): bands of a third of an octave at an
// overall level of 70 dB. The languages differ little, so that one noise serves all groups; men and women differ below
// 160 Hz.

#include <array>

#include "augmenters/audio/parts/band_spectrum.h"
#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct NoiseSpeechShaped : NoiseLevel {};

const ParameterTable<NoiseSpeechShaped>& table() {
  static const auto instance = noise_level_table<NoiseSpeechShaped>();
  return instance;
}

constexpr std::array kSpeech{
    BandLevel{63, 38.6},   BandLevel{80, 43.5},   BandLevel{100, 54.4},   BandLevel{125, 57.7},
    BandLevel{160, 56.8},  BandLevel{200, 60.2},  BandLevel{250, 60.3},   BandLevel{315, 59.0},
    BandLevel{400, 62.1},  BandLevel{500, 62.1},  BandLevel{630, 60.5},   BandLevel{800, 56.8},
    BandLevel{1000, 53.7}, BandLevel{1250, 53.0}, BandLevel{1600, 52.0},  BandLevel{2000, 48.7},
    BandLevel{2500, 48.1}, BandLevel{3150, 46.8}, BandLevel{4000, 45.6},  BandLevel{5000, 44.5},
    BandLevel{6300, 44.3}, BandLevel{8000, 43.7}, BandLevel{10000, 43.4}, BandLevel{12500, 41.3},
    BandLevel{16000, 40.7}};

DrawnNoise prepare(const NoiseSpeechShaped&, const PrepareContext& context) {
  const BandSpectrum spectrum(kSpeech, /*bands_per_octave=*/3);
  return {context.sample_rate, [&spectrum](double hz) { return spectrum.amplitude(hz); }};
}

void make(NoiseSound& sound, const DrawnNoise& noise, const NoiseSpeechShaped& /*p*/, const StepRandom& random) {
  noise.synthesise(sound.signal, random);
}

const Registration registration(noise_augmenter<NoiseSpeechShaped, DrawnNoise>(
    {
        .name = "noise.speech_shaped",
        .summary = "Steady noise with the long-term average spectrum of speech in twelve languages.",
        .source = "Byrne et al. 1994 (spectrum); Timmer and Koenig 1995 (drawn spectrum)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every SNR adds noise",
        .labels = "keeps all labels",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
