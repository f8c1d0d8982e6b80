#include "pipeline/flow/run.h"

#include <chrono>
#include <cstdio>
#include <map>
#include <opencv2/core/utility.hpp>
#include <stdexcept>

#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/graph.h"
#include "pipeline/flow/planning.h"
#include "pipeline/flow/render.h"

namespace fairground {
namespace {

/// Why variants were lost, with how many, for the closing summary.
class Losses {
 public:
  void add(const Outcome& outcome) {
    if (outcome.fate != Fate::written) {
      ++counts_[std::string(to_string(outcome.fate)) + " (" + outcome.stage + "): " + outcome.reason];
    }
  }
  void print(std::ostream& out) const {
    constexpr std::size_t kMost = 5;
    std::size_t shown = 0;
    for (const auto& [reason, count] : counts_) {
      if (shown++ == kMost) {
        out << "  and " << counted(counts_.size() - kMost, "more reason") << '\n';
        return;
      }
      out << "  " << count << " × " << reason << '\n';
    }
  }

 private:
  std::map<std::string, std::size_t> counts_;
};

void print_summary(std::ostream& out, const std::filesystem::path& directory, const RunCounts& counts, double seconds,
                   const Losses& losses) {
  char time[32];
  std::snprintf(time, sizeof time, "%.1f s", seconds);
  out << "wrote " << counts.written << " of " << counted(counts.planned, "variant") << " to " << directory.string()
      << " in " << time << '\n';
  if (counts.rejected + counts.failed > 0) {
    out << counts.rejected << " rejected, " << counts.failed << " failed; see "
        << (directory / "failures.jsonl").string() << '\n';
    losses.print(out);
  }
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
    out << "stopped " << when << "; run the same command again to make the set\n";
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
      throw UserError(directory_.string() + ": the output directory lies in the run that --base names (" + base.string() +
                      "), which must not change; choose another directory with --out");
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
      directory.refuse_canonical(media.file_of(source).path, "source '" + source.id + "'");
    }
    for (const MediaFile& map : media.map_files) {
      directory.refuse_canonical(map.path, "a mask, depth or normals of a source");
    }
  }
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
  const std::unique_ptr<Planning> planning = make_planning(config, planning_options, progress, &stop);
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
  const Workshop workshop(plan);
  if (stop) {
    return stopped(options, summary, "before anything was made");
  }
  RunFolder folder(directory, plan, options.restart);
  Losses losses;

  GraphWork work = rendering_work(workshop);
  {
    Progress line(progress, progress_style(options.quiet), "variants", plan.size());
    work.write = [&](const Outcome& outcome) {
      if (outcome.passing) {
        throw PassingFault(outcome.variant.variant_id + ": " + outcome.reason);
      }
      folder.add(outcome);
      losses.add(outcome);
      line.update(folder.counts().done(), folder.counts().failed);
    };
    run_graph(work, options.jobs, stop);
  }
  if (folder.counts().done() < plan.size()) {
    if (!stop) {
      throw std::logic_error("the flow graph ended before all variants were written");
    }
    return stopped(options, summary,
                   "after " + std::to_string(folder.counts().done()) + " of " + counted(plan.size(), "variant"));
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  folder.finish(passed.count(), options.tool_version);
  if (!options.quiet) {
    print_summary(summary, directory, folder.counts(), passed.count(), losses);
    if (planning->rest) {
      print_base(summary, options.base, *planning->rest);
    }
  }
  return folder.counts().failed > 0 ? ExitStatus::items_failed : ExitStatus::done;
}

}  // namespace fairground
