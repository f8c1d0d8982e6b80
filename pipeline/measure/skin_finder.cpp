#include "pipeline/measure/skin_finder.h"

#include <algorithm>
#include <utility>

namespace fairground {

struct SkinFinder::Models {
  SkinModels paths;
};

SkinFinder::SkinFinder(const SkinModels& models) : models_(std::make_unique<const Models>(Models{models})) {}
SkinFinder::~SkinFinder() = default;

SkinFacts SkinFinder::find(const Image& image, const PictureLabels& labels, const MaskCodes& codes) const {
  SkinFacts facts;
  if (!labels.mask) {
    facts.refusal = "automatic masks are not built yet";
    return facts;
  }
  if (image.channels != 3) {
    facts.refusal = "the picture is grey, so that its skin has no tone";
    return facts;
  }
  SkinRegion region{*labels.mask, {}};
  region.weights.reserve(region.parts.codes.size());
  for (std::uint8_t& code : region.parts.codes) {
    code = static_cast<std::uint8_t>(codes[code]);
    region.weights.push_back(code != 0 ? 1.0F : 0.0F);
  }
  if (std::ranges::none_of(region.weights, [](float weight) { return weight > 0.0F; })) {
    facts.refusal = "the mask has no skin";
    return facts;
  }
  facts.tone = measure_apparent_tone(image, region.parts);
  facts.noise = measure_noise_level(image);
  facts.region = std::move(region);
  return facts;
}

}  // namespace fairground
