// A finished run as it lies on the disk, and its plan made again: what `verify` and `replay` begin with.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "pipeline/design/plan.h"

namespace fairground {

/// Reads run.json. Throws UserError where `directory` holds no finished run.
[[nodiscard]] nlohmann::json read_run(const std::filesystem::path& directory);

/// A plan that follows the lines of a run's plan.jsonl, and all that it refers to.
struct PlanAgain {
  Config config;
  Catalog catalog;
  std::unique_ptr<Plan> plan;        ///< empty where the config and the sources do not allow it
  std::vector<std::string> refusal;  ///< then, why
  std::string followed_sha256;       ///< of plan.jsonl
};

struct PlanAgainOptions {
  std::filesystem::path config;  ///< where the run's config lies now; empty: where run.json says
  std::filesystem::path known;   ///< a sources.jsonl that is believed, see KnownFiles; empty: everything is read
  int jobs = 1;
};

/// Reads config and sources of the run in `directory` and plans by the plan.jsonl that lies there, so that no design is
/// searched for. Whether the result is that very plan is for the caller to ask. Throws UserError where the config is
/// another one, or where config, manifests or assets cannot be read.
[[nodiscard]] std::unique_ptr<PlanAgain> plan_again(const std::filesystem::path& directory, const nlohmann::json& run,
                                                    const PlanAgainOptions& options,
                                                    std::span<const StepSchema* const> schemas, std::ostream& progress);

/// In what the run is another one now, as sentences: tool, config, manifests, assets, plan. See differing_facts().
[[nodiscard]] std::vector<std::string> changes_since(const nlohmann::json& run, const PlanAgain& now,
                                                     const std::string& tool_version);
/// What run.json would begin with now, but for the tool's version and what was extended.
[[nodiscard]] nlohmann::json facts_of(const PlanAgain& now);

}  // namespace fairground
