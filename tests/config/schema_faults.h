// The JSON Schema of configs, asked by an independent validator (valijson).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace fairground {

/// What a validator is handed of a YAML text: values as YAML 1.2's core schema has them.
[[nodiscard]] nlohmann::ordered_json json_of_yaml(const std::string& text);
/// The other way round, on one line. Words stand without quotes.
[[nodiscard]] std::string yaml_of_json(const nlohmann::ordered_json& value);

/// The schema of configs with the fixture's augmenters.
[[nodiscard]] const nlohmann::ordered_json& schema_of_configs();
/// What a part of it refers to, or the part itself.
[[nodiscard]] const nlohmann::ordered_json& resolved(const nlohmann::ordered_json& schema);

/// What the schema finds wrong; empty where it finds nothing.
[[nodiscard]] std::string schema_faults(const nlohmann::ordered_json& config);

}  // namespace fairground
