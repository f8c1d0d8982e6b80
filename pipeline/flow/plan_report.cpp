#include "pipeline/flow/plan_report.h"

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/plan_page.h"
#include "pipeline/flow/planning.h"
#include "pipeline/output/atomic_file.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

/// Refuses, before anything is done, a file for the plan's lines that would take the place of something else.
void check_target(const Config& config, const fs::path& out) {
  if (out.empty()) {
    return;
  }
  std::error_code error;
  const fs::path folder = out.has_parent_path() ? out.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) {
    throw UserError(out.string() + ": there is no folder " + folder.string() + "; make it, or choose another --out");
  }
  if (fs::exists(folder / "run.json", error) || fs::exists(folder / "journal.jsonl", error)) {
    throw UserError(out.string() + ": this is the folder of a run, whose files must stay as they are; choose another --out");
  }
  // A device would be replaced by a file.
  if (fs::exists(out, error) && !fs::is_regular_file(out, error)) {
    throw UserError(out.string() + ": " + (fs::is_directory(out, error) ? "this is a folder" : "this is no file") +
                    "; give --out the name of a file");
  }
  // The lines are gathered beside the target first.
  fs::path gathered = out;
  gathered += ".part";
  const auto refuse_if = [&](const fs::path& kept, const char* what) {
    if (fs::equivalent(out, kept, error) || fs::equivalent(gathered, kept, error)) {
      throw UserError(out.string() + ": writing the plan here would replace " + what + "; choose another --out");
    }
  };
  refuse_if(config.path, "the config");
  for (const SourceSettings& source : config.sources) {
    refuse_if(source.manifest, "a manifest");
  }
  for (const AssetSettings& asset : config.assets) {
    if (asset.pool) {
      refuse_if(asset.pool->manifest, "a manifest");
    }
  }
}

/// The same for what the run would read, once it is known.
void check_target(const Catalog& catalog, const Config& config, const fs::path& out) {
  if (out.empty()) {
    return;
  }
  std::error_code error;
  const fs::path target = fs::weakly_canonical(out, error);
  const auto refuse_if = [&](const fs::path& kept, const std::string& what) {
    if (kept == target) {
      throw UserError(out.string() + ": writing the plan here would replace " + what + "; choose another --out");
    }
  };
  for (const auto& [media, of_media] : catalog.media) {
    for (const Source& source : of_media.sources) {
      refuse_if(of_media.file_of(source).path, "source " + in_ticks(source.id));
    }
  }
  for (const AssetSettings& asset : config.assets) {
    for (const fs::path& file : asset.files) {
      refuse_if(fs::weakly_canonical(file, error), "a file of asset " + in_ticks(asset.name));
    }
  }
  for (const auto& [name, pool] : catalog.pools) {
    for (const TalkerFile& file : pool.files) {
      refuse_if(file.path, "a file of asset " + in_ticks(name));
    }
  }
}

}  // namespace

void plan_report(const Config& config, const PlanOptions& options, std::ostream& progress, std::ostream& out) {
  check_target(config, options.out);
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
  check_target(planning->catalog, config, options.out);
  const Plan& plan = planning->plan();
  PlanFindings findings;
  findings.plan = &plan;
  findings.design = planning->design.get();
  findings.base = options.base.string();
  findings.sha256 = plan.sha256();
  if (!options.out.empty()) {
    GrowingFile file(options.out);
    plan.for_each_line([&](const std::string& line) { file.add_line(line); });
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
