// The command `plan`: what a run would make, and how much its sources can show.
#pragma once

#include <filesystem>
#include <ostream>

#include "pipeline/config/config.h"

namespace fairground {

struct PlanOptions {
  std::filesystem::path out;      ///< where to write the plan's lines; empty: nowhere
  std::filesystem::path base = {};     ///< the folder of a run that is extended; empty: none
  std::filesystem::path against = {};  ///< a run or a plan to compare with; empty: none
  int effort = 0;                 ///< of the search for a small design; 0: the config's
  int jobs = 1;
  bool json = false;
  bool quiet = false;
  bool measure = true;  ///< prepare every source as a run would; without it, headers only
};

/// Prints the report to `out`, and to `progress` how far it is. Throws UserError, also where `options.out` is a folder,
/// the config or a manifest, or lies in no folder; PassingFault where the disk refuses.
void plan_report(const Config& config, const PlanOptions& options, std::ostream& progress, std::ostream& out);

}  // namespace fairground
