#include "pipeline/flow/planning.h"

#include <algorithm>

#include "pipeline/core/error.h"
#include "pipeline/core/progress.h"

namespace fairground {
namespace {

bool stopped(const std::atomic<bool>* stop) { return stop != nullptr && *stop; }

bool must_measure(const Config& config, const PlanningOptions& options) {
  if (options.measure == PlanningOptions::Measure::always) {
    return true;
  }
  return options.measure == PlanningOptions::Measure::if_needed && options.given.empty() &&
         std::ranges::any_of(config.media, [](const auto& it) { return needs_qualities(it.second); });
}

}  // namespace

std::unique_ptr<Planning> make_planning(const Config& config, const PlanningOptions& options, std::ostream& progress,
                                        const std::atomic<bool>* stop) {
  auto planning = std::make_unique<Planning>();
  // Before the sources, which may take long: a slip in an option should show at once.
  if (!options.base.empty()) {
    planning->base = read_planned_set(options.base);
    drop_failed(*planning->base, options.base);
  }
  if (!options.given.empty()) {
    planning->given = read_planned_set(options.given);
  }
  const ProgressStyle style = progress_style(options.quiet);
  {
    Progress line(progress, style, "sources read");
    planning->catalog = read_catalog(config, options.jobs, &line, stop);
  }
  if (stopped(stop)) {
    return planning;
  }
  const bool measure = must_measure(config, options);
  if (measure || options.measure != PlanningOptions::Measure::if_needed) {
    Progress line(progress, measure ? style : ProgressStyle::silent, "sources measured");
    planning->surveys = survey_sources(config, planning->catalog, measure, options.jobs, &line, stop);
  }
  if (stopped(stop)) {
    return planning;
  }
  DesignInputs inputs;
  inputs.base = planning->base ? &*planning->base : nullptr;
  inputs.given = planning->given ? &*planning->given : nullptr;
  inputs.effort = options.effort;
  for (const auto& [media, survey] : planning->surveys) {
    inputs.qualities[media] = survey.qualities;
  }
  planning->plan = std::make_unique<Plan>(config, planning->catalog, inputs);
  if (planning->given && planning->plan->sha256() != planning->given->sha256) {
    throw UserError(planning->given->file.string() +
                    ": the config and its sources do not make this plan any more; `fairground plan CONFIG --against " +
                    planning->given->file.string() + "` shows the difference");
  }
  return planning;
}

}  // namespace fairground
