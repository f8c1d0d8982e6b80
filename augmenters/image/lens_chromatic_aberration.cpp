// A lens draws red and blue at a slightly other size than green (transverse chromatic aberration), so that edges away
// from the middle get coloured fringes. The model is lensfun's "linear" one: one scale for each channel about the
// middle of the frame. Among its measured lenses, phones are within 0.01 % (iPhone XS: red 1.0001039, blue 0.9999747)
// after what they correct themselves, and simple wide lenses reach 0.1 to 0.2 %.

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/warp.h"

namespace fairground {
namespace {

struct LensChromaticAberration {
  double red_scale = 1.001;
  double blue_scale = 0.999;
};

const ParameterTable<LensChromaticAberration>& table() {
  using P = LensChromaticAberration;
  static const auto instance =
      ParameterTable<P>()
          .number("red_scale", &P::red_scale, "", {0.98, 1.02},
                  "Size of the red picture next to the green one. Grey pictures stay as they are.")
          .number("blue_scale", &P::blue_scale, "", {0.98, 1.02}, "Size of the blue picture next to the green one.");
  return instance;
}

void scale_channel(Image& image, int channel, double scale) {
  if (scale == 1.0) {
    return;
  }
  const double middle_x = 0.5 * image.width;
  const double middle_y = 0.5 * image.height;
  warp_channel(image, channel, [=](int y, std::span<float> source_x, std::span<float> source_y) {
    const auto row = static_cast<float>(middle_y + (y + 0.5 - middle_y) / scale);
    for (std::size_t x = 0; x < source_x.size(); ++x) {
      source_x[x] = static_cast<float>(middle_x + (static_cast<double>(x) + 0.5 - middle_x) / scale);
      source_y[x] = row;
    }
  });
}

void apply(Picture& picture, const LensChromaticAberration& p, const StepRandom&) {
  if (picture.image.channels == 1) {
    return;
  }
  scale_channel(picture.image, 0, p.red_scale);
  scale_channel(picture.image, 2, p.blue_scale);
  const double corner = picture.shot.half_diagonal();
  picture.measure.values = {{"red_shift_in_corner_px", (p.red_scale - 1.0) * corner},
                            {"blue_shift_in_corner_px", (p.blue_scale - 1.0) * corner}};
}

const Registration registration(picture_augmenter<LensChromaticAberration>(
    {
        .name = "lens.chromatic_aberration",
        .summary = "Coloured fringes: red and blue are drawn at a slightly other size than green.",
        .source = "lensfun's linear model of transverse chromatic aberration",
        .media = Media::image,
        .stage = Stage::lens,
        .version = 1,
        .identity = "red_scale: 1, blue_scale: 1",
        .labels = "keeps all labels, which are those of green",
        .claim = "Red and blue dots land within 0.02 px of where their scales put them. Green, grey pictures and flat "
                 "ones stay to the bit.",
        .limits = "The model is linear: one scale for each channel about the middle of the frame.",
        .example = "one_percent: [{lens.chromatic_aberration: {red_scale: 1.01, blue_scale: 0.99}}]\n"
                   "two_percent: [{lens.chromatic_aberration: {red_scale: 1.02, blue_scale: 0.98}}]\n",
    },
    table(), apply));

}  // namespace
}  // namespace fairground
