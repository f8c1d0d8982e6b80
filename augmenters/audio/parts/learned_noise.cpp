#include "augmenters/audio/parts/learned_noise.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/core/plain.h"
#include "pipeline/measure/noise_character.h"
#include "pipeline/measure/weighted_level.h"

namespace fairground {
namespace {

constexpr double kBandsPerDecade = 80.0;  // eight in a third of an octave, which so holds what it held
constexpr double kMeanOverS = 32.0;       // over which the mean of a rhythm's power is taken

/// What is found is exact on every machine but for the resampling before it, whose last bits decide nothing here.
double rounded_to(double value, double steps) { return std::floor(value * steps + 0.5) / steps; }

double rounded_power(double power) {
  constexpr double kStepsPerDb = 100.0;
  const double db = 10.0 / plain::kLn10 * plain::log(std::max(power, 1e-30));
  return power > 0.0 ? plain::power_from_db(rounded_to(db, kStepsPerDb)) : 0.0;
}

/// Power density of the background at each bin of the drawn noise, which is that of its narrow band.
std::vector<double> densities(const NoiseSpectrum& spectrum) {
  std::vector<double> result(spectrum.background.size());
  const double edge = plain::kLn10 / kBandsPerDecade;
  double high = 0.0;
  for (std::size_t k = 1; k < result.size(); ++k) {
    const double hz = static_cast<double>(k) * spectrum.hz_per_bin;
    if (hz < high) {
      result[k] = result[k - 1];
      continue;
    }
    // A band of a third of an octave begins four narrow ones below its centre.
    const double low = third_octave_hz(0) * plain::exp(std::floor(plain::log(hz / third_octave_hz(0)) / edge) * edge);
    high = low * plain::exp(edge);
    result[k] = rounded_power(power_between(spectrum.background, spectrum.hz_per_bin, low, high) / (high - low));
  }
  return result;
}

Swell swell_of(PartModulation modulation, const std::vector<Rhythm>& rhythms) {
  constexpr double kSteps = 1e4;
  Swell swell;
  for (std::complex<double>& swing : modulation.swings) {
    swing = {rounded_to(swing.real(), kSteps), rounded_to(swing.imag(), kSteps)};
    swell.has_rhythm = swell.has_rhythm || swing != 0.0;
  }
  for (double& variance : modulation.waver) {
    variance = rounded_to(variance, kSteps);
  }
  modulation.quiet = rounded_to(modulation.quiet, kSteps);
  if (swell.has_rhythm) {
    double sum = 0.0;
    const int count = static_cast<int>(kMeanOverS * kEnvelopeRate);
    for (int i = 0; i < count; ++i) {
      sum += rhythm_power(rhythms, modulation, static_cast<double>(i) / kEnvelopeRate);
    }
    swell.rhythm_mean = sum / count;
  }
  if (modulation.waver_variance() > 0.0) {
    swell.log_variance = modulation.waver_variance();
    swell.waver.emplace(kEnvelopeRate, [&](double hz) {
      for (std::size_t band = 0; band < kWaverBands; ++band) {
        if (hz >= waver_low_hz(band) && hz < 2.0 * waver_low_hz(band)) {
          return std::sqrt(modulation.waver[band] / waver_low_hz(band));
        }
      }
      return 0.0;
    });
    swell.waver_scale = std::sqrt(swell.log_variance / swell.waver->power());
  }
  swell.modulation = std::move(modulation);
  return swell;
}

/// Whether the parts waver together: the variance of a sum tells, which is that of independent ones or more.
double common_share(const NoiseCharacter& found) {
  double together = 0.0;
  double apart = 0.0;
  const auto add = [&](const PartModulation& part, double a_power) {
    const double variance = part.waver_variance();
    const double weight = a_power / found.a_power;
    together += weight * std::sqrt(variance);
    apart += weight * weight * variance;
  };
  for (std::size_t i = 0; i < found.octaves.size(); ++i) {
    add(found.octaves[i], found.octave_a_powers[i]);
  }
  for (std::size_t i = 0; i < found.tones.size(); ++i) {
    const Tone& tone = found.spectrum.tones[i];
    add(found.tones[i], tone.power * weighting_gain(Weighting::a_weighted, tone.hz));
  }
  const double range = together * together - apart;
  return range > 0.0 ? rounded_to(std::clamp((found.whole.waver_variance() - apart) / range, 0.0, 1.0), 1e3) : 0.0;
}

}  // namespace

LearnedNoise learn_noise(const Audio& recording) {
  constexpr double kStepsPerHz = 1e5;
  NoiseCharacter found = measure_noise_character(recording);
  const NoiseSpectrum& spectrum = found.spectrum;
  LearnedNoise learned;
  learned.rhythms = found.rhythms;
  for (Rhythm& rhythm : learned.rhythms) {
    rhythm.hz = rounded_to(rhythm.hz, kStepsPerHz);
  }
  learned.share = common_share(found);
  double power = 0.0;
  for (const double bin : spectrum.power) {
    power += bin;
  }
  // So that amplitudes are near 1: the level is the mixer's business.
  const double unit = power / (0.5 * recording.sample_rate);
  const std::vector<double> density = densities(spectrum);
  std::vector<std::size_t> steady;
  const auto add_octaves = [&](const std::vector<std::size_t>& octaves, Swell swell) {
    const auto amplitude = [&](double hz) {
      for (const std::size_t octave : octaves) {
        if (hz >= noise_octave_low_hz(octave) && hz < noise_octave_high_hz(octave)) {
          return std::sqrt(density[static_cast<std::size_t>(std::lround(hz / spectrum.hz_per_bin))] / unit);
        }
      }
      return 0.0;
    };
    learned.bands.push_back({DrawnNoise(recording.sample_rate, amplitude), std::move(swell)});
  };
  for (std::size_t i = 0; i < found.octaves.size() && noise_octave_low_hz(i) < 0.5 * recording.sample_rate; ++i) {
    Swell swell = swell_of(found.octaves[i], learned.rhythms);
    if (swell.has_rhythm || swell.waver) {
      add_octaves({i}, std::move(swell));
    } else {
      steady.push_back(i);
    }
  }
  if (!steady.empty()) {
    add_octaves(steady, {});
  }
  for (std::size_t i = 0; i < found.tones.size(); ++i) {
    const double drawn =
        DrawnNoise::power_of_density(recording.sample_rate) * rounded_power(spectrum.tones[i].power) / unit;
    learned.lines.push_back({rounded_to(spectrum.tones[i].hz, kStepsPerHz), std::sqrt(2.0 * drawn),
                             swell_of(found.tones[i], learned.rhythms)});
  }
  return learned;
}

}  // namespace fairground
