// Steady noise with the long-term spectrum of speech, as audiometry uses: it masks speech evenly over frequency.
//
// The spectrum is the average over twelve languages, men and women, of Byrne and others, "An international comparison
// of long-term average speech spectra" (J. Acoust. Soc. Am. 96, 1994): bands of a third of an octave at an
// overall level of 70 dB. The languages differ little, so that one noise serves all groups; men and women differ below
// 160 Hz.

#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/spectrum_noise.h"
#include "augmenters/audio/parts/speech_spectrum.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct NoiseSpeechShaped : NoiseLevel {};

const ParameterTable<NoiseSpeechShaped>& table() {
  static const auto instance = noise_level_table<NoiseSpeechShaped>();
  return instance;
}

DrawnNoise spectrum(const NoiseSpeechShaped& /*p*/, int sample_rate) {
  const BandSpectrum speech = speech_spectrum();
  return {sample_rate, [&speech](double hz) { return speech.amplitude(hz); }};
}

const Registration registration(spectrum_noise_augmenter<NoiseSpeechShaped>(
    {
        .name = "noise.speech_shaped",
        .summary = "Steady noise with the long-term average spectrum of speech in twelve languages.",
        .source = "Byrne et al. 1994 (spectrum); Timmer and Koenig 1995 (drawn spectrum)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every SNR adds noise",
        .labels = "keeps all labels",
        .claim = "Thirds of an octave are within 1 dB of the published spectrum at 8, 16 and 48 kHz.",
        .limits = "One noise serves all groups: the languages differ little, but men and women do below 160 Hz.",
        .example = "snr_10: [{noise.speech_shaped: {snr_db: 10}}]\n"
                   "snr_0: [{noise.speech_shaped: {snr_db: 0}}]\n",
        .check = check_noise_level,
    },
    table(), spectrum));

}  // namespace
}  // namespace fairground
