// Where a command may write a file of its own.
#pragma once

#include <filesystem>
#include <string>

#include "pipeline/catalog/catalog.h"
#include "pipeline/config/config.h"

namespace fairground {

/// Refuses, before anything is done, a file (empty: none) for `what_is_written`, "the plan", that would take the place
/// of the config, a manifest, a file of a run, or what is no file. Throws UserError.
void check_target(const Config& config, const std::filesystem::path& out, const std::string& what_is_written);
/// The same for what a run would read, once that is known.
void check_target(const Catalog& catalog, const Config& config, const std::filesystem::path& out,
                  const std::string& what_is_written);

}  // namespace fairground
