#include "tests/config/schema_faults.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <regex>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "pipeline/config/json_schema.h"
#include "pipeline/config/yaml_tree.h"
#include "tests/config/fixture.h"

namespace fairground {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const YamlNode& node) {
  static const std::regex kInteger("[-+]?[0-9]+");
  static const std::regex kNumber(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)");
  switch (node.kind) {
    case YamlNode::Kind::nothing:
      return nullptr;
    case YamlNode::Kind::list: {
      Json list = Json::array();
      for (const YamlPointer& item : node.items) {
        list.push_back(json_of(*item));
      }
      return list;
    }
    case YamlNode::Kind::map: {
      Json map = Json::object();
      for (const YamlEntry& entry : node.entries) {
        map[entry.key] = json_of(*entry.value);
      }
      return map;
    }
    case YamlNode::Kind::scalar:
      break;
  }
  const std::string& text = node.text;
  if (!node.quotes && (text == "true" || text == "false")) {
    return text == "true";
  }
  constexpr std::size_t kMostDigits = 20;  // those of the largest integer, with a sign
  if (!node.quotes && text.size() <= kMostDigits && std::regex_match(text, kInteger)) {
    errno = 0;
    const long long number = std::strtoll(text.c_str(), nullptr, /*base=*/10);
    return errno == 0 ? Json(number) : Json(std::stod(text));
  }
  if (!node.quotes && text.size() < 300 && std::regex_match(text, kNumber)) {
    return std::stod(text);
  }
  return text;
}

bool is_plain_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '/' || c == '+';
  };
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
         std::ranges::all_of(text, is_plain) && text != "true" && text != "false" && text != "null";
}

/// valijson reads the schema as plain JSON, whose keys are sorted.
nlohmann::json sorted(const Json& value) { return nlohmann::json::parse(value.dump()); }

}  // namespace

Json json_of_yaml(const std::string& text) {
  Mistakes mistakes("text");
  const YamlPointer tree = load_yaml(text, mistakes);
  mistakes.throw_if_any();
  return json_of(*tree);
}

std::string yaml_of_json(const Json& value) {
  std::string text;
  if (value.is_object()) {
    for (const auto& [key, one] : value.items()) {
      text += (text.empty() ? "" : ", ") + (is_plain_word(key) ? key : Json(key).dump()) + ": " + yaml_of_json(one);
    }
    return "{" + text + "}";
  }
  if (value.is_array()) {
    for (const Json& one : value) {
      text += (text.empty() ? "" : ", ") + yaml_of_json(one);
    }
    return "[" + text + "]";
  }
  return value.is_string() && is_plain_word(value.get<std::string>()) ? value.get<std::string>() : value.dump();
}

const Json& schema_of_configs() {
  static const Json kSchema = Json::parse(config_json_schema(fake_schemas()));
  return kSchema;
}

const Json& resolved(const Json& schema) {
  const auto reference = schema.find("$ref");
  return reference == schema.end()
             ? schema
             : schema_of_configs().at(Json::json_pointer(reference->get<std::string>().substr(1)));
}

std::string schema_faults(const Json& config) {
  struct Validation {
    nlohmann::json json = sorted(schema_of_configs());
    valijson::Schema schema;
    Validation() {
      valijson::SchemaParser parser;
      parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(json), schema);
    }
  };
  static const Validation kValidation;
  const nlohmann::json value = sorted(config);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  if (validator.validate(kValidation.schema, valijson::adapters::NlohmannJsonAdapter(value), &results)) {
    return {};
  }
  std::string faults;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& step : error.context) {
      faults += step;
    }
    faults += ": " + error.description + "\n";
  }
  return faults.empty() ? "refused" : faults;
}

}  // namespace fairground
