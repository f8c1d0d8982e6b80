#include "pipeline/design/chain.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

void append_steps(std::vector<ChainStep>& chain, const std::string& axis, const std::string& level,
                  const std::vector<Step>& steps) {
  std::map<const StepSchema*, int> seen;
  for (const Step& step : steps) {
    chain.push_back({&step, axis, level, seen[step.schema]++});
  }
}

void put_in_order(std::vector<ChainStep>& chain, Order order) {
  if (order == Order::staged) {
    // Stable: inside a stage, steps keep the order of the axes and of the level.
    std::ranges::stable_sort(chain, {}, [](const ChainStep& s) { return s.step->schema->stage; });
  }
}

Condition make_condition(const MediaSettings& settings, const LevelRow& row) {
  Condition condition;
  for (std::size_t i = 0; i < settings.axes.size(); ++i) {
    const Level& level = settings.axes[i].levels[static_cast<std::size_t>(row[i])];
    condition.levels.push_back(&level);
    append_steps(condition.chain, settings.axes[i].name, level.name, level.steps);
  }
  put_in_order(condition.chain, settings.design.order);
  condition.is_clean = condition.chain.empty();
  return condition;
}

/// The levels that do something, as `axis=level`.
std::string levels_text(const MediaSettings& settings, const Condition& condition) {
  std::string text;
  for (std::size_t i = 0; i < condition.levels.size(); ++i) {
    if (condition.levels[i] != nullptr && !condition.levels[i]->steps.empty()) {
      text.append(text.empty() ? "" : ", ").append(settings.axes[i].name).append("=").append(condition.level_name(i));
    }
  }
  return text;
}

}  // namespace

const char* to_string(Control control) {
  switch (control) {
    case Control::none:
      return "none";
    case Control::identity:
      return "identity";
    case Control::repeat:
      return "repeat";
  }
  return "?";
}

const std::string& Condition::level_name(std::size_t index) const {
  static const std::string clean = kCleanLevel;
  static const std::string identity_level = to_string(Control::identity);
  if (levels[index] != nullptr) {
    return levels[index]->name;
  }
  return control == Control::identity ? identity_level : clean;
}

void check_condition_count(const MediaSettings& settings, const std::string& where) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  std::size_t product = 1;
  bool overflows = false;
  std::string levels;
  for (const Axis& axis : settings.axes) {
    const std::size_t count = axis.levels.size();
    overflows = overflows || (count > 0 && product > kMost / count);
    product = overflows ? kMost : product * count;
    levels += (levels.empty() ? "" : " x ") + axis.name + " (" + std::to_string(count) + ")";
  }
  if (product > kMostConditions) {
    throw UserError(where + ": the levels of " + levels + " make " + (overflows ? "more than " : "") +
                    std::to_string(product) + " conditions, and at most " + std::to_string(kMostConditions) +
                    " are allowed for one medium; use fewer levels or fewer axes");
  }
}

LevelRow row_of(const MediaSettings& settings, const Condition& condition) {
  LevelRow row;
  for (std::size_t i = 0; i < condition.levels.size(); ++i) {
    const Level* level = condition.levels[i];
    row.push_back(level == nullptr ? kReservedLevel : static_cast<int>(level - settings.axes[i].levels.data()));
  }
  return row;
}

std::vector<LevelRow> full_factorial(const MediaSettings& settings) {
  const std::vector<Axis>& axes = settings.axes;
  std::vector<LevelRow> rows;
  LevelRow row(axes.size(), 0);
  while (true) {
    if (!is_excluded(settings, row)) {
      rows.push_back(row);
    }
    std::size_t axis = axes.size();
    while (axis > 0 && ++row[axis - 1] == static_cast<int>(axes[axis - 1].levels.size())) {
      row[--axis] = 0;
    }
    if (axis == 0) {
      return rows;
    }
  }
}

bool clean_is_inside(const MediaSettings& settings) {
  return std::ranges::all_of(settings.axes, [](const Axis& axis) { return axis.levels[0].steps.empty(); });
}

bool is_excluded(const MediaSettings& settings, const LevelRow& row) {
  return std::ranges::any_of(settings.design.except, [&](const Exclusion& exclusion) {
    return std::ranges::all_of(exclusion.cells, [&](const auto& cell) {
      return std::ranges::binary_search(cell.second, static_cast<std::size_t>(row[cell.first]));
    });
  });
}

std::vector<Condition> make_conditions(const MediaSettings& settings, const std::vector<LevelRow>& rows) {
  std::vector<Condition> conditions;
  if (settings.design.include_clean && !clean_is_inside(settings)) {
    Condition clean;
    clean.levels.assign(settings.axes.size(), nullptr);
    clean.is_clean = true;
    conditions.push_back(std::move(clean));
  }
  for (const LevelRow& row : rows) {
    Condition condition = make_condition(settings, row);
    if (!condition.is_clean || settings.design.include_clean) {
      conditions.push_back(std::move(condition));
    }
  }
  std::stable_partition(conditions.begin(), conditions.end(),
                        [](const Condition& condition) { return condition.is_clean; });
  return conditions;
}

std::vector<std::string> chain_mistakes(const MediaSettings& settings, const std::vector<Condition>& conditions) {
  std::vector<std::string> mistakes;
  std::set<std::string> known;
  for (const Condition& condition : conditions) {
    std::vector<const Step*> steps;
    for (const ChainStep& step : condition.chain) {
      steps.push_back(step.step);
    }
    for (const Step* step : steps) {
      const std::string mistake = step->schema->check_chain ? step->schema->check_chain(steps) : std::string();
      if (!mistake.empty() && known.insert(step->schema->name + ": " + mistake).second) {
        mistakes.push_back("in the condition " + levels_text(settings, condition) + ", " + step->schema->name + ": " +
                           mistake);
      }
    }
  }
  return mistakes;
}

std::vector<Condition> identity_conditions(const MediaSettings& settings, std::deque<std::vector<Step>>& steps) {
  // For each axis, the different ways to put augmenters on; the empty level is none of them.
  std::vector<std::vector<const std::vector<Step>*>> ways;
  std::vector<std::string> omitted;
  std::size_t most = 0;
  for (const Axis& axis : settings.axes) {
    std::vector<const std::vector<Step>*> of_axis;
    for (const Level& level : axis.levels) {
      std::vector<Step> at_zero;
      for (const Step& step : level.steps) {
        if (auto off = identity_step(*step.schema)) {
          at_zero.push_back(std::move(*off));
        } else if (std::ranges::find(omitted, step.schema->name) == omitted.end()) {
          omitted.push_back(step.schema->name);
        }
      }
      const auto same = [&](const std::vector<Step>* known) { return *known == at_zero; };
      if (!at_zero.empty() && std::ranges::none_of(of_axis, same)) {
        steps.push_back(std::move(at_zero));
        of_axis.push_back(&steps.back());
      }
    }
    most = std::max(most, of_axis.size());
    ways.push_back(std::move(of_axis));
  }
  std::ranges::sort(omitted);
  std::vector<Condition> conditions;
  for (std::size_t k = 0; k < most; ++k) {
    Condition condition;
    condition.control = Control::identity;
    condition.identity = static_cast<std::uint32_t>(k);
    condition.omitted = omitted;
    condition.levels.assign(settings.axes.size(), nullptr);
    for (std::size_t i = 0; i < settings.axes.size(); ++i) {
      if (!ways[i].empty()) {
        append_steps(condition.chain, settings.axes[i].name, to_string(Control::identity),
                     *ways[i][k % ways[i].size()]);
      }
    }
    put_in_order(condition.chain, settings.design.order);
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

StepRandom step_random(const Config& config, const ChainStep& step, int realization,
                       const std::string& independent_source) {
  FieldHash hash;
  hash.add(static_cast<std::int64_t>(config.seed));
  hash.add(step.axis).add(step.step->schema->name).add(step.step->schema->version).add(step.ordinal);
  if (!independent_source.empty()) {
    hash.add(independent_source);
  }
  return {hash.value64(), static_cast<std::uint32_t>(realization)};
}

std::vector<Value> draw_values(const Step& step, const StepRandom& random) {
  struct Visitor {
    RandomStream stream;
    Value operator()(const Range& range) { return stream.uniform(range.low, range.high); }
    Value operator()(std::monostate) { return {}; }
    Value operator()(double number) { return number; }
    Value operator()(std::int64_t number) { return number; }
    Value operator()(bool flag) { return flag; }
    Value operator()(const std::string& text) { return text; }
  };
  std::vector<Value> values;
  for (std::size_t i = 0; i < step.settings.size(); ++i) {
    // A drawn parameter's stream bears a mark that no stream of the augmenter itself can have.
    values.push_back(
        std::visit(Visitor{random.stream("parameter " + step.schema->parameters[i].name)}, step.settings[i]));
  }
  return values;
}

std::string canonical(const Setting& setting) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "-"; }
    std::string operator()(double number) const { return shortest(number); }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return '"' + text + '"'; }
    std::string operator()(const Range& range) const {
      return '[' + shortest(range.low) + ',' + shortest(range.high) + ']';
    }
  };
  return std::visit(Visitor{}, setting);
}

std::string canonical(const Step& step) {
  std::string text = step.schema->name + " v" + std::to_string(step.schema->version);
  for (std::size_t i = 0; i < step.settings.size(); ++i) {
    text += ' ' + step.schema->parameters[i].name + '=' + canonical(step.settings[i]);
  }
  return text;
}

}  // namespace fairground
