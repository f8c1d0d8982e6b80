// From a source to a variant: a plain function, called by the flow graph's nodes and tested without it.
#pragma once

#include "pipeline/flow/ready_source.h"
#include "pipeline/flow/workshop.h"
#include "pipeline/output/outcome.h"

namespace fairground {

/// Makes one variant and its record. Never throws for what is wrong with the item.
[[nodiscard]] Outcome render_variant(const Workshop& workshop, std::size_t index, const DecodedSource& source);

}  // namespace fairground
