// A street: the steady roar of a town's far traffic, and vehicles that pass by.
//
// The roar has the spectrum of urban traffic of ISO 717-1, spectrum no. 2 in its range from 50 Hz to 5 kHz, which rates
// windows and walls (Ctr). A vehicle's spectrum, and how it changes with speed, is that of CNOSSOS-EU: rolling noise A
// + B lg(v / 70 km/h) and propulsion noise A + B (v - 70 km/h) / (70 km/h), in octaves, for categories 1 (cars) and 3
// (heavy), table F-1 of Commission Directive (EU) 2015/996 as replaced by (EU) 2021/1226. As it passes, its power goes
// with 1 / (d^2 + (v t)^2), as that of a small source does. Vehicles come independently of each other (Poisson). By how
// much vehicles of a kind differ in level and speed is empirical. Doppler's shift, the ground and the air's own loss
// are not modelled. Many noises of one spectrum are one noise at the sum of their powers, so that each kind is drawn
// once.

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "augmenters/audio/parts/band_spectrum.h"
#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/slow_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct NoiseStreet : NoiseLevel {
  double vehicles_per_min = 15.0;
  double speed_km_h = 50.0;
  double distance_m = 10.0;
  double heavy_share = 0.1;
  double far_db = -10.0;
};

const ParameterTable<NoiseStreet>& table() {
  using P = NoiseStreet;
  static const auto instance =
      noise_level_table<P>()
          .number("vehicles_per_min", &P::vehicles_per_min, "/min", {1.0, 120.0},
                  "Vehicles that pass in a minute, on average.")
          .number("speed_km_h", &P::speed_km_h, "km/h", {20.0, 130.0}, "Mean speed of the vehicles.")
          .number("distance_m", &P::distance_m, "m", {2.0, 100.0}, "From the microphone to the vehicles' path.")
          .number("heavy_share", &P::heavy_share, "", {0.0, 1.0}, "The share of lorries and buses among the vehicles.")
          .number("far_db", &P::far_db, "dB", {-30.0, 30.0},
                  "Level of the far roar against the mean of all that passes, both A-weighted.");
  return instance;
}

/// A-weighted, as published, and the A-weighting of IEC 61672-1 that has to come off.
struct RoarBand {
  double hz, dba, a_weighting;
};
constexpr std::array kRoar{RoarBand{50, -25, -30.2},  RoarBand{63, -23, -26.2},  RoarBand{80, -21, -22.5},
                           RoarBand{100, -20, -19.1}, RoarBand{125, -20, -16.1}, RoarBand{160, -18, -13.4},
                           RoarBand{200, -16, -10.9}, RoarBand{250, -15, -8.6},  RoarBand{315, -14, -6.6},
                           RoarBand{400, -13, -4.8},  RoarBand{500, -12, -3.2},  RoarBand{630, -11, -1.9},
                           RoarBand{800, -9, -0.8},   RoarBand{1000, -8, 0.0},   RoarBand{1250, -9, 0.6},
                           RoarBand{1600, -10, 1.0},  RoarBand{2000, -11, 1.2},  RoarBand{2500, -13, 1.3},
                           RoarBand{3150, -15, 1.2},  RoarBand{4000, -16, 1.0},  RoarBand{5000, -18, 0.5}};

constexpr double kRoarAt1000 = -8.0;

/// Sound power of a vehicle in octaves from 63 Hz to 8 kHz.
struct Emission {
  std::array<double, 8> rolling_a, rolling_b, propulsion_a, propulsion_b;
};
constexpr Emission kCar{{83.1, 89.2, 87.7, 93.1, 100.1, 96.7, 86.8, 76.2},
                        {30.0, 41.5, 38.9, 25.7, 32.5, 37.2, 39.0, 40.0},
                        {97.9, 92.5, 90.7, 87.2, 84.7, 88.0, 84.4, 77.1},
                        {-1.3, 7.2, 7.7, 8.0, 8.0, 8.0, 8.0, 8.0}};
constexpr Emission kHeavy{{91.7, 96.2, 98.2, 104.9, 105.1, 98.5, 91.1, 85.6},
                          {30.0, 33.5, 31.3, 25.4, 31.8, 37.1, 38.6, 40.6},
                          {108.8, 104.2, 103.5, 102.9, 102.6, 98.5, 93.8, 87.5},
                          {0.0, 3.0, 4.6, 5.0, 5.0, 5.0, 5.0, 5.0}};
constexpr double kReferenceKmH = 70.0;

std::vector<BandLevel> octaves_of(const Emission& emission, double speed_km_h) {
  const double decades = plain::log(speed_km_h / kReferenceKmH) / plain::kLn10;
  const double faster = (speed_km_h - kReferenceKmH) / kReferenceKmH;
  std::vector<BandLevel> octaves;
  for (std::size_t i = 0; i < emission.rolling_a.size(); ++i) {
    const double power = plain::power_from_db(emission.rolling_a[i] + emission.rolling_b[i] * decades) +
                         plain::power_from_db(emission.propulsion_a[i] + emission.propulsion_b[i] * faster);
    octaves.push_back({1000.0 * std::ldexp(1.0, static_cast<int>(i) - 4), 10.0 * plain::log(power) / plain::kLn10});
  }
  return octaves;
}

// IEC 61672-1, for the octaves above.
constexpr std::array kAWeighting{-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1};
constexpr std::size_t kAt1000 = 4;

double a_weighted_power(const std::vector<BandLevel>& octaves) {
  double power = 0.0;
  for (std::size_t i = 0; i < octaves.size(); ++i) {
    power += plain::power_from_db(octaves[i].db + kAWeighting[i]);
  }
  return power;
}

/// By what to multiply a drawn noise, so that its band at 1 kHz has the power that is given.
double amplitude_for(const BandSpectrum& spectrum, int sample_rate, int bands_per_octave, double power) {
  const double half_band = plain::exp(0.15 * plain::kLn10 / bands_per_octave);
  const double drawn = spectrum.power_between(1000.0 / half_band, 1000.0 * half_band);
  return std::sqrt(power / (DrawnNoise::power_of_density(sample_rate) * drawn));
}

// A vehicle is heard while it is nearer than so many distances along the road; its power goes to nothing there.
constexpr double kReach = 20.0;
constexpr double kPowerAtReach = 1.0 / (1.0 + kReach * kReach);
constexpr double kIntegral = 2.0 * (1.5208379310729538 - kReach * kPowerAtReach);  // twice the arc tangent of 20
constexpr double kLevelSpreadDb = 3.0;                                             // either way
constexpr double kSpeedSpread = 0.15;                                              // of the mean, either way
constexpr double kSpreadPower = 1.090;  // by what the two spreads raise the mean power

/// A-weighted power of all cars, and of all heavy vehicles, at each knot: 1 is the mean of all and the roar.
struct Passing {
  std::vector<float> cars, heavy;
};

Passing pass_by(const NoiseStreet& p, std::size_t knots, double heavy_power, const StepRandom& random) {
  Passing passing{std::vector<float>(knots), std::vector<float>(knots)};
  const double nearest_s = p.distance_m / (p.speed_km_h / 3.6);  // to go as far as the path is away
  const double longest_s = kReach * nearest_s / (1.0 - kSpeedSpread);
  const double mean_gap_s = 60.0 / p.vehicles_per_min;
  const double mean_power = 1.0 - p.heavy_share + p.heavy_share * heavy_power;
  const double of_both = 1.0 + plain::power_from_db(p.far_db);
  const double scale = mean_gap_s / (kIntegral * kSpreadPower * nearest_s * mean_power * of_both);
  // From the clip's start either way, so that a vehicle passes at its moment whatever the speed.
  for (const double direction : {1.0, -1.0}) {
    RandomStream vehicles = random.stream(direction > 0.0 ? "coming" : "gone");
    const double end_s = direction > 0.0 ? static_cast<double>(knots) / kKnotsPerS : 0.0;
    for (double away_s = 0.0; away_s < end_s + longest_s;) {
      away_s += -mean_gap_s * plain::log(1.0 - vehicles.uniform());
      const bool is_heavy = vehicles.bernoulli(p.heavy_share);
      const double level = plain::power_from_db(vehicles.uniform(-kLevelSpreadDb, kLevelSpreadDb));
      const double own_s = nearest_s / vehicles.uniform(1.0 - kSpeedSpread, 1.0 + kSpeedSpread);
      const double power = scale * level * (is_heavy ? heavy_power : 1.0);
      const double knot = direction * away_s * kKnotsPerS;
      const double reach = kReach * own_s * kKnotsPerS;
      std::vector<float>& levels = is_heavy ? passing.heavy : passing.cars;
      const double last = std::min(knot + reach, static_cast<double>(knots) - 1.0);
      for (auto i = static_cast<std::ptrdiff_t>(std::max(0.0, std::ceil(knot - reach))); static_cast<double>(i) <= last;
           ++i) {
        const double along = (static_cast<double>(i) - knot) / (own_s * kKnotsPerS);
        levels[static_cast<std::size_t>(i)] +=
            static_cast<float>(power * (1.0 / (1.0 + along * along) - kPowerAtReach));
      }
    }
  }
  return passing;
}

/// One small source, so the same on all channels.
void add_vehicles(Audio& signal, const std::vector<BandLevel>& octaves, std::vector<float> powers,
                  const RandomStream& stream) {
  if (std::ranges::all_of(powers, [](float power) { return power == 0.0F; })) {
    return;
  }
  const BandSpectrum spectrum(octaves, /*bands_per_octave=*/1);
  const DrawnNoise noise(signal.sample_rate, [&](double hz) { return spectrum.amplitude(hz); });
  std::vector<float> mono(signal.frames());
  noise.synthesise(mono, stream);
  const double at_1000 = plain::power_from_db(octaves[kAt1000].db) / a_weighted_power(octaves);
  const auto scale = static_cast<float>(amplitude_for(spectrum, signal.sample_rate, /*bands_per_octave=*/1, at_1000));
  for (float& power : powers) {
    power = scale * std::sqrt(power);
  }
  for (int channel = 0; channel < signal.channels; ++channel) {
    add_at_level(signal.channel(channel), mono, signal.sample_rate, powers);
  }
}

struct Roar {
  DrawnNoise noise;
  double amplitude = 0.0;  ///< at which it is 1, A-weighted
};

Roar prepare(const NoiseStreet&, const PrepareContext& context) {
  std::vector<BandLevel> bands;
  double power = 0.0;
  for (const RoarBand& band : kRoar) {
    bands.push_back({band.hz, band.dba - band.a_weighting});
    power += plain::power_from_db(band.dba);
  }
  const BandSpectrum spectrum(bands, /*bands_per_octave=*/3);
  return {
      DrawnNoise(context.sample_rate, [&](double hz) { return spectrum.amplitude(hz); }),
      amplitude_for(spectrum, context.sample_rate, /*bands_per_octave=*/3, plain::power_from_db(kRoarAt1000) / power)};
}

void make(NoiseSound& sound, const Roar& roar, const NoiseStreet& p, const StepRandom& random) {
  Audio& signal = sound.signal;
  roar.noise.synthesise(signal, random);
  // Both together are near 1, whatever the roar's level; a vehicle that is near may be more.
  const double far_power = plain::power_from_db(p.far_db);
  const auto far = static_cast<float>(roar.amplitude * std::sqrt(far_power / (1.0 + far_power)));
  for (float& sample : signal.samples) {
    sample *= far;
  }
  const std::vector<BandLevel> of_car = octaves_of(kCar, p.speed_km_h);
  const std::vector<BandLevel> of_heavy = octaves_of(kHeavy, p.speed_km_h);
  Passing passing = pass_by(p, knots_of(signal.frames(), signal.sample_rate),
                            a_weighted_power(of_heavy) / a_weighted_power(of_car), random);
  add_vehicles(signal, of_car, std::move(passing.cars), random.stream("cars"));
  add_vehicles(signal, of_heavy, std::move(passing.heavy), random.stream("heavy"));
}

const Registration registration(noise_augmenter<NoiseStreet, Roar>(
    {
        .name = "noise.street",
        .summary = "A street: the far roar of a town's traffic, and vehicles that pass by at a distance and a speed.",
        .source = "ISO 717-1, spectrum no. 2 (roar); CNOSSOS-EU, (EU) 2021/1226, table F-1 (vehicles); their spread is "
                  "empirical",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "The roar is within 0.8 dB of ISO 717-1 in thirds of an octave, and vehicles are within 0.7 dB of "
                 "CNOSSOS-EU in octaves. A vehicle is above half of its greatest power for 2 d / v within 8 % (median "
                 "of 25), and as many pass as asked within chance.",
        .limits = "Doppler's shift, the ground and the air's own loss are not modelled. By how much vehicles of a kind "
                  "differ is empirical.",
        .example = "near: [{noise.street: {vehicles_per_min: 60, distance_m: 3, speed_km_h: 50, snr_db: -5}}]\n"
                   "far: [{noise.street: {distance_m: 100, far_db: 10, snr_db: 0}}]\n",
        .check = check_noise_level,
    },
    table(), prepare, make));

}  // namespace
}  // namespace fairground
