// The folder of a run. docs/design.md, section 7, says what lies in it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/design/coverage.h"
#include "pipeline/design/plan.h"
#include "pipeline/media/bytes.h"
#include "pipeline/output/atomic_file.h"
#include "pipeline/output/folder_claim.h"

namespace fairground {

enum class Fate { written, rejected, failed };
[[nodiscard]] const char* to_string(Fate fate);

/// What became of one planned variant. Every one of the plan has exactly one outcome.
struct Outcome {
  std::size_t index = 0;  ///< in the plan
  Variant variant;
  Fate fate = Fate::failed;
  Bytes file;          ///< of a written one
  Bytes mask;          ///< likewise, where the variant has a mask beside it
  std::string sha256;  ///< of `file`
  std::string record;  ///< of a written one: the line of metadata.jsonl
  std::string stage;   ///< of the others: read, render or gate
  std::string reason;
  std::optional<GateFigure> figure = {};    ///< of one that a gate with a figure rejected
  std::optional<double> source_lightness = {};  ///< L* of the source's skin, where it was measured; see ApparentTone
  bool passing = false;  ///< failed for want of memory or the like: no fault of the source, and the run must stop
};

struct RunCounts {
  std::size_t planned = 0;
  std::size_t written = 0;
  std::size_t rejected = 0;
  std::size_t failed = 0;

  [[nodiscard]] std::size_t done() const { return written + rejected + failed; }
};

/// What coverage must know of a variant that was lost. What failed to be read counts as not recorded at all.
[[nodiscard]] LostVariant lost_variant(const Outcome& outcome);

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
};

}  // namespace fairground
