// More or less colour, as a camera's colour matrix gives it: in linear light, each channel's distance from the
// luminance Y of its pixel is scaled, c' = Y + s (c - Y), with Y = 0.2126 R + 0.7152 G + 0.0722 B (the luminance of the
// sRGB primaries, ITU-R BT.709-6, item 3.2). It is a colour matrix whose rows add up to 1, and so stands where cameras
// have theirs, before the encoding. Luminance stays, and so does the hue as far as mixtures with grey keep it. What
// leaves sRGB is cut only when the picture is quantised; how much of it does is measured.

#include <algorithm>
#include <cstdint>
#include <memory>

#include "augmenters/augmenter.h"
#include "augmenters/image/parts/encoded_light.h"
#include "pipeline/core/hot.h"

namespace fairground {
namespace {

struct Saturation {
  double saturation = 1.0;
};

const ParameterTable<Saturation>& table() {
  using P = Saturation;
  static const auto instance = ParameterTable<P>().required_number(
      "saturation", &P::saturation, "", {0.0, 3.0},
      "Factor on colour: 0 is grey, 1 changes nothing, 1.1 to 1.25 is what phones add. Grey pixels and grey pictures "
      "stay.");
  return instance;
}

/// Written so that a pixel whose channels are equal keeps them to the bit.
FAIRGROUND_HOT std::int32_t saturate(float* __restrict red, float* __restrict green, float* __restrict blue,
                                     std::size_t count, float factor) {
  std::int32_t outside = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float r = red[i];
    const float g = green[i];
    const float b = blue[i];
    const float luminance = g + (kLumaRed * (r - g) + kLumaBlue * (b - g));
    red[i] = luminance + factor * (r - luminance);
    green[i] = luminance + factor * (g - luminance);
    blue[i] = luminance + factor * (b - luminance);
    const float lowest = std::min(std::min(red[i], green[i]), blue[i]);
    const float highest = std::max(std::max(red[i], green[i]), blue[i]);
    outside += (lowest < 0.0F ? 1 : 0) | (highest > 1.0F ? 1 : 0);
  }
  return outside;
}

RowOperation rows(const Shot& shot, const Saturation& p, const StepRandom&) {
  if (p.saturation == 1.0 || shot.channels == 1) {
    return [](const ImageRow&) {};
  }
  auto outside = std::make_shared<std::int64_t>(0);
  const double pixels = static_cast<double>(shot.width) * static_cast<double>(shot.height);
  return {[outside, factor = static_cast<float>(p.saturation)](const ImageRow& row) {
            *outside += saturate(row.channel(0).data(), row.channel(1).data(), row.channel(2).data(),
                                 static_cast<std::size_t>(row.width), factor);
          },
          [outside, pixels]() -> std::vector<std::pair<std::string, double>> {
            return {{"outside_srgb_fraction", static_cast<double>(*outside) / pixels}};
          }};
}

const Registration registration(row_augmenter<Saturation>(
    {
        .name = "processing.saturation",
        .summary = "More or less colour about each pixel's luminance, in linear light, as a colour matrix gives it.",
        .source = "ITU-R BT.709-6 (luminance)",
        .media = Media::image,
        .stage = Stage::processing_image,
        .version = 1,
        .identity = "saturation: 1",
        .labels = "keeps all labels",
        .claim = "Luminance stays and the distance from it is scaled, both within 2e-6, and grey stays to the bit.",
        .limits = "What leaves sRGB is cut when the picture is quantised; how much does is in the record.",
        .example = "grey: [{processing.saturation: {saturation: 0}}]\n"
                   "vivid: [{processing.saturation: {saturation: 1.8}}]\n",
    },
    table(), rows));

}  // namespace
}  // namespace fairground
