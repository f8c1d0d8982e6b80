#include "pipeline/config/reference.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "pipeline/config/wording.h"
#include "tests/config/fixture.h"

namespace fairground {
namespace {

using Json = nlohmann::ordered_json;

TEST(Reference, TextFitsATerminal) {
  for (const StepSchema* const schema : fake_schemas()) {
    std::istringstream lines(reference_text(*schema));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(character_count(line), 80U) << line;
    }
  }
}

TEST(Reference, TextSaysEverythingOfAParameter) {
  const std::string text = reference_text(noise_schema());
  EXPECT_NE(text.find("noise.coloured (audio, stage scene, version 1)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  snr_db: number from -40 to 60 dB, required, or drawn from [low, high]\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  colour: white or pink, default pink\n      The slope of its spectrum.\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  bursts: integer from 0 to 9, default 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  steady: true or false, default false\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  Source: Kasdin 1995\n"), std::string::npos) << text;
  EXPECT_NE(reference_text(recording_schema()).find("  from: the name of an asset of recordings, required\n"),
            std::string::npos);
  EXPECT_NE(reference_text(babble_schema()).find("  from: the name of a pool of talkers, required\n"),
            std::string::npos);
}

TEST(Reference, ListHasOneLineForEach) {
  EXPECT_EQ(reference_list(fake_schemas()),
            "channel.band     audio  channel  Limits the band.\n"
            "light.exposure   image  light    Makes a picture lighter or darker.\n"
            "noise.coloured   audio  scene    Adds noise whose power falls with frequency, as that of many machines "
            "does, at a known SNR.\n"
            "noise.recording  audio  scene    Adds recorded noise.\n"
            "noise.babble     audio  scene    Adds voices.\n");
}

TEST(Reference, MarkdownIsDividedByMedium) {
  const std::string page = reference_markdown(fake_schemas());
  const std::size_t audio = page.find("## For audio\n");
  const std::size_t image = page.find("## For image\n");
  ASSERT_NE(audio, std::string::npos);
  ASSERT_NE(image, std::string::npos);
  EXPECT_LT(audio, page.find("### `noise.coloured`\n"));
  EXPECT_LT(page.find("### `noise.recording`\n"), image);
  EXPECT_LT(image, page.find("### `light.exposure`\n"));
  EXPECT_NE(page.find("| `snr_db` | number from -40 to 60 dB | required | yes | A number. |\n"), std::string::npos);
  EXPECT_FALSE(page.ends_with("\n\n"));
}

TEST(Reference, MarkdownKeepsItsTablesWhole) {
  StepSchema schema = filter_schema();
  schema.parameters[0].description = "a|b";
  const StepSchema* const pointer = &schema;
  EXPECT_NE(reference_markdown({&pointer, 1}).find("| a\\|b |"), std::string::npos);
}

TEST(Reference, JsonSchemaHasAKeyForEachAugmenter) {
  const Json schema = Json::parse(reference_json_schema(fake_schemas()));
  EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema.at("type"), "array");
  const Json& steps = schema.at("items").at("oneOf");
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_EQ(steps[5].at("enum"), Json({"channel.band", "light.exposure"}));
  EXPECT_EQ(steps[2].at("required"), Json::array({"noise.coloured"}));
  EXPECT_EQ(steps[2].at("additionalProperties"), false);
}

TEST(Reference, JsonSchemaStatesEachKindOfParameter) {
  const Json schema = Json::parse(reference_json_schema(fake_schemas()));
  const Json& noise = schema.at("items").at("oneOf").at(2).at("properties").at("noise.coloured");
  EXPECT_EQ(noise.at("required"), Json::array({"snr_db"}));
  EXPECT_EQ(noise.at("additionalProperties"), false);
  const Json& parameters = noise.at("properties");
  const Json& number = parameters.at("snr_db").at("oneOf").at(0);
  EXPECT_EQ(number, Json::parse(R"({"type": "number", "minimum": -40.0, "maximum": 60.0})"));
  const Json& range = parameters.at("snr_db").at("oneOf").at(1);
  EXPECT_EQ(range.at("items"), number);
  EXPECT_EQ(range.at("minItems"), 2);
  EXPECT_EQ(range.at("maxItems"), 2);
  EXPECT_EQ(parameters.at("colour").at("enum"), Json({"white", "pink"}));
  EXPECT_EQ(parameters.at("colour").at("default"), "pink");
  EXPECT_EQ(parameters.at("bursts").at("type"), "integer");
  EXPECT_EQ(parameters.at("bursts").at("maximum"), 9);
  EXPECT_EQ(parameters.at("steady").at("type"), "boolean");
  EXPECT_EQ(parameters.at("steady").at("default"), false);
  for (const auto& [name, parameter] : parameters.items()) {
    EXPECT_FALSE(parameter.at("description").get<std::string>().empty()) << name;
  }
}

TEST(Reference, JsonSchemaLeavesOutInfiniteEnds) {
  StepSchema schema;
  schema.name = "x.y";
  schema.parameters = {ParameterSpec{}};
  schema.parameters[0].name = "n";
  const StepSchema* const pointer = &schema;
  const Json json = Json::parse(reference_json_schema({&pointer, 1}));
  const Json& n = json.at("items").at("oneOf").at(0).at("properties").at("x.y").at("properties").at("n");
  EXPECT_FALSE(n.contains("minimum"));
  EXPECT_FALSE(n.contains("maximum"));
}

TEST(Reference, NoAugmentersGiveAValidSchema) { EXPECT_EQ(Json::parse(reference_json_schema({})).at("items"), false); }

TEST(Wording, NumbersReadBackAndReadWell) {
  EXPECT_EQ(number_text(100000), "100000");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-3), "-3");
  EXPECT_EQ(number_text(1e300), "1e+300");
}

TEST(Wording, NearestAllowsOneSlipInThreeLetters) {
  EXPECT_EQ(nearest("sede", {"seed", "name"}), "seed");
  EXPECT_EQ(nearest("di", {"id"}), "id");
  EXPECT_EQ(nearest("zebra", {"seed", "name"}), "");
  EXPECT_EQ(nearest("seed", {}), "");
}

}  // namespace
}  // namespace fairground
