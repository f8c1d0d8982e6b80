// A lung ventilator: breath after breath, a flow that hisses in, falls off, and leaks out, over the fan or turbine that
// never stops.
//
// A breath lasts 60 / rate seconds, a third of it inspiration (I:E of 1:2 unless set). The hiss follows the flow: at
// once full and then falling exponentially while breathing in, as in pressure control, and passively, starting with two
// thirds of that, while breathing out. Spectra: most energy of neonatal wards lies from 1 to 8 kHz and ventilators
// exceed their background at 500 Hz (Livera et al., Indian J. Pediatr. 75, 2008). The shapes' time
// constants, the turbine and the valve's clicks are empirical.

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "augmenters/audio/parts/band_spectrum.h"
#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct NoiseVentilator : NoiseLevel {
  double breaths_per_min = 15.0;
  double inspiration = 0.33;
  double turbine_hz = 380.0;
  double turbine_db = -12.0;
};

const ParameterTable<NoiseVentilator>& table() {
  using P = NoiseVentilator;
  static const auto instance =
      noise_level_table<P>()
          .number("breaths_per_min", &P::breaths_per_min, "/min", {5.0, 80.0},
                  "Breaths in a minute: 12 to 20 for adults, 30 to 60 for newborns.")
          .number("inspiration", &P::inspiration, "", {0.2, 0.6}, "The share of a breath that flows in.")
          .number("turbine_hz", &P::turbine_hz, "Hz", {100.0, 1500.0}, "Tone of the turbine that drives the flow.")
          .number("turbine_db", &P::turbine_db, "dB", {-40.0, 10.0},
                  "Level of the turbine's tone against the hiss of a breath.");
  return instance;
}

/// Octave bands of the hiss.
constexpr std::array kHiss{BandLevel{125, -14}, BandLevel{250, -6},  BandLevel{500, 0},    BandLevel{1000, -3},
                           BandLevel{2000, -3}, BandLevel{4000, -5}, BandLevel{8000, -10}, BandLevel{16000, -20}};

constexpr double kFlowIn = 0.45;  // time constants, as shares of the phase
constexpr double kFlowOut = 0.22;
constexpr double kOutAtStart = 0.67;  // of the flow in at its start
constexpr double kLeak = 0.05;        // of the flow that never stops
constexpr double kEdgeS = 0.03;       // in which a valve opens

struct State {
  int sample_rate = 0;
  DrawnNoise hiss;
};

State prepare(const NoiseVentilator&, const PrepareContext& context) {
  const BandSpectrum spectrum(kHiss, /*bands_per_octave=*/1);
  return {context.sample_rate, DrawnNoise(context.sample_rate, [&](double hz) { return spectrum.amplitude(hz); })};
}

/// Amplitude of the hiss at a place in a breath, 0 to 1.
double flow_at(double place, double inspiration, double breath_s) {
  const bool in = place < inspiration;
  const double phase = in ? place / inspiration : (place - inspiration) / (1.0 - inspiration);
  const double since_s = (in ? place : place - inspiration) * breath_s;
  const double edge = std::min(1.0, since_s / kEdgeS);
  const double height = in ? plain::exp(-phase / kFlowIn) : kOutAtStart * plain::exp(-phase / kFlowOut);
  return std::max(kLeak, edge * height);
}

void make(NoiseSound& sound, const State& state, const NoiseVentilator& p, const StepRandom& random) {
  Audio& signal = sound.signal;
  state.hiss.synthesise(signal, random);
  const double rate = state.sample_rate;
  const double breath_s = 60.0 / p.breaths_per_min;
  const double start = random.stream("breath").uniform();
  const double turbine_start = random.stream("turbine").uniform();
  const double turbine = plain::amplitude_from_db(p.turbine_db) * std::sqrt(2.0 * state.hiss.power());
  std::array<float, 4096> envelope{};
  std::array<float, envelope.size()> tone{};
  for (std::size_t begin = 0; begin < signal.frames(); begin += envelope.size()) {
    const std::size_t count = std::min(envelope.size(), signal.frames() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      const double seconds = static_cast<double>(begin + i) / rate;
      const double breaths = start + seconds / breath_s;
      envelope[i] = static_cast<float>(flow_at(breaths - std::floor(breaths), p.inspiration, breath_s));
      tone[i] = static_cast<float>(turbine * plain::sine_of_turns(turbine_start + seconds * p.turbine_hz));
    }
    for (int channel = 0; channel < signal.channels; ++channel) {
      const std::span<float> out = signal.channel(channel).subspan(begin, count);
      for (std::size_t i = 0; i < count; ++i) {
        out[i] = out[i] * envelope[i] + tone[i];
      }
    }
  }
}

const Registration registration(noise_augmenter<NoiseVentilator, State>(
    {
        .name = "noise.ventilator",
        .summary = "A lung ventilator: the hiss of each breath, in and out, over the tone of its turbine.",
        .source = "Livera et al. 2008 (spectra); the flow's shape is that of pressure control, its figures empirical",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "Breaths come as often as asked within 2 %, and the flow turns within 0.02 of a breath. Octaves of "
                 "the hiss are within 1 dB, and the turbine's tone stands 15 dB over what is beside it.",
        .limits = "The time constants of the flow, the turbine and the valve's clicks are empirical.",
        .example = "adult: [{noise.ventilator: {breaths_per_min: 18, snr_db: 0}}]\n"
                   "newborn: [{noise.ventilator: {breaths_per_min: 50, turbine_db: 0, snr_db: 0}}]\n",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
