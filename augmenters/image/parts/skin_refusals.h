// What is refused of skin whose tone is to be moved, or has been, each with its figure. All throw GateError.
#pragma once

#include <optional>

#include "augmenters/image/parts/skin_gates.h"
#include "augmenters/image/parts/skin_move.h"
#include "pipeline/measure/skin_region.h"

namespace fairground {

/// As skin.tone has them for parameters.
struct SkinLimits {
  double darker = 0.0;         ///< in L*, from the source's own
  double lighter = 0.0;        ///< likewise
  double lowest = 0.0;         ///< L*
  double highest = 0.0;        ///< L*
  double automatic = 0.0;      ///< in L*, either way, where nobody has looked at the mask
  double face_width_px = 0.0;  ///< the least, where the mask was found
};

/// The length of a shift beyond which none goes.
inline constexpr double kMostSkinShiftOd = 1.6;

/// What can be refused before anything is made. There is a region and a tone.
void check_skin_source(const SkinLimits& limits, const SkinFacts& skin, int channels);

/// A lightness for skin whose own is `own`. What is wanted is held to the limits; what is measured may be as far beyond
/// them as it is solved for, by `slack`.
void check_skin_limits(const SkinLimits& limits, const SkinRegion& region, double own, double wanted,
                       double slack = 0.0);

/// The length of the shift that leads from one lightness to another.
void check_skin_shift(double own, double reached, double length);

/// Of noise_ratio().
void check_skin_noise(double ratio);

/// Of skin that has been moved towards `wanted`: its tone and what was measured of it. `has_edge`: the mask leaves some
/// of the picture out.
void check_moved_skin(const SkinColour& wanted, const ApparentTone& tone, const SkinFigures& figures,
                      const std::optional<double>& rims, bool has_edge);

}  // namespace fairground
