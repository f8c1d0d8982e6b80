// Sources and people, counted apart from what was made of them.
#include "pipeline/design/coverage.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/made_world.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const StepSchema kFan = made_schema("noise.fan", Stage::scene);

/// Irish: anna twice, ben once, and one recording of nobody knows whom. Scots: cora.
World audit() {
  World world;
  world.settings().axes = {{"noise", {{"none", {}}, {"fan", {made_step(kFan, 1.0)}}}}};
  world.settings().design.realizations = 4;
  world.add("a1", "irish", "anna");
  world.add("a2", "irish", "anna");
  world.add("b1", "irish", "ben");
  world.add("x1", "irish");
  world.add("c1", "scots", "cora");
  return world;
}

json report(const World& world, const std::vector<LostVariant>& lost) {
  const Plan plan(world.config, world.catalog);
  return json::parse(coverage_json(plan, count_coverage(plan, lost)));
}

json count(int sources, const json& subjects, int without) {
  return {{"sources", sources}, {"subjects", subjects}, {"sources_without_subject", without}};
}

TEST(Coverage, CountsPeopleAndNotTheirRecordings) {
  const World world = audit();
  const Plan plan(world.config, world.catalog);
  const MediaCoverage coverage = count_coverage(plan, {}).at(0);
  ASSERT_THAT(coverage.groups, SizeIs(2));
  const GroupCoverage& irish = coverage.groups[0];
  EXPECT_THAT(irish.labels, ElementsAre("irish"));
  EXPECT_EQ(irish.observed.sources, 4U);
  EXPECT_EQ(irish.observed.subjects, std::optional<std::size_t>(2));
  EXPECT_EQ(irish.observed.sources_without_subject, 1U);
  EXPECT_THAT(coverage.groups[1].realizations_missing, ElementsAre(1, 2, 3));
  EXPECT_THAT(irish.realizations_missing, IsEmpty());
}

TEST(Coverage, ObservedAndSynthesisedStandApart) {
  const json irish = report(audit(), {})["audio"]["groups"][0];
  EXPECT_EQ(irish["group"], json({{"accent", "irish"}}));
  EXPECT_EQ(irish["before"], json({{"observed", count(4, 2, 1)}}));
  const json none = count(0, 0, 0);
  EXPECT_EQ(irish["after"][0],
            json({{"condition", {{"noise", "none"}}}, {"observed", count(4, 2, 1)}, {"synthesised", none}}));
  EXPECT_EQ(irish["after"][1],
            json({{"condition", {{"noise", "fan"}}}, {"observed", none}, {"synthesised", count(4, 2, 1)}}));
}

TEST(Coverage, WithoutASubjectColumnPeopleAreUnknown) {
  World world = audit();
  world.media().has_subjects = false;
  for (Source& source : world.media().sources) {
    source.subject = kUnknownSubject;
  }
  const json irish = report(world, {})["audio"]["groups"][0];
  EXPECT_EQ(irish["before"]["observed"], count(4, "unknown", 4));
  EXPECT_EQ(irish["after"][0]["synthesised"], count(0, "unknown", 0));
  EXPECT_EQ(irish["after"][1]["observed"], count(0, "unknown", 0));
}

TEST(Coverage, LossesAreTakenOffTheirCondition) {
  // b1 is Ben's only recording, a1 one of Anna's two.
  const json irish = report(audit(), {{Media::audio, 2, 1}, {Media::audio, 0, 1}})["audio"]["groups"][0];
  EXPECT_EQ(irish["before"]["observed"], count(4, 2, 1));
  EXPECT_EQ(irish["after"][0]["observed"], count(4, 2, 1));
  EXPECT_EQ(irish["after"][1]["synthesised"], count(2, 1, 1));
}

TEST(Coverage, ALostCleanReferenceIsNotInTheSet) {
  const json irish = report(audit(), {{Media::audio, 2, 0}, {Media::audio, 2, 1}})["audio"]["groups"][0];
  EXPECT_EQ(irish["before"]["observed"], count(4, 2, 1));
  EXPECT_EQ(irish["after"][0]["observed"], count(3, 1, 1));
  EXPECT_EQ(irish["after"][1]["synthesised"], count(3, 1, 1));
}

TEST(Coverage, WhatCannotBeReadWasNeverObserved) {
  World world = audit();
  world.file(2).problem = "missing";
  const json irish = report(world, {})["audio"]["groups"][0];
  EXPECT_EQ(irish["before"]["observed"], count(3, 1, 1));
  EXPECT_EQ(irish["after"][1]["synthesised"], count(3, 1, 1));
}

TEST(Coverage, WhatTheRunFoundUnreadableWasNeverObserved) {
  // The catalog reads headers only; ben's recording turns out cut short when it is decoded.
  const json irish = report(audit(), {{Media::audio, 2, 0, Control::none, true}, {Media::audio, 2, 1, Control::none, true}})["audio"]["groups"][0];
  EXPECT_EQ(irish["before"]["observed"], count(3, 1, 1));
  EXPECT_EQ(irish["after"][0]["observed"], count(3, 1, 1));
  EXPECT_EQ(irish["after"][1]["synthesised"], count(3, 1, 1));
}

using Missing = std::vector<std::vector<int>>;

Missing missing(const World& world, const std::vector<LostVariant>& lost = {}) {
  const Plan plan(world.config, world.catalog);
  Missing missing;
  const MediaCoverage coverage = count_coverage(plan, lost).at(0);
  for (const GroupCoverage& group : coverage.groups) {
    missing.push_back(group.realizations_missing);
  }
  return missing;
}

World dealt() {
  World world = audit();
  world.media() = {};
  world.media().group_columns = {"accent"};
  world.add_many(4, "full");
  world.add_many(3, "short");
  world.add_many(1, "single");
  return world;
}

TEST(RealizationsMissing, GroupsWithTooFewSources) { EXPECT_EQ(missing(dealt()), (Missing{{}, {3}, {1, 2, 3}})); }

TEST(RealizationsMissing, AnUnusableSourceMeetsNone) {
  World world = dealt();
  const std::vector<int> realizations = Plan(world.config, world.catalog).of(Media::audio).realizations;
  world.file(1).problem = "missing";
  EXPECT_EQ(missing(world), (Missing{{realizations[1]}, {3}, {1, 2, 3}}));
}

TEST(RealizationsMissing, WhatWasLostWhollyMeetsNone) {
  const World world = dealt();
  const std::vector<int> realizations = Plan(world.config, world.catalog).of(Media::audio).realizations;
  const Missing expected = {{realizations[1]}, {3}, {1, 2, 3}};
  EXPECT_EQ(missing(world, {{Media::audio, 1, 0, Control::none, true}, {Media::audio, 1, 1, Control::none, true}}), expected) << "unread";
  EXPECT_EQ(missing(world, {{Media::audio, 1, 0}, {Media::audio, 1, 1}}), expected) << "rejected";
  EXPECT_EQ(missing(world, {{Media::audio, 1, 1}}), (Missing{{}, {3}, {1, 2, 3}})) << "its clean reference is there";
}

TEST(Coverage, LossesOfOneMediumAreNotTheOthers) {
  World world = audit();
  world.add_medium(Media::image);
  world.add("p", "irish", "anna", Media::image);
  const json counts = report(world, {{Media::image, 0, 0}});
  EXPECT_EQ(counts["audio"]["groups"][0]["after"][0]["observed"], count(4, 2, 1));
  EXPECT_EQ(counts["image"]["groups"][0]["after"][0]["observed"], count(0, 0, 0));
}

TEST(Coverage, EveryGroupMeetsEveryCondition) {
  const json counts = report(audit(), {});
  for (const json& group : counts["audio"]["groups"]) {
    EXPECT_THAT(group["after"], SizeIs(2));
  }
}

}  // namespace
}  // namespace fairground
