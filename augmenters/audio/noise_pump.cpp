// Pumps beside a bed: an infusion pump that steps, or a suction pump that hums and gurgles.
//
// The motor of an infusion pump moves in steps. Its sound is a tone at the rate of the steps with many harmonics
// (patent EP 1178599 B1, of motors in infusion pumps), as the rotor overshoots each step and swings around its new
// place (Texas Instruments, "How to reduce audible noise in stepper motors", SLVAES8, 2020): here, as each step makes
// the housing ring in its modes. The four steps of an electrical cycle differ a little. Once in a turn of the mechanism
// that presses on the tube, it clicks. A suction pump is a motor's tone and its harmonics, and the turbulence of what
// it sucks in, whose level goes up and down at random. Modes, spectra, rates and levels are empirical.

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "augmenters/audio/parts/band_spectrum.h"
#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/slow_level.h"
#include "augmenters/audio/parts/struck_body.h"
#include "augmenters/audio/parts/wave_table.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Kind { infusion, suction };

struct NoisePump : NoiseLevel {
  Kind kind = Kind::infusion;
  std::optional<double> motor_hz;
  std::optional<double> cycle_s;
  std::optional<double> flow_db;
};

const ParameterTable<NoisePump>& table() {
  using P = NoisePump;
  static const auto instance =
      noise_level_table<P>()
          .choice("kind", &P::kind, {{"infusion", Kind::infusion}, {"suction", Kind::suction}},
                  "Which pump: a stepping motor with the clicks of its mechanism, or a motor's hum with gurgling.")
          .number("motor_hz", &P::motor_hz, "Hz", {5.0, 400.0},
                  "Steps of the infusion pump's motor in a second, by default 40; strokes of the suction pump's, 48.")
          .number(
              "cycle_s", &P::cycle_s, "s", {0.2, 60.0},
              "Regularity: from click to click, by default 2; of the suction pump, about how long a gurgle takes, 0.5.")
          .number("flow_db", &P::flow_db, "dB", {-40.0, 30.0},
                  "A click's strength over a step's, by default 15; of the suction pump, turbulence over hum, 3.");
  return instance;
}

constexpr int kStepsOfCycle = 4;
constexpr double kStepSpread = 0.1;  // of a step's strength, either way
constexpr double kHissDb = -30.0;    // of the electronics and the air, against the motor

/// `count` modes, spread evenly over the octaves, each somewhere in its share.
std::vector<RingingMode> draw_modes(std::size_t count, double lowest_hz, double highest_hz, double longest_s,
                                    RandomStream stream) {
  const double octaves = plain::log(highest_hz / lowest_hz);
  std::vector<RingingMode> modes;
  for (std::size_t i = 0; i < count; ++i) {
    const double place = (static_cast<double>(i) + stream.uniform()) / static_cast<double>(count);
    const double rings_s = longest_s * stream.uniform(0.5, 1.0);
    modes.push_back(
        {lowest_hz * plain::exp(octaves * place), rings_s, plain::amplitude_from_db(stream.uniform(-12.0, 0.0))});
  }
  return modes;
}

void infuse(std::span<float> out, int sample_rate, const NoisePump& p, const StepRandom& random) {
  const double motor_hz = p.motor_hz.value_or(40.0);
  const double cycle_s = p.cycle_s.value_or(2.0);
  constexpr double kStepRingsS = 0.03;
  constexpr double kClickRingsS = 0.012;
  StruckBody housing(draw_modes(6, 250.0, 2800.0, kStepRingsS, random.stream("housing")), sample_rate);
  const StruckBody at_rest(draw_modes(5, 900.0, 3600.0, kClickRingsS, random.stream("mechanism")), sample_rate);
  RandomStream draws = random.stream("steps");
  std::array<double, kStepsOfCycle> strengths{};
  for (double& strength : strengths) {
    strength = draws.uniform(1.0 - kStepSpread, 1.0 + kStepSpread) / std::sqrt(motor_hz * housing.energy());
  }
  const double samples_per_step = sample_rate / motor_hz;
  const double start = draws.uniform();
  std::size_t rung = 0;
  for (std::size_t step = 0; rung < out.size(); ++step) {
    const double at = (start + static_cast<double>(step)) * samples_per_step;
    const auto next = std::min(static_cast<std::size_t>(std::ceil(at)), out.size());
    housing.ring(out.subspan(rung, next - rung));
    rung = next;
    if (rung < out.size()) {
      housing.strike(strengths[step % kStepsOfCycle], static_cast<double>(next) - at);
    }
  }
  // A click is stronger than a step by its energy, whatever rings.
  const double click = plain::amplitude_from_db(p.flow_db.value_or(15.0)) / std::sqrt(motor_hz * at_rest.energy());
  const auto length = static_cast<std::size_t>(2.0 * kClickRingsS * sample_rate);
  const double first_click = draws.uniform();
  for (std::size_t turn = 0;; ++turn) {
    const double at = (first_click + static_cast<double>(turn)) * cycle_s * sample_rate;
    const auto first = static_cast<std::size_t>(std::ceil(at));
    if (first >= out.size()) {
      break;
    }
    StruckBody mechanism = at_rest;
    mechanism.strike(click, static_cast<double>(first) - at);
    mechanism.ring(out.subspan(first, std::min(length, out.size() - first)));
  }
  std::vector<float> hiss(out.size());
  random.stream("hiss").normals(0, hiss);
  const auto level = static_cast<float>(plain::amplitude_from_db(kHissDb));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] += level * hiss[i];
  }
}

/// Octaves of the turbulence.
constexpr std::array kTurbulence{BandLevel{125, -18}, BandLevel{250, -10}, BandLevel{500, -3},  BandLevel{1000, 0},
                                 BandLevel{2000, -2}, BandLevel{4000, -7}, BandLevel{8000, -14}};
constexpr double kGurgleDb = 4.0;  // standard deviation of the turbulence's level
constexpr int kHumHarmonics = 16;
constexpr double kDbOfHarmonic = -2.0;

void suck(std::span<float> mono, int sample_rate, const NoisePump& p, const StepRandom& random) {
  const double motor_hz = p.motor_hz.value_or(48.0);
  const double cycle_s = p.cycle_s.value_or(0.5);
  const BandSpectrum spectrum(kTurbulence, /*bands_per_octave=*/1);
  const DrawnNoise turbulence(sample_rate, [&](double hz) { return spectrum.amplitude(hz); });
  turbulence.synthesise(mono, random.stream("turbulence"));
  std::vector<float> gurgle = slow_noise(
      knots_of(mono.size(), sample_rate),
      [cycle_s](double hz) {
        const double over = hz * cycle_s;
        return 1.0 / (1.0 + over * over * over * over);
      },
      random.stream("gurgle"));
  // Powers that are normal in nepers have a mean above their median, which comes off.
  constexpr double kNepers = kGurgleDb * plain::kLn10 / 20.0;
  const double level = plain::amplitude_from_db(p.flow_db.value_or(3.0)) * plain::exp(-kNepers * kNepers);
  const double scale = level / std::sqrt(turbulence.power());
  for (float& knot : gurgle) {
    knot = static_cast<float>(scale * plain::exp(kNepers * knot));
  }
  apply_level(mono, sample_rate, gurgle);
  RandomStream draws = random.stream("motor");
  std::vector<Harmonic> harmonics;
  double power = 0.0;
  for (int order = 1; order <= kHumHarmonics; ++order) {
    const double db = kDbOfHarmonic * (order - 1) + draws.uniform(-4.0, 4.0);
    harmonics.push_back({order, plain::amplitude_from_db(db), draws.uniform()});
    if (order * motor_hz >= 0.45 * sample_rate) {
      harmonics.pop_back();
      continue;
    }
    power += 0.5 * plain::power_from_db(db);
  }
  const WaveTable hum(harmonics);
  const auto amplitude = static_cast<float>(1.0 / std::sqrt(power));
  const double start = draws.uniform();
  for (std::size_t i = 0; i < mono.size(); ++i) {
    mono[i] += amplitude * hum.at(start + static_cast<double>(i) * motor_hz / sample_rate);
  }
}

/// A small thing: the same on all channels.
void make(NoiseSound& sound, const NoisePump& p, const StepRandom& random) {
  Audio& signal = sound.signal;
  const std::span<float> mono = signal.channel(0);
  (p.kind == Kind::infusion ? infuse : suck)(mono, signal.sample_rate, p, random);
  for (int channel = 1; channel < signal.channels; ++channel) {
    std::ranges::copy(mono, signal.channel(channel).begin());
  }
}

const Registration registration(noise_augmenter<NoisePump>(
    {
        .name = "noise.pump",
        .summary = "Pumps beside a bed: an infusion pump's steps and clicks, or a suction pump's hum and gurgling.",
        .source = "EP 1178599 B1 and Texas Instruments SLVAES8, 2020 (stepping motors); all figures are empirical",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "The motor's tone and twelve harmonics stand 20 dB over what lies between them. Clicks keep their "
                 "regularity within 0.3 ms and their strength within 1 dB, and turbulence its level over the hum "
                 "within 0.6 dB.",
        .limits = "Modes, spectra, rates and levels are empirical.",
        .example = "infusion: [{noise.pump: {kind: infusion, cycle_s: 1, snr_db: -5}}]\n"
                   "suction: [{noise.pump: {kind: suction, flow_db: 10, snr_db: -5}}]\n",
        .check = check_noise_level,
    },
    table(), make));

}  // namespace
}  // namespace fairground
