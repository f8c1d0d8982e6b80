// The command `verify`: is a finished set what its records say?
#pragma once

#include <filesystem>
#include <ostream>
#include <span>

#include "pipeline/config/schema.h"
#include "pipeline/core/error.h"

namespace fairground {

/// Reads every file of a run again: its hash, its measured labels, the pairing of its groups; and, where the
/// config and the sources of the run are still there and unchanged, renders every variant again to compare its
/// record, the levels at the mixer among it. Prints a line for each difference to `out`, and to `progress` how far it
/// is. Returns `done` or `difference`; throws UserError where `directory` holds no finished run.
[[nodiscard]] ExitStatus verify(const std::filesystem::path& directory, std::span<const StepSchema* const> schemas,
                                int jobs, std::ostream& progress, std::ostream& out);

}  // namespace fairground
