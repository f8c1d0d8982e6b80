#include "pipeline/flow/plan_report.h"

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/output_target.h"
#include "pipeline/flow/plan_page.h"
#include "pipeline/flow/planning.h"
#include "pipeline/output/atomic_file.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

void plan_report(const Config& config, const PlanOptions& options, std::ostream& progress, std::ostream& out) {
  check_target(config, options.out, "the plan");
  std::optional<PlannedSet> against;
  if (!options.against.empty()) {
    against = read_planned_set(options.against);
  }
  PlanningOptions planning_options;
  planning_options.base = options.base;
  planning_options.effort = options.effort;
  planning_options.jobs = options.jobs;
  planning_options.quiet = options.quiet;
  planning_options.measure = options.measure ? PlanningOptions::Measure::always : PlanningOptions::Measure::never;
  const std::unique_ptr<Planning> planning = make_planning(config, planning_options, progress);
  check_target(planning->catalog, config, options.out, "the plan");
  const Plan& plan = planning->plan();
  PlanFindings findings;
  findings.plan = &plan;
  findings.design = planning->design.get();
  findings.base = options.base.string();
  findings.sha256 = plan.sha256(options.jobs);
  if (!options.out.empty()) {
    const OutputTree folder(folder_of(options.out));
    GrowingFile file(folder, options.out.filename());
    plan.for_each_piece([&](std::string_view lines) { file.add(lines); }, options.jobs);
    file.finish();
  }
  for (const MediaPlan& media : plan.media()) {
    const MediaPlan& design = planning->design->of(media.media);
    findings.media.push_back(find_in(config, design, media, planning->surveys.at(media.media)));
  }
  if (options.measure) {
    try_a_few(plan, options.jobs, findings.media);
  }
  if (against) {
    findings.difference = compare_plans(*planning->design, *against);
    findings.against = options.against.string();
  }
  if (options.json) {
    print_plan_json(out, findings);
  } else {
    print_page(out, findings);
  }
}

}  // namespace fairground
