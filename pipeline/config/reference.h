// The reference of the augmenters in four forms, all read from their schemas.
#pragma once

#include <span>
#include <string>

#include "pipeline/config/schema.h"

namespace fairground {

/// One augmenter with all its parameters, for a terminal of 80 columns.
[[nodiscard]] std::string reference_text(const StepSchema& schema);

/// One line for each augmenter: its name, stage and summary.
[[nodiscard]] std::string reference_list(std::span<const StepSchema* const> schemas);

/// docs/augmenters.md.
[[nodiscard]] std::string reference_markdown(std::span<const StepSchema* const> schemas);

/// The JSON Schema (draft 2020-12) of a list of steps, for editors. It cannot say all that the reader checks:
/// rules over several parameters, whether an asset is declared, and low < high are left to the reader.
[[nodiscard]] std::string reference_json_schema(std::span<const StepSchema* const> schemas);

}  // namespace fairground
