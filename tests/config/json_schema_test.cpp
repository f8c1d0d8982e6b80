// What the JSON Schema of configs says by itself.
#include "pipeline/config/json_schema.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "tests/config/fixture.h"
#include "tests/config/schema_faults.h"

namespace fairground {
namespace {

using Json = nlohmann::ordered_json;

/// What is not closed lets any key pass.
void expect_closed(const Json& schema, const std::string& place) {
  if (schema.is_object()) {
    if (schema.contains("properties") && schema.contains("description") && schema.value("type", Json()) == "object") {
      EXPECT_TRUE(schema.contains("additionalProperties")) << place;
    }
    for (const auto& [key, one] : schema.items()) {
      expect_closed(one, place + "/" + key);
    }
  }
}

TEST(JsonSchema, EveryKeyIsDescribedAndEveryMapClosed) {
  expect_closed(schema_of_configs(), "");
  std::size_t keys = 0;
  const std::function<void(const Json&, const std::string&)> look = [&](const Json& schema, const std::string& place) {
    if (!schema.is_object()) {
      return;
    }
    if (schema.value("additionalProperties", Json()) == false && schema.contains("properties")) {
      for (const auto& [key, one] : schema.at("properties").items()) {
        const Json& meant = resolved(one);
        EXPECT_FALSE(meant.value("description", "").empty()) << place << "/" << key;
        ++keys;
      }
    }
    for (const auto& [key, one] : schema.items()) {
      if (one.is_array()) {
        for (const Json& item : one) {
          look(item, place + "/" + key);
        }
      } else {
        look(one, place + "/" + key);
      }
    }
  };
  look(schema_of_configs(), "");
  EXPECT_GT(keys, 100U);
}

TEST(JsonSchema, AParameterSaysItsRangeAndDefaultInWords) {
  const Json& steps = schema_of_configs().at("$defs").at("audio_step").at("anyOf").at(0).at("properties");
  const Json& parameters = steps.at("noise.coloured").at("properties");
  EXPECT_EQ(parameters.at("snr_db"), Json::parse(R"({
    "description": "A number. A number, or [low, high] to draw it from. From -40 to 60 dB.",
    "type": ["number", "array"], "minimum": -40.0, "maximum": 60.0,
    "items": {"type": "number", "minimum": -40.0, "maximum": 60.0}, "minItems": 2, "maxItems": 2})"));
  EXPECT_EQ(parameters.at("colour"), Json::parse(R"({
    "description": "The slope of its spectrum. Default: pink.", "enum": ["white", "pink"], "default": "pink"})"));
  EXPECT_EQ(parameters.at("bursts").at("description"), "How often it comes. From 0 to 9. Default: 1.");
  EXPECT_EQ(steps.at("noise.coloured").at("required"), Json({"snr_db"}));
}

TEST(JsonSchema, StepsOfOtherMediaAreOtherDefinitions) {
  const Json& definitions = schema_of_configs().at("$defs");
  EXPECT_FALSE(definitions.at("audio_step").dump().find("light.exposure") != std::string::npos);
  EXPECT_FALSE(definitions.at("image_step").dump().find("noise.coloured") != std::string::npos);
}

TEST(JsonSchema, InfiniteEndsAreLeftOutAndNumbersAmongWordsAreNumbers) {
  StepSchema schema;
  schema.name = "x.y";
  schema.parameters = {ParameterSpec{}, ParameterSpec{}};
  schema.parameters[0].name = "n";
  schema.parameters[1].name = "c";
  schema.parameters[1].kind = ParameterKind::choice;
  schema.parameters[1].choices = {"8", "eight"};
  const StepSchema* const pointer = &schema;
  const Json json = Json::parse(steps_json_schema({&pointer, 1}));
  const Json& parameters = json.at("items").at("anyOf").at(0).at("properties").at("x.y").at("properties");
  EXPECT_FALSE(parameters.at("n").contains("minimum"));
  EXPECT_FALSE(parameters.at("n").contains("maximum"));
  EXPECT_EQ(parameters.at("c").at("enum"), Json::parse(R"([8, "eight"])"));
  EXPECT_EQ(Json::parse(steps_json_schema({})).at("type"), "array");
}

}  // namespace
}  // namespace fairground
