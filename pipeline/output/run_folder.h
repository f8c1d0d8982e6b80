// The folder of a run. docs/design.md, section 7, says what lies in it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/design/coverage.h"
#include "pipeline/design/plan.h"
#include "pipeline/output/atomic_file.h"
#include "pipeline/output/folder_claim.h"
#include "pipeline/output/outcome.h"
#include "pipeline/output/skin_account.h"

namespace fairground {

struct RunCounts {
  std::size_t planned = 0;
  std::size_t written = 0;
  std::size_t rejected = 0;
  std::size_t failed = 0;

  [[nodiscard]] std::size_t done() const { return written + rejected + failed; }
};

/// What coverage must know of a variant that was lost. What failed to be read counts as not recorded at all.
[[nodiscard]] LostVariant lost_variant(const Outcome& outcome);

/// What failures.jsonl has of a lost variant beside the reason: `gate`, `value` and `limit` where a gate with a figure
/// rejected it, and `source_lightness` where it was measured. Each has the same type wherever it stands.
[[nodiscard]] nlohmann::ordered_json failure_figures(const Outcome& outcome);

/// Writes a run. Not thread-safe: one thread owns it. Every function throws PassingFault where the disk refuses.
class RunFolder {
 public:
  /// Prepares `directory` and writes the plan. Throws UserError where it holds a finished run (unless `restart`
  /// is given, which deletes that run), an unfinished run of another plan, or files that are not a run's.
  RunFolder(std::filesystem::path directory, const Plan& plan, bool restart);

  /// Takes the outcomes in the order of the plan.
  void add(const Outcome& outcome);

  [[nodiscard]] const RunCounts& counts() const { return counts_; }

  /// Writes everything that is known only now; run.json is last and marks the run as finished.
  void finish(double seconds, const std::string& tool_version);

  /// Of a finished run, how many warnings its skin_tone.json has; 0 where it has no such file.
  [[nodiscard]] std::size_t skin_warnings() const { return skin_warnings_; }

 private:
  void add_failure(const Outcome& outcome);
  void check_journal() const;
  [[nodiscard]] std::string run_json(double seconds, const std::string& tool_version) const;

  std::filesystem::path directory_;
  const Plan& plan_;
  std::string plan_sha256_;
  FolderClaim claim_;
  RunCounts counts_;
  std::map<Media, RunCounts> media_counts_;
  std::map<Media, std::unique_ptr<GrowingFile>> metadata_;
  std::ofstream journal_;
  std::map<std::string, std::string> failures_;  ///< lines by variant_id
  std::vector<LostVariant> lost_;
  SkinAccount skin_;
  std::size_t skin_warnings_ = 0;
};

}  // namespace fairground
