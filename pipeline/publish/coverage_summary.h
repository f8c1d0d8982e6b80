// What coverage.json says of each group, without its conditions: of a large set these are most of the file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

struct PeopleSummary {
  std::size_t sources = 0;
  std::size_t subjects = 0;
  std::size_t sources_without_subject = 0;
};

struct GroupSummary {
  std::vector<std::string> labels;  ///< in the order of MediaFacts::groups
  PeopleSummary before;                 ///< all that could be read
  PeopleSummary taking_part;
  std::vector<std::size_t> realizations_missing;
  std::size_t open_conditions = 0;
  std::size_t sources_to_collect = 0;
  std::size_t subjects_to_collect = 0;
};

struct CoverageSummary {
  bool comparable_across_groups = true;
  std::vector<GroupSummary> groups;
};

/// Throws UserError where coverage.json is missing or is none of this set.
[[nodiscard]] CoverageSummary read_coverage_summary(const OutputTree& tree, const MediaFacts& facts);

}  // namespace fairground
