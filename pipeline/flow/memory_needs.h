// How much memory sources and variants take, so that no more of them are under way at once than there is room for.
#pragma once

#include <cstddef>

#include "pipeline/catalog/catalog.h"
#include "pipeline/design/plan.h"

namespace fairground {

/// How much all that is under way at once on `jobs` threads may take together.
[[nodiscard]] std::size_t memory_bytes(const Config& config, int jobs);

/// About how much memory it takes to decode a source and to measure it, by what its header claims.
[[nodiscard]] std::size_t decoding_bytes(const Config& config, const MediaCatalog& catalog, Media media,
                                         std::size_t source);

/// About how much memory a variant takes while it is made, by what the header of its source claims, with the decoding
/// of the source in it.
[[nodiscard]] std::size_t rendering_bytes(const Plan& plan, std::size_t index);

}  // namespace fairground
