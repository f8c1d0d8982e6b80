#include "pipeline/measure/weighted_level.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "pipeline/core/plain.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/measure/real_fourier.h"

namespace fairground {
namespace {

constexpr double kWindowS = 0.125;

/// Of IEC 61672-1, annex E, without the factor that makes it 1 at 1000 Hz.
double a_weighting_amplitude(double hz) {
  const double f2 = hz * hz;
  constexpr double kF1 = 20.598997;
  constexpr double kF2 = 107.65265;
  constexpr double kF3 = 737.86223;
  constexpr double kF4 = 12194.217;
  return kF4 * kF4 * f2 * f2 / ((f2 + kF1 * kF1) * std::sqrt((f2 + kF2 * kF2) * (f2 + kF3 * kF3)) * (f2 + kF4 * kF4));
}

}  // namespace

std::string_view to_string(Weighting weighting) {
  switch (weighting) {
    case Weighting::full:
      return "full";
    case Weighting::a_weighted:
      return "a_weighted";
    case Weighting::telephone:
      return "300-3400";
  }
  return "";
}

double weighting_gain(Weighting weighting, double hz) {
  switch (weighting) {
    case Weighting::full:
      return 1.0;
    case Weighting::a_weighted: {
      const double amplitude = a_weighting_amplitude(hz) / a_weighting_amplitude(1000.0);
      return amplitude * amplitude;
    }
    case Weighting::telephone:
      return hz >= 300.0 && hz <= 3400.0 ? 1.0 : 0.0;
  }
  return 0.0;
}

double weighted_power(const Audio& audio, Weighting weighting) {
  if (weighting == Weighting::full || audio.frames() == 0) {
    return audio.frames() == 0 ? 0.0 : mean_power(audio.samples);
  }
  const int size = RealFourier::fast_size(static_cast<int>(kWindowS * audio.sample_rate));
  const RealFourier fft(size);
  const auto length = static_cast<std::size_t>(size);
  const std::size_t hop = length / 2;  // fast sizes are even
  std::vector<float> window(length);
  for (std::size_t i = 0; i < length; ++i) {
    const double turns = (static_cast<double>(i) + 0.5) / (2.0 * static_cast<double>(length));
    window[i] = static_cast<float>(plain::sine_of_turns(turns));
  }
  std::vector<double> gains(length / 2 + 1);
  for (std::size_t k = 0; k < gains.size(); ++k) {
    gains[k] = weighting_gain(weighting, static_cast<double>(k) * audio.sample_rate / size);
    // All but the first and the last stand for two frequencies, of either sign.
    gains[k] *= k == 0 || k == length / 2 ? 1.0 : 2.0;
  }
  std::vector<float> segment(length);
  std::vector<std::complex<float>> spectrum(gains.size());
  double energy = 0.0;
  for (int c = 0; c < audio.channels; ++c) {
    const std::span<const float> samples = audio.channel(c);
    // Half a window before the start and behind the end, so that every sample lies under two windows.
    for (std::size_t begin = 0; begin < samples.size() + hop; begin += hop) {
      for (std::size_t i = 0; i < length; ++i) {
        const std::size_t at = begin + i;
        segment[i] = at >= hop && at - hop < samples.size() ? samples[at - hop] * window[i] : 0.0F;
      }
      fft.forward(segment, spectrum);
      for (std::size_t k = 0; k < gains.size(); ++k) {
        const double re = spectrum[k].real();
        const double im = spectrum[k].imag();
        energy += gains[k] * (re * re + im * im);
      }
    }
  }
  return energy / static_cast<double>(length) / static_cast<double>(audio.samples.size());
}

}  // namespace fairground
