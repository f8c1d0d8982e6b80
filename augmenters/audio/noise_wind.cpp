// Wind on an unprotected microphone: turbulence that presses on it, not sound that travels.
//
// The spectrum is flat up to a corner and falls steeply above. The autoregressive model that Nelke and Vary fitted to
// recordings ("Measurement, analysis and simulation of wind noise signals for mobile communication devices", IWAENC
// 2014) has its corner near 200 Hz, falls by 12 to 15 dB per octave, and holds 99 % of its power below 500 Hz. The
// faster the air, the wider the spectrum (Mirabilii et al., "Simulating wind noise with airflow speed-dependent
// characteristics", IWAENC 2022); that the corner goes with the speed, 20 Hz for each m/s, is empirical. Pressure goes
// with the square of the speed at the moment, as the air stands still on the microphone (Lyons, Hart and Raspet, "As
// the wind blows", Acoustics Today 17, 2021). So gusts are drawn as the speed's slow turbulence, Gaussian, with most of
// it below a rate that is empirical. Within a gust the spectrum keeps its shape, and an overloaded capsule is not
// modelled.

#include <algorithm>
#include <cmath>

#include "augmenters/audio/parts/drawn_noise.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/audio/parts/slow_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct NoiseWind : NoiseLevel {
  double speed_m_s = 5.0;
  double gustiness = 0.3;
  double gust_hz = 0.5;
  double fall_db_per_octave = 15.0;
};

const ParameterTable<NoiseWind>& table() {
  using P = NoiseWind;
  static const auto instance =
      noise_level_table<P>()
          .number("speed_m_s", &P::speed_m_s, "m/s", {1.0, 25.0},
                  "Mean speed of the air; it sets how far up the noise reaches, and `noise_dba` or `snr_db` the level.")
          .number(
              "gustiness", &P::gustiness, "", {0.0, 0.6},
              "Standard deviation of the speed over its mean; 0 is a steady stream, 0.2 to 0.4 usual near the ground.")
          .number("gust_hz", &P::gust_hz, "Hz", {0.1, 2.0}, "Up to which rate gusts come and go.")
          .number("fall_db_per_octave", &P::fall_db_per_octave, "dB/octave", {6.0, 24.0},
                  "How steeply the noise falls above its corner.");
  return instance;
}

constexpr double kCornerHzPerSpeed = 20.0;
constexpr double kMicrophoneHz = 20.0;  // below, a capsule hears less and less
constexpr double kCalm = 0.1;           // of the mean speed: the least to which it falls

double amplitude(const NoiseWind& p, double hz) {
  const double order = p.fall_db_per_octave * plain::kLn10 / (10.0 * plain::kLn2);  // of the power
  const double over_corner = plain::exp(order * plain::log(hz / (kCornerHzPerSpeed * p.speed_m_s)));
  return hz / std::sqrt((hz * hz + kMicrophoneHz * kMicrophoneHz) * (1.0 + over_corner));
}

void make(NoiseSound& sound, const NoiseWind& p, const StepRandom& random) {
  Audio& signal = sound.signal;
  const DrawnNoise noise(signal.sample_rate, [&p](double hz) { return amplitude(p, hz); });
  noise.synthesise(signal, random);
  // The air comes to all microphones of an array alike, and its turbulence to each on its own.
  std::vector<float> gusts = slow_noise(
      knots_of(signal.frames(), signal.sample_rate),
      [&p](double hz) {
        const double over = hz / p.gust_hz;
        return 1.0 / (1.0 + over * over * over * over);
      },
      random.stream("gusts"));
  const double variance = p.gustiness * p.gustiness;
  const double mean_fourth = 1.0 + 6.0 * variance + 3.0 * variance * variance;  // of a normal around 1
  const double scale = 1.0 / std::sqrt(mean_fourth * noise.power());
  for (float& gust : gusts) {
    const double speed = std::max(kCalm, 1.0 + p.gustiness * gust);
    gust = static_cast<float>(scale * speed * speed);
  }
  for (int channel = 0; channel < signal.channels; ++channel) {
    apply_level(signal.channel(channel), signal.sample_rate, gusts);
  }
}

const Registration registration(noise_augmenter<NoiseWind>(
    {
        .name = "noise.wind",
        .summary = "Wind on a microphone: low turbulence that reaches further up with speed and comes in gusts.",
        .source =
            "Nelke and Vary 2014 (spectrum); Mirabilii et al. 2022 (speed); Lyons, Hart and Raspet 2021 (pressure); "
            "corner and rate of gusts are empirical",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels",
        .claim = "More than 97 % of the power lies below 500 Hz up to 10 m/s, the fall is within 0.5 dB per octave of "
                 "what was asked and the corner within 12 % of 20 Hz for each m/s. Gusts are as uneven as their law "
                 "says, within 20 %.",
        .limits = "Within a gust the spectrum keeps its shape, and an overloaded capsule is not modelled. The corner "
                  "and the rate of gusts are empirical.",
        .example = "breeze: [{noise.wind: {speed_m_s: 3, snr_db: -10}}]\n"
                   "storm: [{noise.wind: {speed_m_s: 20, gustiness: 0.5, snr_db: -10}}]\n",
        .check = check_noise_level,
    },
    table(), make));

}  // namespace
}  // namespace fairground
