#include "pipeline/design/chain.h"

#include <algorithm>
#include <limits>
#include <map>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

void append_level(std::vector<ChainStep>& chain, const Axis& axis, const Level& level) {
  std::map<const StepSchema*, int> seen;
  for (const Step& step : level.steps) {
    chain.push_back({&step, axis.name, level.name, seen[step.schema]++});
  }
}

Condition make_condition(const MediaSettings& settings, std::vector<const Level*> levels) {
  Condition condition;
  condition.levels = std::move(levels);
  for (std::size_t i = 0; i < settings.axes.size(); ++i) {
    append_level(condition.chain, settings.axes[i], *condition.levels[i]);
  }
  if (settings.design.order == Order::staged) {
    // Stable: inside a stage, steps keep the order of the axes and of the level.
    std::ranges::stable_sort(condition.chain, {}, [](const ChainStep& s) { return s.step->schema->stage; });
  }
  return condition;
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

}  // namespace

const std::string& Condition::level_name(std::size_t index) const {
  static const std::string clean = "clean";
  return levels[index] == nullptr ? clean : levels[index]->name;
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

std::vector<Condition> full_factorial(const MediaSettings& settings) {
  const std::vector<Axis>& axes = settings.axes;
  const bool clean_inside = std::ranges::all_of(axes, [](const Axis& a) { return a.levels[0].steps.empty(); });
  std::vector<Condition> conditions;
  if (settings.design.include_clean && !clean_inside) {
    Condition clean;
    clean.levels.assign(axes.size(), nullptr);
    clean.is_clean = true;
    conditions.push_back(std::move(clean));
  }
  std::vector<std::size_t> digits(axes.size(), 0);
  while (true) {
    std::vector<const Level*> levels;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      levels.push_back(&axes[i].levels[digits[i]]);
    }
    Condition condition = make_condition(settings, std::move(levels));
    condition.is_clean = condition.chain.empty();
    if (!condition.is_clean || settings.design.include_clean) {
      conditions.push_back(std::move(condition));
    }
    std::size_t axis = axes.size();
    while (axis > 0 && ++digits[axis - 1] == axes[axis - 1].levels.size()) {
      digits[--axis] = 0;
    }
    if (axis == 0) {
      return conditions;
    }
  }
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

std::string canonical(const Step& step) {
  std::string text = step.schema->name + " v" + std::to_string(step.schema->version);
  for (std::size_t i = 0; i < step.settings.size(); ++i) {
    text += ' ' + step.schema->parameters[i].name + '=' + canonical(step.settings[i]);
  }
  return text;
}

}  // namespace fairground
