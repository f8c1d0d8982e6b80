// How many sources, or subjects, may belong to a pattern but are not known to.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/design/population.h"

namespace fairground {

/// Counts, for any pattern, the members whose labels allow that they match it: they have the value `unknown` in some
/// of the attributes that it names, its values in the others, and no source that is known to match.
class UnknownMembers {
 public:
  /// `unknown[a]` is the value of attribute a that stands for an unknown label, or kAnyValue where it has none.
  UnknownMembers(const Population& population, std::vector<ValueCode> unknown);

  [[nodiscard]] std::uint32_t count(std::span<const ValueCode> pattern) const;
  /// The combinations that each count looks at.
  [[nodiscard]] std::size_t looked_at() const { return singles_.size() + others_.size(); }

 private:
  enum class Match { none, possible, known };
  [[nodiscard]] Match match(std::span<const ValueCode> pattern, std::size_t combination) const;
  [[nodiscard]] std::uint32_t owner(std::size_t other) const { return population_.owners[others_[other]]; }

  const Population& population_;
  std::vector<ValueCode> unknown_;
  std::vector<std::size_t> singles_;  ///< combinations with anything unknown
  std::vector<std::size_t> others_;   ///< all combinations of the subjects of whom one is such, among the owners
};

}  // namespace fairground
