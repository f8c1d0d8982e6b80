#include "pipeline/config/reference.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <variant>

#include "pipeline/config/reference_words.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

constexpr std::size_t kTerminalColumns = 80;

std::string indented(const std::string& text, std::size_t indentation) {
  return wrapped(text, kTerminalColumns, indentation, indentation);
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t taken = character_count(text);
  return text + std::string(taken < width ? width - taken : 0, ' ');
}

bool is_number(const ParameterSpec& spec) {
  return spec.kind == ParameterKind::number || spec.kind == ParameterKind::integer;
}

std::string default_text(const ParameterSpec& spec) {
  if (spec.required) {
    return "required";
  }
  const std::string value = value_text(spec.fallback);
  return value.empty() ? "optional" : "default " + value;
}

using Json = nlohmann::ordered_json;

Json number_schema(const ParameterSpec& spec) {
  Json schema = {{"type", spec.kind == ParameterKind::integer ? "integer" : "number"}};
  // JSON has no infinity; a missing end says the same.
  const auto end = [&](const char* key, double value) {
    if (std::isfinite(value) && spec.kind == ParameterKind::integer) {
      schema[key] = static_cast<std::int64_t>(value);
    } else if (std::isfinite(value)) {
      schema[key] = value;
    }
  };
  end("minimum", spec.minimum);
  end("maximum", spec.maximum);
  return schema;
}

Json parameter_schema(const ParameterSpec& spec) {
  Json schema;
  if (is_drawable(spec)) {
    const Json number = number_schema(spec);
    const Json range = {{"type", "array"}, {"items", number}, {"minItems", 2}, {"maxItems", 2}};
    schema["oneOf"] = Json::array({number, range});
  } else if (is_number(spec)) {
    schema = number_schema(spec);
  } else if (spec.kind == ParameterKind::flag) {
    schema["type"] = "boolean";
  } else if (spec.kind == ParameterKind::choice) {
    schema["enum"] = spec.choices;
  } else {
    schema["type"] = "string";
    schema["minLength"] = 1;
  }
  std::visit(
      [&schema](const auto& given) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(given)>, std::monostate>) {
          schema["default"] = given;
        }
      },
      spec.fallback);
  schema["description"] = spec.description + (spec.unit.empty() ? "" : " In " + spec.unit + ".");
  return schema;
}

Json step_schema(const StepSchema& schema) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const ParameterSpec& spec : schema.parameters) {
    properties[spec.name] = parameter_schema(spec);
    if (spec.required) {
      required.push_back(spec.name);
    }
  }
  Json parameters = {{"type", "object"},
                     {"description", schema.summary},
                     {"properties", properties},
                     {"required", required},
                     {"additionalProperties", false}};
  return {{"type", "object"},
          {"properties", {{schema.name, parameters}}},
          {"required", Json::array({schema.name})},
          {"additionalProperties", false}};
}

}  // namespace

std::string reference_text(const StepSchema& schema) {
  std::string text = schema.name + " (" + to_string(schema.media) + ", stage " + to_string(schema.stage) +
                     ", version " + std::to_string(schema.version) + ")\n\n";
  text += indented(schema.summary, 2);
  const auto paragraph = [&text](const std::string& title, const std::string& words) {
    text += words.empty() ? "" : indented(title + ": " + words, 2);
  };
  paragraph("Source", schema.source);
  paragraph("Identity", schema.identity);
  paragraph("Labels", schema.labels);
  paragraph("Ladders", ladder_text(schema));
  paragraph("Measured", schema.claim);
  paragraph("Limits", schema.limits);
  text += schema.parameters.empty() ? "\nIt has no parameters.\n" : "\nParameters\n";
  for (const ParameterSpec& spec : schema.parameters) {
    std::vector<std::string> facts = {type_text(spec), default_text(spec)};
    if (is_drawable(spec)) {
      facts.emplace_back("or drawn from [low, high]");
    }
    text += '\n' + indented(spec.name + ": " + listing(facts), 2);
    text += indented(spec.description, 6);
  }
  if (!schema.example.empty()) {
    text += "\nExample of levels (`--example` prints a whole config)\n\n" +
            example_levels(schema, kTerminalColumns, /*indentation=*/2);
  }
  return text;
}

std::string reference_list(std::span<const StepSchema* const> schemas) {
  std::size_t name_width = 0;
  std::size_t stage_width = 0;
  for (const StepSchema* const schema : schemas) {
    name_width = std::max(name_width, character_count(schema->name));
    stage_width = std::max(stage_width, character_count(to_string(schema->stage)));
  }
  std::string list;
  for (const StepSchema* const schema : schemas) {
    list += padded(schema->name, name_width) + "  " + to_string(schema->media) + "  " +
            padded(to_string(schema->stage), stage_width) + "  " + schema->summary + '\n';
  }
  return list;
}

std::string reference_json_schema(std::span<const StepSchema* const> schemas) {
  Json steps = Json::array();
  Json bare_names = Json::array();
  for (const StepSchema* const schema : schemas) {
    steps.push_back(step_schema(*schema));
    if (std::ranges::none_of(schema->parameters, &ParameterSpec::required)) {
      bare_names.push_back(schema->name);
    }
  }
  if (!bare_names.empty()) {
    steps.push_back({{"description", "An augmenter with its defaults."}, {"enum", bare_names}});
  }
  // An empty oneOf is not a valid schema.
  const Json step = steps.empty() ? Json(false) : Json{{"oneOf", steps}};
  const Json list = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                     {"title", "The steps of a level in a fairground config"},
                     {"type", "array"},
                     {"items", step}};
  return list.dump(/*indent=*/2) + '\n';
}

}  // namespace fairground
