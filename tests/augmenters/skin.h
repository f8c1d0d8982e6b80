// Skin whose place is known, as the renderer hands it to a step.
#pragma once

#include <string>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/measure/skin_region.h"
#include "tests/support/apply.h"
#include "tests/support/rendered_skin.h"

namespace fairground {

/// A mask that was supplied, each of whose pixels is moved whole, in a source without noise.
[[nodiscard]] inline SkinFacts known_skin(const Image& image, const Mask& parts) {
  SkinFacts facts;
  SkinRegion region{parts, {}};
  for (const std::uint8_t code : parts.codes) {
    region.weights.push_back(code != 0 ? 1.0F : 0.0F);
  }
  facts.tone = measure_apparent_tone(image, parts);
  facts.region = std::move(region);
  return facts;
}

[[nodiscard]] inline Picture tone_moved(const Image& image, const SkinFacts& skin, const Given& given,
                                        const StepRandom& random = {5, 3}) {
  Shot shot;
  shot.skin = &skin;
  return apply_picture("skin.tone", given, image, random, shot);
}

/// Why it is refused; `gate` is empty where it is not.
[[nodiscard]] inline GateFigure refusal(const Image& image, const SkinFacts& skin, const Given& given) {
  try {
    static_cast<void>(tone_moved(image, skin, given));
  } catch (const GateError& error) {
    return error.figure().value_or(GateFigure{"without a figure", 0.0, 0.0});
  }
  return {};
}

[[nodiscard]] inline double found(const Picture& picture, const std::string& name) {
  for (const auto& [known, value] : picture.measure.values) {
    if (known == name) {
      return value;
    }
  }
  throw std::logic_error("nothing was found out about " + name);
}

}  // namespace fairground
