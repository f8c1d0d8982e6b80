// What a schema says of steps, from the augmenters' own tables.

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <variant>

#include "pipeline/config/json_schema.h"
#include "pipeline/config/json_schema_parts.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

using Json = SchemaJson;

/// Beyond it a double does not tell neighbouring integers apart.
constexpr double kLargestExact = 9007199254740992.0;

IntegerBounds integer_bounds(const ParameterSpec& spec) {
  IntegerBounds bounds;
  bounds.minimum = std::abs(spec.minimum) <= kLargestExact ? static_cast<std::int64_t>(spec.minimum) : bounds.minimum;
  bounds.maximum = std::abs(spec.maximum) <= kLargestExact ? static_cast<std::int64_t>(spec.maximum) : bounds.maximum;
  return bounds;
}

Json parameter_schema(const ParameterSpec& spec) {
  Json schema;
  std::string text = spec.description;
  switch (spec.kind) {
    case ParameterKind::number:
      schema = number_schema({spec.minimum, spec.maximum});
      if (spec.drawable) {
        // Each keyword looks at one type only, so that both forms stand side by side, and a mistake is told of the form
        // that was written.
        const Json end = schema;
        schema["type"] = {"number", "array"};
        schema["items"] = end;
        schema["minItems"] = 2;
        schema["maxItems"] = 2;
        text += " A number, or [low, high] to draw it from.";
      }
      break;
    case ParameterKind::integer:
      schema = integer_schema(integer_bounds(spec));
      break;
    case ParameterKind::flag:
      schema = flag_schema();
      break;
    case ParameterKind::choice:
      schema = choice_schema(spec.choices);
      break;
    case ParameterKind::asset:
      schema = text_schema();
      text += " The name of " + std::string(wanted_asset(spec)) + ".";
      break;
  }
  Json fallback;
  std::visit(
      [&fallback](const auto& given) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(given)>, std::monostate>) {
          fallback = given;
        }
      },
      spec.fallback);
  return described(text, std::move(schema), fallback, spec.unit);
}

}  // namespace

SchemaJson step_schema(std::span<const StepSchema* const> schemas) {
  Json augmenters = Json::object();
  Json bare_names = Json::array();
  for (const StepSchema* const schema : schemas) {
    std::vector<SchemaKey> keys;
    for (const ParameterSpec& spec : schema->parameters) {
      keys.push_back({spec.name, parameter_schema(spec), spec.required ? Need::required : Need::optional});
    }
    augmenters[schema->name] = map_schema(schema->summary, std::move(keys));
    if (std::ranges::none_of(schema->parameters, &ParameterSpec::required)) {
      bare_names.push_back(schema->name);
    }
  }
  const Json with_parameters = {{"type", "object"},         {"description", "One augmenter and its parameters."},
                                {"properties", augmenters}, {"additionalProperties", false},
                                {"minProperties", 1},       {"maxProperties", 1}};
  if (bare_names.empty()) {
    return with_parameters;
  }
  return {{"anyOf",
           {with_parameters,
            {{"type", "string"}, {"description", "An augmenter with its defaults."}, {"enum", bare_names}}}}};
}

std::string steps_json_schema(std::span<const StepSchema* const> schemas) {
  const Json list = {{"$schema", kSchemaDraft},
                     {"title", "The steps of a level in a fairground config"},
                     {"type", "array"},
                     {"items", step_schema(schemas)}};
  return list.dump(/*indent=*/2) + '\n';
}

}  // namespace fairground
