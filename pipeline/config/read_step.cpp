#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include "pipeline/config/config_parts.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"

namespace fairground {
namespace {

Setting setting_from(const Value& value) {
  return std::visit([](const auto& given) -> Setting { return given; }, value);
}

/// `fallback` where the schema sets no limit, or one beyond all integers.
std::int64_t integer_end(double end, std::int64_t fallback) {
  constexpr double kBeyond = 9.2e18;
  return std::abs(end) < kBeyond ? static_cast<std::int64_t>(end) : fallback;
}

std::optional<Range> read_range(const ValueReader& value, const ParameterSpec& spec) {
  const Bounds bounds{spec.minimum, spec.maximum};
  const auto ends = value.list("two numbers");
  if (ends->size() != 2) {
    value.error(in_ticks(spec.name) + " is drawn from [low, high], which are two numbers and not " +
                std::to_string(ends->size()));
    return std::nullopt;
  }
  const auto low = (*ends)[0].number(bounds, spec.unit);
  const auto high = (*ends)[1].number(bounds, spec.unit);
  if (!low || !high) {
    return std::nullopt;
  }
  if (*low >= *high) {
    value.error(in_ticks(spec.name) + " is drawn from [low, high]; found [" + number_text(*low) + ", " +
                number_text(*high) + "], where low is not below high");
    return std::nullopt;
  }
  return Range{*low, *high};
}

Setting read_number(const ValueReader& value, const ParameterSpec& spec) {
  if (spec.drawable && value.is(YamlNode::Kind::list)) {
    const auto range = read_range(value, spec);
    return range ? Setting(*range) : Setting();
  }
  const auto number = value.number({spec.minimum, spec.maximum}, spec.unit,
                                   spec.drawable ? "two of them, [low, high], to draw from" : "");
  return number ? Setting(*number) : Setting();
}

Setting read_asset_name(const ValueReader& value, const ParameterSpec& spec, const StepContext& context) {
  const auto name = value.text();
  if (!name) {
    return {};
  }
  const auto asset = std::ranges::find(context.assets, *name, &AssetSettings::name);
  if (asset == context.assets.end()) {
    std::vector<std::string> names;
    std::ranges::transform(context.assets, std::back_inserter(names), &AssetSettings::name);
    value.error("there is no asset " + in_ticks(*name) +
                (names.empty() ? ": declare it under `assets`" : "; " + suggestion(*name, names)));
    return {};
  }
  if (std::ranges::find(spec.asset_kinds, asset->kind()) == spec.asset_kinds.end()) {
    value.error(in_ticks(*name) + " " + to_text(asset->kind()) + ", but " + in_ticks(spec.name) + " must be " +
                wanted_asset(spec));
    return {};
  }
  return *name;
}

Setting read_setting(const ValueReader& value, const ParameterSpec& spec, const StepContext& context) {
  switch (spec.kind) {
    case ParameterKind::number:
      return read_number(value, spec);
    case ParameterKind::integer: {
      const IntegerBounds any;
      const auto integer =
          value.integer({integer_end(spec.minimum, any.minimum), integer_end(spec.maximum, any.maximum)});
      return integer ? Setting(*integer) : Setting();
    }
    case ParameterKind::flag: {
      const auto flag = value.flag();
      return flag ? Setting(*flag) : Setting();
    }
    case ParameterKind::choice: {
      const auto index = value.choice(spec.choices);
      return index ? Setting(spec.choices[*index]) : Setting();
    }
    case ParameterKind::asset:
      return read_asset_name(value, spec, context);
  }
  return {};
}

std::vector<Setting> read_parameters(const ValueReader& parameters, const StepSchema& schema,
                                     const StepContext& context) {
  MapReader map(parameters, "parameters, and `{}` for none");
  std::vector<Setting> settings;
  for (const ParameterSpec& spec : schema.parameters) {
    const auto value = map.find(spec.name, spec.required ? Need::required : Need::optional);
    settings.push_back(value ? read_setting(*value, spec, context) : setting_from(spec.fallback));
  }
  map.finish();
  return settings;
}

const StepSchema* find_schema(const std::string& name, Place place, const StepContext& context, Mistakes& mistakes) {
  std::vector<std::string> names;
  for (const StepSchema* const schema : context.schemas) {
    if (schema->name == name && schema->media == context.media) {
      return schema;
    }
    if (schema->name == name) {
      mistakes.add(place, "the augmenter " + in_ticks(name) + " is for " + to_string(schema->media) +
                              " and cannot stand in an axis of " + to_string(context.media));
      return nullptr;
    }
    if (schema->media == context.media) {
      names.push_back(schema->name);
    }
  }
  mistakes.add(place, "unknown augmenter " + in_ticks(name) + "; " + suggestion(name, names));
  return nullptr;
}

/// What a profile stands for. A mistake in it is the profile's own.
std::vector<Step> expanded(const Step& profile, const StepContext& context) {
  std::vector<Step> steps;
  for (const ProfileStep& one : profile.schema->expand(profile.settings)) {
    const auto schema = std::ranges::find(context.schemas, one.augmenter, &StepSchema::name);
    if (schema == context.schemas.end()) {
      throw std::logic_error(profile.schema->name + ": there is no augmenter " + one.augmenter);
    }
    Step step{*schema, {}};
    for (const ParameterSpec& spec : (*schema)->parameters) {
      const auto given = std::ranges::find(one.settings, spec.name, &std::pair<std::string, Setting>::first);
      step.settings.push_back(given != one.settings.end() ? given->second : setting_from(spec.fallback));
    }
    for (const auto& [name, setting] : one.settings) {
      if (!(*schema)->find(name)) {
        throw std::logic_error(profile.schema->name + ": " + one.augmenter + " has no parameter " + name);
      }
    }
    const std::string fault = (*schema)->check ? (*schema)->check(step.settings) : "";
    if (!fault.empty()) {
      throw std::logic_error(profile.schema->name + ": " + one.augmenter + ": " + fault);
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

std::vector<Step> read_step(const ValueReader& step, const StepContext& context) {
  Mistakes& mistakes = step.mistakes();
  const std::size_t mistakes_before = mistakes.count();

  YamlNode no_parameters;
  no_parameters.kind = YamlNode::Kind::map;
  no_parameters.place = step.place();

  std::string name;
  Place name_place = step.place();
  const YamlNode* parameters = &no_parameters;
  const std::vector<YamlEntry>& entries = step.node().entries;
  if (step.is(YamlNode::Kind::scalar)) {
    name = step.node().text;
  } else if (entries.size() == 1) {
    name = entries[0].key;
    name_place = entries[0].key_place;
    parameters = entries[0].value.get();
  } else if (entries.size() > 1) {
    step.error("a step is one augmenter, but here are " + std::to_string(entries.size()) +
               " keys: indent parameters below their augmenter, and begin each step with `-`");
    return {};
  } else {
    ValueReader(step.node(), "step", mistakes).wrong("the name of an augmenter, or `augmenter: {parameter: value}`");
    return {};
  }

  const StepSchema* const schema = find_schema(name, name_place, context, mistakes);
  if (schema == nullptr) {
    return {};
  }
  Step read{schema, read_parameters(ValueReader(*parameters, name, mistakes), *schema, context)};
  if (mistakes.count() != mistakes_before) {
    return {};
  }
  const std::string fault = schema->check ? schema->check(read.settings) : "";
  if (!fault.empty()) {
    mistakes.add(name_place, in_ticks(name) + ": " + fault);
    return {};
  }
  return schema->expand ? expanded(read, context) : std::vector<Step>{std::move(read)};
}

std::optional<Step> identity_step(const StepSchema& schema) {
  if (schema.identity.empty() || schema.identity.starts_with("none")) {
    return std::nullopt;
  }
  Mistakes mistakes("identity of " + schema.name);
  try {
    const YamlPointer tree = load_yaml("{" + schema.name + ": {" + schema.identity + "}}", mistakes);
    const StepSchema* const schemas[] = {&schema};
    const std::vector<Step> steps = read_step(ValueReader(*tree, schema.name, mistakes), {schema.media, schemas, {}});
    mistakes.throw_if_any();
    return steps.at(0);
  } catch (const UserError& error) {
    // No user wrote it: the schema has a defect.
    throw std::logic_error(error.what());
  }
}

}  // namespace fairground
