// What a run was begun with: the first line of its journal, and the first part of its run.json.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/design/plan.h"
#include "pipeline/design/share.h"
#include "pipeline/output/outcome.h"

namespace fairground {

struct RunCounts {
  std::size_t planned = 0;
  std::size_t written = 0;
  std::size_t rejected = 0;
  std::size_t failed = 0;

  [[nodiscard]] std::size_t done() const { return written + rejected + failed; }
  void add(Fate fate);
};

/// `extends`: the run that this one extends; what a plan that was read back does not know.
[[nodiscard]] nlohmann::ordered_json run_facts(const Plan& plan, const std::optional<ExtendedRun>& extends,
                                               const std::string& plan_sha256, const std::string& tool_version);

/// What the first line of a journal says, of the whole run or of a shard with `planned` variants.
[[nodiscard]] nlohmann::ordered_json journal_facts(const nlohmann::ordered_json& facts,
                                                   const std::optional<Shard>& shard, std::size_t planned);

/// In what two runs differ, as sentences that name what is other `now`: tool, config, plan, manifests, assets. Empty
/// where one can go on with the other. Paths do not count: the same files may lie elsewhere on another machine.
[[nodiscard]] std::vector<std::string> differing_facts(const nlohmann::ordered_json& then,
                                                       const nlohmann::ordered_json& now);

/// `counts` as it stands in run.json.
[[nodiscard]] nlohmann::ordered_json counts_json(const RunCounts& counts);

/// What run.json says once all is counted, but for the hashes of files and the seconds.
[[nodiscard]] nlohmann::ordered_json finished_facts(nlohmann::ordered_json facts, const RunCounts& counts,
                                                    const std::map<Media, RunCounts>& of_media);

}  // namespace fairground
