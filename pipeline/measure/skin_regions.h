// Regions of skin at the picture's own size, with edges that follow the picture.
#pragma once

#include <optional>
#include <vector>

#include "pipeline/measure/face_outline.h"
#include "pipeline/measure/skin_region.h"
#include "pipeline/media/image.h"
#include "pipeline/media/picture_labels.h"

namespace fairground {

/// The manifest's mask. Weights are nowhere above 0 outside it; inside they come up over some 2 pixels where the
/// picture has no edge. The mask has the picture's size. Empty where it marks no skin.
[[nodiscard]] std::optional<SkinRegion> supplied_region(const Image& image, const PictureLabels& labels,
                                                        const MaskCodes& codes);

/// How far a grown region may be trusted.
struct GrowthQuality {
  double oval_share = 0.0;      ///< of the face's outline without eyes and mouth, how much is skin
  double separation = 0.0;      ///< how far the colours outside its edge lie from skin's, in standard deviations
  double leak = 0.0;            ///< share of the edge at which bounds stopped it
  double ear_asymmetry = 0.0;   ///< 0 where both sides show as much of an ear, 1 where only one does
  double doubtful_hands = 0.0;  ///< area of what may be hands, in squares of the face's width
  double missed = 0.0;          ///< missed_skin_fraction of the region
};

struct GrownRegion {
  SkinRegion region;  ///< without its confidence
  GrowthQuality quality;
};

/// Skin that hangs together with a face, and hands of the same colours. `others` are boxes of other people's faces.
[[nodiscard]] GrownRegion grown_region(const Image& image, const FaceOutline& outline,
                                       const std::vector<Box>& others = {});

/// The face's core: surely skin, whatever becomes of the rest. Of the picture's size; empty where the face is too
/// small.
[[nodiscard]] std::optional<Mask> core_mask(const Image& image, const FaceOutline& outline);

}  // namespace fairground
