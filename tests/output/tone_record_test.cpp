// Tones in records: two labels, kept apart, in every line of a config that works on skin and in no other.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "pipeline/output/record.h"
#include "tests/support/made_world.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

ordered_json record_with(const std::optional<ToneLabels>& tone) {
  World world(Media::image);
  world.add("anna", "irish", "anna", Media::image);
  const StepSchema light = made_schema("light.dim", Stage::light, Media::image);
  world.settings(Media::image).axes = {{"light", {{"day", {}}, {"dim", {made_step(light, 1.0)}}}}};
  const Plan plan(world.config, world.catalog);
  ImageLabels labels{{0.5, 0.0, 1.0}, 64, 48};
  labels.tone = tone;
  return ordered_json::parse(record_line(plan, plan.at(0), {}, labels, "ff"));
}

ApparentTone tone_of(double lightness, int monk) {
  ApparentTone tone;
  tone.lightness = lightness;
  tone.hue_deg = 58.1234567;
  tone.chroma = 24.0;
  tone.ita_deg = 31.0;
  tone.monk = monk;
  tone.monk_runner_up = monk + 1;
  tone.monk_margin = 1.5;
  return tone;
}

TEST(ToneRecord, HoldsTheReferenceAndWhatIsMeasured) {
  ToneLabels labels;
  labels.reference = tone_of(64.5, 5);
  labels.measured = tone_of(41.25, 7);
  labels.mask_source = MaskSource::landmarks;
  labels.mask_confidence = 0.875;
  const ordered_json record = record_with(labels);
  EXPECT_EQ(record.at("mask_source"), "landmarks");
  EXPECT_EQ(record.at("mask_confidence"), 0.875);
  EXPECT_EQ(record.at("tone_reference_lightness"), 64.5);
  EXPECT_EQ(record.at("tone_reference_hue_deg"), 58.123457);
  EXPECT_EQ(record.at("tone_reference_monk"), 5);
  EXPECT_EQ(record.at("measured_tone_lightness"), 41.25);
  EXPECT_EQ(record.at("measured_tone_chroma"), 24.0);
  EXPECT_EQ(record.at("measured_tone_ita_deg"), 31.0);
  EXPECT_EQ(record.at("measured_tone_monk"), 7);
  const auto measured = ordered_json::parse(record.at("measured").get<std::string>());
  EXPECT_EQ(measured.at("tone_lightness"), 41.25);
  EXPECT_EQ(measured.at("tone").at("monk_runner_up"), 8);
  EXPECT_EQ(measured.at("tone_reference").at("monk_margin"), 1.5);
}

TEST(ToneRecord, IsNullWhereNoSkinIsFoundAndAbsentWhereNobodyAsked) {
  const ordered_json without = record_with(ToneLabels{});
  EXPECT_EQ(without.at("mask_source"), "none");
  EXPECT_EQ(without.at("mask_confidence"), 0.0);
  EXPECT_TRUE(without.at("tone_reference_lightness").is_null());
  EXPECT_TRUE(without.at("measured_tone_monk").is_null());
  std::vector<std::string> names;
  for (const auto& [name, value] : without.items()) {
    names.push_back(name);
  }
  const ordered_json with = record_with([] {
    ToneLabels labels;
    labels.reference = labels.measured = tone_of(50, 6);
    return labels;
  }());
  std::vector<std::string> all;
  for (const auto& [name, value] : with.items()) {
    all.push_back(name);
  }
  EXPECT_EQ(names, all) << "every line has the same fields";
  const ordered_json nobody = record_with(std::nullopt);
  EXPECT_FALSE(nobody.contains("mask_source"));
  EXPECT_FALSE(nobody.contains("tone_reference_lightness"));
  EXPECT_FALSE(nobody.contains("measured_tone_lightness"));
}

}  // namespace
}  // namespace fairground
