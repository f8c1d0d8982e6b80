// Whether the edge of moved skin shows.
//
// A step of colour between skin and what is beside it says nothing: hair, clothes and the scene stay, so that it
// changes with every tone, seen or unseen. What the eye sees as a pale ear, a cut-out hairline or a halo is something
// that the source has not got. Along the normal of each pixel of the mask's edge, lightness L* is compared before and
// after:
//
// - a step that is new where the source has no step in colour, sharp or wide: skin that was left out, or something
//   else than skin that was taken along;
// - a ridge that is new and has the colour of skin: a line of skin that was left between moved skin and hair.
//
// The share of the edge on which either is plain to see is the figure. The measure is ours, and its constants are
// empirical. On rendered heads, about 13 L* darker, exact masks have none, and masks that are 3 to 8 pixels too narrow
// or too wide 0.38 to 0.93 (tests/augmenters/skin_rims_test.cpp). On two portraits, 16 to 18 L* darker, masks whose
// edges follow the picture have 0.01 and 0.09, masks that stop short within the hair or spare the rims of glasses 0.16
// and 0.17, which is seen, and masks that are 3 pixels too narrow 0.6 and 0.7.
//
// A part that was left out with a soft edge is a small share of it: an ear adds 0.03 to 0.04 there. That is for
// missed_skin_fraction() to see.
#pragma once

#include <optional>

#include "augmenters/image/parts/skin_patch.h"
#include "pipeline/media/image.h"

namespace fairground {

/// Rims are looked for in pictures with faces about this wide: larger ones are reduced by a whole number.
inline constexpr double kRimFaceWidth = 150.0;  // in pixels

/// As far as the measure looks to either side of the edge, in pixels of a picture whose face is `face_width_px` wide.
[[nodiscard]] int rim_reach_px(double face_width_px);

/// How wide the face of a region is, or would be if it showed a face with a neck.
[[nodiscard]] double supposed_face_width(const SkinRegion& region);

/// Whether all of the picture is skin, so that its mask has no edge on which rims could be.
[[nodiscard]] bool fills_the_frame(const SkinPatch& patch);

/// The share of the mask's edge on which a rim is seen, 0 to 1. `after` has the patch's skin moved. Empty where there
/// is no edge that can be looked at: the mask fills the frame, is too thin, or has no pixel with half the weight.
[[nodiscard]] std::optional<double> rim_fraction(const SkinPatch& patch, const Image& after, double face_width_px);

}  // namespace fairground
