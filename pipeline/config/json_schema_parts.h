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

/// A map whose keys are the user's own names, which match `pattern`.
[[nodiscard]] SchemaJson names_schema(const std::string& text, const std::string& pattern, SchemaJson value);
[[nodiscard]] SchemaJson list_schema(SchemaJson item);
[[nodiscard]] SchemaJson either_schema(SchemaJson one, SchemaJson other);
[[nodiscard]] SchemaJson word_schema(const char* text);
/// The name of a column of a manifest.
[[nodiscard]] SchemaJson column_schema(const std::string& text);
[[nodiscard]] SchemaJson path_schema(const std::string& text);
/// What stands in `$defs` under this name.
[[nodiscard]] SchemaJson refer_to(const std::string& definition);

/// A regular expression that refuses these words as a whole; it stands in front of one for what is allowed.
[[nodiscard]] std::string none_of(const std::vector<std::string>& words);
/// The same for all names that records have of their own.
[[nodiscard]] std::string no_record_field();
/// A regular expression for names that can stand in ids and paths, without those that the pattern `without` refuses.
[[nodiscard]] std::string name_pattern(const std::string& without = {});

/// Schemas for maps that have these keys, that have none of them, and in which `key` has one of these values.
[[nodiscard]] SchemaJson needs_keys(const std::vector<std::string>& keys);
[[nodiscard]] SchemaJson forbids_keys(const std::vector<std::string>& keys);
[[nodiscard]] SchemaJson has_value(const std::string& key, const std::vector<std::string>& values);
/// What matches `condition` must match `then`, and all else `otherwise`, where there is such.
void add_rule(SchemaJson& schema, SchemaJson condition, SchemaJson then);
void add_rule(SchemaJson& schema, SchemaJson condition, SchemaJson then, SchemaJson otherwise);

/// One step: an augmenter with its parameters, or the bare name of one that can do without.
[[nodiscard]] SchemaJson step_schema(std::span<const StepSchema* const> schemas);

/// What stands under keys of the top level. An entry of `sources` refers to the definition `audio_source` or
/// `image_source`, and a design that is divided to `design_of_one`.
[[nodiscard]] SchemaJson sources_schema();
[[nodiscard]] SchemaJson audio_source_schema();
[[nodiscard]] SchemaJson image_source_schema();
[[nodiscard]] SchemaJson assets_schema();
/// With sources of one medium or of both.
[[nodiscard]] SchemaJson design_schema();
[[nodiscard]] SchemaJson design_of_one_schema();
[[nodiscard]] SchemaJson limits_schema();
[[nodiscard]] SchemaJson gates_schema();
[[nodiscard]] SchemaJson card_schema();
[[nodiscard]] SchemaJson output_schema();

}  // namespace fairground
