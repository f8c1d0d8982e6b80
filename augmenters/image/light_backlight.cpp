// A bright background behind the person, and a camera that meters for it.
//
// The background gets `contrast_ev` more light than the subject. A camera that meters for the background alone leaves
// it as it was and makes the subject darker by all of that; one that meters for the subject burns the background out;
// `metered_for_background` says how much of either, in stops. The bright background also scatters in the lens: a veil
// of light lies over the picture, strongest over and near the background, which takes the contrast out of dark skin
// first.
//
// The subject is the mask of the labels, or else a head and shoulders with a soft edge, at the box labelled `face` or
// in the middle. The shape of the veil is empirical: two fifths of it lie over everything.

#include <algorithm>
#include <memory>
#include <vector>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/subject_region.h"
#include "pipeline/core/hot.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

struct LightBacklight {
  double contrast_ev = 3.0;
  double metered_for_background = 0.7;
  double veil = 0.03;
  double edge = 0.008;
};

const ParameterTable<LightBacklight>& table() {
  using P = LightBacklight;
  static const auto instance =
      ParameterTable<P>()
          .number("contrast_ev", &P::contrast_ev, "EV", {0.0, 8.0},
                  "How many stops more light the background gets than the subject.")
          .number("metered_for_background", &P::metered_for_background, "", {0.0, 1.0},
                  "Share of these stops by which the camera makes the subject darker; the background gets the rest "
                  "brighter.")
          .number("veil", &P::veil, "linear", {0.0, 0.5},
                  "Light that the lens scatters onto the background; two fifths of it lie on the subject.")
          .number(
              "edge", &P::edge, "diagonal", {0.0, 0.1},
              "Width of the subject's edge as a fraction of the diagonal; a third of a head at least where there is "
              "no mask.");
  return instance;
}

struct Light {
  float background_gain;
  float subject_change;  ///< of the gain
  float background_veil;
  float subject_veil_change;
};

FAIRGROUND_HOT void light_row(float* __restrict samples, const float* __restrict weights, std::size_t count,
                              Light light) {
  for (std::size_t i = 0; i < count; ++i) {
    const float w = weights[i];
    samples[i] = samples[i] * (light.background_gain + light.subject_change * w) +
                 (light.background_veil + light.subject_veil_change * w);
  }
}

RowOperation rows(const Shot& shot, const LightBacklight& p, const StepRandom&) {
  constexpr float kVeilEverywhere = 0.4F;
  const double subject_ev = -p.contrast_ev * p.metered_for_background;
  const double background_ev = p.contrast_ev + subject_ev;
  const auto subject = static_cast<float>(plain::exp(subject_ev * plain::kLn2));
  const auto background = static_cast<float>(plain::exp(background_ev * plain::kLn2));
  const auto veil = static_cast<float>(p.veil);
  const Light light{background, subject - background, veil, (kVeilEverywhere - 1.0F) * veil};
  struct State {
    SubjectRegion region;
    std::vector<float> weights;
  };
  auto state = std::make_shared<State>(State{SubjectRegion(shot, 2.0 * p.edge * shot.half_diagonal()),
                                             std::vector<float>(static_cast<std::size_t>(shot.width))});
  const bool known = state->region.is_known();
  return {[state, light](const ImageRow& row) {
            state->region.row(row.y, state->weights);
            for (int c = 0; c < row.channels; ++c) {
              light_row(row.channel(c).data(), state->weights.data(), state->weights.size(), light);
            }
          },
          [subject_ev, background_ev, known]() -> std::vector<std::pair<std::string, double>> {
            return {{"subject_ev", subject_ev}, {"background_ev", background_ev}, {"mask_known", known ? 1.0 : 0.0}};
          }};
}

const Registration registration(row_augmenter<LightBacklight>(
    {
        .name = "light.backlight",
        .summary = "A bright background, a subject that is too dark before it, and the veil of light in the lens.",
        .source = "exposure in stops; the veil's shape is empirical",
        .media = Media::image,
        .stage = Stage::light,
        .version = 1,
        .identity = "contrast_ev: 0, veil: 0",
        .labels = "keeps all labels",
        .claim = "With a mask, subject and background get the stops that were asked for within 0.00002 of white, the "
                 "veil adds the same light to dark and to bright, and the edge has its width.",
        .limits = "Without a mask, the subject is a head and shoulders with a soft edge, at the box labelled `face` or "
                  "in the middle. The shape of the veil is empirical.",
        .example = "window_behind: [{light.backlight: {contrast_ev: 3}}]\n"
                   "silhouette: [{light.backlight: {contrast_ev: 5, metered_for_background: 1, veil: 0.1}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
