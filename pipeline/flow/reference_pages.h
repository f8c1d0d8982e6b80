// The reference of the augmenters as files, for a folder of documentation.
#pragma once

#include <filesystem>
#include <ostream>
#include <span>

#include "pipeline/config/schema.h"

namespace fairground {

/// Writes `augmenters.md` and `augmenters/NAME.md` into the folder, which must be there: those only that are missing
/// or have other text, and nothing is removed. The paths of what was written are said on `summary`, a line each.
/// Throws UserError and PassingFault.
void write_reference_pages(const std::filesystem::path& directory, std::span<const StepSchema* const> schemas,
                           std::ostream& summary);

}  // namespace fairground
