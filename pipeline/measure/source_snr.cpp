// The noise is what the pauses hold, and the work is to find them where the noise is loud. Three steps:
//
// 1. In each band of the spectrum, a low percentile of the power over time, made into a mean by the quantile of the
//    gamma distribution that the power of noise follows. It finds the colour of the noise. As level it is too high by
//    1 to 2 dB where speech fills most of the time.
// 2. Each frame's power, every band divided by its noise. Many bands together vary little in noise alone, so that
//    pauses stand out sharply; the noise is their mean power. Where the noise is not steady enough to crowd, the
//    result of step 1 stands, provided that it lies so far below the speech that it must be pauses.
// 3. The power left when the noise is taken away is speech. It is spread over the frames whose power exceeds the
//    noise plus the speech's level less the margin of P.56, which is found by iteration.
//
// Others were tried on recordings and made signals with white and pink noise at 0 to 40 dB. The amplitude distribution
// (WADA, Kim and Stern, Interspeech 2008) has a spread of 1 to 5 dB up to 20 dB and tells nothing above; a histogram of
// levels, in the manner of NIST's STNR, takes the loudest speech as signal and so is 4 to 7 dB too high; one percentile
// over the full band has a spread of 1 to 5 dB. The figures of this one stand with the tests.

#include "pipeline/measure/source_snr.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include "pipeline/core/units.h"
#include "pipeline/measure/real_fourier.h"

namespace fairground {
namespace {

// Short enough for the pauses between words, long enough for bands of 62 Hz.
constexpr double kFrameS = 0.032;
constexpr double kLowestHz = 60.0;

// Bands are a quarter of an octave wide and more at the lower end, where bins are few; 500 Hz at most, since a wider
// band would leave too few of them.
constexpr double kBandShare = 0.26;
constexpr std::size_t kMostBins = 16;
constexpr std::size_t kFewestBins = 2;

constexpr double kFloorShare = 0.1;                   // the percentile of step 1
constexpr double kFloorNormal = -1.2815515655446004;  // the standard normal's quantile of it

constexpr double kPauseShare = 0.02;  // the quietest frames, which are pauses if there are any
constexpr double kPauseRange = 1.3;   // noise over all bands varies by a tenth, and so pauses lie within
// Pauses crowd within the range, while speech has only few frames that are as quiet as its quietest.
constexpr std::size_t kCrowd = 2;
constexpr double kLeastPauseS = 0.1;
// Frames that lie further below the speech are pauses, steady or not. P.56 counts them as such from 15.9 dB.
constexpr double kPauseDepthDb = 20.0;

constexpr double kMarginDb = 15.9;    // of P.56
constexpr double kActiveRange = 1.5;  // nothing below the noise's power times this is speech
constexpr double kHoldS = 0.1;        // speech goes on for so long around a frame; empirical, against P.56
constexpr int kRounds = 20;           // settles in less than ten
constexpr double kLowestSnrDb = -5.0;
constexpr double kLeastSpeech = 0.05;  // of the noise's power over all the time; the noise is not known any better
constexpr double kLeastS = 0.3;
constexpr int kLowestRate = 1000;  // in Hz; below it frames have next to no bands, and speech no sense

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct Band {
  std::size_t first;
  std::size_t end;
  double shape;  // of the gamma distribution that the power of noise in it follows
};

// Under Hann's window the powers of neighbouring bins correlate with 4/9, those of the next but one with 1/36.
double gamma_shape(std::size_t bins) {
  const auto n = static_cast<double>(bins);
  return n * n / (n + 2.0 * (n - 1.0) * 4.0 / 9.0 + 2.0 * std::max(n - 2.0, 0.0) / 36.0);
}

std::vector<Band> make_bands(std::size_t first_bin, std::size_t bins) {
  std::vector<Band> bands;
  for (std::size_t first = first_bin; first + kFewestBins <= bins;) {
    const auto share = static_cast<std::size_t>(kBandShare * static_cast<double>(first));
    const std::size_t end = std::min(first + std::clamp(share, kFewestBins, kMostBins), bins);
    bands.push_back({first, end, gamma_shape(end - first)});
    first = end;
  }
  return bands;
}

// Powers by frame and band, without the frames of digital silence.
struct Spectrogram {
  std::vector<Band> bands;
  std::vector<std::vector<float>> powers;  // [band][frame]
  std::vector<double> totals;              // [frame]
  std::size_t silent = 0;                  // frames of digital silence
  std::size_t gated = 0;                   // those of them between others, which are no padding
  double hop_s = 0.0;
};

Spectrogram transform(const Audio& audio) {
  const int size = RealFourier::fast_size(static_cast<int>(kFrameS * audio.sample_rate));
  const auto length = static_cast<std::size_t>(size);
  const std::size_t hop = length / 2;
  const RealFourier fft(size);
  std::vector<float> window(length);
  double window_power = 0.0;
  for (std::size_t i = 0; i < length; ++i) {
    window[i] = static_cast<float>(0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / size));
    window_power += static_cast<double>(window[i]) * window[i];
  }
  std::vector<float> segment(length);
  std::vector<std::complex<float>> spectrum(length / 2 + 1);
  std::vector<double> bins(spectrum.size());

  Spectrogram result;
  const auto first_bin = static_cast<std::size_t>(std::ceil(kLowestHz * size / audio.sample_rate));
  result.bands = make_bands(first_bin, spectrum.size());
  result.powers.resize(result.bands.size());
  result.hop_s = static_cast<double>(hop) / audio.sample_rate;
  std::size_t padding = 0;                           // silent frames at the start
  const double scale = 2.0 / (window_power * size);  // a sine of amplitude 1 has a power of 1/2
  for (std::size_t first = 0, index = 0; first + length <= audio.frames(); first += hop, ++index) {
    std::fill(bins.begin(), bins.end(), 0.0);
    double energy = 0.0;
    for (int c = 0; c < audio.channels; ++c) {
      const std::span<const float> samples = audio.channel(c).subspan(first, length);
      for (std::size_t i = 0; i < length; ++i) {
        segment[i] = samples[i] * window[i];
        energy += static_cast<double>(segment[i]) * segment[i];
      }
      fft.forward(segment, spectrum);
      for (std::size_t bin = first_bin; bin < bins.size(); ++bin) {
        const double re = spectrum[bin].real();
        const double im = spectrum[bin].imag();
        bins[bin] += re * re + im * im;
      }
    }
    if (level_dbov(energy / window_power) <= kSilenceDbov) {
      ++result.silent;
      continue;
    }
    const std::size_t before = index - result.totals.size();
    result.gated = result.totals.empty() ? 0 : before - padding;
    padding = result.totals.empty() ? before : padding;
    double total = 0.0;
    for (std::size_t b = 0; b < result.bands.size(); ++b) {
      double power = 0.0;
      for (std::size_t bin = result.bands[b].first; bin < result.bands[b].end; ++bin) {
        power += scale * bins[bin];
      }
      result.powers[b].push_back(static_cast<float>(power));
      total += power;
    }
    result.totals.push_back(total);
  }
  return result;
}

template <class T>
double lower_quantile(std::vector<T> values, double share) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return static_cast<double>(*place);
}

// Mean over quantile of a gamma distribution, by Wilson and Hilferty ("The distribution of chi-square", PNAS 17, 1931).
double mean_over_floor(double shape) {
  const double part = 1.0 / (9.0 * shape);
  return std::pow(1.0 - part + kFloorNormal * std::sqrt(part), -3.0);
}

struct Noise {
  double power = 0.0;
  bool is_steady = false;  // as many frames are about as quiet as the quietest, as only noise can be
};

Noise find_noise(const Spectrogram& spectrogram) {
  const std::size_t frames = spectrogram.totals.size();
  std::vector<double> whitened(frames);
  double floor = 0.0;
  for (std::size_t b = 0; b < spectrogram.bands.size(); ++b) {
    const double shape = spectrogram.bands[b].shape;
    const double noise = lower_quantile(spectrogram.powers[b], kFloorShare) * mean_over_floor(shape);
    if (noise <= 0.0) {
      continue;
    }
    floor += noise;
    for (std::size_t t = 0; t < frames; ++t) {
      whitened[t] += shape * static_cast<double>(spectrogram.powers[b][t]) / noise;
    }
  }
  const double quietest = lower_quantile(whitened, kPauseShare);
  double sum = 0.0;
  std::size_t pauses = 0;
  std::size_t quiet = 0;
  for (std::size_t t = 0; t < frames; ++t) {
    quiet += whitened[t] <= quietest ? 1 : 0;
    if (whitened[t] <= kPauseRange * quietest) {
      sum += spectrogram.totals[t];
      ++pauses;
    }
  }
  if (pauses < kCrowd * quiet || static_cast<double>(pauses) * spectrogram.hop_s < kLeastPauseS) {
    return {floor, false};
  }
  return {std::min(floor, sum / static_cast<double>(pauses)), true};
}

// The power of speech over the time in which it is active; 0 where there is none.
double speech_power(const Spectrogram& spectrogram, double noise) {
  const std::vector<double>& totals = spectrogram.totals;
  const auto hold = static_cast<std::size_t>(kHoldS / spectrogram.hop_s);
  std::vector<double> held(totals.size());
  double mean = 0.0;
  for (std::size_t t = 0; t < totals.size(); ++t) {
    const auto first = totals.begin() + static_cast<std::ptrdiff_t>(t - std::min(t, hold));
    const auto end = totals.begin() + static_cast<std::ptrdiff_t>(std::min(t + hold + 1, totals.size()));
    held[t] = *std::max_element(first, end);
    mean += totals[t] / static_cast<double>(totals.size());
  }
  double speech = mean - noise;
  if (speech < kLeastSpeech * noise) {
    return 0.0;
  }
  for (int round = 0; round < kRounds && speech > 0.0; ++round) {
    const double threshold = std::max(kActiveRange * noise, noise + speech * power_from_db(-kMarginDb));
    const auto active =
        std::count_if(held.begin(), held.end(), [threshold](double power) { return power > threshold; });
    if (active == 0) {
      return 0.0;
    }
    speech = (mean - noise) * static_cast<double>(totals.size()) / static_cast<double>(active);
  }
  return speech;
}

}  // namespace

double measure_source_snr_db(const Audio& audio) {
  if (audio.sample_rate < kLowestRate || audio.seconds() < kLeastS) {
    return kUnknown;
  }
  const Spectrogram spectrogram = transform(audio);
  if (spectrogram.totals.empty()) {
    return kUnknown;
  }
  const Noise noise = find_noise(spectrogram);
  const double snr_db = db_from_power(speech_power(spectrogram, noise.power) / noise.power);
  if (!noise.is_steady) {
    const auto lasts = [&spectrogram](std::size_t frames) {
      return static_cast<double>(frames) * spectrogram.hop_s >= kLeastPauseS;
    };
    if (lasts(spectrogram.gated)) {
      return kHighestSourceSnrDb;
    }
    // Where there is padding there need be no pauses of another kind.
    if (lasts(spectrogram.silent) || snr_db < kPauseDepthDb) {
      return kUnknown;
    }
  }
  return snr_db < kLowestSnrDb ? kUnknown : std::min(snr_db, kHighestSourceSnrDb);
}

}  // namespace fairground
