// Where the visible skin of a picture's subject is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/core/skin_part.h"
#include "pipeline/measure/apparent_tone.h"
#include "pipeline/measure/noise_level.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// Where a mask comes from, most trusted first.
enum class MaskSource {
  supplied,   ///< the manifest
  landmarks,  ///< a face's landmarks, and skin grown from the colour of that face
  cascade     ///< a face's box, likewise
};
[[nodiscard]] const char* to_string(MaskSource source);

/// All visible skin of the subject. It has the picture's size and place.
struct SkinRegion {
  /// A SkinPart for each pixel. What is neither none nor lips nor brows is skin, and its tone is measured there.
  Mask parts;
  /// How much each pixel is moved with its part, from 0 to 1, with edges that follow the picture; row after row, 0
  /// outside.
  std::vector<float> weights;
  MaskSource source = MaskSource::supplied;
  double confidence = 1.0;  ///< 0 to 1; 1 of a supplied mask
  /// From side to side of the face, in pixels. Empty where no face is known, as in a supplied mask of hands.
  std::optional<double> face_width_px = {};
};

/// What is known of the skin of a source. It is found once and serves all variants.
struct SkinFacts {
  /// Empty where it is not found well enough to be trusted; `refusal` then says why, in a sentence with figures.
  std::optional<SkinRegion> region = {};
  std::string refusal = {};
  GateFigure refusal_figure = {"skin_mask", 0.0, 1.0};  ///< what was found wrong, as failures have it
  std::optional<ApparentTone> tone = {};                ///< of the region; empty where there is none
  /// Of what is surely skin, whether or not the rest can be trusted, so that refusals can be counted by tone: the inner
  /// face where a face was found, the region where a mask was supplied. Empty where there is neither.
  std::optional<ApparentTone> core_tone = {};
  NoiseLevelFunction noise = {};  ///< of the source, where there is a region
  /// The area of skin that the region has left out, over its own (see missed_skin.h). Empty where nobody looked.
  std::optional<double> missed_skin_fraction = {};
};

}  // namespace fairground
