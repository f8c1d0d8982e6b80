// The steps of a condition in the order in which they run, and their random draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
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

/// What a variant is beside a combination of levels. See docs/design.md, section 6.
enum class Control {
  none,
  identity,  ///< every step on, every effect at zero
  repeat,    ///< a variant made a second time
};
[[nodiscard]] const char* to_string(Control control);

/// A level for each axis. Pointers lead into the config.
struct Condition {
  std::vector<const Level*> levels;  ///< in the order of the axes; nullptr stands for a reserved level
  std::vector<ChainStep> chain;
  bool is_clean = false;             ///< the clean reference
  Control control = Control::none;   ///< none or identity
  std::uint32_t identity = 0;        ///< of an identity control, its number among those of the config
  std::vector<std::string> omitted;  ///< of an identity control: augmenters that have no identity setting

  /// The name of the level of axis `index`: `clean` or `identity` where it is a reserved one.
  [[nodiscard]] const std::string& level_name(std::size_t index) const;
};

/// The most conditions of one medium: more than any audit can use. Without a bound a few axes too many would exhaust
/// the memory.
inline constexpr std::size_t kMostConditions = 1'000'000;

/// Throws UserError, which begins with `where`, if the axes' levels multiply to more than kMostConditions.
void check_condition_count(const MediaSettings& settings, const std::string& where);

/// A combination of levels: for each axis, the index of one of its levels.
using LevelRow = std::vector<int>;

/// In a LevelRow: none of the axis's own levels.
inline constexpr int kReservedLevel = -1;
/// The name that every axis has of the clean reference where it stands outside the combinations.
inline constexpr const char* kCleanLevel = "clean";

/// The combination of a condition, with kReservedLevel on all axes for one that is none.
[[nodiscard]] LevelRow row_of(const MediaSettings& settings, const Condition& condition);

/// Every combination of levels that `except` leaves, the last axis fastest.
[[nodiscard]] std::vector<LevelRow> full_factorial(const MediaSettings& settings);

/// Whether the clean reference is a combination of levels: that of all first ones, if these are empty.
[[nodiscard]] bool clean_is_inside(const MediaSettings& settings);
/// Whether `except` forbids this combination.
[[nodiscard]] bool is_excluded(const MediaSettings& settings, const LevelRow& row);

/// The conditions of these combinations in their order, the clean reference first if it is wanted. See docs/design.md,
/// section 5, for when it stands outside the combinations.
[[nodiscard]] std::vector<Condition> make_conditions(const MediaSettings& settings, const std::vector<LevelRow>& rows);

/// What is wrong with the conditions by the rules that augmenters have over their chain, each with the levels that
/// first meet: one message for each pair of an augmenter and what it says.
[[nodiscard]] std::vector<std::string> chain_mistakes(const MediaSettings& settings,
                                                      const std::vector<Condition>& conditions);

/// Conditions in which every augmenter that has an identity setting is on at least once, at that setting, as the axes
/// would have it. Levels that put the same augmenters on are one. `steps` will own the steps. Empty where no
/// augmenter of the axes has an identity setting.
[[nodiscard]] std::vector<Condition> identity_conditions(const MediaSettings& settings,
                                                         std::deque<std::vector<Step>>& steps);

/// The random streams of a step. The key holds neither the source nor the level, so that every source that is
/// dealt a realization meets the same draw, and a ladder of levels is one draw at several strengths.
/// `independent_source` is the source's id under independent pairing and empty otherwise.
[[nodiscard]] StepRandom step_random(const Config& config, const ChainStep& step, int realization,
                                     const std::string& independent_source);

/// The parameters as one realization has them: ranges drawn, the others as they were set.
[[nodiscard]] std::vector<Value> draw_values(const Step& step, const StepRandom& random);

/// A setting as text with full precision.
[[nodiscard]] std::string canonical(const Setting& setting);
/// A step's settings as text with full precision, for hashes. Equal text means equal behaviour.
[[nodiscard]] std::string canonical(const Step& step);

}  // namespace fairground
