#include "pipeline/config/reference.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <variant>

#include "pipeline/config/wording.h"

namespace fairground {
namespace {

constexpr std::size_t kTerminalColumns = 80;

/// `text` broken between words, every line indented, and no line longer than a terminal unless a word is.
std::string wrapped(std::string_view text, std::size_t indentation) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t width = character_count(word);
    if (column > 0 && column + 1 + width > kTerminalColumns) {
      lines += '\n';
      column = 0;
    }
    const std::size_t gap = column == 0 ? indentation : 1;
    lines.append(gap, ' ').append(word);
    column += gap + width;
  }
  return lines + '\n';
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t taken = character_count(text);
  return text + std::string(taken < width ? width - taken : 0, ' ');
}

std::string value_text(const Value& value) {
  return std::visit(
      [](const auto& given) -> std::string {
        using T = std::decay_t<decltype(given)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return "";
        } else if constexpr (std::is_same_v<T, bool>) {
          return given ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::string>) {
          return given;
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          return std::to_string(given);
        } else {
          return number_text(given);
        }
      },
      value);
}

bool is_number(const ParameterSpec& spec) {
  return spec.kind == ParameterKind::number || spec.kind == ParameterKind::integer;
}

/// "number from -40 to 60 dB".
std::string type_text(const ParameterSpec& spec) {
  if (spec.kind == ParameterKind::choice) {
    return any_of(spec.choices);
  }
  if (spec.kind == ParameterKind::flag) {
    return "true or false";
  }
  if (spec.kind == ParameterKind::asset) {
    const std::string wanted = wanted_asset(spec);
    return "the name of " + wanted.substr(0, wanted.find(','));
  }
  const std::string interval = interval_text(spec.minimum, spec.maximum, spec.unit);
  return to_string(spec.kind) + (interval.empty() ? "" : " " + interval);
}

std::string default_text(const ParameterSpec& spec) {
  if (spec.required) {
    return "required";
  }
  const std::string value = value_text(spec.fallback);
  return value.empty() ? "optional" : "default " + value;
}

/// Whether it may be written [low, high], as the reader sees it.
bool is_drawable(const ParameterSpec& spec) { return spec.drawable && spec.kind == ParameterKind::number; }

/// What a level with such a step may turn into; empty where it is always one level.
std::string ladder_text(const StepSchema& schema) {
  return schema.expand_levels ? "a level `NAME` with a ladder becomes the levels `NAME_1`, `NAME_2` and so on, which "
                                "differ in this step alone; `except` may name all of them by `NAME`"
                              : "";
}

/// `|` would end a cell of a table.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    safe += c == '|' ? "\\|" : std::string(1, c);
  }
  return safe;
}

std::string markdown_of(const StepSchema& schema) {
  std::string page = "### `" + schema.name + "`\n\n" + schema.summary + "\n\n";
  page += "- Stage: " + std::string(to_string(schema.stage)) + "\n";
  page += "- Version: " + std::to_string(schema.version) + "\n";
  const auto line = [&page](const std::string& title, const std::string& text) {
    page += text.empty() ? "" : "- " + title + ": " + text + "\n";
  };
  line("Source", schema.source);
  line("Identity", schema.identity);
  line("Labels", schema.labels);
  line("Ladders", ladder_text(schema));
  page += '\n';
  if (schema.parameters.empty()) {
    return page + "It has no parameters.\n\n";
  }
  page += "| parameter | value | default | drawn from `[low, high]` | meaning |\n|---|---|---|---|---|\n";
  for (const ParameterSpec& spec : schema.parameters) {
    const std::string value = spec.required ? "required" : value_text(spec.fallback);
    page += "| `" + spec.name + "` | " + cell(type_text(spec)) + " | " + cell(value) + " | " +
            (is_drawable(spec) ? "yes" : "no") + " | " + cell(spec.description) + " |\n";
  }
  return page + '\n';
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
  text += wrapped(schema.summary, /*indentation=*/2);
  const auto paragraph = [&text](const std::string& title, const std::string& words) {
    text += words.empty() ? "" : wrapped(title + ": " + words, /*indentation=*/2);
  };
  paragraph("Source", schema.source);
  paragraph("Identity", schema.identity);
  paragraph("Labels", schema.labels);
  paragraph("Ladders", ladder_text(schema));
  if (schema.parameters.empty()) {
    return text + "\nIt has no parameters.\n";
  }
  text += "\nParameters\n";
  for (const ParameterSpec& spec : schema.parameters) {
    std::vector<std::string> facts = {type_text(spec), default_text(spec)};
    if (is_drawable(spec)) {
      facts.emplace_back("or drawn from [low, high]");
    }
    text += '\n' + wrapped(spec.name + ": " + listing(facts), /*indentation=*/2);
    text += wrapped(spec.description, /*indentation=*/6);
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

std::string reference_markdown(std::span<const StepSchema* const> schemas) {
  std::string page = "# Augmenters\n\nMade from the schemas by `fairground augmenters --markdown`; do not edit.\n\n";
  for (const Media media : {Media::audio, Media::image}) {
    std::string part;
    for (const StepSchema* const schema : schemas) {
      part += schema->media == media ? markdown_of(*schema) : "";
    }
    page += part.empty() ? "" : "## For " + std::string(to_string(media)) + "\n\n" + part;
  }
  page.pop_back();
  return page;
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
