#include "pipeline/measure/bandwidth.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "pipeline/core/units.h"
#include "pipeline/measure/real_fourier.h"

namespace fairground {
namespace {

constexpr double kBandHz = 250.0;
constexpr double kRangeDb = 60.0;

// At 16 bins to a band, what Hann's window leaks from a strong band has fallen by 60 dB within half a band.
constexpr int kBinsPerBand = 16;

// Hann's window puts a constant offset, which is not sound, into the bins before this one.
constexpr std::size_t kFirstBin = 2;

// Adds the power spectra of segments that overlap by half, each under Hann's window (Welch, "The use of fast Fourier
// transform for the estimation of power spectra", IEEE Trans. AU-15(2), 1967). The last one ends with the recording, so
// that nothing is cut off within a window; only a recording shorter than a segment is filled up with zeros.
void add_spectrum(std::span<const float> samples, int size, std::vector<double>& power) {
  const RealFourier fft(size);
  const auto length = static_cast<std::size_t>(size);
  std::vector<float> window(length);
  for (std::size_t i = 0; i < length; ++i) {
    window[i] = static_cast<float>(0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / size));
  }
  std::vector<float> segment(length);
  std::vector<std::complex<float>> spectrum(power.size());
  const std::size_t filled = std::min(length, samples.size());
  const std::size_t last = samples.size() - filled;
  for (std::size_t step = 0; step < last + length / 2; step += length / 2) {
    const std::size_t first = std::min(step, last);
    for (std::size_t i = 0; i < filled; ++i) {
      segment[i] = samples[first + i] * window[i];
    }
    fft.forward(segment, spectrum);
    for (std::size_t bin = 0; bin < power.size(); ++bin) {
      const double re = spectrum[bin].real();
      const double im = spectrum[bin].imag();
      power[bin] += re * re + im * im;
    }
  }
}

}  // namespace

double measure_bandwidth_hz(const Audio& audio) {
  const int size = RealFourier::fast_size(static_cast<int>(kBinsPerBand * audio.sample_rate / kBandHz));
  const double bin_hz = static_cast<double>(audio.sample_rate) / size;
  std::vector<double> power(static_cast<std::size_t>(size) / 2 + 1);
  for (int c = 0; c < audio.channels; ++c) {
    add_spectrum(audio.channel(c), size, power);
  }

  // The power of the band that begins at each bin.
  const auto bins = static_cast<std::size_t>(std::lround(kBandHz / bin_hz));
  std::vector<double> bands(power.size());
  for (std::size_t first = kFirstBin; first < bands.size(); ++first) {
    const std::size_t end = std::min(first + bins, power.size());
    for (std::size_t bin = first; bin < end; ++bin) {
      bands[first] += power[bin];
    }
  }
  const double strongest = *std::max_element(bands.begin(), bands.end());
  if (strongest <= 0.0) {
    return 0.0;
  }
  std::size_t highest = bands.size() - 1;
  while (bands[highest] < strongest * power_from_db(-kRangeDb)) {
    --highest;
  }
  return static_cast<double>(highest) * bin_hz;
}

}  // namespace fairground
