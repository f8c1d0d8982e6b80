// The folder of a run. docs/design.md, section 7, says what lies in it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/design/plan.h"
#include "pipeline/design/share.h"
#include "pipeline/output/assembly.h"
#include "pipeline/output/disk_sync.h"
#include "pipeline/output/folder_claim.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/outcome.h"
#include "pipeline/output/run_facts.h"

namespace fairground {

/// Writes set.json and a copy of the config, where they are not there; beside their places in `state_folder` first.
/// Nothing, where the publisher describes nothing.
void write_description(const OutputTree& tree, const std::filesystem::path& state_folder, const Config& config,
                       const Publisher& publisher);

/// What the run in a folder was begun with, or one of its shards, whose `state_folder` is then not empty; nothing where
/// that cannot be found out.
[[nodiscard]] std::optional<nlohmann::ordered_json> began_with(const OutputTree& tree,
                                                               const std::filesystem::path& state_folder);

/// Writes what KnownFiles reads, unless it is there; beside its place in `state_folder` first.
void write_sources(const OutputTree& tree, const std::filesystem::path& state_folder, const Catalog& catalog);

/// Throws UserError, with what can be done, where a run that was begun with the facts `then` cannot go on with those of
/// `now`; see differing_facts().
void check_can_go_on(const OutputTree& tree, FolderState state, const std::optional<Shard>& shard,
                     const nlohmann::ordered_json& then, const nlohmann::ordered_json& now);

struct RunFolderOptions {
  std::optional<Shard> shard = {};  ///< empty: the whole run
  bool restart = false;             ///< delete what the folder holds, and begin anew
  bool retry_failed = false;        ///< what failed before is tried again
  bool prepare_only = false;        ///< write what every start needs, plan and sources.jsonl, and make nothing
  int jobs = 1;                     ///< threads for what is read and written before the first variant and at the end
  std::string tool_version = {};
  Publisher publisher = {};
};

/// Writes a run, or one shard of it, and goes on with what an earlier start has made. Not thread-safe: one thread owns
/// it. Every function throws PassingFault where the disk refuses.
class RunFolder {
 public:
  /// Claims `directory` and finds out what is left to be made. Throws UserError where it holds another run (of another
  /// config, plan, manifest, asset or version of the tool), or files that are not a run's.
  RunFolder(std::filesystem::path directory, const Plan& plan, RunFolderOptions options);
  ~RunFolder();

  /// The plan's variants that are to be made, ascending at first; none where it is only prepared.
  [[nodiscard]] const std::vector<std::size_t>& to_make() const { return to_make_; }
  /// Has them made in another order; before any is added.
  void make_in_order(std::vector<std::size_t> order);
  /// Whether everything was there, and nothing will be written.
  [[nodiscard]] bool was_finished() const { return was_finished_; }
  /// How many variants earlier starts have made, and how many of their journal's lines did not hold.
  [[nodiscard]] std::size_t made_before() const { return made_before_; }
  [[nodiscard]] std::size_t dropped() const { return dropped_; }
  /// Why they did not, the first few, as `FILE:LINE: reason`.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  /// Of this run or shard, with what was made before.
  [[nodiscard]] const RunCounts& counts() const { return counts_; }

  /// Takes the outcomes of to_make(), in that order.
  void add(const Outcome& outcome);

  /// Writes everything that is known only now. `observe` sees every outcome of a whole run, those of earlier starts
  /// too, or those of this shard.
  void finish(double seconds, const Assembly::Observer& observe = {});

  /// Of a run that finish() was called for, how many warnings its skin_tone.json has; 0 where it has no such file.
  [[nodiscard]] std::size_t skin_warnings() const { return skin_warnings_; }

 private:
  void check_same_run();
  void read_what_was_made(bool is_finished);
  void rewrite_journal(const JournalState& state);
  void clear_unfinished() const;
  void open_journal(std::uintmax_t keep);
  [[nodiscard]] bool is_whole_end_there() const;
  [[nodiscard]] std::filesystem::path state_file(const char* name) const;
  [[nodiscard]] const OutputTree& tree() const { return claim_.tree(); }

  const Plan& plan_;
  RunFolderOptions options_;
  FolderClaim claim_;
  std::string plan_sha256_;
  nlohmann::ordered_json facts_;
  std::filesystem::path state_folder_;  ///< inside the directory: empty, or a shard's
  std::vector<JournalPlace> done_;
  std::vector<std::size_t> share_;
  std::vector<std::size_t> to_make_;
  std::size_t next_ = 0;  ///< index into `to_make_`: what must be added next
  bool was_finished_ = false;
  std::size_t made_before_ = 0;
  std::size_t dropped_ = 0;
  std::vector<std::string> problems_;
  RunCounts counts_;
  std::unique_ptr<JournalWriter> journal_;
  std::unique_ptr<DiskSync> sync_;  // after the journal, which it watches
  std::size_t skin_warnings_ = 0;
};

}  // namespace fairground
