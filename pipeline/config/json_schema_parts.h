// The parts that schemas are made of, for the files json_schema_*.cpp alone.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/config/schema.h"
#include "pipeline/config/yaml_reader.h"

namespace fairground {

/// Keys in the order in which they were added, which is that of completion in some editors.
using SchemaJson = nlohmann::ordered_json;

inline constexpr const char* kSchemaDraft = "https://json-schema.org/draft/2020-12/schema";

[[nodiscard]] SchemaJson number_schema(Bounds bounds);
[[nodiscard]] SchemaJson integer_schema(IntegerBounds bounds);
[[nodiscard]] SchemaJson flag_schema();
/// One of a few words. Words that are numbers stand in YAML without quotes.
[[nodiscard]] SchemaJson choice_schema(const std::vector<std::string>& words);
/// One line of text that is not empty. A plain number is text too, such as the name of a column.
[[nodiscard]] SchemaJson text_schema();

/// Puts in front what the value is for, and, as editors show nothing else, its range, unit and default too.
[[nodiscard]] SchemaJson described(const std::string& text, SchemaJson schema, const std::string& unit = {});
/// The same with a default.
[[nodiscard]] SchemaJson described(const std::string& text, SchemaJson schema, const SchemaJson& fallback,
                                   const std::string& unit);

struct SchemaKey {
  std::string name;
  SchemaJson schema;
  Need need = Need::optional;
};
/// A map that has these keys and no others.
[[nodiscard]] SchemaJson map_schema(const std::string& text, std::vector<SchemaKey> keys);

/// One step: an augmenter with its parameters, or the bare name of one that can do without.
[[nodiscard]] SchemaJson step_schema(std::span<const StepSchema* const> schemas);

}  // namespace fairground
