// What is made of the sources of one medium: the conditions, who meets which of them, and with which draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/design/chain.h"
#include "pipeline/design/conditions.h"
#include "pipeline/design/participants.h"

namespace fairground {

/// A variant that is made a second time.
struct Repeat {
  std::size_t source = 0;
  std::size_t condition = 0;
  auto operator<=>(const Repeat&) const = default;  // NOLINT(modernize-use-nullptr): it takes the hidden 0 for one
};

/// How the conditions came about, for the page that `plan` prints.
struct DesignFacts {
  std::uint64_t full_factorial = 0;  ///< combinations of one level for each axis, before `except`
  /// Combinations of as many levels as the design asks for. Where groups meet different conditions, the sums over those
  /// groups that have sources to make them of.
  CombinationFigures combinations;
  /// Conditions that the budget left, beside the clean reference.
  std::size_t conditions_left = 0;
  std::vector<std::string> notes;
  /// Of a plan that extends an earlier run.
  std::size_t made_before = 0;      ///< variants of the design that the earlier run has
  std::size_t clean_again = 0;      ///< of these, clean references that are made again beside the new variants
  std::size_t originals_again = 0;  ///< of these, other variants that are made again beside new repeats of them
  std::size_t not_planned = 0;      ///< variants of the earlier run that are not of the design
};

struct MediaPlan {
  Media media = Media::audio;
  const MediaSettings* settings = nullptr;
  const MediaCatalog* catalog = nullptr;
  std::vector<Condition> conditions;             ///< the clean reference first, if there is one; identity controls last
  std::deque<std::vector<Step>> identity_steps;  ///< what the identity controls point to
  std::vector<Part> parts;                       ///< of each source
  std::vector<int> realizations;                 ///< of each source; -1 where it takes no part
  std::vector<std::vector<std::uint32_t>> blocks;  ///< lists of conditions, each ascending
  std::vector<std::uint32_t> block_of;             ///< of each source, the list of conditions that it meets
  /// What the sources of each group that take part meet; an empty one if none.
  std::vector<std::uint32_t> block_of_group;
  std::vector<Repeat> repeats;      ///< sorted
  std::vector<std::size_t> starts;  ///< of each source, the number of variants before its own; then of all
  DesignFacts facts;

  [[nodiscard]] std::size_t variants() const { return starts.back(); }
  [[nodiscard]] const std::vector<std::uint32_t>& block(std::size_t source) const { return blocks[block_of[source]]; }
  /// The clean reference's index among the conditions, if there is one.
  [[nodiscard]] std::optional<std::size_t> clean_condition() const;
};

/// To be called when blocks and repeats are settled: takes out the conditions that nobody meets and fills `starts`.
void settle(MediaPlan& plan);

/// Sources with this part in the plan.
[[nodiscard]] std::size_t count_parts(const MediaPlan& plan, Part part);

/// Conditions of this kind: without another wish those of the design, the clean reference among them.
[[nodiscard]] std::size_t count_conditions(const MediaPlan& plan, Control control = Control::none);

}  // namespace fairground
