// From manifests to sources, for catalog.cpp alone.
#pragma once

#include "pipeline/catalog/catalog.h"

namespace fairground {

/// Fills all of `catalog` that the manifests say. Of the files it has the paths only. Throws UserError with every
/// mistake, as read_catalog() describes.
void gather_sources(const Config& config, Catalog& catalog);

}  // namespace fairground
