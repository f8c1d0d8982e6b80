// A phone's removal of noise within one frame, on encoded values: luma goes through a guided filter, and the colour
// differences B' - Y' and R' - Y' through one of their own that reaches twice as far (He, Sun and Tang, "Guided image
// filtering", IEEE TPAMI 35(6), 2013, equations 5, 6 and 8). Texture and noise whose standard deviation is small
// against the strength are smeared, edges that are large against it stay. What is left of noise is correlated over the
// window, as in the files of phones, and so is what is left of skin.
//
// On a flat field with white noise of standard deviation d, filter windows of m = 2 r + 1 pixels a side and the
// strength t, a = d^2 / (d^2 + t^2) of each pixel is kept, and in one pass the noise falls to
//   d sqrt(a^2 + 2 a (1 - a) / m^2 + (1 - a)^2 ((2 m^2 + 1) / (3 m^3))^2).

#include "augmenters/augmenter.h"
#include "pipeline/media/blur.h"
#include "augmenters/image/parts/encoded_light.h"
#include "augmenters/image/parts/luma.h"

namespace fairground {
namespace {

struct Denoise {
  double luma_strength = 0.03;
  double chroma_strength = 0.08;
  std::int64_t radius_px = 3;
  std::int64_t passes = 1;
};

const ParameterTable<Denoise>& table() {
  using P = Denoise;
  static const auto instance =
      ParameterTable<P>()
          .number("luma_strength", &P::luma_strength, "of encoded white", {0.0, 0.2},
                  "Standard deviation of luma, in a window, of which half is taken away; 0 leaves luma.")
          .number("chroma_strength", &P::chroma_strength, "of encoded white", {0.0, 0.5},
                  "The same of the colour differences; 0 leaves them, and grey pictures have none.")
          .integer(
              "radius_px", &P::radius_px, "px", {1, 32},
              "Reach of the window of luma to each side, in pixels of the picture; that of colour is twice as far.")
          .integer("passes", &P::passes, "", {1, 4},
                   "How often luma is filtered: more passes smear what is weak and leave what is strong.");
  return instance;
}

void apply(Picture& picture, const Denoise& p, const StepRandom&) {
  Image& image = picture.image;
  const bool colour = image.channels == 3 && p.chroma_strength > 0.0;
  if (p.luma_strength == 0.0 && !colour) {
    return;
  }
  encode_light(image.samples);
  Plane luma = luma_plane(image);
  for (int y = 0; y < image.height; ++y) {
    for (int channel = 0; channel < image.channels; ++channel) {
      subtract(luma.row(y), image.row(y).channel(channel));
    }
  }
  const auto radius = static_cast<int>(p.radius_px);
  if (colour) {
    guided_filter(channel_view(image, 0), 2 * radius, p.chroma_strength);
    guided_filter(channel_view(image, 2), 2 * radius, p.chroma_strength);
    for (int y = 0; y < image.height; ++y) {
      const ImageRow row = image.row(y);
      green_difference(row.channel(0), row.channel(2), row.channel(1));
    }
  }
  for (std::int64_t pass = 0; pass < p.passes && p.luma_strength > 0.0; ++pass) {
    guided_filter(luma, radius, p.luma_strength);
  }
  for (int y = 0; y < image.height; ++y) {
    for (int channel = 0; channel < image.channels; ++channel) {
      add(luma.row(y), image.row(y).channel(channel));
    }
  }
  decode_light(image.samples);
}

const Registration registration(picture_augmenter<Denoise>(
    {
        .name = "processing.denoise",
        .summary = "Noise smeared as phones do it: an edge-keeping filter on luma, and a wider one on colour.",
        .source = "He et al. 2013 (guided filter); IEC 61966-2-1 (encoding)",
        .media = Media::image,
        .stage = Stage::processing_image,
        .version = 1,
        .identity = "luma_strength: 0, chroma_strength: 0",
        .labels = "keeps all labels",
        .claim = "Noise on a flat field falls as the filter's formula says, within 5 %, in luma and in colour. What is "
                 "left hangs together from pixel to pixel, and a strong edge stays within 0.0075 of encoded white.",
        .example = "noisy: [{sensor.noise: {iso: 12800}}]\n"
                   "denoised: [{sensor.noise: {iso: 12800}}, {processing.denoise: {luma_strength: 0.05, "
                   "chroma_strength: 0.1}}]\n"
                   "smeared: [{sensor.noise: {iso: 12800}}, {processing.denoise: {luma_strength: 0.08, "
                   "chroma_strength: 0.2, passes: 2}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
