// Skin that a mask has left out.
#pragma once

#include <optional>

#include "pipeline/measure/skin_region.h"
#include "pipeline/media/image.h"

namespace fairground {

/// The area of skin-coloured pixels that go on where the region ends, over the region's own: an ear or a neck that was
/// forgotten. They have the colours of the region, they touch it where the picture has no step from skin to something
/// else, and they reach as far as such pixels hang together; lips, brows, and slivers along the edge do not count.
/// The picture has three channels and the region's size; 0 for a region without skin.
[[nodiscard]] double missed_skin_fraction(const Image& image, const SkinRegion& region);

/// The same; empty where the region is nowhere deep enough to tell how smooth its skin is, and so what goes on.
[[nodiscard]] std::optional<double> measured_missed_skin(const Image& image, const SkinRegion& region);

}  // namespace fairground
