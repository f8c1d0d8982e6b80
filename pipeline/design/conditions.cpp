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

constexpr std::size_t kMostLeftNamed = 8;

std::vector<std::size_t> all_axes(const MediaSettings& settings) {
  std::vector<std::size_t> axes(settings.axes.size());
  std::iota(axes.begin(), axes.end(), std::size_t{0});
  return axes;
}

/// Without clean references the condition of all empty levels is not made, and must hold nothing.
bool clean_row_is_out(const MediaSettings& settings) {
  return clean_is_inside(settings) && !settings.design.include_clean;
}

/// The combinations that must be held, as the search for covering arrays takes them. `ways`: of all axes, 0 for none.
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
  model.include_first = clean_is_inside(settings) && settings.design.include_clean;
  if (clean_row_is_out(settings)) {
    Exclusion clean;
    for (std::size_t i = 0; i < settings.axes.size(); ++i) {
      clean.cells.push_back({i, {0}});
    }
    model.except.push_back(std::move(clean));
  }
  return model;
}

void check_clean_is_allowed(const Config& config, Media media) {
  const MediaSettings& settings = config.media.at(media);
  const bool is_wanted = settings.design.include_clean && clean_is_inside(settings) && !settings.axes.empty();
  if (is_wanted && is_excluded(settings, LevelRow(settings.axes.size(), 0))) {
    throw UserError(
        place_in_design(config, media, "except") +
        ": `except` forbids the condition of all first levels, which is the clean reference; take it out of "
        "`except`, or write `include_clean: false`");
  }
}

/// A level in no condition is a slip: nothing would be made of it, and nobody would be told.
void check_every_level_occurs(const Config& config, Media media, const std::vector<LevelRow>& rows) {
  const MediaSettings& settings = config.media.at(media);
  std::vector<std::string> mistakes;
  for (std::size_t i = 0; i < settings.axes.size(); ++i) {
    const Axis& axis = settings.axes[i];
    std::vector<bool> occurs(axis.levels.size(), false);
    for (const LevelRow& row : rows) {
      occurs[static_cast<std::size_t>(row[i])] = true;
    }
    for (std::size_t level = 0; level < occurs.size(); ++level) {
      if (!occurs[level]) {
        mistakes.push_back(place_in_design(config, media, "except") + ": `except` leaves no condition with " +
                           axis.name + "=" + axis.levels[level].name +
                           "; allow one, or take the level out of the axis");
      }
    }
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

std::vector<LevelRow> without_clean_row(const MediaSettings& settings, std::vector<LevelRow> rows) {
  if (clean_row_is_out(settings)) {
    std::erase(rows, LevelRow(settings.axes.size(), 0));
  }
  return rows;
}

std::vector<LevelRow> allowed_factorial(const Config& config, Media media) {
  const MediaSettings& settings = config.media.at(media);
  check_condition_count(settings, place_in_design(config, media, "ways"));
  std::vector<LevelRow> rows = full_factorial(settings);
  check_every_level_occurs(config, media, rows);
  return without_clean_row(settings, std::move(rows));
}

/// Calls `ask`, and lets messages begin with the place of `key`.
template <typename Ask>
auto with_place(const Config& config, Media media, const std::string& key, const Ask& ask) {
  try {
    return ask();
  } catch (const UserError& error) {
    std::vector<std::string> messages;
    for (const std::string& message : error.messages()) {
      messages.push_back(place_in_design(config, media, key) + ": " + message);
    }
    throw UserError(std::move(messages));
  }
}

CoveringModel checked_model(const Config& config, Media media) {
  const MediaSettings& settings = config.media.at(media);
  CoveringModel model = model_of(settings, settings.design.ways);
  with_place(config, media, "ways", [&] { check_size(model); });
  with_place(config, media, "except", [&] { check_constraints(model); });
  return model;
}

std::vector<LevelRow> choose_all(const Config& config, Media media, const ConditionsBefore& before) {
  const MediaSettings& settings = config.media.at(media);
  std::vector<LevelRow> rows = allowed_factorial(config, media);
  if (before.is_observed) {
    const std::vector<std::size_t> axes = all_axes(settings);
    const bool keeps_clean = settings.design.include_clean && clean_is_inside(settings);
    std::erase_if(rows, [&](const LevelRow& row) {
      const bool is_first = std::ranges::all_of(row, [](int level) { return level == 0; });
      return !(is_first && keeps_clean) && before.is_observed(axes, row) &&
             !std::ranges::binary_search(before.rows, row);
    });
  }
  return rows;
}

std::vector<LevelRow> choose_some(const Config& config, Media media, int effort, const ConditionsBefore& before) {
  CoveringModel model = checked_model(config, media);
  model.seeds = before.rows;
  model.is_credited = before.is_observed;
  std::vector<LevelRow> rows = covering_array(model, effort).rows;
  rows.insert(rows.end(), before.rows.begin(), before.rows.end());
  std::ranges::sort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

/// Of the full factorial, in which every combination is a row.
CombinationFigures count_rows(const MediaSettings& settings, const std::vector<LevelRow>& rows,
                              const IsObserved& is_observed) {
  const std::vector<std::size_t> axes = all_axes(settings);
  CombinationFigures figures;
  const std::vector<LevelRow> allowed = full_factorial(settings);
  figures.excluded = full_factorial_size(settings) - allowed.size();
  for (const LevelRow& row : without_clean_row(settings, allowed)) {
    const bool is_held = std::ranges::binary_search(rows, row);
    const bool observed = is_observed && is_observed(axes, row);
    ++figures.demanded;
    figures.held += is_held ? 1U : 0U;
    figures.observed += observed ? 1U : 0U;
    if (!is_held && !observed) {
      ++figures.left;
      if (figures.first_left.size() < kMostLeftNamed) {
        figures.first_left.push_back({axes, row});
      }
    }
  }
  return figures;
}

CombinationFigures count_combinations_of(const MediaSettings& settings, const std::vector<LevelRow>& rows,
                                         const IsObserved& is_observed) {
  CoveringModel model = model_of(settings, settings.design.ways);
  CombinationFigures figures;
  const CombinationCount held = count_combinations(model, rows, kMostLeftNamed);
  CombinationCount either = held;
  if (is_observed) {
    model.is_credited = is_observed;
    figures.observed = count_combinations(model, {}, 0).held;
    either = count_combinations(model, rows, kMostLeftNamed);
  }
  figures.demanded = held.demanded;
  figures.held = held.held;
  figures.left = either.demanded - either.held;
  for (const Combination& missing : either.missing) {
    figures.first_left.push_back({missing.factors, missing.levels});
  }
  figures.excluded = held.excluded;
  if (clean_row_is_out(settings)) {
    CoveringModel with_clean = model_of(settings, settings.design.ways);
    with_clean.except = settings.design.except;
    figures.excluded = count_combinations(with_clean, {}, 0).excluded;
  }
  return figures;
}

}  // namespace

void check_conditions(const Config& config, Media media) {
  check_clean_is_allowed(config, media);
  if (config.media.at(media).design.ways == 0) {
    (void)allowed_factorial(config, media);
  } else {
    (void)checked_model(config, media);
  }
}

std::vector<LevelRow> choose_conditions(const Config& config, Media media, int effort, const ConditionsBefore& before) {
  check_clean_is_allowed(config, media);
  return config.media.at(media).design.ways == 0 ? choose_all(config, media, before)
                                                 : choose_some(config, media, effort, before);
}

std::vector<LevelRow> most_valuable_first(const MediaSettings& settings, std::vector<LevelRow> rows) {
  if (settings.axes.empty()) {
    return rows;
  }
  // The full factorial has every combination, so it is valued by its levels and pairs.
  constexpr int kWaysOfFactorial = 2;
  const int axes = static_cast<int>(settings.axes.size());
  const int ways = settings.design.ways == 0 ? std::min(kWaysOfFactorial, axes) : settings.design.ways;
  CoveringModel model = model_of(settings, ways);
  for (int weaker = 1; weaker < ways; ++weaker) {
    model.demands.push_back({all_axes(settings), weaker});
  }
  std::vector<LevelRow> ordered;
  for (const std::size_t index : rank_rows(model, rows).order) {
    ordered.push_back(rows[index]);
  }
  return ordered;
}

CombinationFigures combination_figures(const MediaSettings& settings, const std::vector<LevelRow>& rows,
                                       const IsObserved& is_observed) {
  if (settings.axes.empty()) {
    return {};
  }
  return settings.design.ways == 0 ? count_rows(settings, rows, is_observed)
                                   : count_combinations_of(settings, rows, is_observed);
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
