// From a config and its sources to what is made of one medium.
#pragma once

#include <map>
#include <optional>

#include "pipeline/config/config.h"
#include "pipeline/design/balance.h"
#include "pipeline/design/media_plan.h"
#include "pipeline/design/planned_set.h"

namespace fairground {

/// What a design may rest on beside the config and the sources.
struct DesignInputs {
  const PlannedSet* base = nullptr;                ///< an earlier run, of which everything stays as it is
  const PlannedSet* given = nullptr;               ///< a plan to be followed to the letter: nothing is designed
  int effort = 0;                                  ///< of the search, instead of the config's; 0: the config's
  std::map<Media, const QualityTable*> qualities;  ///< of the sources, measured; needed where a design has `match_on`
};

/// What can be said of the designs before any source is read. Throws UserError where one cannot be made.
void check_design(const Config& config);

/// Throws UserError where a group could not reach `at_least` with all sources of the manifest together: a slip, and no
/// gap.
void check_thresholds(const Config& config, Media media, const MediaCatalog& catalog);

/// Whether a design needs `DesignInputs::qualities` of this medium.
[[nodiscard]] bool needs_qualities(const MediaSettings& settings);

/// Designs what is made of `media`. The catalog must outlive the result. Throws UserError where the design cannot be
/// made as it is asked for.
[[nodiscard]] MediaPlan make_media_plan(const Config& config, Media media, const MediaCatalog& catalog,
                                        const DesignInputs& inputs);

}  // namespace fairground
