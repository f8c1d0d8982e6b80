#include "pipeline/config/json_schema_parts.h"

#include <algorithm>
#include <charconv>
#include <cmath>

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

}  // namespace fairground
