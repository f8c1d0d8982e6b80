// Little light, and all that it does to a photograph out of a hand, in lux.
//
// This is a profile: it stands for light.illuminance, lens.motion and sensor.noise. From the illuminance the camera's
// programme gives time and ISO (ISO 2720:1974); the hand shakes as long as the shutter is open, noise goes with the
// ISO, and where neither suffices the picture is too dark.

#include <string>
#include <vector>

#include "augmenters/augmenter.h"

namespace fairground {
namespace {

struct LightDim {
  double lux = 10.0;
};

const ParameterTable<LightDim>& table() {
  using P = LightDim;
  static const auto instance = ParameterTable<P>().required_number(
      "lux", &P::lux, "lx", {0.01, 200000.0},
      "Illuminance on what is photographed: a living room at night has 20 to 100, a street 5 to 15, a candle 10.");
  return instance;
}

std::vector<ProfileStep> expand(const std::vector<Setting>& settings) {
  using Text = std::string;
  constexpr double kHandShake = 1.5;  // deg/s; empirical, see lens.motion
  return {{"light.illuminance", {{"lux", settings[0]}}},
          {"lens.motion", {{"path", Text("hand")}, {"shake_deg_s", kHandShake}}},
          {"sensor.noise", {{"camera", Text("any")}}}};
}

const Registration registration(profile<LightDim>(
    {
        .name = "light.dim",
        .summary = "Little light in lux, with the exposure, the shake and the noise that a phone has in it.",
        .source = "ISO 2720:1974, 6.2.2 (incident light)",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "none: a camera always has some noise",
        .labels = "keeps all labels",
        .claim = "It stands for light.illuminance, lens.motion and sensor.noise, with settings that these take. At 20 "
                 "lx, the ISO of two cameras is within 0.5 of what was worked out by hand.",
        .example = "lux_10: [{light.dim: {lux: 10}}]\n"
                   "lux_1: [{light.dim: {lux: 1}}]\n"
                   "lux_0_1: [{light.dim: {lux: 0.1}}]\n",
    },
    table(), expand));

}  // namespace
}  // namespace fairground
