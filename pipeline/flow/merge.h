// The command `merge`: from the shards of a run to a finished folder.
#pragma once

#include <filesystem>
#include <ostream>
#include <span>
#include <string>

#include "pipeline/config/schema.h"
#include "pipeline/core/error.h"

namespace fairground {

struct MergeOptions {
  std::filesystem::path config;  ///< where the config lies now; empty: where it lay when the shards were made
  int jobs = 1;
  bool quiet = false;
  std::string tool_version;
};

/// Finishes the run in `directory`, all of whose shards are complete: the result is that of one run without shards,
/// byte for byte. A run that is merged already stays as it is. Throws UserError that names what is missing, incomplete
/// or of another run, before anything is written, and PassingFault.
ExitStatus merge(const std::filesystem::path& directory, const MergeOptions& options,
                 std::span<const StepSchema* const> schemas, std::ostream& progress, std::ostream& summary);

}  // namespace fairground
