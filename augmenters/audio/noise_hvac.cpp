// Heating, ventilation and air conditioning: steady noise along a curve of room criteria, and the tone of the fan's
// blades.
//
// NC curves: Beranek, "Revised criteria for noise in buildings" (Noise Control 3, 1957), in octave bands from 63 Hz to
// 8 kHz. RC curves: Blazier, "Revised noise criteria for application in the acoustical design and rating of HVAC
// systems" (Noise Control Engineering 16, 1981): 5 dB less for each octave, through the rating at 1 kHz, 31.5 Hz to 4
// kHz. Hospital rooms are built for NC 25 to 35. A fan's tone at the rate at which blades pass, and its harmonics, 6 dB
// less for each, are empirical.

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "augmenters/audio/parts/band_spectrum.h"
#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Curve { nc, rc };

struct NoiseHvac : NoiseLevel {
  Curve curve = Curve::nc;
  double rating = 35.0;
  double blade_hz = 90.0;
  double blade_db = 0.0;
};

const ParameterTable<NoiseHvac>& table() {
  using P = NoiseHvac;
  static const auto instance =
      noise_level_table<P>()
          .choice("curve", &P::curve, {{"nc", Curve::nc}, {"rc", Curve::rc}},
                  "The family of curves: NC (Beranek) falls less towards high frequencies than RC (Blazier).")
          .number("rating", &P::rating, "", {15.0, 65.0},
                  "Which curve. It sets the spectrum's shape alone; `noise_dba` or `snr_db` sets the level.")
          .number("blade_hz", &P::blade_hz, "Hz", {20.0, 1000.0}, "How often a blade of the fan passes in a second.")
          .number("blade_db", &P::blade_db, "dB", {0.0, 20.0},
                  "Level of the blades' tone over that of the noise in the octave around it; 0 is no tone.");
  return instance;
}

constexpr double kStep = 5.0;  // between the curves of the table
constexpr double kLowestRating = 15.0;
constexpr std::array kOctavesHz{63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0};
constexpr std::array<std::array<double, kOctavesHz.size()>, 11> kNc{{
    {47, 36, 29, 22, 17, 14, 12, 11},
    {51, 40, 33, 26, 22, 19, 17, 16},
    {54, 44, 37, 31, 27, 24, 22, 21},
    {57, 48, 41, 35, 31, 29, 28, 27},
    {60, 52, 45, 40, 36, 34, 33, 32},
    {64, 56, 50, 45, 41, 39, 38, 37},
    {67, 60, 54, 49, 46, 44, 43, 42},
    {71, 64, 58, 54, 51, 49, 48, 47},
    {74, 67, 62, 58, 56, 54, 53, 52},
    {77, 71, 67, 63, 61, 59, 58, 57},
    {80, 75, 71, 68, 66, 64, 63, 62},
}};

/// Between two curves of the table, levels in between.
std::vector<BandLevel> octaves_of(Curve curve, double rating) {
  std::vector<BandLevel> octaves;
  if (curve == Curve::rc) {
    for (int octave = -5; octave <= 2; ++octave) {
      octaves.push_back({1000.0 * std::ldexp(1.0, octave), rating - 5.0 * octave});
    }
    return octaves;
  }
  const double place = (rating - kLowestRating) / kStep;
  const auto below = std::min(static_cast<std::size_t>(place), kNc.size() - 2);
  const double t = place - static_cast<double>(below);
  for (std::size_t i = 0; i < kOctavesHz.size(); ++i) {
    octaves.push_back({kOctavesHz[i], kNc[below][i] + t * (kNc[below + 1][i] - kNc[below][i])});
  }
  return octaves;
}

constexpr int kHarmonics = 4;
constexpr double kDbOfHarmonic = -6.0;

/// Adds the blades' tone and its harmonics below half the rate, all from the same phase.
void add_tone(std::span<float> out, int sample_rate, double hz, double amplitude, double start_turns) {
  for (int harmonic = 1; harmonic <= kHarmonics && harmonic * hz < 0.45 * sample_rate; ++harmonic) {
    const double gain = amplitude * plain::amplitude_from_db(kDbOfHarmonic * (harmonic - 1));
    const double turns = harmonic * hz / sample_rate;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double phase = harmonic * start_turns + static_cast<double>(i) * turns;
      out[i] += static_cast<float>(gain * plain::sine_of_turns(phase));
    }
  }
}

void make(NoiseSound& sound, const NoiseHvac& p, const StepRandom& random) {
  const int sample_rate = sound.signal.sample_rate;
  const BandSpectrum spectrum(octaves_of(p.curve, p.rating), /*bands_per_octave=*/1);
  const DrawnNoise noise(sample_rate, [&spectrum](double hz) { return spectrum.amplitude(hz); });
  Audio& signal = sound.signal;
  noise.synthesise(signal, random);
  if (p.blade_db > 0.0) {
    const double half_octave = std::sqrt(2.0);
    const double around = spectrum.power_between(p.blade_hz / half_octave, p.blade_hz * half_octave);
    const double power = DrawnNoise::power_of_density(sample_rate) * around * plain::power_from_db(p.blade_db);
    const double start = random.stream("blades").uniform();
    for (int channel = 0; channel < signal.channels; ++channel) {
      add_tone(signal.channel(channel), sample_rate, p.blade_hz, std::sqrt(2.0 * power), start);
    }
  }
}

const Registration registration(noise_augmenter<NoiseHvac>(
    {
        .name = "noise.hvac",
        .summary = "Ventilation along a curve of room criteria (NC or RC), with the tone of a fan's blades.",
        .source = "Beranek 1957 (NC); Blazier 1981 (RC); the tone and its harmonics are empirical",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "Octaves follow the NC and RC curves within 2 dB, and the blades' tone and its harmonics stand over "
                 "the noise as asked within 0.5 dB.",
        .limits = "The tone and its harmonics, 6 dB less for each, are empirical.",
        .example = "nc_45: [{noise.hvac: {rating: 45, snr_db: 0}}]\n"
                   "rc_with_tone: [{noise.hvac: {curve: rc, blade_hz: 400, blade_db: 20, snr_db: -5}}]\n",
        .check = check_noise_level,
    },
    table(), make));

}  // namespace
}  // namespace fairground
