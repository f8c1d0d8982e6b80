// Gaussian noise whose power density follows a power of frequency: white (0 dB per octave), pink (-3), brown
// (-6), blue (+3) and violet (+6). The names are those of ATIS Telecom Glossary (T1.523-2001).
// Drawn as a spectrum, as parts/drawn_noise.h says, so that the slope is exact at every rate.

#include <algorithm>
#include <cmath>

#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/spectrum_noise.h"
#include "augmenters/augmenter.h"

namespace fairground {
namespace {

enum class Colour { white, pink, brown, blue, violet };

struct NoiseColoured : NoiseLevel {
  Colour colour = Colour::pink;
  double low_hz = 20.0;
};

const ParameterTable<NoiseColoured>& table() {
  using P = NoiseColoured;
  static const auto instance =
      noise_level_table<P>()
          .choice("colour", &P::colour,
                  {{"white", Colour::white},
                   {"pink", Colour::pink},
                   {"brown", Colour::brown},
                   {"blue", Colour::blue},
                   {"violet", Colour::violet}},
                  "How the power density goes with frequency: 0, -3, -6, +3 or +6 dB per octave.")
          .number("low_hz", &P::low_hz, "Hz", {1.0, 500.0},
                  "No noise lies below this frequency; without it, brown noise would be mostly inaudible rumble.");
  return instance;
}

// Square roots and quotients only: unlike pow they are exact on every machine.
double amplitude(Colour colour, double hz) {
  switch (colour) {
    case Colour::white:
      return 1.0;
    case Colour::pink:
      return 1.0 / std::sqrt(hz);
    case Colour::brown:
      return 1.0 / hz;
    case Colour::blue:
      return std::sqrt(hz);
    case Colour::violet:
      return hz;
  }
  return 0.0;
}

DrawnNoise spectrum(const NoiseColoured& p, int sample_rate) {
  const double strongest = std::max(amplitude(p.colour, p.low_hz), amplitude(p.colour, sample_rate / 2.0));
  return {sample_rate,
          [&p, strongest](double hz) { return hz >= p.low_hz ? amplitude(p.colour, hz) / strongest : 0.0; }};
}

const Registration registration(spectrum_noise_augmenter<NoiseColoured>(
    {
        .name = "noise.coloured",
        .summary = "Stationary noise of a named colour, at an SNR against the active speech level.",
        .source = "Timmer and Koenig 1995 (drawn spectrum); ATIS Telecom Glossary (colours); ITU-T P.56 (level)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every SNR adds noise",
        .labels = "keeps all labels",
        .claim = "The slope is within 0.3 dB per octave from 100 Hz to 0.4 of the rate, and less than -40 dB of the "
                 "power lies below the lower end. Samples are Gaussian, and power is even over the joints of the "
                 "blocks that it is drawn in.",
        .example = "pink: [{noise.coloured: {colour: pink, snr_db: 5}}]\n"
                   "brown: [{noise.coloured: {colour: brown, snr_db: 0}}]\n"
                   "violet: [{noise.coloured: {colour: violet, snr_db: 5}}]\n",
        .check = check_noise_level,
    },
    table(), spectrum));

}  // namespace
}  // namespace fairground
