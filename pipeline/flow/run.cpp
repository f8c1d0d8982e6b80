#include "pipeline/flow/run.h"

#include <chrono>
#include <map>
#include <opencv2/core/utility.hpp>

#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/graph.h"
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

}  // namespace

ExitStatus run(const Config& config, const RunOptions& options, const std::atomic<bool>& stop, std::ostream& progress,
               std::ostream& summary) {
  const auto start = std::chrono::steady_clock::now();
  // The graph keeps all cores busy; OpenCV's own threads would only get in its way.
  cv::setNumThreads(0);
  const Catalog catalog = [&] {
    Progress line(progress, progress_style(options.quiet), "sources read");
    return read_catalog(config, options.jobs, &line);
  }();
  const Plan plan(config, catalog);
  const Workshop workshop(plan);
  const std::filesystem::path directory = options.out.empty() ? config.output_directory : options.out;
  RunFolder folder(directory, plan, options.restart);
  Losses losses;

  GraphWork work = rendering_work(workshop);
  {
    Progress line(progress, progress_style(options.quiet), "variants", plan.size());
    work.write = [&](const Outcome& outcome) {
      folder.add(outcome);
      losses.add(outcome);
      line.update(folder.counts().done(), folder.counts().failed);
    };
    run_graph(work, options.jobs, stop);
  }
  if (folder.counts().done() < plan.size()) {
    if (!options.quiet) {
      summary << "stopped after " << folder.counts().done() << " of " << counted(plan.size(), "variant")
              << "; run the same command again to make the set\n";
    }
    return ExitStatus::try_again;
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  folder.finish(passed.count(), options.tool_version);
  if (!options.quiet) {
    print_summary(summary, directory, folder.counts(), passed.count(), losses);
  }
  return folder.counts().failed > 0 ? ExitStatus::items_failed : ExitStatus::done;
}

}  // namespace fairground
