// The reference of the augmenters in its forms, all read from their schemas.
#pragma once

#include <span>
#include <string>

#include "pipeline/config/schema.h"

namespace fairground {

/// One augmenter with all its parameters, for a terminal of 80 columns.
[[nodiscard]] std::string reference_text(const StepSchema& schema);

/// One line for each augmenter: its name, stage and summary.
[[nodiscard]] std::string reference_list(std::span<const StepSchema* const> schemas);

/// docs/augmenters.md: every augmenter by medium and stage, with a link to its page.
[[nodiscard]] std::string reference_index(std::span<const StepSchema* const> schemas);

/// docs/augmenters/NAME.md.
[[nodiscard]] std::string reference_page(const StepSchema& schema);

/// A config with the levels of the example, which runs on the sample media from the project's folder.
[[nodiscard]] std::string reference_example(const StepSchema& schema);

}  // namespace fairground
