// The command `run`: from a config to a finished folder.
#pragma once

#include <atomic>
#include <filesystem>
#include <ostream>
#include <string>

#include "pipeline/config/config.h"
#include "pipeline/core/error.h"

namespace fairground {

struct RunOptions {
  std::filesystem::path out;   ///< empty: where the config says
  std::filesystem::path plan;  ///< a plan to follow to the letter; empty: none
  std::filesystem::path base;  ///< the folder of a run, of which nothing is made again; empty: none
  int jobs = 1;
  bool restart = false;
  bool quiet = false;
  std::string tool_version;
};

/// Makes the whole set. When `stop` becomes true, what is under way is finished, nothing is lost, and the
/// status is `try_again`. Progress goes to `progress`, the closing summary to `summary`. Throws UserError before
/// anything is made, and PassingFault.
ExitStatus run(const Config& config, const RunOptions& options, const std::atomic<bool>& stop, std::ostream& progress,
               std::ostream& summary);

}  // namespace fairground
