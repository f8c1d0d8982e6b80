// Every line of a medium has the same fields, in one order, with the same JSON types.
#include "pipeline/output/record.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/made_world.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

const StepSchema kFan = made_schema("noise.fan", Stage::scene);
const StepSchema kLight = made_schema("light.dim", Stage::light, Media::image);

World world_of(Media medium) {
  World world(medium);
  world.settings(medium).axes = {
      {"effect", {{"none", {}}, {"some", {made_step(medium == Media::audio ? kFan : kLight, Range{1, 2})}}}}};
  world.media(medium).columns = {"licence", "note"};
  world.add("anna \"1\"", "irish", "anna", medium).texts = {"anna \"1\"", "CC0-1.0", ""};
  world.add("x", kUnknown, kUnknown, medium).texts = {"x", "", "1.5"};
  return world;
}

/// A record for every variant, the clean ones without a mix.
std::vector<std::string> lines_of(const World& world, Media medium) {
  const Plan plan(world.config, world.catalog);
  std::vector<std::string> lines;
  for (const Variant& variant : all_variants(plan)) {
    const std::vector<ChainStep>& chain = plan.of(medium).conditions[variant.condition].chain;
    DrawnChain drawn;
    for (const ChainStep& step : chain) {
      drawn.push_back(draw_values(*step.step, step_random(world.config, step, variant.realization, "")));
    }
    if (medium == Media::image) {
      lines.push_back(record_line(plan, variant, drawn, ImageLabels{{0.5, 0.0, 1.0}, 64, 48}, "ff"));
      continue;
    }
    AudioLabels labels;
    labels.file.active_level_dbov = chain.empty() ? -26.0 : -25.123456;
    labels.file.peak_dbov = -0.0;
    labels.duration_s = chain.empty() ? 1.0 : 2.0 / 3.0;
    if (!chain.empty()) {
      labels.mix.stems = {{"noise.fan", Weighting::full, 10.0, 10.00001}};
      labels.mix.total_snr_db = 10.0;
      labels.steps = {{"processing.echo", {{"residual_db", -30.00001}}, {}, {"bert"}},
                      {"processing.gate", {{"part", 0.5}}}};
    }
    lines.push_back(record_line(plan, variant, drawn, labels, "ff"));
  }
  return lines;
}

/// Names and JSON types, in order. Numbers count as one type, as readers see them, but for the counts.
std::vector<std::string> shape(const ordered_json& record) {
  std::vector<std::string> list;
  for (const auto& [name, value] : record.items()) {
    list.push_back(name + ":" + value.type_name() +
                   (value.is_number_float() ? " float"
                    : value.is_number()     ? " integer"
                                            : ""));
  }
  return list;
}

class Records : public testing::TestWithParam<Media> {};

TEST_P(Records, AllLinesHaveOneShape) {
  const std::vector<std::string> lines = lines_of(world_of(GetParam()), GetParam());
  ASSERT_EQ(lines.size(), 4U);
  const std::vector<std::string> first = shape(ordered_json::parse(lines[0]));
  for (const std::string& line : lines) {
    EXPECT_EQ(shape(ordered_json::parse(line)), first);
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
}

TEST_P(Records, FieldsAreThoseOfTheContract) {
  World world = world_of(GetParam());
  const ordered_json record = ordered_json::parse(lines_of(world, GetParam()).at(1));
  const Plan plan(world.config, world.catalog);
  const Variant variant = plan.at(1);
  EXPECT_EQ(record["file_name"], variant.file_name);
  EXPECT_EQ(record["clean_file_name"], plan.at(0).file_name);
  EXPECT_EQ(record["source_id"], "anna \"1\"");
  EXPECT_EQ(record["subject"], "anna");
  EXPECT_EQ(record["accent"], "irish");
  EXPECT_EQ(record["licence"], "CC0-1.0");
  EXPECT_EQ(record["note"], "");
  EXPECT_EQ(record["effect"], "some");
  EXPECT_EQ(record["realization"], variant.realization);
  EXPECT_EQ(record["synthetic"], true);
  EXPECT_EQ(record["control"], "none");
  EXPECT_EQ(record["sha256"], "ff");
  const auto steps = ordered_json::parse(record["augmentations"].get<std::string>());
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0]["version"], 1);
  const double strength = steps[0]["parameters"]["strength"];
  EXPECT_TRUE(strength >= 1.0 && strength < 2.0) << "as drawn, not as asked for";
  EXPECT_FALSE(steps[0]["parameters"].contains("from")) << "what was not given";
  EXPECT_TRUE(ordered_json::parse(record["measured"].get<std::string>()).is_object());
}

TEST(AudioRecords, StepsSayWhatTheyFoundAndWhoseVoicesTheyAdded) {
  const ordered_json record = ordered_json::parse(lines_of(world_of(Media::audio), Media::audio).at(1));
  const auto measured = ordered_json::parse(record["measured"].get<std::string>());
  EXPECT_EQ(measured["steps"].dump(), R"([{"augmenter":"processing.echo","residual_db":-30.0,"voices":["bert"]},)"
                                      R"({"augmenter":"processing.gate","part":0.5}])");
}

TEST_P(Records, ACleanReferenceIsItsOwn) {
  const ordered_json record = ordered_json::parse(lines_of(world_of(GetParam()), GetParam()).at(0));
  EXPECT_EQ(record["clean_file_name"], record["file_name"]);
  EXPECT_EQ(record["synthetic"], false);
  EXPECT_EQ(record["augmentations"], "[]");
}

TEST_P(Records, WithoutCleanReferencesTheColumnGoesToo) {
  World world = world_of(GetParam());
  world.settings(GetParam()).design.include_clean = false;
  EXPECT_FALSE(ordered_json::parse(lines_of(world, GetParam()).at(0)).contains("clean_file_name"));
}

INSTANTIATE_TEST_SUITE_P(Media, Records, testing::Values(Media::audio, Media::image),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(Record, NumbersAreRoundedAndNeverMinusZero) {
  const std::string line = lines_of(world_of(Media::audio), Media::audio).at(1);
  EXPECT_THAT(line, HasSubstr("\"measured_active_level_dbov\":-25.1235,"));
  EXPECT_THAT(line, HasSubstr("\"measured_peak_dbov\":0.0,"));
  EXPECT_THAT(line, HasSubstr("\"measured_duration_s\":0.666667"));
  const auto measured = ordered_json::parse(ordered_json::parse(line)["measured"].get<std::string>());
  EXPECT_EQ(measured["snr_db"], 10.0);
  EXPECT_EQ(measured["stems"][0]["snr_db"], 10.0);
  EXPECT_EQ(measured["active_level_dbov"], -25.1235);
}

}  // namespace
}  // namespace fairground
