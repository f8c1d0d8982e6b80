// Levels in a part of the spectrum.
#pragma once

#include <string_view>

#include "pipeline/media/audio.h"

namespace fairground {

enum class Weighting {
  full,        ///< all frequencies alike
  a_weighted,  ///< IEC 61672-1:2013, annex E
  telephone    ///< 300 to 3400 Hz, and nothing else
};
/// As in configs and records: `full`, `a_weighted`, `300-3400`.
[[nodiscard]] std::string_view to_string(Weighting weighting);

/// Gain of the power at a frequency. The A-weighting is 1 at 1000 Hz.
[[nodiscard]] double weighting_gain(Weighting weighting, double hz);

/// Mean power over all samples of all channels, weighted; full scale squared is 1. Taken on spectra of an eighth of a
/// second whose windows' squares add up to one, so that nothing of a short or unsteady sound is lost. An empty signal
/// has no power.
[[nodiscard]] double weighted_power(const Audio& audio, Weighting weighting);

}  // namespace fairground
