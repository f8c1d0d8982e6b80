#include "pipeline/config/json_schema_parts.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "pipeline/config/names.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

using Json = SchemaJson;

/// The number that all of `text` is, or else the text.
Json word_value(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? Json(number) : Json(text);
}

std::string shown(const Json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  return value.is_number_float() ? number_text(value.get<double>()) : value.dump();
}

/// An end of the range, where the schema has it.
double end_of(const Json& schema, const char* key, double otherwise) {
  const auto found = schema.find(key);
  return found == schema.end() ? otherwise : found->get<double>();
}

}  // namespace

SchemaJson number_schema(Bounds bounds) {
  Json schema = {{"type", "number"}};
  // JSON has no infinity; a missing end says the same.
  if (std::isfinite(bounds.minimum)) {
    schema["minimum"] = bounds.minimum;
  }
  if (std::isfinite(bounds.maximum)) {
    schema["maximum"] = bounds.maximum;
  }
  return schema;
}

SchemaJson integer_schema(IntegerBounds bounds) {
  const IntegerBounds any;
  Json schema = {{"type", "integer"}};
  if (bounds.minimum != any.minimum) {
    schema["minimum"] = bounds.minimum;
  }
  if (bounds.maximum != any.maximum) {
    schema["maximum"] = bounds.maximum;
  }
  return schema;
}

SchemaJson flag_schema() { return {{"type", "boolean"}}; }

SchemaJson choice_schema(const std::vector<std::string>& words) {
  Json values = Json::array();
  std::ranges::transform(words, std::back_inserter(values), word_value);
  return {{"enum", values}};
}

SchemaJson text_schema() {
  return {{"type", {"string", "number"}},
          {"minLength", 1},
          {"pattern", R"(^[^\x00-\x1f\x7f]*$)"},
          {"patternErrorMessage", "One line of text without control characters is wanted."}};
}

SchemaJson described(const std::string& text, SchemaJson schema, const std::string& unit) {
  return described(text, std::move(schema), nullptr, unit);
}

SchemaJson described(const std::string& text, SchemaJson schema, const SchemaJson& fallback, const std::string& unit) {
  const Bounds any;
  std::string range =
      interval_text(end_of(schema, "minimum", any.minimum), end_of(schema, "maximum", any.maximum), unit);
  if (!range.empty()) {
    range = ' ' + range + '.';
    range[1] = range[1] >= 'a' && range[1] <= 'z' ? static_cast<char>(range[1] - 'a' + 'A') : range[1];
  }
  Json whole = {{"description", text + range + (fallback.is_null() ? "" : " Default: " + shown(fallback) + ".")}};
  whole.update(schema);
  if (!fallback.is_null()) {
    whole["default"] = fallback;
  }
  return whole;
}

SchemaJson map_schema(const std::string& text, std::vector<SchemaKey> keys) {
  Json properties = Json::object();
  Json required = Json::array();
  for (SchemaKey& key : keys) {
    if (key.need == Need::required) {
      required.push_back(key.name);
    }
    properties[key.name] = std::move(key.schema);
  }
  Json schema = {
      {"type", "object"}, {"description", text}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) {
    schema["required"] = required;
  }
  return schema;
}

SchemaJson names_schema(const std::string& text, const std::string& pattern, SchemaJson value) {
  return {{"type", "object"},
          {"description", text + " Names are made of letters (a-z, A-Z), digits, _ and -."},
          {"patternProperties", {{pattern, std::move(value)}}},
          {"additionalProperties", false}};
}

SchemaJson list_schema(SchemaJson item) {
  return {{"type", "array"}, {"items", std::move(item)}, {"uniqueItems", true}};
}

SchemaJson either_schema(SchemaJson one, SchemaJson other) { return {{"anyOf", {std::move(one), std::move(other)}}}; }

SchemaJson word_schema(const char* text) { return {{"const", text}}; }

SchemaJson column_schema(const std::string& text) { return described(text, text_schema()); }

SchemaJson path_schema(const std::string& text) { return described(text + " Relative to the config.", text_schema()); }

SchemaJson refer_to(const std::string& definition) { return {{"$ref", "#/$defs/" + definition}}; }

std::string none_of(const std::vector<std::string>& words) {
  std::string pattern = "(?!(";
  for (const std::string& word : words) {
    pattern += (pattern.ends_with('(') ? "" : "|") + word;
  }
  return pattern + ")$)";
}

std::string no_record_field() {
  std::vector<std::string> fields;
  std::ranges::transform(record_fields(), std::back_inserter(fields), [](auto field) { return std::string(field); });
  std::string pattern = none_of(fields);
  for (const std::string_view prefix : record_field_prefixes()) {
    pattern += "(?!" + std::string(prefix) + ")";
  }
  for (const std::string_view ending : record_field_endings()) {
    pattern += "(?!.*" + std::string(ending) + "$)";
  }
  return pattern;
}

std::string name_pattern(const std::string& without) { return "^" + without + "[A-Za-z0-9_-]+$"; }

SchemaJson needs_keys(const std::vector<std::string>& keys) { return {{"required", keys}}; }

SchemaJson forbids_keys(const std::vector<std::string>& keys) {
  Json properties = Json::object();
  for (const std::string& key : keys) {
    properties[key] = false;
  }
  return {{"properties", properties}};
}

SchemaJson has_value(const std::string& key, const std::vector<std::string>& values) {
  return {{"properties", {{key, {{"enum", values}}}}}, {"required", Json::array({key})}};
}

void add_rule(SchemaJson& schema, SchemaJson condition, SchemaJson then) {
  schema["allOf"].push_back({{"if", std::move(condition)}, {"then", std::move(then)}});
}
void add_rule(SchemaJson& schema, SchemaJson condition, SchemaJson then, SchemaJson otherwise) {
  schema["allOf"].push_back({{"if", std::move(condition)}, {"then", std::move(then)}, {"else", std::move(otherwise)}});
}

}  // namespace fairground
