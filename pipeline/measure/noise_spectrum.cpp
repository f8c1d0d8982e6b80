#include "pipeline/measure/noise_spectrum.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "pipeline/core/fourier.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kBlock = kFourierSize;
constexpr std::size_t kHalf = kBlock / 2;
constexpr std::size_t kQuarter = kBlock / 4;

// All empirical. A bin of noise reaches 12 dB over the median of its neighbours next to never, even where only a few
// periodograms were averaged; what is not mostly in the middle of its breadth is a hump and no tone.
constexpr double kToneOverPower = 15.85;  // 12 dB
constexpr double kToneShare = 0.4;
constexpr std::size_t kMostTones = 32;
constexpr double kLowestToneHz = 20.0;
constexpr double kToneHalfHz = 12.0;
constexpr double kToneHalfBins = 5.0;   // Hann's window has fallen by 60 dB there
constexpr std::size_t kToneMiddle = 2;  // and holds a steady tone within so many bins
constexpr double kSurroundings = 0.06;  // of the frequency, to either side
constexpr std::size_t kLeastSurroundings = 24;

constexpr int kFirstThird = -16;  // 25 Hz
constexpr double kHighestShare = 0.45;

std::vector<float> hann() {
  std::vector<float> window(kBlock);
  for (std::size_t i = 0; i < kBlock; ++i) {
    const double turns = static_cast<double>(i) / static_cast<double>(kBlock);
    window[i] = static_cast<float>(0.5 - 0.5 * plain::cosine_of_turns(turns));
  }
  return window;
}

/// Room for one transform.
struct Block {
  std::vector<float> re = std::vector<float>(kBlock);
  std::vector<float> im = std::vector<float>(kBlock);

  [[nodiscard]] std::span<float, kBlock> real() { return std::span<float, kBlock>(re); }
  [[nodiscard]] std::span<float, kBlock> imaginary() { return std::span<float, kBlock>(im); }

  /// The spectrum of the windowed samples from `end - kBlock` on; there is silence around the recording.
  void load(std::span<const float> samples, const std::vector<float>& window, std::size_t end) {
    std::fill(re.begin(), re.end(), 0.0F);
    std::fill(im.begin(), im.end(), 0.0F);
    const std::size_t from = end < kBlock ? kBlock - end : 0;
    for (std::size_t i = from; i < kBlock && end + i - kBlock < samples.size(); ++i) {
      re[i] = samples[end + i - kBlock] * window[i];
    }
    forward_fourier(real(), imaginary());
  }
};

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Of the bins around each. They change slowly, and so one serves an eighth of the way.
std::vector<double> local_medians(const std::vector<double>& power) {
  std::vector<double> medians(power.size());
  std::vector<double> around;
  for (std::size_t k = 0; k < power.size();) {
    const std::size_t half =
        std::max(kLeastSurroundings, static_cast<std::size_t>(kSurroundings * static_cast<double>(k)));
    const std::size_t next = std::min(power.size(), k + half / 8);
    const std::size_t middle = (k + next) / 2;
    const std::size_t first = middle - std::min(middle, half);
    const std::size_t end = std::min(power.size(), middle + half + 1);
    around.assign(power.begin() + static_cast<std::ptrdiff_t>(first), power.begin() + static_cast<std::ptrdiff_t>(end));
    const double here = median(around);
    while (k < next) {
      medians[k++] = here;
    }
  }
  return medians;
}

/// The top of a parabola through the logarithms of three bins.
double finer_bin(const std::vector<double>& power, std::size_t k) {
  const double left = plain::log(power[k - 1]), top = plain::log(power[k]), right = plain::log(power[k + 1]);
  const double bend = left - 2.0 * top + right;
  return static_cast<double>(k) + (bend < 0.0 ? 0.5 * (left - right) / bend : 0.0);
}

void find_tones(NoiseSpectrum& spectrum) {
  const std::vector<double>& power = spectrum.power;
  const std::vector<double> medians = local_medians(power);
  spectrum.background = power;
  std::vector<std::size_t> peaks;
  for (std::size_t k = kToneMiddle + 1; k + kToneMiddle + 1 < power.size(); ++k) {
    const auto around = power.begin() + static_cast<std::ptrdiff_t>(k - kToneMiddle);
    const bool is_top = power[k] > 0.0 && *std::max_element(around, around + 2 * kToneMiddle + 1) == power[k];
    if (is_top && static_cast<double>(k) * spectrum.hz_per_bin >= kLowestToneHz && power[k - 1] > 0.0 &&
        power[k + 1] > 0.0 && power[k] > kToneOverPower * medians[k]) {
      peaks.push_back(k);
    }
  }
  std::sort(peaks.begin(), peaks.end(),
            [&](std::size_t a, std::size_t b) { return std::pair(-power[a], a) < std::pair(-power[b], b); });
  const auto half = static_cast<std::size_t>(tone_half_width_hz(spectrum.hz_per_bin) / spectrum.hz_per_bin);
  std::vector<bool> taken(power.size());
  for (const std::size_t k : peaks) {
    const std::size_t first = k - std::min(k, half);
    const std::size_t end = std::min(power.size(), k + half + 1);
    if (spectrum.tones.size() == kMostTones || taken[first] || taken[end - 1]) {
      continue;
    }
    double whole = 0.0;
    double middle = 0.0;
    for (std::size_t i = first; i < end; ++i) {
      const double excess = std::max(0.0, power[i] - medians[k]);
      whole += excess;
      middle += i + kToneMiddle >= k && i <= k + kToneMiddle ? excess : 0.0;
    }
    if (middle < kToneShare * whole) {
      continue;
    }
    for (std::size_t i = first; i < end; ++i) {
      taken[i] = true;
      spectrum.background[i] = std::min(power[i], medians[k]);
    }
    const double over_db = 10.0 / plain::kLn10 * plain::log(power[k] / std::max(medians[k], 1e-9 * power[k]));
    spectrum.tones.push_back({finer_bin(power, k) * spectrum.hz_per_bin, whole, over_db});
  }
  std::sort(spectrum.tones.begin(), spectrum.tones.end(), [](const Tone& a, const Tone& b) { return a.hz < b.hz; });
}

}  // namespace

double tone_half_width_hz(double hz_per_bin) { return std::max(kToneHalfHz, kToneHalfBins * hz_per_bin); }

NoiseSpectrum measure_noise_spectrum(const Audio& audio) {
  NoiseSpectrum spectrum;
  spectrum.hz_per_bin = static_cast<double>(audio.sample_rate) / static_cast<double>(kBlock);
  spectrum.power.assign(kHalf + 1, 0.0);
  const std::vector<float> window = hann();
  Block block;
  for (int c = 0; c < audio.channels; ++c) {
    const std::span<const float> samples = audio.channel(c);
    for (std::size_t end = kQuarter; end < samples.size() + kBlock; end += kQuarter) {
      block.load(samples, window, end);
      for (std::size_t k = 0; k <= kHalf; ++k) {
        const double re = block.re[k];
        const double im = block.im[k];
        spectrum.power[k] += re * re + im * im;
      }
    }
  }
  // The squares of four windows that overlap by three quarters add up to 3/2; both signs of a frequency count.
  const double scale = 2.0 / (1.5 * static_cast<double>(kBlock) * static_cast<double>(audio.samples.size()));
  for (double& power : spectrum.power) {
    power *= scale;
  }
  spectrum.power.front() = 0.0;  // an offset is no sound
  spectrum.power[1] = std::min(spectrum.power[1], spectrum.power[2]);
  find_tones(spectrum);
  return spectrum;
}

double power_between(const std::vector<double>& bins, double hz_per_bin, double low_hz, double high_hz) {
  const double low = low_hz / hz_per_bin + 0.5;  // bin k reaches from k to k + 1 here
  const double high = std::min(high_hz / hz_per_bin + 0.5, static_cast<double>(bins.size()));
  double power = 0.0;
  for (auto k = static_cast<std::size_t>(low); static_cast<double>(k) < high; ++k) {
    const auto bin = static_cast<double>(k);
    power += bins[k] * (std::min(high, bin + 1.0) - std::max(low, bin));
  }
  return power;
}

double third_octave_hz(int number) { return 1000.0 * plain::power_from_db(number); }

std::vector<ThirdOctave> third_octaves(const NoiseSpectrum& spectrum, int sample_rate) {
  const double half = plain::power_from_db(0.5);
  std::vector<ThirdOctave> bands;
  for (int number = kFirstThird; third_octave_hz(number) * half <= kHighestShare * sample_rate; ++number) {
    const double hz = third_octave_hz(number);
    bands.push_back({hz, power_between(spectrum.power, spectrum.hz_per_bin, hz / half, hz * half)});
  }
  return bands;
}

std::size_t envelope_frame(int sample_rate) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(sample_rate) / kEnvelopeRate);
}

std::vector<std::vector<double>> measure_envelopes(const Audio& audio, const std::vector<SpectrumPart>& parts) {
  const std::size_t frame = envelope_frame(audio.sample_rate);
  const std::size_t frames = audio.frames() / frame;
  std::vector<std::vector<double>> envelopes(parts.size(), std::vector<double>(frames));
  const std::vector<float> window = hann();
  // Half of the square, twice the spectrum's positive half, and the transform's own factor.
  const double scale = 2.0 / (static_cast<double>(kBlock) * static_cast<double>(kBlock) * static_cast<double>(frame) *
                              std::max(audio.channels, 1));
  Block spectrum;
  Block part_block;
  for (int c = 0; c < audio.channels; ++c) {
    const std::span<const float> samples = audio.channel(c);
    // Windows that overlap by half add up to one, so that the second half of a block waits for the next.
    std::vector<std::vector<std::complex<float>>> waiting(parts.size(), std::vector<std::complex<float>>(kHalf));
    for (std::size_t end = kHalf; end < samples.size() + kBlock; end += kHalf) {
      spectrum.load(samples, window, end);
      for (std::size_t p = 0; p < parts.size(); ++p) {
        if (parts[p].gains.empty()) {
          continue;
        }
        std::fill(part_block.re.begin(), part_block.re.end(), 0.0F);
        std::fill(part_block.im.begin(), part_block.im.end(), 0.0F);
        for (const auto& [bin, gain] : parts[p].gains) {
          part_block.re[bin] = gain * spectrum.re[bin];
          part_block.im[bin] = gain * spectrum.im[bin];
        }
        inverse_fourier(part_block.real(), part_block.imaginary());
        for (std::size_t i = 0; i < kHalf; ++i) {
          const float re = part_block.re[i] + waiting[p][i].real();
          const float im = part_block.im[i] + waiting[p][i].imag();
          const std::size_t at = end + i - kBlock;  // before the start it is a very large number
          if (end + i >= kBlock && at / frame < frames) {
            envelopes[p][at / frame] += scale * (static_cast<double>(re) * re + static_cast<double>(im) * im);
          }
          waiting[p][i] = {part_block.re[kHalf + i], part_block.im[kHalf + i]};
        }
      }
    }
  }
  return envelopes;
}

}  // namespace fairground
