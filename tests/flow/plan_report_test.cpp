// What `plan` tells before anything is made.
#include "pipeline/flow/plan_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/design/plan.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string report(const TestSet& set, const PlanOptions& options = {}) {
  std::ostringstream progress;
  std::ostringstream out;
  plan_report(load_config(set.config_path(), registered_schemas()), options, progress, out);
  return out.str();
}

TEST(PlanReport, TextNamesSourcesPeopleAndConditions) {
  const TestSet set(5, 2);
  const std::string text = report(set);
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("plan of test: 23 variants, hash "), HasSubstr("audio: 5 sources x 3 conditions = 15 variants"),
            HasSubstr("image: 2 sources x 4 conditions = 8 variants"), HasSubstr("noise=none   (clean reference)"),
            HasSubstr("irish"), HasSubstr("scots"), HasSubstr("16000 (3)"), HasSubstr("Variants never add any")));
  EXPECT_THAT(text, HasSubstr("group scots has fewer sources than realizations and does not meet realization 2"));
  EXPECT_THAT(text, HasSubstr("group unknown has fewer"));
}

TEST(PlanReport, JsonSaysTheSame) {
  const TestSet set(5, 2);
  const json plan = json::parse(report(set, {.out = {}, .json = true}));
  EXPECT_EQ(plan["name"], "test");
  EXPECT_EQ(plan["variants"], 23);
  EXPECT_EQ(plan["media"]["audio"]["variants"], 15);
  const json irish = plan["media"]["audio"]["groups"][0];
  EXPECT_EQ(irish["group"]["accent"], "irish");
  EXPECT_EQ(irish["before"]["observed"]["sources"], 3);
  EXPECT_EQ(irish["before"]["observed"]["subjects"], 3);
  EXPECT_EQ(irish["file_rates_hz"], json({{"16000", 3}}));
  EXPECT_GT(irish["median_bandwidth_hz"].get<double>(), 0.0);
  EXPECT_THAT(plan["media"]["audio"]["cannot_be_used"], IsEmpty());
}

TEST(PlanReport, WithoutMeasuringThereAreNoBandwidths) {
  const TestSet set(2, 0);
  const json plan = json::parse(report(set, {.out = {}, .json = true, .measure = false}));
  EXPECT_TRUE(plan["media"]["audio"]["groups"][0]["median_bandwidth_hz"].is_null());
}

TEST(PlanReport, WhatARunCouldNotReadIsNamed) {
  TestSet set(2, 0);
  write_text(set / "data/bad.wav", "no sound");
  set.speech += "gone,gone.wav,a,irish,x,\nbad,bad.wav,b,irish,x,\n";
  set.save();
  EXPECT_THAT(report(set), AllOf(HasSubstr("cannot be used: gone: "), HasSubstr("cannot be used: bad: ")));
  EXPECT_THAT(json::parse(report(set, {.out = {}, .json = true}))["media"]["audio"]["cannot_be_used"],
              ElementsAre(testing::Truly([](const json& j) { return j.get<std::string>().starts_with("gone: "); }),
                          testing::Truly([](const json& j) { return j.get<std::string>().starts_with("bad: "); })));
}

TEST(PlanReport, ATelephoneGroupIsNoted) {
  TestSet set(0, 0);
  std::string rows = "clip,path,speaker,accent,licence,text\n";
  for (int i = 0; i < 4; ++i) {
    const std::string name = "n" + std::to_string(i) + ".wav";
    write_bytes(set / "data" / name, test_wav(1.0, i < 2 ? 8000 : 16000, static_cast<std::uint64_t>(i)));
    rows += name + "," + name + ",x," + (i < 2 ? "telephone" : "studio") + ",,\n";
  }
  set.speech = rows;
  set.config =
      "fairground: 1\nname: test\nseed: 7\nsources:\n"
      "  - {media: audio, manifest: data/speech.csv, id: clip, file: path, groups: [accent], sample_rate: 16000}\n"
      "output: {directory: out}\n";
  set.save();
  EXPECT_THAT(report(set), AllOf(HasSubstr("differ in bandwidth"), HasSubstr("unknown")));
  EXPECT_THAT(report(set, {.out = {}, .measure = false}), Not(HasSubstr("differ in bandwidth")));
}

TEST(PlanReport, OutHoldsThePlansLines) {
  const TestSet set(3, 1);
  (void)report(set, {.out = set / "plan.jsonl"});
  const Config config = load_config(set.config_path(), registered_schemas());
  const Catalog catalog = read_catalog(config, 1);
  const Plan plan(config, catalog);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    lines.push_back(plan.line(plan.at(i)));
  }
  EXPECT_EQ(read_lines(set / "plan.jsonl"), lines);
  EXPECT_THROW((void)report(set, {.out = set / "nowhere/plan.jsonl"}), PassingFault);
}

TEST(PlanReport, ThreadsDoNotMatter) {
  const TestSet set(6, 4);
  EXPECT_EQ(report(set, {.out = {}, .jobs = 1}), report(set, {.out = {}, .jobs = 4}));
}

TEST(PlanReport, NothingIsMade) {
  const TestSet set(2, 1);
  (void)report(set);
  EXPECT_FALSE(std::filesystem::exists(set / "out"));
}

}  // namespace
}  // namespace fairground
