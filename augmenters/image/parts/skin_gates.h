// What must hold of skin whose tone has been moved, as figures.
#pragma once

#include <optional>

#include "augmenters/image/parts/skin_move.h"
#include "augmenters/image/parts/skin_patch.h"
#include "pipeline/media/image.h"

namespace fairground {

struct SkinFigures {
  std::size_t changed_outside = 0;  ///< samples without weight that are not what they were; of the patch
  std::size_t pixels = 0;           ///< of the skin
  double clipped_fraction = 0.0;    ///< of the skin's pixels, with a channel at white or beyond
  /// Of log luminance before and after, over neighbours that both have half the weight or more. Empty where it has no
  /// gradients.
  std::optional<double> gradient_correlation = {};
  int levels = 0;  ///< of luminance in 8-bit codes that the skin has
  int levels_before = 0;
};

/// Of `after`, the picture with its skin moved.
[[nodiscard]] SkinFigures measure_moved_skin(const SkinPatch& patch, const Image& after);

/// How much more noise the moved skin has than the source has where it is as light: g sigma(v) / sigma(g v) for light v
/// and gain g, at the median light of the skin, of the channel in which it is most. 1 where the source has no noise.
[[nodiscard]] double noise_ratio(const SkinPatch& patch, const OdShift& shift, const NoiseLevelFunction& noise);

}  // namespace fairground
