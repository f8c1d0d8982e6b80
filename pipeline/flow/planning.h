// From a config to its plan, for every command that needs one.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ostream>

#include "pipeline/design/plan.h"
#include "pipeline/flow/survey.h"

namespace fairground {

struct PlanningOptions {
  std::filesystem::path base;   ///< the folder of a run that is extended; empty: none
  std::filesystem::path given;  ///< a plan to follow to the letter; empty: none
  std::filesystem::path known;  ///< what an earlier start found out about the sources; see KnownFiles; empty: nothing
  int effort = 0;               ///< instead of the config's; 0: the config's
  int jobs = 1;
  bool quiet = false;
  /// Which sources are measured: all, none, or all if the design cannot be made otherwise.
  enum class Measure { always, never, if_needed };
  Measure measure = Measure::if_needed;
};

/// A plan and all that it refers to.
struct Planning {
  Catalog catalog;
  std::map<Media, Survey> surveys;  ///< empty where no survey was made
  std::optional<PlannedSet> base;
  std::optional<PlannedSet> given;
  std::unique_ptr<Plan> design;  ///< all that the config asks for; empty where `stop` became true
  std::unique_ptr<Plan> rest;    ///< what of it the base does not have; empty without a base

  /// What is to be made.
  [[nodiscard]] const Plan& plan() const { return rest ? *rest : *design; }
};

/// Reads the sources and plans. How far it is goes to `progress`. Throws UserError, also where the plan is not the one
/// in `options.given`, and PassingFault. `config` must outlive the result.
[[nodiscard]] std::unique_ptr<Planning> make_planning(const Config& config, const PlanningOptions& options,
                                                      std::ostream& progress, const std::atomic<bool>* stop = nullptr);

}  // namespace fairground
