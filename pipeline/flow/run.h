// The command `run`: from a config to a finished folder.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>

#include "pipeline/config/config.h"
#include "pipeline/core/error.h"
#include "pipeline/design/share.h"

namespace fairground {

struct RunOptions {
  std::filesystem::path out;   ///< empty: where the config says
  std::filesystem::path plan;  ///< a plan to follow to the letter; empty: none
  std::filesystem::path base;  ///< the folder of a run, of which nothing is made again; empty: none
  std::optional<Shard> shard;  ///< of a set that several machines make; empty: all of it
  int jobs = 1;
  bool restart = false;
  bool retry_failed = false;
  bool prepare_only = false;  ///< read the sources and plan, so that the shards need not, and make nothing
  bool quiet = false;
  std::string tool_version;
};

/// Makes the whole set, or one shard of it, and goes on with what an earlier start has made of it. When `stop` becomes
/// true, what is under way is finished, nothing is lost, and the status is `try_again`. A complete shard is `done` even
/// if items failed, as schedulers go on only then. Progress goes to `progress`, the closing summary to `summary`.
/// Throws UserError before anything is made, and PassingFault.
ExitStatus run(const Config& config, const RunOptions& options, const std::atomic<bool>& stop, std::ostream& progress,
               std::ostream& summary);

}  // namespace fairground
