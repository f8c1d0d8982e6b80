#include "augmenters/audio/parts/speech_spectrum.h"

#include <array>

namespace fairground {
namespace {

constexpr std::array kSpeech{
    BandLevel{63, 38.6},   BandLevel{80, 43.5},   BandLevel{100, 54.4},   BandLevel{125, 57.7},
    BandLevel{160, 56.8},  BandLevel{200, 60.2},  BandLevel{250, 60.3},   BandLevel{315, 59.0},
    BandLevel{400, 62.1},  BandLevel{500, 62.1},  BandLevel{630, 60.5},   BandLevel{800, 56.8},
    BandLevel{1000, 53.7}, BandLevel{1250, 53.0}, BandLevel{1600, 52.0},  BandLevel{2000, 48.7},
    BandLevel{2500, 48.1}, BandLevel{3150, 46.8}, BandLevel{4000, 45.6},  BandLevel{5000, 44.5},
    BandLevel{6300, 44.3}, BandLevel{8000, 43.7}, BandLevel{10000, 43.4}, BandLevel{12500, 41.3},
    BandLevel{16000, 40.7}};

}  // namespace

BandSpectrum speech_spectrum() { return {kSpeech, /*bands_per_octave=*/3}; }

}  // namespace fairground
