// A plan that was written before, made into a plan again: what `run --plan` and `verify` work by, so that neither has
// to search for a design a second time.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "pipeline/design/media_plan.h"
#include "pipeline/design/planned_set.h"

namespace fairground {

/// The combination that these names of levels, by axis, stand for. An axis that is not named is at its first level if
/// that is empty. Empty where the config has no such axis or level, or a reserved level is named.
[[nodiscard]] std::optional<LevelRow> row_of(const MediaSettings& settings,
                                             const std::map<std::string, std::string>& levels);

/// The plan of `media` that `given` lists. Throws UserError where it names sources, axes or levels that the config and
/// its manifests do not have. Whether the lines are the same to the letter is for the caller to compare, by hash.
[[nodiscard]] MediaPlan follow(const Config& config, Media media, const MediaCatalog& catalog, const PlannedSet& given);

/// What a followed plan, of a whole design, lacks: sources of a group that meet other conditions than the rest, or
/// other numbers of sources, realizations, repeats or identity controls than the config asks for. Empty: nothing that
/// shows. Otherwise a plan that lost lines would be made without a word, and its groups would no longer match.
[[nodiscard]] std::string missing_from(const MediaPlan& followed);

}  // namespace fairground
