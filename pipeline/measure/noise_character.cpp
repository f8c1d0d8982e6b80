#include "pipeline/measure/noise_character.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "pipeline/core/fourier.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"
#include "pipeline/measure/audio_level.h"
#include "pipeline/measure/weighted_level.h"

namespace fairground {
namespace {

constexpr double kFastS = 0.125;  // time constant `fast`
constexpr double kSettleS = 0.5;  // after which its start is forgotten

/// What is looked at, without the offset, which is no sound.
Audio start_of(const Audio& audio) {
  // The envelope must fit its transform.
  const std::size_t frames = std::min({audio.frames(), static_cast<std::size_t>(kMostNoiseSeconds * audio.sample_rate),
                                       kFourierSize * envelope_frame(audio.sample_rate)});
  Audio start(audio.sample_rate, audio.channels, frames);
  for (int c = 0; c < audio.channels; ++c) {
    const std::span<const float> from = audio.channel(c).first(frames);
    const double offset = std::accumulate(from.begin(), from.end(), 0.0) / static_cast<double>(frames);
    std::ranges::transform(from, start.channel(c).begin(),
                           [offset](float sample) { return static_cast<float>(sample - offset); });
  }
  return start;
}

/// The parts in the order: the whole A-weighted, octaves of the background, tones.
std::vector<SpectrumPart> parts_of(const NoiseSpectrum& spectrum) {
  std::vector<SpectrumPart> parts(1 + kNoiseOctaves + spectrum.tones.size());
  const double half = tone_half_width_hz(spectrum.hz_per_bin);
  std::size_t tone = 0;
  for (std::size_t k = 1; k + 1 < spectrum.power.size(); ++k) {
    const double hz = static_cast<double>(k) * spectrum.hz_per_bin;
    parts[0].gains.emplace_back(k, static_cast<float>(std::sqrt(weighting_gain(Weighting::a_weighted, hz))));
    while (tone < spectrum.tones.size() && hz > spectrum.tones[tone].hz + half) {
      ++tone;
    }
    if (tone < spectrum.tones.size() && hz >= spectrum.tones[tone].hz - half) {
      parts[1 + kNoiseOctaves + tone].gains.emplace_back(k, 1.0F);
      continue;
    }
    std::size_t octave = 0;
    while (hz >= noise_octave_high_hz(octave)) {
      ++octave;
    }
    parts[1 + octave].gains.emplace_back(k, 1.0F);
  }
  return parts;
}

/// Density of the variance of noise's power over its mean: 2 over the bandwidth where its spectrum is flat.
double chance_of(const std::vector<double>& power, double hz_per_bin, const SpectrumPart& part) {
  double sum = 0.0;
  double squares = 0.0;
  for (const auto& [bin, gain] : part.gains) {
    const double here = power[bin] * gain * gain;
    sum += here;
    squares += here * here;
  }
  return sum > 0.0 ? 2.0 * squares / (sum * sum * hz_per_bin) : 0.0;
}

double decibels(double ratio) { return 10.0 / plain::kLn10 * plain::log(std::max(ratio, 1e-12)); }

void measure_fast_levels(const std::vector<double>& envelope, double rate, NoiseCharacter& character) {
  const double keep = plain::exp(-1.0 / (kFastS * rate));
  std::vector<double> levels;
  double power = character.a_power;
  for (std::size_t i = 0; i < envelope.size(); ++i) {
    power = keep * power + (1.0 - keep) * envelope[i];
    if (static_cast<double>(i) >= kSettleS * rate) {
      levels.push_back(decibels(power / character.a_power));
    }
  }
  std::sort(levels.begin(), levels.end());
  const auto exceeded = [&](double share) {
    return levels[static_cast<std::size_t>((1.0 - share) * static_cast<double>(levels.size() - 1))];
  };
  character.l10_db = exceeded(0.1);
  character.l50_db = exceeded(0.5);
  character.l90_db = exceeded(0.9);
}

}  // namespace

double noise_octave_low_hz(std::size_t octave) {
  return octave == 0 ? 0.0 : 1000.0 * plain::power_from_db(3.0 * static_cast<double>(octave) - 16.5);
}

double noise_octave_high_hz(std::size_t octave) {
  return octave + 1 < kNoiseOctaves ? noise_octave_low_hz(octave + 1) : std::numeric_limits<double>::infinity();
}

std::string noise_character_problem(const Audio& audio) {
  if (audio.seconds() < kLeastNoiseSeconds) {
    return "it lasts " + shortest(std::round(audio.seconds() * 10.0) / 10.0) + " s, and a noise is not known before " +
           shortest(kLeastNoiseSeconds) + " s; use a longer recording";
  }
  if (level_dbov(mean_power(start_of(audio).samples)) <= kSilenceDbov) {
    return "it is silent" + std::string(audio.seconds() > kMostNoiseSeconds ? " in its first two minutes" : "");
  }
  return "";
}

NoiseCharacter measure_noise_character(const Audio& audio) {
  const Audio sound = start_of(audio);
  NoiseCharacter character;
  character.seconds = sound.seconds();
  character.spectrum = measure_noise_spectrum(sound);
  const NoiseSpectrum& spectrum = character.spectrum;
  character.thirds = third_octaves(spectrum, sound.sample_rate);

  const std::vector<SpectrumPart> parts = parts_of(spectrum);
  const std::vector<std::vector<double>> envelopes = measure_envelopes(sound, parts);
  const double rate = static_cast<double>(sound.sample_rate) / static_cast<double>(envelope_frame(sound.sample_rate));
  for (const double power : envelopes[0]) {
    character.a_power += power / static_cast<double>(envelopes[0].size());
  }
  const ModulationSpectrum modulation = measure_modulation(envelopes[0], rate);
  character.rhythms = find_rhythms(modulation);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    double chance = 0.0;
    double bandwidth = 0.0;
    if (p <= kNoiseOctaves) {
      chance = chance_of(p == 0 ? spectrum.power : spectrum.background, spectrum.hz_per_bin, parts[p]);
      bandwidth = static_cast<double>(parts[p].gains.size()) * spectrum.hz_per_bin;
    } else {
      // A sine and a little noise: what the noise adds in step with the sine.
      bandwidth = 2.0 * tone_half_width_hz(spectrum.hz_per_bin);
      double noise = 0.0;
      for (const auto& [bin, gain] : parts[p].gains) {
        noise += spectrum.background[bin];
      }
      chance = 4.0 * noise / (bandwidth * spectrum.tones[p - 1 - kNoiseOctaves].power);
    }
    PartModulation part = measure_part_modulation(envelopes[p], rate, character.rhythms, chance, bandwidth);
    if (p == 0) {
      character.whole = std::move(part);
    } else if (p <= kNoiseOctaves) {
      character.octaves.push_back(std::move(part));
      double a_power = 0.0;
      for (const auto& [bin, gain] : parts[p].gains) {
        a_power += spectrum.background[bin] *
                   weighting_gain(Weighting::a_weighted, static_cast<double>(bin) * spectrum.hz_per_bin);
      }
      character.octave_a_powers.push_back(a_power);
    } else {
      character.tones.push_back(std::move(part));
    }
  }
  for (std::size_t k = 0; k < modulation.power.size(); ++k) {
    const double hz = static_cast<double>(k) * modulation.hz_per_bin;
    for (std::size_t band = 0; band < kWaverBands; ++band) {
      if (hz >= waver_low_hz(band) && hz < 2.0 * waver_low_hz(band)) {
        character.modulation[band] += modulation.power[k] * modulation.seconds / 3.0 * modulation.hz_per_bin;
      }
    }
  }
  measure_fast_levels(envelopes[0], rate, character);
  return character;
}

}  // namespace fairground
