// The cabin of a car under way: the engine's orders over the noise of tyres and air.
//
// A four-stroke engine fires each cylinder once in two turns of the crank, so that its tones are multiples of half the
// turning rate, and the strongest those of the firing rate: rpm / 60 times half the cylinders. How much weaker each
// harmonic is, and the orders between them, which differ from engine to engine, are empirical, as is how much the
// turning rate wanders. Power of the tyres' noise goes with v^3, the least rise in CNOSSOS-EU's rolling noise (B = 30
// dB per decade at 63 Hz), and that of the air with v^6, as that of a small rigid thing in a stream (Curle, "The
// influence of solid boundaries upon aerodynamic sound", Proc. R. Soc. A 231, 1955). So the air takes over as speed
// grows, and with it the highs. Both spectra as they arrive in a cabin, and the speed at which they are alike, are
// empirical.

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "augmenters/audio/parts/band_spectrum.h"
#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/slow_level.h"
#include "augmenters/audio/parts/wave_table.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Engine { none = 0, three = 3, four = 4, six = 6, eight = 8 };

struct NoiseCar : NoiseLevel {
  double speed_km_h = 80.0;
  Engine engine = Engine::four;
  double rpm = 2200.0;
  double engine_db = -6.0;
};

const ParameterTable<NoiseCar>& table() {
  using P = NoiseCar;
  static const auto instance =
      noise_level_table<P>()
          .number("speed_km_h", &P::speed_km_h, "km/h", {20.0, 200.0},
                  "Speed of the car; it sets the spectrum, and `noise_dba` or `snr_db` the level.")
          .choice("engine", &P::engine,
                  {{"four_cylinders", Engine::four},
                   {"three_cylinders", Engine::three},
                   {"six_cylinders", Engine::six},
                   {"eight_cylinders", Engine::eight},
                   {"electric", Engine::none}},
                  "How many cylinders fire in two turns; an electric car has no orders.")
          .number("rpm", &P::rpm, "/min", {600.0, 8000.0}, "Turns of the engine in a minute.")
          .number("engine_db", &P::engine_db, "dB", {-40.0, 20.0},
                  "Level of the engine's orders over that of all other noise in the cabin.");
  return instance;
}

/// Octaves in a cabin, against each one's sum.
constexpr std::array kTyres{BandLevel{31.5, -4},  BandLevel{63, -3},    BandLevel{125, -9},   BandLevel{250, -14},
                            BandLevel{500, -20},  BandLevel{1000, -25}, BandLevel{2000, -34}, BandLevel{4000, -44},
                            BandLevel{8000, -54}, BandLevel{16000, -64}};
constexpr std::array kAir{BandLevel{31.5, -4},  BandLevel{63, -5},    BandLevel{125, -8},   BandLevel{250, -11},
                          BandLevel{500, -15},  BandLevel{1000, -19}, BandLevel{2000, -24}, BandLevel{4000, -31},
                          BandLevel{8000, -39}, BandLevel{16000, -48}};
constexpr double kAlikeKmH = 150.0;  // in full power; A-weighted, where the air counts for more, near 105

struct State {
  BandSpectrum tyres, air;
  double tyres_at_1000 = 0.0;  ///< power of its octave at 1 kHz as drawn over that of kTyres
  double air_at_1000 = 0.0;
};

constexpr std::size_t kAt1000 = 5;

double drawn_over_wanted(const BandSpectrum& spectrum, double wanted_db) {
  const double half_octave = std::sqrt(2.0);
  return spectrum.power_between(1000.0 / half_octave, 1000.0 * half_octave) / plain::power_from_db(wanted_db);
}

State prepare(const NoiseCar&, const PrepareContext&) {
  State state{BandSpectrum(kTyres, /*bands_per_octave=*/1), BandSpectrum(kAir, /*bands_per_octave=*/1)};
  state.tyres_at_1000 = drawn_over_wanted(state.tyres, kTyres[kAt1000].db);
  state.air_at_1000 = drawn_over_wanted(state.air, kAir[kAt1000].db);
  return state;
}

constexpr int kFirings = 10;           // harmonics of the firing rate
constexpr double kDbOfFiring = -4.0;   // each against the one before
constexpr double kDbOfOthers = -18.0;  // orders between, against the firing's own near them
constexpr double kSpreadDb = 4.0;      // of each order from engine to engine, either way

/// One cycle of the engine: two turns, in which each cylinder fires once.
WaveTable draw_engine(const NoiseCar& p, int sample_rate, RandomStream stream) {
  const int cylinders = static_cast<int>(p.engine);
  const double cycle_hz = p.rpm / 120.0;
  std::vector<Harmonic> harmonics;
  double power = 0.0;
  for (int order = 1; order <= kFirings * cylinders; ++order) {
    const double firing = static_cast<double>(order) / cylinders;
    double db = kDbOfFiring * (firing - 1.0) + stream.uniform(-kSpreadDb, kSpreadDb);
    db += order % cylinders == 0 ? 0.0 : kDbOfOthers;
    const double start = stream.uniform();
    if (order * cycle_hz < 0.45 * sample_rate) {
      harmonics.push_back({order, plain::amplitude_from_db(db), start});
      power += 0.5 * plain::power_from_db(db);
    }
  }
  for (Harmonic& harmonic : harmonics) {
    harmonic.amplitude /= std::sqrt(power);
  }
  return WaveTable(harmonics);
}

constexpr double kWander = 0.003;  // of the turning rate: its standard deviation
constexpr double kWanderHz = 0.5;

/// From one place: the same on all channels.
void add_engine(Audio& signal, const NoiseCar& p, const StepRandom& random) {
  const WaveTable cycle = draw_engine(p, signal.sample_rate, random.stream("engine"));
  const std::size_t knots = knots_of(signal.frames(), signal.sample_rate);
  const std::vector<float> wander = slow_noise(
      knots, [](double hz) { return 1.0 / (1.0 + (hz / kWanderHz) * (hz / kWanderHz)); }, random.stream("wander"));
  const double cycles_per_sample = p.rpm / 120.0 / signal.sample_rate;
  const auto amplitude = static_cast<float>(plain::amplitude_from_db(p.engine_db));
  const auto samples_per_knot = static_cast<double>(signal.sample_rate) / kKnotsPerS;
  double cycles = random.stream("start").uniform();
  std::size_t i = 0;
  for (std::size_t knot = 0; i < signal.frames(); ++knot) {
    const double step = cycles_per_sample * (1.0 + kWander * wander[knot]);
    for (const double until = static_cast<double>(knot + 1) * samples_per_knot;
         i < signal.frames() && static_cast<double>(i) < until; ++i) {
      const float sound = amplitude * cycle.at(cycles);
      cycles += step;
      for (int channel = 0; channel < signal.channels; ++channel) {
        signal.channel(channel)[i] += sound;
      }
    }
  }
}

void make(NoiseSound& sound, const State& state, const NoiseCar& p, const StepRandom& random) {
  Audio& signal = sound.signal;
  const double faster = p.speed_km_h / kAlikeKmH;
  const double cubed = faster * faster * faster;
  const double tyres = std::sqrt(cubed / state.tyres_at_1000);
  const double air = std::sqrt(cubed * cubed / state.air_at_1000);
  const double strongest = tyres + air;
  const DrawnNoise noise(signal.sample_rate, [&](double hz) {
    const double of_tyres = tyres * state.tyres.amplitude(hz);
    const double of_air = air * state.air.amplitude(hz);
    return std::sqrt(of_tyres * of_tyres + of_air * of_air) / strongest;
  });
  noise.synthesise(signal, random);
  const auto scale = static_cast<float>(1.0 / std::sqrt(noise.power()));
  for (float& sample : signal.samples) {
    sample *= scale;
  }
  if (p.engine != Engine::none) {
    add_engine(signal, p, random);
  }
}

const Registration registration(noise_augmenter<NoiseCar, State>(
    {
        .name = "noise.car",
        .summary = "The cabin of a car at a speed: tyres and air, with the orders of its engine.",
        .source =
            "CNOSSOS-EU (tyres, with v^3); Curle 1955 (air, with v^6); spectra in the cabin and the orders' levels are "
            "empirical",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "Firings stand 8 dB or more over the orders beside them, the engine's level is within 0.5 dB of what "
                 "was asked, and octaves of tyres and air are within 0.5 dB of the model from 30 to 200 km/h.",
        .limits = "Spectra in the cabin, the orders' levels and how the turning rate wanders are empirical.",
        .example = "town: [{noise.car: {speed_km_h: 30, rpm: 2000, engine_db: 6, snr_db: -5}}]\n"
                   "motorway: [{noise.car: {speed_km_h: 150, snr_db: -5}}]\n",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
