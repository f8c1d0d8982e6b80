// What was lost of a finished set, by group and by reason, from failures.jsonl.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// Variants that were rejected or failed.
struct Lost {
  std::size_t rejected = 0;
  std::size_t failed = 0;

  [[nodiscard]] std::size_t all() const { return rejected + failed; }
};

/// What one gate with a figure rejected is one reason, whatever the figures; else each text is one.
struct LossReason {
  std::string kind;   ///< rejected or failed
  std::string stage;  ///< where it was lost
  std::string gate;   ///< empty: none
  std::string text;   ///< of the first one; empty: of many that were too many to tell apart
  std::size_t count = 0;
};

struct GroupLosses {
  Lost lost;
  std::map<std::size_t, std::size_t> by_reason;  ///< how many by place in MediaLosses::reasons
};

struct MediaLosses {
  std::vector<LossReason> reasons;                         ///< the most frequent first
  std::map<std::vector<std::string>, GroupLosses> groups;  ///< by labels, in the order of MediaFacts::groups

  [[nodiscard]] Lost all() const;
  /// Of a group that lost nothing, nothing.
  [[nodiscard]] const GroupLosses& of(const std::vector<std::string>& labels) const;
};

/// In the order of SetFacts::media. Memory hangs on groups and reasons, and these are bounded. Throws UserError that
/// names a line which no run wrote.
[[nodiscard]] std::vector<MediaLosses> read_losses(const OutputTree& tree, const SetFacts& set);

}  // namespace fairground
