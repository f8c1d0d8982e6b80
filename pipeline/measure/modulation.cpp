#include "pipeline/measure/modulation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipeline/core/fourier.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

// All empirical, tried on made signals.
constexpr double kLeastTimes = 6.0;  // that a period must be seen
constexpr std::size_t kMostRhythms = 3;
constexpr double kStandsOut = 20.0;  // times the floor, which none of forty steady noises reached
constexpr double kHarmonicStandsOut = 5.0;
constexpr double kHighestHarmonicHz = 48.0;
constexpr double kLobe = 2.0;        // Hann's main lobe, in 1 / seconds to either side
constexpr double kSameRhythm = 0.9;  // of the score: the fastest of the rhythms that explain the same
// A quartile sees through the peaks of a rhythm; of the exponential distribution it is so much of the mean.
constexpr double kQuartileOfMean = 0.2876820724517809;
constexpr double kSurroundings = 1.5;  // the floor is that of the bins within this ratio
constexpr double kSurroundingLobes = 16.0;
constexpr double kLogSmoothing = 4.0;  // times the density of chance, which leaves a variance of an eighth
constexpr double kFastest = 0.75;      // cycles of a wavering within the smoothing
constexpr double kTail =
    2.0;  // a short recording holds so much less of log-normal power's second moment than a long one
constexpr double kLeastPower = 1e-4;  // of what is expected; digital silence has no logarithm
constexpr double kNormalSpread =
    2.5631031310892007;  // standard deviations from the normal's tenth to its ninetieth centile
constexpr double kQuietShare = 0.1;
constexpr std::size_t kQuietFrames = 5;  // over which the quiet is averaged

double hann(std::size_t i, std::size_t count) {
  return 0.5 - 0.5 * plain::cosine_of_turns((static_cast<double>(i) + 0.5) / static_cast<double>(count));
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

double quantile(std::vector<double> values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// The mean power of the bins around each, as far as it is no peak.
std::vector<double> floor_of(const ModulationSpectrum& spectrum) {
  const auto lobes = static_cast<std::size_t>(kSurroundingLobes / spectrum.seconds / spectrum.hz_per_bin);
  const auto last =
      std::min(spectrum.power.size(), static_cast<std::size_t>(1.5 * kHighestHarmonicHz / spectrum.hz_per_bin));
  const std::size_t step = std::max<std::size_t>(1, lobes / 16);  // the floor is smooth
  std::vector<double> floor(spectrum.power.size(), 0.0);
  for (std::size_t first = 0; first < last; first += step) {
    const auto bin = static_cast<double>(first);
    const std::size_t low = std::min(static_cast<std::size_t>(bin / kSurroundings), first - std::min(first, lobes));
    const std::size_t high = std::min(last, std::max(static_cast<std::size_t>(bin * kSurroundings), first + lobes) + 1);
    const auto begin = spectrum.power.begin();
    const double quartile =
        quantile({begin + static_cast<std::ptrdiff_t>(low), begin + static_cast<std::ptrdiff_t>(high)}, 0.25);
    std::fill_n(floor.begin() + static_cast<std::ptrdiff_t>(first), std::min(step, floor.size() - first),
                quartile / kQuartileOfMean);
  }
  return floor;
}

/// Between bins, on the parabola through the nearest three.
double value_at(const std::vector<double>& values, double bin) {
  const auto middle = static_cast<std::size_t>(std::lround(bin));
  if (middle == 0 || middle + 1 >= values.size()) {
    return 0.0;
  }
  const double t = bin - static_cast<double>(middle);
  const double slope = 0.5 * (values[middle + 1] - values[middle - 1]);
  const double bend = 0.5 * (values[middle + 1] + values[middle - 1]) - values[middle];
  return std::max(0.0, values[middle] + t * (slope + t * bend));
}

class Comb {
 public:
  explicit Comb(const ModulationSpectrum& spectrum) : spectrum_(spectrum), floor_(floor_of(spectrum)) {}

  /// What stands out at the multiples of a frequency, all together.
  [[nodiscard]] double score(double hz) const {
    double sum = 0.0;
    for (int h = 1; h * hz <= kHighestHarmonicHz; ++h) {
      sum += std::max(0.0, at(h * hz) - kHarmonicStandsOut * floor_at(h * hz));
    }
    return sum;
  }
  /// The period of which the strongest peak is a harmonic, or 0 where nothing stands out.
  [[nodiscard]] double fundamental(double slowest_hz) const {
    std::size_t peak = 0;
    for (auto k = static_cast<std::size_t>(slowest_hz / spectrum_.hz_per_bin) + 1;
         static_cast<double>(k) * spectrum_.hz_per_bin <= kHighestModulationHz; ++k) {
      const double hz = static_cast<double>(k) * spectrum_.hz_per_bin;
      if (spectrum_.power[k] > kStandsOut * floor_at(hz) && spectrum_.power[k] > spectrum_.power[peak]) {
        peak = k;
      }
    }
    const double peak_hz = static_cast<double>(peak) * spectrum_.hz_per_bin;
    std::vector<double> candidates;
    std::vector<double> scores;
    for (int times = 1; peak > 0 && peak_hz / times >= slowest_hz; ++times) {
      candidates.push_back(best_near(peak_hz / times, times));
      scores.push_back(score(candidates.back()));
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (scores[i] >= kSameRhythm * *std::max_element(scores.begin(), scores.end())) {
        return candidates[i];
      }
    }
    return 0.0;
  }
  [[nodiscard]] Rhythm rhythm(double hz) const {
    Rhythm found{hz, {}, 0.0, 0.0};
    double strongest = 0.0;
    for (int h = 1; h * hz <= kHighestHarmonicHz; ++h) {
      const double power = at(h * hz);
      if (power < kHarmonicStandsOut * floor_at(h * hz)) {
        continue;
      }
      found.harmonics.push_back(h);
      if (power > strongest) {
        strongest = power;
        found.peak_hz = h * hz;
        found.peak_depth = std::sqrt(power);
      }
    }
    return found;
  }
  void remove(const Rhythm& rhythm) {
    const double half = kLobe / spectrum_.seconds / spectrum_.hz_per_bin;
    for (const int h : rhythm.harmonics) {
      const double bin = h * rhythm.hz / spectrum_.hz_per_bin;
      for (auto k = static_cast<std::size_t>(std::max(0.0, bin - half));
           static_cast<double>(k) <= bin + half && k < spectrum_.power.size(); ++k) {
        spectrum_.power[k] = 0.0;
      }
    }
  }

 private:
  /// The highest score where a harmonic stays on its peak.
  [[nodiscard]] double best_near(double hz, int harmonic) const {
    constexpr int kSteps = 16;
    double best_hz = hz;
    double most = score(hz);
    for (int step = -kSteps; step <= kSteps; ++step) {
      const double near = hz + step * (0.25 / kSteps) / (spectrum_.seconds * harmonic);
      if (score(near) > most) {
        most = score(near);
        best_hz = near;
      }
    }
    return best_hz;
  }
  [[nodiscard]] double at(double hz) const { return value_at(spectrum_.power, hz / spectrum_.hz_per_bin); }
  /// Never nothing: below a millionth of the mean there is no rhythm.
  [[nodiscard]] double floor_at(double hz) const {
    return std::max(1e-12, value_at(floor_, hz / spectrum_.hz_per_bin));
  }

  ModulationSpectrum spectrum_;
  std::vector<double> floor_;
};

/// The mean of the envelope over its mean, less one, against each harmonic.
std::complex<double> swing_at(std::span<const double> envelope, double mean, double turns_per_frame) {
  std::complex<double> sum = 0.0;
  double weights = 0.0;
  for (std::size_t i = 0; i < envelope.size(); ++i) {
    const double weight = hann(i, envelope.size());
    const double turns = (static_cast<double>(i) + 0.5) * turns_per_frame;
    const double value = weight * (envelope[i] / mean - 1.0);
    sum += std::complex(value * plain::cosine_of_turns(turns), -value * plain::sine_of_turns(turns));
    weights += weight;
  }
  return sum / weights;
}

bool is_of_a_rhythm(std::span<const Rhythm> rhythms, double hz, double half_hz) {
  for (const Rhythm& rhythm : rhythms) {
    for (const int h : rhythm.harmonics) {
      if (std::abs(h * rhythm.hz - hz) < half_hz) {
        return true;
      }
    }
  }
  return false;
}

ModulationSpectrum spectrum_of(std::span<const double> deviations, double rate) {
  ModulationSpectrum result;
  result.hz_per_bin = rate / static_cast<double>(kFourierSize);
  result.seconds = static_cast<double>(deviations.size()) / rate;
  result.power.assign(kFourierSize / 2, 0.0);
  std::vector<float> real(kFourierSize);
  std::vector<float> imaginary(kFourierSize);
  double weights = 0.0;
  for (std::size_t i = 0; i < deviations.size(); ++i) {
    const double weight = hann(i, deviations.size());
    real[i] = static_cast<float>(weight * deviations[i]);
    weights += weight;
  }
  forward_fourier(std::span<float, kFourierSize>(real), std::span<float, kFourierSize>(imaginary));
  const double scale = 4.0 / (weights * weights);
  for (std::size_t k = 0; k < result.power.size(); ++k) {
    const double re = real[k];
    const double im = imaginary[k];
    result.power[k] = scale * (re * re + im * im);
  }
  return result;
}

/// Means over `width` values.
std::vector<double> smoothed(std::span<const double> values, std::size_t width) {
  std::vector<double> means;
  for (std::size_t i = 0; i + width <= values.size(); ++i) {
    means.push_back(mean_of(values.subspan(i, width)));
  }
  return means;
}

/// The logarithm of the power over the rhythm's, less its mean.
std::vector<double> log_wavering(const std::vector<double>& powers, const std::vector<double>& beats) {
  std::vector<double> logs;
  for (std::size_t i = 0; i < powers.size(); ++i) {
    logs.push_back(plain::log(std::max(powers[i] / beats[i], kLeastPower)));
  }
  const double middle = mean_of(logs);
  for (double& value : logs) {
    value -= middle;
  }
  return logs;
}

/// The mean square over the square of the mean.
double second_moment(std::span<const double> values) {
  double squares = 0.0;
  for (const double value : values) {
    squares += value * value;
  }
  const double mean = mean_of(values);
  return squares / (static_cast<double>(values.size()) * mean * mean);
}

}  // namespace

double waver_low_hz(std::size_t band) { return std::ldexp(0.03125, static_cast<int>(band)); }

double PartModulation::waver_variance() const { return std::accumulate(waver.begin(), waver.end(), 0.0); }

ModulationSpectrum measure_modulation(std::span<const double> envelope, double rate) {
  const double mean = mean_of(envelope);
  std::vector<double> deviations(envelope.size());
  for (std::size_t i = 0; i < envelope.size() && mean > 0.0; ++i) {
    deviations[i] = envelope[i] / mean - 1.0;
  }
  return spectrum_of(deviations, rate);
}

std::vector<Rhythm> find_rhythms(const ModulationSpectrum& spectrum) {
  std::vector<Rhythm> rhythms;
  const double slowest = std::max(kLowestModulationHz, kLeastTimes / spectrum.seconds);
  Comb comb(spectrum);
  while (rhythms.size() < kMostRhythms) {
    const double hz = comb.fundamental(slowest);
    if (hz == 0.0) {
      break;
    }
    const Rhythm rhythm = comb.rhythm(hz);
    rhythms.push_back(rhythm);
    comb.remove(rhythm);
  }
  return rhythms;
}

PartModulation measure_part_modulation(std::span<const double> envelope, double rate, std::span<const Rhythm> rhythms,
                                       double chance, double bandwidth_hz) {
  PartModulation part;
  const double mean = mean_of(envelope);
  const double seconds = static_cast<double>(envelope.size()) / rate;
  // The variance per Hz of a bin: Hann's window spreads it over 3/2 of 1 / seconds, and a depth counts twice.
  const double per_hz = seconds / 3.0;
  for (const Rhythm& rhythm : rhythms) {
    for (const int h : rhythm.harmonics) {
      const double hz = h * rhythm.hz;
      const std::complex<double> swing = mean > 0.0 ? swing_at(envelope, mean, hz / rate) : 0.0;
      // A part cannot swing faster than its breadth allows, nor is a swing real that chance explains.
      const bool is_real = 4.0 * std::norm(swing) * per_hz > kHarmonicStandsOut * chance && hz < 0.5 * bandwidth_hz;
      part.swings.push_back(is_real ? swing : 0.0);
    }
  }
  if (mean <= 0.0) {
    return part;
  }
  std::vector<double> relative(envelope.begin(), envelope.end());
  for (double& power : relative) {
    power /= mean;
  }
  part.quiet = std::min(1.0, quantile(smoothed(relative, kQuietFrames), kQuietShare));
  std::vector<double> beats(envelope.size());
  for (std::size_t i = 0; i < beats.size(); ++i) {
    beats[i] = rhythm_power(rhythms, part, (static_cast<double>(i) + 0.5) / rate);
  }
  // So wide that chance is small, and the logarithm a measure of it.
  const double least_s = kLogSmoothing * chance;
  const std::size_t width =
      std::clamp<std::size_t>(static_cast<std::size_t>(least_s * rate), kQuietFrames, envelope.size() / 2);
  const double width_s = static_cast<double>(width) / rate;
  const std::vector<double> smooth = smoothed(relative, width);
  const std::vector<double> smooth_beats = smoothed(beats, width);
  const std::vector<double> logs = log_wavering(smooth, smooth_beats);
  const ModulationSpectrum spectrum = spectrum_of(logs, rate);
  for (std::size_t band = 0; band < kWaverBands; ++band) {
    const double low = waver_low_hz(band);
    double sum = 0.0;
    double expected = 0.0;
    double count = 0.0;
    for (std::size_t k = 1; k < spectrum.power.size() && 2.0 * low * width_s <= kFastest; ++k) {
      const double hz = static_cast<double>(k) * spectrum.hz_per_bin;
      if (hz >= std::max(low, 1.0 / seconds) && hz < 2.0 * low && !is_of_a_rhythm(rhythms, hz, kLobe / seconds)) {
        const double turns = 0.5 * hz * width_s;
        const double kept = plain::sine_of_turns(turns) / (2.0 * plain::kPi * turns);  // by the smoothing
        sum += spectrum.power[k] * per_hz / (kept * kept);
        expected += chance * (1.0 + 0.25 * chance / width_s);  // the logarithm's variance is a little larger
        count += 1.0;
      }
    }
    if (count == 0.0) {
      continue;
    }
    const double independent = std::max(1.0, count * spectrum.hz_per_bin * seconds / 1.5);
    if (sum - expected > 2.0 * expected / std::sqrt(independent)) {
      part.waver[band] = (sum - expected) / count * low;
    }
  }
  const double found = part.waver_variance();
  if (found > 0.0) {
    const double by_chance = 0.5 * chance / width_s;
    // The variance of the logarithm with which log-normal power has the second moment that neither the rhythm nor
    // chance explains. Far less than `found`, it tells of something that is switched on and off, or of knocks out of
    // time: as wavering these would be rare outbursts.
    double most = plain::log(std::max(1.0, second_moment(smooth) / second_moment(smooth_beats) / (1.0 + by_chance)));
    double wanted = found;
    if (std::ranges::all_of(part.swings, [](const auto& swing) { return swing == 0.0; })) {
      // The window hides what is slower than the recording, which the spread of levels shows.
      const double spread = (quantile(logs, 1.0 - kQuietShare) - quantile(logs, kQuietShare)) / kNormalSpread;
      wanted = std::max(found, spread * spread - by_chance);
      most *= kTail;
    }
    for (double& variance : part.waver) {
      variance *= std::min(wanted, most) / found;
    }
  }
  return part;
}

double rhythm_power(std::span<const Rhythm> rhythms, const PartModulation& part, double seconds) {
  double power = 1.0;
  std::size_t i = 0;
  for (const Rhythm& rhythm : rhythms) {
    for (const int h : rhythm.harmonics) {
      const std::complex<double> swing = part.swings[i++];
      const double turns = h * rhythm.hz * seconds;
      power += 2.0 * (swing.real() * plain::cosine_of_turns(turns) - swing.imag() * plain::sine_of_turns(turns));
    }
  }
  return std::max(power, part.quiet);
}

}  // namespace fairground
