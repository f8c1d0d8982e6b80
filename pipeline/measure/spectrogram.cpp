#include "pipeline/measure/spectrogram.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "pipeline/measure/real_fourier.h"

namespace fairground {

Spectrogram measure_spectrogram(const Audio& audio, int frames) {
  constexpr double kWindowSeconds = 0.032;
  constexpr double kLeastPower = 1e-15;
  const int size = std::max(2, 2 * static_cast<int>(std::lround(0.5 * kWindowSeconds * audio.sample_rate)));
  const int bins = size / 2 + 1;
  std::vector<float> window(static_cast<std::size_t>(size));
  double sum = 0.0;
  for (int i = 0; i < size; ++i) {
    const double value = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * (i + 0.5) / size);
    window[static_cast<std::size_t>(i)] = static_cast<float>(value);
    sum += value;
  }
  const double full_scale = 0.25 * sum * sum;  // power in the bin of a sine of amplitude 1
  const RealFourier fourier(size);
  std::vector<float> block(window.size());
  std::vector<std::complex<float>> spectrum(static_cast<std::size_t>(bins));

  Spectrogram spectrogram{frames, bins, {}};
  spectrogram.db.reserve(static_cast<std::size_t>(frames) * spectrum.size());
  const auto length = static_cast<std::ptrdiff_t>(audio.frames());
  for (int frame = 0; frame < frames; ++frame) {
    const auto middle = static_cast<std::ptrdiff_t>((frame + 0.5) / frames * static_cast<double>(length));
    std::vector<double> power(spectrum.size(), kLeastPower);
    for (int c = 0; c < audio.channels; ++c) {
      const auto samples = audio.channel(c);
      for (std::ptrdiff_t i = 0; i < size; ++i) {
        const std::ptrdiff_t place = middle - size / 2 + i;
        const bool inside = place >= 0 && place < length;
        const auto at = static_cast<std::size_t>(i);
        block[at] = inside ? window[at] * samples[static_cast<std::size_t>(place)] : 0.0F;
      }
      fourier.forward(block, spectrum);
      for (std::size_t k = 0; k < spectrum.size(); ++k) {
        const double re = spectrum[k].real();
        const double im = spectrum[k].imag();
        power[k] += (re * re + im * im) / (full_scale * audio.channels);
      }
    }
    for (const double bin : power) {
      spectrogram.db.push_back(static_cast<float>(10.0 * std::log10(bin)));
    }
  }
  return spectrogram;
}

}  // namespace fairground
