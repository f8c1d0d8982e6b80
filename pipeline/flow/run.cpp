#include "pipeline/flow/run.h"

#include <chrono>
#include <cstdio>
#include <opencv2/core/utility.hpp>
#include <stdexcept>
#include <string_view>

#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/graph.h"
#include "pipeline/flow/losses.h"
#include "pipeline/flow/planning.h"
#include "pipeline/flow/publishing.h"
#include "pipeline/flow/report_text.h"
#include "pipeline/flow/work_order.h"
#include "pipeline/flow/workshop.h"
#include "pipeline/output/journal_state.h"
#include "pipeline/output/run_folder.h"
#include "pipeline/output/run_names.h"

namespace fairground {
namespace {

void print_summary(std::ostream& out, const std::filesystem::path& directory, const RunFolder& folder, double seconds,
                   const Losses& losses) {
  const RunCounts& counts = folder.counts();
  char time[32];
  static_cast<void>(std::snprintf(time, sizeof time, "%.1f s", seconds));
  out << "wrote " << counts.written << " of " << counted(counts.planned, "variant") << " to " << directory.string()
      << " in " << time;
  if (folder.made_before() > 0) {
    out << ", and went on where " << folder.made_before() << " were made";
  }
  out << '\n';
  if (counts.rejected + counts.failed > 0) {
    out << counts.rejected << " rejected, " << counts.failed << " failed; see " << (directory / kFailures).string()
        << '\n';
    losses.print(out);
  }
}

void print_shard(std::ostream& out, const std::filesystem::path& directory, const RunFolder& folder,
                 const Shard& shard) {
  const RunCounts& counts = folder.counts();
  out << "shard " << to_string(shard) << " is complete: " << counts.written << " of "
      << counted(counts.planned, "variant") << " written, " << counts.rejected << " rejected, " << counts.failed
      << " failed; when all shards are, `fairground merge " << directory.string() << "` finishes the set\n";
}

void print_base(std::ostream& out, const std::filesystem::path& base, const Plan& rest) {
  std::size_t made_before = 0;
  std::size_t not_planned = 0;
  for (const MediaPlan& media : rest.media()) {
    made_before += media.facts.made_before;
    not_planned += media.facts.not_planned;
  }
  out << "extends " << base.string() << ", which has " << counted(made_before, "variant") << " of this design";
  if (not_planned > 0) {
    out << " and " << not_planned << " that would not be planned now";
  }
  out << '\n';
}

ExitStatus stopped(const RunOptions& options, std::ostream& out, const std::string& when) {
  if (!options.quiet) {
    out << "stopped " << when << "; run the same command again to go on\n";
  }
  return ExitStatus::try_again;
}

/// A run may delete what an earlier one left in its directory, so nothing that it reads may lie there.
class OutputDirectory {
 public:
  explicit OutputDirectory(std::filesystem::path directory)
      : directory_(std::move(directory)), canonical_(std::filesystem::weakly_canonical(directory_)) {}

  void refuse(const std::filesystem::path& input, const std::string& what) const {
    refuse_canonical(std::filesystem::weakly_canonical(input), what);
  }

  /// The same of a path whose links have been followed, which is dear for a million sources.
  void refuse_canonical(const std::filesystem::path& input, const std::string& what) const {
    // What lies there has the same start, and few sources need a closer look. A name may end in a slash.
    std::string_view start = canonical_.native();
    start.remove_suffix(start.ends_with('/') ? 1 : 0);
    if (!input.native().starts_with(start)) {
      return;
    }
    const std::filesystem::path inner = input.lexically_relative(canonical_);
    if (!inner.empty() && *inner.begin() != "..") {
      throw UserError(directory_.string() + ": the output directory holds " + what + " (" + input.string() +
                      "); choose another directory with --out");
    }
  }

  /// A run must not grow inside another one, which would then hold files that are not its own.
  void refuse_to_lie_in(const std::filesystem::path& base) const {
    const std::filesystem::path inner = canonical_.lexically_relative(std::filesystem::weakly_canonical(base));
    if (!inner.empty() && *inner.begin() != "..") {
      throw UserError(directory_.string() + ": the output directory lies in the run that --base names (" +
                      base.string() + "), which must not change; choose another directory with --out");
    }
  }

 private:
  std::filesystem::path directory_;
  std::filesystem::path canonical_;
};

void refuse_inputs_inside(const OutputDirectory& directory, const Config& config, const Catalog& catalog) {
  directory.refuse(config.path, "the config");
  for (const SourceSettings& source : config.sources) {
    directory.refuse(source.manifest, "a manifest");
  }
  for (const AssetSettings& asset : config.assets) {
    for (const std::filesystem::path& file : asset.files) {
      directory.refuse(file, "a file of asset '" + asset.name + "'");
    }
    if (asset.pool) {
      directory.refuse(asset.pool->manifest, "the manifest of asset '" + asset.name + "'");
    }
  }
  for (const auto& [name, pool] : catalog.pools) {
    for (const TalkerFile& file : pool.files) {
      directory.refuse_canonical(file.path, "a file of asset '" + name + "'");
    }
  }
  for (const auto& [medium, media] : catalog.media) {
    for (const Source& source : media.sources) {
      directory.refuse_canonical(media.file_of(source).path.str(), "source '" + std::string(source.id()) + "'");
    }
    for (const MediaFile& map : media.map_files) {
      directory.refuse_canonical(map.path.str(), "a mask, depth or normals of a source");
    }
  }
}

/// What was made before must be gone on with. Its plan is followed to the letter, which spares the search for a design
/// and all measuring, and what is known of its sources is believed where these have not changed. Throws UserError where
/// it is clear before any source is read that this run is another one. Returns what the directory holds.
FolderState follow_earlier_start(const Config& config, const RunOptions& options,
                                 const std::filesystem::path& directory, PlanningOptions& planning) {
  check_nobody_writes(directory, options.shard);
  FolderState state = FolderState::empty;
  try {
    state = options.restart ? state : state_of(directory);
  } catch (const UserError&) {
    // Refused later, when it can be said whether what is not ours there is something that the run reads.
  }
  if (state == FolderState::empty) {
    return state;
  }
  const OutputTree tree(directory);
  const bool has_shard = options.shard && state != FolderState::finished;
  const auto header = began_with(tree, has_shard ? shard_folder(*options.shard) : std::filesystem::path());
  if (header) {
    nlohmann::ordered_json now = *header;
    now["fairground"] = options.tool_version;
    now["config_sha256"] = config.sha256;
    check_can_go_on(tree, state, options.shard, *header, now);
  }
  planning.known = directory / kSourcesFile;
  if (planning.given.empty()) {
    planning.given = directory;
  }
  return state;
}

/// Plans, and says what can be done where the sources do not allow to go on any more.
std::unique_ptr<Planning> plan_run(const Config& config, const RunOptions& options, const PlanningOptions& planning,
                                   const std::filesystem::path& directory, std::ostream& progress,
                                   const std::atomic<bool>& stop) {
  try {
    return make_planning(config, planning, progress, &stop);
  } catch (const UserError& error) {
    if (planning.given.empty() || planning.given == options.plan) {
      throw;
    }
    std::vector<std::string> messages = error.messages();
    messages.push_back(
        directory.string() +
        ": the run in the output directory can only go on with the sources that it was begun with; put "
        "these back, choose another directory with --out, or delete the run and begin anew with --restart");
    throw UserError(std::move(messages));
  }
}

ExitStatus status_of(const RunFolder& folder, const RunOptions& options) {
  return folder.counts().failed > 0 && !options.shard ? ExitStatus::items_failed : ExitStatus::done;
}

/// Makes what is left to be made. Returns false where that was stopped.
bool make_rest(const Workshop& workshop, const RunOptions& options, RunFolder& folder, const std::atomic<bool>& stop,
               std::ostream& progress) {
  folder.make_in_order(long_ones_first(workshop.plan(), folder.to_make(), options.jobs));
  GraphWork work = rendering_work(workshop, options.jobs, folder.to_make());
  {
    Progress line(progress, progress_style(options.quiet), "variants", folder.counts().planned, folder.made_before());
    work.write = [&](const Outcome& outcome) {
      if (outcome.passing) {
        throw PassingFault(outcome.variant.variant_id + ": " + outcome.reason);
      }
      folder.add(outcome);
      line.update(folder.counts().done(), folder.counts().failed);
    };
    run_graph(work, options.jobs, stop);
  }
  if (folder.counts().done() == folder.counts().planned) {
    return true;
  }
  if (!stop) {
    throw std::logic_error("the flow graph ended before all variants were written");
  }
  return false;
}

}  // namespace

ExitStatus run(const Config& config, const RunOptions& options, const std::atomic<bool>& stop, std::ostream& progress,
               std::ostream& summary) {
  const auto start = std::chrono::steady_clock::now();
  // The graph keeps all cores busy; OpenCV's own threads would only get in its way.
  cv::setNumThreads(0);
  const std::filesystem::path directory = options.out.empty() ? config.output_directory : options.out;
  const OutputDirectory output(directory);
  if (!options.base.empty()) {
    output.refuse_to_lie_in(options.base);
    output.refuse(options.base, "the run that --base names, which must not change");
  }
  if (!options.plan.empty()) {
    output.refuse(options.plan, "the plan");
  }
  PlanningOptions planning_options;
  planning_options.base = options.base;
  planning_options.given = options.plan;
  planning_options.jobs = options.jobs;
  planning_options.quiet = options.quiet;
  const FolderState found = follow_earlier_start(config, options, directory, planning_options);
  const std::unique_ptr<Planning> planning = plan_run(config, options, planning_options, directory, progress, stop);
  if (stop) {
    return stopped(options, summary, "while the sources were read; nothing was made");
  }
  refuse_inputs_inside(output, config, planning->catalog);
  const Plan& plan = planning->plan();
  if (planning->base && plan.size() == 0) {
    if (!options.quiet) {
      summary << "nothing is missing: " << options.base.string() << " has every variant of this plan\n";
    }
    return ExitStatus::done;
  }
  if (plan.size() == 0) {
    throw UserError(config.path.string() +
                    ": nothing would be made, as no source takes part; `fairground plan` says which gaps that leaves");
  }
  // An asset that cannot be used shows here, before a folder is made. A finished run needs no asset.
  std::optional<Workshop> workshop;
  if (found != FolderState::finished && !options.prepare_only) {
    workshop.emplace(plan);
  }
  if (stop) {
    return stopped(options, summary, "before anything was made");
  }
  Publishing publishing(plan, options.tool_version, options.jobs);
  RunFolder folder(directory, plan,
                   {options.shard, options.restart, options.retry_failed, options.prepare_only, options.jobs,
                    options.tool_version, publishing.publisher()});
  if (folder.was_finished()) {
    if (!options.quiet) {
      summary << (options.shard ? "shard " + to_string(*options.shard) + " of the run in " : "the run in ")
              << directory.string() << " is finished; nothing was left to be made\n";
      if (folder.counts().failed > 0) {
        summary << folder.counts().failed << " failed; --retry-failed tries them again\n";
      }
    }
    return status_of(folder, options);
  }
  if (options.prepare_only) {
    if (!options.quiet) {
      summary << directory.string() << " is prepared for " << counted(plan.size(), "variant") << '\n';
    }
    return ExitStatus::done;
  }
  if (folder.dropped() > 0 && !options.quiet) {
    summary << counted(folder.dropped(), "line") << " of the journal did not hold or had failed, so that "
            << folder.to_make().size() << " of " << counted(folder.counts().planned, "variant") << " are to be made\n";
    for (const std::string& problem : folder.problems()) {
      summary << "  " << problem << '\n';
    }
  }
  if (!folder.to_make().empty()) {
    if (!workshop) {
      workshop.emplace(plan);
    }
    if (!make_rest(*workshop, options, folder, stop, progress)) {
      return stopped(
          options, summary,
          "after " + std::to_string(folder.counts().done()) + " of " + counted(folder.counts().planned, "variant"));
    }
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  Losses losses;
  folder.finish(passed.count(), [&](const Outcome& outcome) { losses.add(outcome); });
  const ExitStatus status = publishing.ended(status_of(folder, options), directory, progress);
  if (options.quiet) {
    return status;
  }
  if (options.shard) {
    print_shard(summary, directory, folder, *options.shard);
  } else {
    print_summary(summary, directory, folder, passed.count(), losses);
  }
  if (const std::size_t warnings = folder.skin_warnings(); warnings > 0) {
    summary << counted(warnings, "warning") << " about apparent skin tone; see " << (directory / kSkinTone).string()
            << '\n';
  }
  // A plan that was begun with has only what the base lacks, and does not tell how much that has.
  if (planning->rest && planning_options.given == options.plan) {
    print_base(summary, options.base, *planning->rest);
  }
  return status;
}

}  // namespace fairground
