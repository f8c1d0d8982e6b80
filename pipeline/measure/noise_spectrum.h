// The long-term spectrum of a noise, its bands and its tones, in arithmetic that gives the same bits on every machine:
// what is synthesised from it hangs on no libm.
#pragma once

#include <complex>
#include <functional>
#include <vector>

#include "pipeline/media/audio.h"

namespace fairground {

/// A line that stands out of its surroundings, such as a fan's or a transformer's.
struct Tone {
  double hz = 0.0;       ///< finer than a bin
  double power = 0.0;    ///< without the noise below it; a sine of amplitude 1 has 1/2
  double over_db = 0.0;  ///< the height of its bin over the median of those around
};

/// The half of a tone's breadth, in Hz: what lies within is its own, such as the side bands of a slow swelling.
[[nodiscard]] double tone_half_width_hz(double hz_per_bin);

struct NoiseSpectrum {
  double hz_per_bin = 0.0;
  std::vector<double> power;       ///< of each bin, bin k at k * hz_per_bin; together the mean power over all channels
  std::vector<double> background;  ///< the same with the tones cut out
  std::vector<Tone> tones;         ///< the strongest, by frequency
};

/// By Welch's method: periodograms of 16384 samples that overlap by three quarters, under Hann's window, with which
/// every sample counts alike.
[[nodiscard]] NoiseSpectrum measure_noise_spectrum(const Audio& audio);

/// Power from one frequency to another; bins at the edges count by their share.
[[nodiscard]] double power_between(const std::vector<double>& bins, double hz_per_bin, double low_hz, double high_hz);

/// 1000 Hz times 10^(number / 10): the exact centre of a band of a third of an octave (IEC 61260-1).
[[nodiscard]] double third_octave_hz(int number);

struct ThirdOctave {
  double hz = 0.0;  ///< exact centre
  double power = 0.0;
};

/// From 25 Hz to the last band that ends below 0.45 times the rate.
[[nodiscard]] std::vector<ThirdOctave> third_octaves(const NoiseSpectrum& spectrum, int sample_rate);

/// A part of the spectrum whose power over time is wanted.
struct SpectrumPart {
  std::vector<std::pair<std::size_t, float>> gains;  ///< bin and amplitude; other bins are not in it
};

inline constexpr int kEnvelopeRate = 128;  ///< in Hz, nearly: see envelope_frame()

/// Samples of an envelope's frame: the whole number that comes nearest below rate / kEnvelopeRate.
[[nodiscard]] std::size_t envelope_frame(int sample_rate);

/// The power of each part in each frame of envelope_frame() samples, channels averaged: half the square of the analytic
/// signal of the part.
[[nodiscard]] std::vector<std::vector<double>> measure_envelopes(const Audio& audio,
                                                                 const std::vector<SpectrumPart>& parts);

}  // namespace fairground
