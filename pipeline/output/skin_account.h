// Counts, while a run goes on, what becomes of its levels that work on skin. Memory hangs on groups and levels and not
// on sources or variants.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/design/plan.h"
#include "pipeline/output/outcome.h"
#include "pipeline/output/skin_counts.h"

namespace fairground {

class SkinAccount {
 public:
  explicit SkinAccount(const Plan& plan);

  /// Whether the plan's config has levels that work on skin.
  [[nodiscard]] bool is_needed() const { return !counts_.levels.empty(); }

  /// Takes the outcomes in the order of the plan, in which the variants of a source stand together.
  void add(const Outcome& outcome);

  /// When all outcomes were taken.
  [[nodiscard]] const SkinCounts& finish();

 private:
  /// The source whose outcomes are coming in.
  struct Current {
    std::size_t source = std::numeric_limits<std::size_t>::max();
    std::optional<SkinOutcome> skin = {};
    std::vector<SkinLevelCounts> levels = {};
  };

  void close_source();

  const Plan& plan_;
  std::vector<std::vector<std::size_t>> levels_of_condition_;  ///< indices into SkinCounts::levels
  SkinCounts counts_;
  Current current_;
};

/// The text of skin_tone.json.
[[nodiscard]] std::string skin_tone_json(const SkinCounts& counts);

}  // namespace fairground
