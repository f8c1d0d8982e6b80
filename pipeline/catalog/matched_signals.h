// What recordings must have in common so that all of them can meet the same draw.
#pragma once

#include "pipeline/catalog/catalog.h"

namespace fairground {

/// Under matched pairing everybody must meet the same draw. At another rate, or in another number of channels, a draw
/// is another noise; beside speech of another level it is another condition.
/// Throws UserError where recordings differ in one of these.
void check_matched_signals(const Config& config, const MediaCatalog& catalog);

}  // namespace fairground
