// Local tone mapping as phones do it so that a face in the shade can be seen beside a bright sky. Encoded luma is
// parted into a base, which follows the large edges and nothing finer (guided filter, see parts/blur.h), and detail.
// The base is lifted in the shadows and lowered below white,
//   k(B) = 1 + s (1 - B)^3 - h B^2 (1 - B),   B -> B k(B),
// and the encoded luma of a pixel is scaled by the k of its base, so that detail goes along, and so does noise. Colour,
// which is the channels' distance from luma, goes along by half, (1 + k) / 2: wholly, strong colours in the shade would
// leave sRGB. B k(B) rises everywhere for s + h below 4: its slope 1 + s (1 - B)^2 (1 - 4 B) - h B^2 (3 - 4 B) is
// nowhere below 1 - (s + h) / 4. A strength of 1 stands for s = 1.9 or h = 1.9. The shape is empirical; that a base and
// detail are parted is from Durand and Dorsey, "Fast bilateral filtering for the display of high-dynamic-range images"
// (SIGGRAPH 2002).

#include <algorithm>
#include <cmath>

#include "augmenters/augmenter.h"
#include "pipeline/media/blur.h"
#include "augmenters/image/parts/encoded_light.h"
#include "augmenters/image/parts/luma.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

constexpr double kStrongest = 1.9;  // s and h at 1
constexpr double kEdge = 0.1;       // of encoded white: what differs by more is an edge of the base; empirical

struct LocalTone {
  double shadows = 0.4;
  double highlights = 0.2;
  double detail = 0.0;
  double radius = 0.03;
};

/// The same for a picture's rows.
struct LocalGain {
  float shadows;
  float highlights;
  float detail;
};

const ParameterTable<LocalTone>& table() {
  using P = LocalTone;
  static const auto instance =
      ParameterTable<P>()
          .number("shadows", &P::shadows, "", {0.0, 1.0}, "How much the dark parts are lifted; 0 leaves them.")
          .number("highlights", &P::highlights, "", {0.0, 1.0}, "How much the bright parts are lowered; 0 leaves them.")
          .number("detail", &P::detail, "", {0.0, 1.0},
                  "How much of what is finer than the base is added once more, as clarity does; 0 adds none.")
          .number("radius", &P::radius, "of the diagonal", {0.002, 0.2},
                  "Reach of the filter that finds the base, to each side, as a part of the picture's diagonal.");
  return instance;
}

/// `base` becomes the factor k.
FAIRGROUND_HOT void find_factors(float* __restrict base, const float* __restrict luma, float* __restrict added,
                                 std::size_t count, LocalGain gain) {
  for (std::size_t i = 0; i < count; ++i) {
    const float b = std::clamp(base[i], 0.0F, 1.0F);
    const float dark = 1.0F - b;
    const float factor = 1.0F + dark * (gain.shadows * dark * dark - gain.highlights * b * b);
    // What (1 + k) / 2 leaves out of luma's own factor, and the detail.
    added[i] = 0.5F * (factor - 1.0F) * luma[i] + gain.detail * (luma[i] - base[i]);
    base[i] = factor;
  }
}

FAIRGROUND_HOT void scale_and_add(const float* __restrict factor, const float* __restrict added,
                                  float* __restrict samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = (0.5F + 0.5F * factor[i]) * samples[i] + added[i];
  }
}

void apply(Picture& picture, const LocalTone& p, const StepRandom&) {
  if (p.shadows == 0.0 && p.highlights == 0.0 && p.detail == 0.0) {
    return;
  }
  Image& image = picture.image;
  encode_light(image.samples);
  const Plane luma = luma_plane(image);
  Plane base = luma;
  const double radius = std::max(std::floor(p.radius * 2.0 * picture.shot.half_diagonal() + 0.5), 1.0);
  guided_filter(base, static_cast<int>(radius), kEdge);
  const LocalGain gain{static_cast<float>(kStrongest * p.shadows), static_cast<float>(kStrongest * p.highlights),
                       static_cast<float>(p.detail)};
  std::vector<float> added(static_cast<std::size_t>(image.width));
  for (int y = 0; y < image.height; ++y) {
    find_factors(base.row(y).data(), luma.row(y).data(), added.data(), added.size(), gain);
    for (int channel = 0; channel < image.channels; ++channel) {
      scale_and_add(base.row(y).data(), added.data(), image.row(y).channel(channel).data(), added.size());
    }
  }
  decode_light(image.samples);
  const auto [lowest, highest] = std::ranges::minmax(base.samples);
  picture.measure.values = {{"lowest_factor", lowest}, {"highest_factor", highest}};
}

const Registration registration(picture_augmenter<LocalTone>(
    {
        .name = "processing.local_tone",
        .summary = "Local tone mapping: shadows lifted and highlights lowered around each place, detail kept or added.",
        .source = "Durand and Dorsey 2002 (base and detail); He et al. 2013 (guided filter)",
        .media = Media::image,
        .stage = Stage::processing_image,
        .version = 1,
        .identity = "shadows: 0, highlights: 0, detail: 0",
        .labels = "keeps all labels",
        .claim = "On flat fields the curve is met within 4e-6 of encoded white. On a scene whose light is known, the "
                 "root mean square of the error is below 0.02 of it.",
        .limits = "The curve's shape is empirical. Noise goes along with detail.",
        .example = "shadows_lifted: [{processing.local_tone: {shadows: 1}}]\n"
                   "clarity: [{processing.local_tone: {shadows: 0.5, highlights: 0.5, detail: 1}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
