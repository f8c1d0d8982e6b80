// What a noise is like, so that one can be made that is like it, and two can be compared: its spectrum in bands, its
// tones, its rhythms, and how its level comes and goes. Arithmetic of our own throughout: the same bits on every
// machine.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "pipeline/measure/modulation.h"
#include "pipeline/measure/noise_spectrum.h"
#include "pipeline/media/audio.h"

namespace fairground {

/// Shorter recordings say too little: four seconds hold six beats of 1.5 Hz.
inline constexpr double kLeastNoiseSeconds = 4.0;
/// Of a longer recording, so much from its start is looked at: what one transform of the envelope holds.
inline constexpr double kMostNoiseSeconds = 120.0;

struct NoiseCharacter {
  NoiseSpectrum spectrum;
  std::vector<ThirdOctave> thirds;
  double seconds = 0.0;  ///< that were looked at
  double a_power = 0.0;  ///< A-weighted mean power

  std::vector<Rhythm> rhythms;          ///< of the A-weighted power
  PartModulation whole;                 ///< of the same
  std::vector<PartModulation> tones;    ///< of spectrum.tones
  std::vector<PartModulation> octaves;  ///< of the background in each of kNoiseOctaves
  std::vector<double> octave_a_powers;  ///< A-weighted mean power of the background there

  /// Of the A-weighted level with the time constant `fast` (IEC 61672-1): exceeded in 10, 50 and 90 % of the time, in
  /// dB over the mean level.
  double l10_db = 0.0, l50_db = 0.0, l90_db = 0.0;
  /// Of the A-weighted power over its mean: variance in each octave of modulation frequency, rhythms and chance
  /// included.
  std::array<double, kWaverBands> modulation{};
};

/// Octaves of sound: 31.5 Hz and all below, then 63 Hz to 16 kHz and all above.
inline constexpr std::size_t kNoiseOctaves = 10;
[[nodiscard]] double noise_octave_low_hz(std::size_t octave);
[[nodiscard]] double noise_octave_high_hz(std::size_t octave);  ///< of the last, infinity

/// Why a recording cannot be looked at (too short, silent), or nothing.
[[nodiscard]] std::string noise_character_problem(const Audio& audio);

/// Of a recording without a problem.
[[nodiscard]] NoiseCharacter measure_noise_character(const Audio& audio);

}  // namespace fairground
