#include "pipeline/flow/run.h"

#include <algorithm>
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
#include "pipeline/flow/report_text.h"

namespace fairground {
namespace {

/// Why variants were lost, with how many, for the closing summary. Those that one gate with a figure rejected are one
/// reason, whatever their figures.
class Losses {
 public:
  void add(const Outcome& outcome) {
    if (outcome.fate == Fate::written) {
      return;
    }
    const std::string place = std::string(to_string(outcome.fate)) + " (" + outcome.stage;
    const std::string name = outcome.figure ? place + " " + outcome.figure->gate + ")" : place + "): " + outcome.reason;
    Loss& loss = losses_[name];
    if (outcome.figure) {
      const double value = outcome.figure->value;
      loss.reason = loss.count == 0 ? outcome.reason : loss.reason;
      loss.lowest = loss.count == 0 ? value : std::min(loss.lowest, value);
      loss.highest = loss.count == 0 ? value : std::max(loss.highest, value);
    }
    ++loss.count;
  }
  void print(std::ostream& out) const {
    constexpr std::size_t kMost = 5;
    std::size_t shown = 0;
    for (const auto& [name, loss] : losses_) {
      if (shown++ == kMost) {
        out << "  and " << counted(losses_.size() - kMost, "more reason") << '\n';
        return;
      }
      out << "  " << loss.count << " × " << name;
      if (!loss.reason.empty()) {
        const bool is_one_value = loss.lowest == loss.highest;
        out << (is_one_value ? "" : " with " + number_text(loss.lowest, 3) + " to " + number_text(loss.highest, 3))
            << (loss.count == 1 ? ": " : ", the first: ") << loss.reason;
      }
      out << '\n';
    }
  }

 private:
  struct Loss {
    std::size_t count = 0;
    std::string reason = {};  ///< of the first of a gate with a figure
    double lowest = 0.0;      ///< likewise, of its figures
    double highest = 0.0;
  };
  std::map<std::string, Loss> losses_;
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
    if (const std::size_t warnings = folder.skin_warnings(); warnings > 0) {
      summary << counted(warnings, "warning") << " about apparent skin tone; see "
              << (directory / "skin_tone.json").string() << '\n';
    }
    if (planning->rest) {
      print_base(summary, options.base, *planning->rest);
    }
  }
  return folder.counts().failed > 0 ? ExitStatus::items_failed : ExitStatus::done;
}

}  // namespace fairground
