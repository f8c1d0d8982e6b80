// Whether the resampler of a config can bring the recordings to their rate.
#pragma once

#include "pipeline/catalog/catalog.h"

namespace fairground {

/// Throws UserError that lists the rates that `resampler: polyphase` cannot bring to the sources' own. Taking another
/// converter for these alone would make the recordings of some groups go through another filter than those of others,
/// and nobody would see it.
void check_convertible_rates(const Config& config, const MediaCatalog& catalog);

}  // namespace fairground
