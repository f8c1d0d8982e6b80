// A smooth spectrum whose bands have given levels: what standards and surveys of noise publish.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace fairground {

/// Level of a band, in dB against anything.
struct BandLevel {
  double hz = 0.0;  ///< nominal centre; the exact one, of IEC 61260-1, is found from it
  double db = 0.0;
};

class BandSpectrum {
 public:
  /// Neighbouring bands from the lowest up, each 1 / `bands_per_octave` (1 or 3) wide. The density goes in straight
  /// lines of dB over the logarithm of frequency from centre to centre, and the levels there are such that each band
  /// holds what is asked, which the straight lines alone would miss by 1.4 dB in the spectrum of speech. Below
  /// the lowest band and above the highest the outermost line goes on, so that nothing ends in a wall; half an octave
  /// below the lowest band there is nothing.
  BandSpectrum(std::span<const BandLevel> bands, int bands_per_octave);

  /// The square root of the power density, whose greatest value at a centre is 1.
  [[nodiscard]] double amplitude(double hz) const;
  /// Integral of the power density, in its own units times Hz.
  [[nodiscard]] double power_between(double low_hz, double high_hz) const;

 private:
  [[nodiscard]] double density_nepers(double log_hz) const;

  std::vector<double> log_hz_;  ///< of the centres
  std::vector<double> nepers_;  ///< ln of the power density there
  double lowest_hz_ = 0.0;
};

/// 10^(n/10) for the n that brings it nearest to `nominal_hz`: the exact centre of a band of a third or a whole octave.
[[nodiscard]] double exact_band_hz(double nominal_hz);

}  // namespace fairground
