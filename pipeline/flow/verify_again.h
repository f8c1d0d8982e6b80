// A finished run made again from its config and sources, and compared with what lies in its folder.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <span>
#include <string>

#include "pipeline/config/schema.h"
#include "pipeline/flow/verify_records.h"

namespace fairground {

/// What could be made again.
struct MadeAgain {
  std::string refusal;               ///< why nothing was; empty: every variant was
  bool is_account_compared = false;  ///< set.json, coverage.json and the account of skin, where there is one
};

/// Makes every variant again and compares its file's hash, its record, the levels at the mixer among it, its failure
/// and its line of the journal; then the plan, what the run
/// tells of itself as a whole, and what it says of its sources. Config
/// and sources that are gone, or other ones, are no difference; a plan that these do not make is one.
[[nodiscard]] MadeAgain make_again(const std::filesystem::path& directory, const nlohmann::json& run,
                                   std::span<const StepSchema* const> schemas, int jobs, const PlannedVariants& planned,
                                   std::ostream& progress, Differences& differences);

}  // namespace fairground
