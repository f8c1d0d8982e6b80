// Bands of a rolling shutter in light that flickers with the mains.
//
// Lamps on alternating current give light with twice its frequency. Each row integrates it over the exposure time T,
// from a moment that is later by t_row than that of the row above, so that it gets
//   1 + d sinc(f T) cos(2 pi f y t_row + phase), sinc(x) = sin(pi x) / (pi x),
// of the mean light, where d is the lamp's modulation (L_max - L_min) / (L_max + L_min) (IEEE 1789-2015, "percent
// flicker"), taken as a sine. Where the exposure time is a multiple of the light's period, nothing is left.

#include <cmath>
#include <optional>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/gain.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct LightFlicker {
  double frequency_hz = 100.0;
  double depth = 0.35;
  std::optional<double> exposure_ms;
  double readout_ms = 20.0;
  std::optional<double> phase_deg;
};

const ParameterTable<LightFlicker>& table() {
  using P = LightFlicker;
  static const auto instance =
      ParameterTable<P>()
          .number("frequency_hz", &P::frequency_hz, "Hz", {40.0, 2000.0},
                  "Of the light: 100 in a net of 50 Hz, 120 in one of 60 Hz, more for dimmed LEDs.")
          .number("depth", &P::depth, "", {0.0, 1.0},
                  "The lamp's modulation, (highest - lowest) / (highest + lowest); a fluorescent tube without an "
                  "electronic ballast has about 0.35 (empirical).")
          .number("exposure_ms", &P::exposure_ms, "ms", {0.02, 1000.0},
                  "How long each row sees the light; by default as the camera exposes, and 4 ms where no illuminance "
                  "is declared.")
          .number("readout_ms", &P::readout_ms, "ms", {0.5, 100.0},
                  "Time from the first row to the end of the last; phones take 15 to 33.")
          .number("phase_deg", &P::phase_deg, "deg", {0.0, 360.0},
                  "Of the light when the first row is taken; drawn if it is left out.");
  return instance;
}

RowOperation rows(const Shot& shot, const LightFlicker& p, const StepRandom& random) {
  constexpr double kUndeclaredMs = 4.0;
  const double exposure_s =
      0.001 * p.exposure_ms.value_or(shot.exposure ? 1000.0 * shot.exposure->time_s : kUndeclaredMs);
  const double periods = p.frequency_hz * exposure_s;
  const double depth = p.depth * plain::sine_of_turns(0.5 * periods) / (plain::kPi * periods);
  const double turns_per_row = p.frequency_hz * 0.001 * p.readout_ms / shot.height;
  const double phase = p.phase_deg ? *p.phase_deg / 360.0 : random.stream("phase").uniform();
  return {[=](const ImageRow& row) {
            const double light = 1.0 + depth * plain::cosine_of_turns(turns_per_row * row.y + phase);
            multiply_samples(row.samples, static_cast<float>(light));
          },
          [=]() -> std::vector<std::pair<std::string, double>> {
            return {{"band_depth", std::fabs(depth)}, {"period_px", 1.0 / turns_per_row}};
          }};
}

const Registration registration(row_augmenter<LightFlicker>(
    {
        .name = "light.flicker",
        .summary = "Bright and dark bands of a rolling shutter in light that flickers.",
        .source = "IEEE 1789-2015 (modulation); integral of a sine over the exposure time",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "depth: 0",
        .labels = "keeps all labels",
        .claim = "The light of each row is within 1e-5 of an integral over its own exposure, bands have their period "
                 "and depth within 1 %, and none is left where the exposure is a multiple of the light's period.",
        .limits = "The lamp's modulation is taken as a sine.",
        .example = "tube: [{light.flicker: {depth: 0.7, exposure_ms: 2, phase_deg: 0}}]\n"
                   "dimmed_led: [{light.flicker: {frequency_hz: 400, depth: 1, exposure_ms: 0.5, phase_deg: 0}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
