// Haze, fog or smoke between the camera and the scene.
//
// Koschmieder's law (1924): of an object's light J the share t arrives, and the air adds its own, A (1 - t). Where the
// depth of the picture is known, t = exp(-k d), with k such that the farthest point has the `transmission` that is
// asked for and the nearest has lost nothing; otherwise all of the picture is at one distance. Droplets scatter all
// colours alike, so that haze has the colour of the sky's light.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/illuminant.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Distances { depth, even };

struct LightHaze {
  double transmission = 0.5;
  double airlight = 0.7;
  double airlight_cct_kelvin = 6504.0;
  Distances distances = Distances::depth;
};

const ParameterTable<LightHaze>& table() {
  using P = LightHaze;
  static const auto instance =
      ParameterTable<P>()
          .required_number("transmission", &P::transmission, "", {0.01, 1.0},
                           "Share of the light that comes through, from the farthest point where depth is known.")
          .number("airlight", &P::airlight, "linear", {0.0, 2.0}, "Luminance of haze so thick that nothing is seen.")
          .number("airlight_cct_kelvin", &P::airlight_cct_kelvin, "K", {2000.0, kHighestCct},
                  "Colour temperature of the haze: 6504 K is white; grey pictures have its luminance.")
          .choice("distances", &P::distances, {{"depth", Distances::depth}, {"even", Distances::even}},
                  "Whether haze grows with the depth that the manifest names for the picture, where it names one, or "
                  "is even.");
  return instance;
}

FAIRGROUND_HOT void veil_evenly(float* samples, std::size_t count, float transmission, float added) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = samples[i] * transmission + added;
  }
}

FAIRGROUND_HOT void veil(float* __restrict samples, const float* __restrict transmission, std::size_t count,
                         float airlight) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = samples[i] * transmission[i] + airlight * (1.0F - transmission[i]);
  }
}

/// What comes through from every pixel.
std::vector<float> transmission_by(const Image& depth, double farthest_transmission) {
  constexpr std::size_t kSteps = 1024;  // between them t is a straight line, within 2.6e-6 where t falls to 0.01
  const double exponent = plain::log(farthest_transmission);
  std::vector<float> curve(kSteps + 2);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    curve[i] = static_cast<float>(plain::exp(exponent * static_cast<double>(i) / kSteps));
  }
  const auto [nearest, farthest] = std::ranges::minmax(depth.samples);
  const float scale = farthest > nearest ? static_cast<float>(kSteps) / (farthest - nearest) : 0.0F;
  std::vector<float> through(depth.samples.size());
  for (std::size_t i = 0; i < through.size(); ++i) {
    const float place = (depth.samples[i] - nearest) * scale;
    const auto at = std::min(static_cast<std::size_t>(place), kSteps);
    through[i] = curve[at] + (curve[at + 1] - curve[at]) * (place - static_cast<float>(at));
  }
  return through;
}

RowOperation rows(const Shot& shot, const LightHaze& p, const StepRandom&) {
  Rgb colour = picture_white(illuminant(p.airlight_cct_kelvin, 0.0, Locus::automatic));
  if (shot.channels == 1) {
    colour.fill(1.0);
  }
  std::array<float, 3> airlight{};
  std::ranges::transform(colour, airlight.begin(),
                         [&](double channel) { return static_cast<float>(p.airlight * channel); });
  const auto even = static_cast<float>(p.transmission);
  const bool by_depth = p.distances == Distances::depth && shot.labels != nullptr && shot.labels->depth;
  auto through = std::make_shared<const std::vector<float>>(
      by_depth ? transmission_by(*shot.labels->depth, p.transmission) : std::vector<float>{});
  double mean = p.transmission;
  if (by_depth) {
    mean = 0.0;
    for (const float t : *through) {
      mean += t / static_cast<double>(through->size());
    }
  }
  return {[=](const ImageRow& row) {
            const auto width = static_cast<std::size_t>(row.width);
            for (int c = 0; c < row.channels; ++c) {
              const float air = airlight[static_cast<std::size_t>(c)];
              if (by_depth) {
                veil(row.channel(c).data(), through->data() + static_cast<std::size_t>(row.y) * width, width, air);
              } else {
                veil_evenly(row.channel(c).data(), width, even, air * (1.0F - even));
              }
            }
          },
          [mean, by_depth]() -> std::vector<std::pair<std::string, double>> {
            return {{"mean_transmission", mean}, {"depth_known", by_depth ? 1.0 : 0.0}};
          }};
}

const Registration registration(row_augmenter<LightHaze>(
    {
        .name = "light.haze",
        .summary = "Haze, fog or smoke: light that does not come through, and the light of the air in its place.",
        .source = "Koschmieder 1924",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "transmission: 1",
        .labels = "keeps all labels",
        .claim = "Grey pictures are within 1e-5 of Koschmieder's law, evenly and by depth, and coloured ones within "
                 "0.002. The haze has its colour within 0.002 in u'v'.",
        .limits = "Where no depth is known, all of the picture is at one distance.",
        .example = "mist: [{light.haze: {transmission: 0.6}}]\n"
                   "smoke: [{light.haze: {transmission: 0.2, airlight: 0.4}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
