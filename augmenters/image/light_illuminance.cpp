// How much light there is on the scene, in lux, as the cause of all that a camera does about it.
//
// The step declares it to its chain. The renderer then finds the exposure (ISO 2720:1974, see augmenters/picture.h) by
// the programme of the chain's camera or of a typical phone: lens.motion blurs as long as the shutter is open,
// sensor.noise takes its ISO, and this step makes the picture as dark as it gets where neither time nor ISO suffices.

#include <algorithm>
#include <string>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/gain.h"
#include "pipeline/config/config.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct LightIlluminance {
  double lux = 1000.0;
};

const ParameterTable<LightIlluminance>& table() {
  using P = LightIlluminance;
  static const auto instance =
      ParameterTable<P>().required_number("lux", &P::lux, "lx", {0.01, 200000.0},
                                          "Illuminance on what is photographed: a full moon gives 0.25, a home 100, an "
                                          "office 500, the noon sun 100000.");
  return instance;
}

std::string check_chain(const std::vector<const Step*>& chain) {
  const auto declared =
      std::ranges::count_if(chain, [](const Step* step) { return step->schema->name == "light.illuminance"; });
  return declared > 1
             ? "a scene has one illuminance, and two steps say what it is (light.dim and light.place have it in "
               "them); keep one, or forbid the combination with `except`"
             : "";
}

void declare(ShotDeclaration& shot, const LightIlluminance& p) { shot.illuminance_lux = p.lux; }

RowOperation rows(const Shot& shot, const LightIlluminance& p, const StepRandom&) {
  const Exposure exposure = shot.exposure.value_or(expose(p.lux, {}));
  const auto gain = static_cast<float>(plain::exp(exposure.ev * plain::kLn2));
  return {[gain](const ImageRow& row) { multiply_samples(row.samples, gain); },
          [exposure]() -> std::vector<std::pair<std::string, double>> {
            return {{"exposure_time_s", exposure.time_s}, {"iso", exposure.iso}, {"exposure_ev", exposure.ev}};
          }};
}

const Registration registration(declaring(
    row_augmenter<LightIlluminance>(
        {
            .name = "light.illuminance",
            .summary = "How much light there is in lux, for the camera to expose by; too dark where it cannot make up "
                       "for it.",
            .source = "ISO 2720:1974, 6.2.2 (incident light)",
            .media = Media::image,
            .stage = Stage::light,
            .version = 1,
            .identity = "lux: 1000",
            .labels = "keeps all labels",
            .claim = "Time and ISO are those of ISO 2720 as worked out by hand for a typical phone, and where neither "
                     "suffices the picture is as dark as the missing stops make it, within 1e-7.",
            .limits = "By itself it makes no noise and no blur: these are made by sensor.noise and lens.motion, which "
                      "take what it declares.",
            .example = "lux_1: [{light.illuminance: {lux: 1}}]\n"
                       "lux_0_25: [{light.illuminance: {lux: 0.25}}]\n"
                       "lux_1_with_noise: [{light.illuminance: {lux: 1}}, {sensor.noise: {camera: any}}]\n",
            .check_chain = check_chain,
        },
        table(), rows),
    table(), declare));

}  // namespace
}  // namespace fairground
