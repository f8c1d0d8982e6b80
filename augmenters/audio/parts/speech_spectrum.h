// The long-term average spectrum of speech over twelve languages, men and women.
#pragma once

#include "augmenters/audio/parts/band_spectrum.h"

namespace fairground {

/// Byrne and others, "An international comparison of long-term average speech spectra" (J. Acoust. Soc. Am. 96, 1994):
/// bands of a third of an octave from 63 Hz to 16 kHz, at an overall level of 70 dB.
[[nodiscard]] BandSpectrum speech_spectrum();

}  // namespace fairground
