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

/// A base of which nothing would be planned now is a slip: all of it would be made a second time.
void check_base(const Plan& rest, const PlannedSet& base) {
  std::size_t known = 0;
  for (const MediaPlan& media : rest.media()) {
    known += media.facts.made_before;
  }
  if (known == 0 && base.lines > 0) {
    throw UserError(base.file.string() +
                    ": not one variant of this run belongs to the config's design, so that nothing of it could be kept; a "
                    "run can be extended with the same seed, pairing, sample rate, active level and output format only");
  }
}

}  // namespace

std::unique_ptr<Planning> make_planning(const Config& config, const PlanningOptions& options, std::ostream& progress,
                                        const std::atomic<bool>* stop) {
  auto planning = std::make_unique<Planning>();
  // Before the sources, which may take long: a slip in an option should show at once.
  if (!options.base.empty()) {
    planning->base = read_finished_run(options.base);
  }
  if (!options.given.empty()) {
    planning->given = read_planned_set(options.given);
  }
  check_design(config);
  const ProgressStyle style = progress_style(options.quiet);
  {
    Progress line(progress, style, "sources read");
    planning->catalog = read_catalog(config, options.jobs, &line, stop);
  }
  if (stopped(stop)) {
    return planning;
  }
  for (const auto& [media, catalog] : planning->catalog.media) {
    check_thresholds(config, media, catalog);
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
  planning->design = std::make_unique<Plan>(config, planning->catalog, inputs);
  if (planning->base) {
    planning->rest = std::make_unique<Plan>(*planning->design, *planning->base);
    check_base(*planning->rest, *planning->base);
  }
  if (planning->given && planning->plan().sha256() != planning->given->sha256) {
    throw UserError(planning->given->file.string() +
                    ": the config and its sources do not make this plan any more; `fairground plan CONFIG --against " +
                    planning->given->file.string() + "` shows the difference");
  }
  return planning;
}

}  // namespace fairground
