// How much of what is in a finished set, counted from its records and failures.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

struct GroupCounts {
  std::vector<std::string> labels;  ///< in the order of MediaFacts::groups
  std::size_t observed = 0;         ///< files of clean references
  std::size_t synthesised = 0;
  std::size_t controls = 0;
  std::size_t rejected = 0;  ///< not in the set; only of sources of which something is in it
  std::size_t failed = 0;    ///< likewise
};

struct LicenceCount {
  std::string licence;
  std::size_t sources = 0;
  std::size_t files = 0;
};

struct MediaCounts {
  std::size_t files = 0;
  std::size_t observed = 0;
  std::size_t synthesised = 0;
  std::size_t identity = 0;
  std::size_t repeat = 0;
  std::size_t sources = 0;             ///< of which something is in the set
  std::vector<GroupCounts> groups;     ///< those that are in the records, sorted by their labels
  std::string licence_column;          ///< the config's, or a kept column of that name; empty: there is none
  std::vector<LicenceCount> licences;  ///< of that column, the most frequent first

  [[nodiscard]] const GroupCounts* of(const std::vector<std::string>& labels) const;
};

/// Losses of one kind and reason.
struct LossCount {
  std::string kind;   ///< rejected or failed
  std::string where;  ///< the gate, or the stage
  std::size_t count = 0;
  std::string example;  ///< the reason of the first
};

struct SetCounts {
  std::vector<MediaCounts> media;  ///< in the order of SetFacts::media
  std::vector<LossCount> losses;   ///< the most frequent first
  /// Lost variants of sources of which nothing is in the set: their groups are not known here.
  std::size_t rejected_elsewhere = 0;
  std::size_t failed_elsewhere = 0;
};

/// Throws UserError where records or failures are not what they should be.
[[nodiscard]] SetCounts count_set(const OutputTree& tree, const SetFacts& set);

}  // namespace fairground
