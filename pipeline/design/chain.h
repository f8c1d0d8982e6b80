// The steps of a condition in the order in which they run, and their random draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/config/config.h"
#include "pipeline/core/random.h"

namespace fairground {

/// One step of a condition.
struct ChainStep {
  const Step* step = nullptr;
  std::string axis;
  std::string level;
  int ordinal = 0;  ///< among the steps of the same augmenter in its level
};

/// A level for each axis. Pointers lead into the config.
struct Condition {
  std::vector<const Level*> levels;  ///< in the order of the axes; nullptr stands for the reserved level `clean`
  std::vector<ChainStep> chain;
  bool is_clean = false;  ///< the clean reference

  /// The name of the level of axis `index`.
  [[nodiscard]] const std::string& level_name(std::size_t index) const;
};

/// The most conditions of one medium: more than any audit can use. Without a bound a few axes too many would exhaust
/// the memory.
inline constexpr std::size_t kMostConditions = 1'000'000;

/// Throws UserError, which begins with `where`, if the axes' levels multiply to more than kMostConditions.
void check_condition_count(const MediaSettings& settings, const std::string& where);

/// Every combination of levels, the last axis fastest, and the clean reference first if it is wanted. See
/// docs/design.md, section 5, for when it stands outside the product.
[[nodiscard]] std::vector<Condition> full_factorial(const MediaSettings& settings);

/// The random streams of a step. The key holds neither the source nor the level, so that every source that is
/// dealt a realization meets the same draw, and a ladder of levels is one draw at several strengths.
/// `independent_source` is the source's id under independent pairing and empty otherwise.
[[nodiscard]] StepRandom step_random(const Config& config, const ChainStep& step, int realization,
                                     const std::string& independent_source);

/// The parameters as one realization has them: ranges drawn, the others as they were set.
[[nodiscard]] std::vector<Value> draw_values(const Step& step, const StepRandom& random);

/// A step's settings as text with full precision, for hashes. Equal text means equal behaviour.
[[nodiscard]] std::string canonical(const Step& step);

}  // namespace fairground
