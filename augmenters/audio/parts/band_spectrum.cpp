#include "augmenters/audio/parts/band_spectrum.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

// Each round takes away most of what a band still lacks or has too much. Afterwards all bands of the published spectra
// are within 0.002 dB.
constexpr int kRounds = 12;
/// Points on which the power of a band is summed.
constexpr int kPoints = 32;

}  // namespace

double exact_band_hz(double nominal_hz) {
  return plain::exp(std::floor(10.0 * plain::log(nominal_hz) / plain::kLn10 + 0.5) * (plain::kLn10 / 10.0));
}

BandSpectrum::BandSpectrum(std::span<const BandLevel> bands, int bands_per_octave) {
  const double half_width = 0.5 * 0.3 * plain::kLn10 / bands_per_octave;  // an octave is 10^0.3
  std::vector<double> wanted;
  for (const BandLevel& band : bands) {
    log_hz_.push_back(plain::log(exact_band_hz(band.hz)));
    wanted.push_back(band.db * (plain::kLn10 / 10.0));
    // Of a density that is flat over the band.
    nepers_.push_back(wanted.back() - log_hz_.back());
  }
  lowest_hz_ = plain::exp(log_hz_.front() - half_width - 0.15 * plain::kLn10);
  const auto held = [&](double centre) {
    double power = 0.0;
    for (int i = 0; i < kPoints; ++i) {
      const double at = centre + half_width * ((2.0 * i + 1.0) / kPoints - 1.0);
      power += plain::exp(density_nepers(at) + at);  // over the logarithm, a step of frequency is worth the frequency
    }
    return plain::log(power / kPoints);
  };
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> mended = nepers_;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      mended[i] += wanted[i] - held(log_hz_[i]);
    }
    nepers_ = mended;
  }
  const double strongest = *std::max_element(nepers_.begin(), nepers_.end());
  for (double& nepers : nepers_) {
    nepers -= strongest;
  }
}

double BandSpectrum::density_nepers(double log_hz) const {
  const auto above = std::upper_bound(log_hz_.begin() + 1, log_hz_.end() - 1, log_hz);
  const auto right = static_cast<std::size_t>(above - log_hz_.begin());
  const double t = (log_hz - log_hz_[right - 1]) / (log_hz_[right] - log_hz_[right - 1]);
  return nepers_[right - 1] + t * (nepers_[right] - nepers_[right - 1]);
}

double BandSpectrum::amplitude(double hz) const {
  return hz < lowest_hz_ ? 0.0 : plain::exp(0.5 * density_nepers(plain::log(hz)));
}

double BandSpectrum::power_between(double low_hz, double high_hz) const {
  constexpr int kSteps = 512;
  const double step = (high_hz - low_hz) / kSteps;
  double power = 0.0;
  for (int i = 0; i < kSteps; ++i) {
    const double at = amplitude(low_hz + (i + 0.5) * step);
    power += at * at * step;
  }
  return power;
}

}  // namespace fairground
