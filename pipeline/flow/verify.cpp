#include "pipeline/flow/verify.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <set>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/flow/finished_run.h"
#include "pipeline/flow/graph.h"
#include "pipeline/flow/verify_records.h"
#include "pipeline/output/assembly.h"
#include "pipeline/output/skin_account.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Compares what is made again with what the run says, variant by variant.
class Comparison {
 public:
  Comparison(const fs::path& directory, const Plan& plan, const PlannedVariants& planned, Differences& differences)
      : directory_(directory), plan_(plan), planned_(planned), differences_(differences), skin_(plan) {
    for (const MediaPlan& media : plan.media()) {
      metadata_[media.media].lines.open(directory / to_string(media.media) / "metadata.jsonl", std::ios::binary);
    }
  }

  void add(const Outcome& outcome) {
    if (outcome.passing) {
      throw PassingFault(outcome.variant.variant_id + ": " + outcome.reason);
    }
    if (outcome.fate != Fate::written) {
      // As a run counts it: what could not be read was never observed.
      lost_.push_back(lost_variant(outcome));
    }
    skin_.add(outcome);
    const std::string& id = outcome.variant.variant_id;
    const auto found = planned_.find(id);
    const std::string status = found == planned_.end() ? std::string() : found->second.status;
    if (status != to_string(outcome.fate)) {
      differences_.add(id + ": made again, it is " + to_string(outcome.fate) +
                       (outcome.reason.empty() ? "" : " (" + outcome.reason + ")") + ", but the run has it as " +
                       (status.empty() ? "lost" : status));
    } else if (outcome.fate == Fate::written) {
      compare_record(outcome, found->second.at);
    } else if (const json figures = failure_figures(outcome); figures.dump() != found->second.figures) {
      differences_.add(id + ": lost again, its figures are " + figures.dump() + ", but failures.jsonl has " +
                       found->second.figures);
    }
  }

  void finish() {
    compare_file("coverage.json", "the coverage", coverage_json(plan_, count_coverage(plan_, lost_)));
    if (skin_.is_needed()) {
      compare_file("skin_tone.json", "the account", skin_tone_json(skin_.finish()));
    }
  }

 private:
  void compare_file(const char* name, const std::string& what, const std::string& made_again) {
    std::error_code ignored;
    if (!fs::is_regular_file(directory_ / name, ignored)) {
      return;  // which is a difference already
    }
    std::ifstream file(directory_ / name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text != made_again) {
      differences_.add(std::string(name) + ": is not " + what + " of what was made again");
    }
  }

  struct Metadata {
    std::ifstream lines;
    std::uintmax_t expected = 0;  ///< where the next record should begin
  };

  void compare_record(const Outcome& outcome, std::uintmax_t at) {
    Metadata& metadata = metadata_.at(outcome.variant.media);
    const std::string& id = outcome.variant.variant_id;
    metadata.lines.clear();
    if (at < metadata.expected) {
      differences_.add(id + ": its record does not follow those before it in the plan");
    }
    // A seek would throw the buffer away, and is needed only where a line is missing, surplus or misplaced.
    if (at != metadata.expected) {
      metadata.lines.seekg(static_cast<std::streamoff>(at));
    }
    std::string line;
    std::getline(metadata.lines, line);
    metadata.expected = at + line.size() + 1;
    if (line != outcome.record) {
      differences_.add(id + ": made again, its record differs: " + record_differences(line, outcome.record));
    }
  }

  const fs::path& directory_;
  const Plan& plan_;
  const PlannedVariants& planned_;
  Differences& differences_;
  std::map<Media, Metadata> metadata_;
  std::vector<LostVariant> lost_;
  SkinAccount skin_;
};

/// A manifest to which sources were added still gives the same variants, but another coverage.
bool has_the_manifests_of(const Catalog& catalog, const json& run) {
  std::multiset<std::string> then;
  const json manifests = object_field(run, "manifests");
  for (const auto& [path, sha256] : manifests.items()) {
    then.insert(sha256.is_string() ? sha256.get<std::string>() : std::string());
  }
  std::multiset<std::string> now;
  for (const auto& [path, sha256] : catalog.manifest_sha256) {
    now.insert(sha256);
  }
  return then == now;
}

/// Makes every variant again and compares its record, the levels at the mixer among it. Returns why that was not
/// possible, or nothing.
std::string render_again(const fs::path& directory, const json& run, std::span<const StepSchema* const> schemas,
                         int jobs, const PlannedVariants& planned, std::ostream& progress, std::ostream& out,
                         Differences& differences) {
  PlanAgainOptions options;
  options.jobs = jobs;
  try {
    const std::unique_ptr<PlanAgain> again = plan_again(directory, run, options, schemas, progress);
    const Plan& plan = *again->plan;
    if (plan.sha256() != text_field(run, "plan_sha256")) {
      return "sources have changed since the run";
    }
    const Workshop workshop(plan);
    Comparison comparison(directory, plan, planned, differences);
    Progress rendered(progress, progress_style(/*quiet=*/false), "variants rendered again", plan.size());
    GraphWork work = rendering_work(workshop);
    work.write = [&](const Outcome& outcome) {
      comparison.add(outcome);
      rendered.add_one();
    };
    run_graph(work, jobs, std::atomic<bool>(false));
    if (has_the_manifests_of(again->catalog, run)) {
      comparison.finish();
    } else {
      const auto images = again->config.media.find(Media::image);
      const bool has_skin = images != again->config.media.end() && images->second.needs_skin();
      out << (has_skin ? "coverage.json and skin_tone.json were" : "coverage.json was")
          << " not compared, since a manifest has changed since the run\n";
    }
  } catch (const UserError& error) {
    return error.messages().front();
  }
  return {};
}

}  // namespace

ExitStatus verify(const fs::path& directory, std::span<const StepSchema* const> schemas, int jobs,
                  std::ostream& progress, std::ostream& out) {
  cv::setNumThreads(0);
  const json run = read_run(directory);
  Differences differences(out);
  PlannedVariants planned = read_planned(directory, run, differences);
  check_folder(directory, run, jobs, planned, progress, differences);
  std::error_code ignored;
  if (!fs::is_regular_file(directory / "coverage.json", ignored)) {
    differences.add("coverage.json: is missing");
  }
  const std::string not_rendered = render_again(directory, run, schemas, jobs, planned, progress, out, differences);
  if (!not_rendered.empty()) {
    out << "files, measured labels, conditions and pairing were compared; the manifest's labels, coverage.json and the "
           "levels at the mixer were not, since nothing could be rendered again: "
        << not_rendered << '\n';
  }
  const auto written = static_cast<std::size_t>(
      std::ranges::count_if(planned, [](const auto& it) { return it.second.status == "written"; }));
  if (differences.count() == 0) {
    out << counted(written, "variant")
        << (not_rendered.empty() ? ": files, labels, pairing and mixer levels agree\n" : ": no difference\n");
    return ExitStatus::done;
  }
  out << counted(differences.count(), "difference") << " in " << counted(written, "variant") << '\n';
  return ExitStatus::difference;
}

}  // namespace fairground
