// What a plan costs, before anything is made.
#pragma once

#include <cstddef>

#include "pipeline/design/media_plan.h"

namespace fairground {

/// How much one variant of a source will hold. Zeros where the source cannot be read.
struct VariantSize {
  double audio_seconds = 0.0;
  double megapixels = 0.0;
  /// On disk: exact but for the header for WAV, and elsewhere from the empirical ratios that cost.cpp states.
  double bytes = 0.0;
};
[[nodiscard]] VariantSize estimate_variant(const Config& config, Media media, const MediaCatalog& catalog,
                                           std::size_t index);

struct Cost {
  std::size_t variants = 0;
  VariantSize total;
};

/// Of all variants of one medium.
[[nodiscard]] Cost cost_of(const Config& config, const MediaPlan& plan);

}  // namespace fairground
