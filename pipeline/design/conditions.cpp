#include "pipeline/design/conditions.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/design/covering_array.h"

namespace fairground {
namespace {

std::vector<std::size_t> all_axes(const MediaSettings& settings) {
  std::vector<std::size_t> axes(settings.axes.size());
  std::iota(axes.begin(), axes.end(), std::size_t{0});
  return axes;
}

/// The combinations that must be held, as the search for covering arrays takes them.
CoveringModel model_of(const MediaSettings& settings, int ways) {
  CoveringModel model;
  for (const Axis& axis : settings.axes) {
    model.levels.push_back(static_cast<int>(axis.levels.size()));
    model.factor_names.push_back(axis.name);
    model.level_names.emplace_back();
    for (const Level& level : axis.levels) {
      model.level_names.back().push_back(level.name);
    }
  }
  if (ways > 0) {
    model.demands.push_back({all_axes(settings), ways});
  }
  for (const MixedStrength& strength : settings.design.also) {
    model.demands.push_back({strength.axes, strength.ways});
  }
  model.except = settings.design.except;
  // Without clean references the condition of all empty levels is not made, and must hold nothing.
  const bool first_is_clean = clean_is_inside(settings);
  model.include_first = first_is_clean && settings.design.include_clean;
  if (first_is_clean && !settings.design.include_clean) {
    Exclusion clean;
    for (std::size_t i = 0; i < settings.axes.size(); ++i) {
      clean.cells.push_back({i, {0}});
    }
    model.except.push_back(std::move(clean));
  }
  return model;
}

/// What makes one condition worth more than another: first that no level is left out, then the pairs, and so on up to
/// what the design asks for. The full factorial has every combination, so it is valued by its levels and pairs.
CoveringModel model_of_value(const MediaSettings& settings) {
  constexpr int kWaysOfFactorial = 2;
  const int axes = static_cast<int>(settings.axes.size());
  const int ways = settings.design.ways == 0 ? std::min(kWaysOfFactorial, axes) : settings.design.ways;
  CoveringModel model = model_of(settings, ways);
  for (int weaker = 1; weaker < ways; ++weaker) {
    model.demands.push_back({all_axes(settings), weaker});
  }
  return model;
}

void check_clean_is_allowed(const MediaSettings& settings, const std::string& where) {
  const bool is_wanted = settings.design.include_clean && clean_is_inside(settings) && !settings.axes.empty();
  if (is_wanted && is_excluded(settings, LevelRow(settings.axes.size(), 0))) {
    throw UserError(where + ": `except` forbids the condition of all first levels, which is the clean reference; take it "
                            "out of `except`, or write `include_clean: false`");
  }
}

/// A level in no condition is a slip: nothing would be made of it, and nobody would be told.
void check_every_level_occurs(const MediaSettings& settings, const std::vector<LevelRow>& rows,
                              const std::string& where) {
  std::vector<std::string> mistakes;
  for (std::size_t i = 0; i < settings.axes.size(); ++i) {
    const Axis& axis = settings.axes[i];
    std::vector<bool> occurs(axis.levels.size(), false);
    for (const LevelRow& row : rows) {
      occurs[static_cast<std::size_t>(row[i])] = true;
    }
    for (std::size_t level = 0; level < occurs.size(); ++level) {
      if (!occurs[level]) {
        mistakes.push_back(where + ": `except` leaves no condition with " + axis.name + "=" + axis.levels[level].name +
                           "; allow one, or take the level out of the axis");
      }
    }
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

ChosenConditions choose_all(const MediaSettings& settings, const ConditionsBefore& before, const std::string& where) {
  check_condition_count(settings, where);
  ChosenConditions chosen;
  chosen.rows = full_factorial(settings);
  check_every_level_occurs(settings, chosen.rows, where);
  chosen.demanded = chosen.rows.size();
  chosen.excluded = full_factorial_size(settings) - chosen.demanded;
  if (before.is_observed) {
    const std::vector<std::size_t> axes = all_axes(settings);
    const bool keeps_clean = settings.design.include_clean && clean_is_inside(settings);
    std::erase_if(chosen.rows, [&](const LevelRow& row) {
      const bool is_first = std::ranges::all_of(row, [](int level) { return level == 0; });
      const bool is_observed = before.is_observed(axes, row);
      chosen.credited += is_observed ? 1U : 0U;
      return is_observed && !(is_first && keeps_clean) && !std::ranges::binary_search(before.rows, row);
    });
  }
  return chosen;
}

ChosenConditions choose_some(const MediaSettings& settings, int effort, const ConditionsBefore& before,
                             const std::string& where) {
  CoveringModel model = model_of(settings, settings.design.ways);
  model.seeds = before.rows;
  model.is_credited = before.is_observed;
  try {
    CoveringArray array = covering_array(model, effort);
    ChosenConditions chosen;
    chosen.demanded = array.demanded;
    chosen.credited = array.credited;
    chosen.excluded = array.excluded;
    chosen.rows = std::move(array.rows);
    chosen.rows.insert(chosen.rows.end(), before.rows.begin(), before.rows.end());
    std::ranges::sort(chosen.rows);
    chosen.rows.erase(std::ranges::unique(chosen.rows).begin(), chosen.rows.end());
    return chosen;
  } catch (const UserError& error) {
    std::vector<std::string> messages;
    for (const std::string& message : error.messages()) {
      messages.push_back(where + ": " + message);
    }
    throw UserError(std::move(messages));
  }
}

}  // namespace

ChosenConditions choose_conditions(const MediaSettings& settings, int effort, const ConditionsBefore& before,
                                   const std::string& where) {
  check_clean_is_allowed(settings, where);
  return settings.design.ways == 0 ? choose_all(settings, before, where)
                                   : choose_some(settings, effort, before, where);
}

std::vector<LevelRow> most_valuable_first(const MediaSettings& settings, std::vector<LevelRow> rows) {
  if (settings.axes.empty()) {
    return rows;
  }
  std::vector<LevelRow> ordered;
  for (const std::size_t index : rank_rows(model_of_value(settings), rows).order) {
    ordered.push_back(rows[index]);
  }
  return ordered;
}

std::uint64_t count_held(const MediaSettings& settings, const std::vector<LevelRow>& rows) {
  return settings.design.ways == 0 ? rows.size() : count_combinations(model_of(settings, settings.design.ways), rows).held;
}

std::uint64_t count_observed(
    const MediaSettings& settings,
    const std::function<bool(std::span<const std::size_t> axes, std::span<const int> levels)>& is_observed) {
  const int all = static_cast<int>(settings.axes.size());
  CoveringModel model = model_of(settings, settings.design.ways == 0 ? all : settings.design.ways);
  model.is_credited = is_observed;
  return settings.axes.empty() ? 0 : count_combinations(model, {}).held;
}

std::uint64_t full_factorial_size(const MediaSettings& settings) {
  std::uint64_t size = 1;
  for (const Axis& axis : settings.axes) {
    const std::uint64_t levels = axis.levels.size();
    size = levels != 0 && size > std::numeric_limits<std::uint64_t>::max() / levels
               ? std::numeric_limits<std::uint64_t>::max()
               : size * levels;
  }
  return size;
}

}  // namespace fairground
