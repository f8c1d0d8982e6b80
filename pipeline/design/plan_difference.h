// How a plan differs from an earlier one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/design/plan.h"

namespace fairground {

/// Names of things, of which only the first few are kept.
struct NamedCount {
  std::size_t count = 0;
  /// At most kMostNamed, in the order of the plan, or sorted where only the other has it.
  std::vector<std::string> first;
  void add(const std::string& name);
};
inline constexpr std::size_t kMostNamed = 8;

/// "Only here" is what the plan has and the other has not; "only there" the other way round.
struct PlanDifference {
  std::size_t same = 0;  ///< variants of both, by id: equal in every setting, source and draw
  NamedCount variants_only_here;
  NamedCount variants_only_there;
  NamedCount sources_only_here;
  NamedCount sources_only_there;
  NamedCount moved;  ///< sources of both that meet another realization now
  NamedCount conditions_only_here;
  NamedCount conditions_only_there;
};

[[nodiscard]] PlanDifference compare_plans(const Plan& plan, const PlannedSet& other);

}  // namespace fairground
