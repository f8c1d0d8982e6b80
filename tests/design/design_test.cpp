// What a design promises: the same conditions and draws for every group, the same sources in every condition, budgets,
// controls, what was observed.
#include "pipeline/design/design.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "pipeline/design/conditions.h"
#include "tests/support/made_world.h"

namespace fairground {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const StepSchema kNoise = made_schema("noise.fan", Stage::scene);

/// Axes a, b, c, … with an empty first level, and steps that differ by axis and level.
std::vector<Axis> axes_of(const std::vector<std::size_t>& sizes) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    Axis axis{std::string(1, static_cast<char>('a' + i)), {{"none", {}}}};
    for (std::size_t level = 1; level < sizes[i]; ++level) {
      axis.levels.push_back({"l" + std::to_string(level), {made_step(kNoise, static_cast<double>(10 * i + level))}});
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

World world_of(const std::vector<std::pair<std::string, std::size_t>>& groups, const std::vector<std::size_t>& axes) {
  World world;
  world.settings().axes = axes_of(axes);
  for (const auto& [group, size] : groups) {
    world.add_many(size, group);
  }
  return world;
}

MediaPlan design_of(const World& world, const DesignInputs& inputs = {}) {
  return make_media_plan(world.config, Media::audio, world.catalog.media.at(Media::audio), inputs);
}

std::string refusal(const World& world) {
  try {
    (void)design_of(world);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

/// For each group: how often each (condition, realization) is met.
std::vector<std::map<std::pair<std::size_t, int>, std::size_t>> met_by_group(const MediaPlan& plan) {
  std::vector<std::map<std::pair<std::size_t, int>, std::size_t>> met(plan.catalog->groups.size());
  for (std::size_t i = 0; i < plan.catalog->sources.size(); ++i) {
    for (const std::uint32_t condition : plan.block(i)) {
      ++met[plan.catalog->sources[i].group][{condition, plan.realizations[i]}];
    }
  }
  return met;
}

TEST(Design, EveryGroupMeetsTheSameConditionsAndDrawsUpToTheRemainder) {
  constexpr int kManifests = 60;
  RandomStream stream = StepRandom{7, 0}.stream("manifests");
  const auto up_to = [&](std::size_t most) {
    return static_cast<std::size_t>(stream.uniform() * static_cast<double>(most));
  };
  for (int round = 0; round < kManifests; ++round) {
    std::vector<std::pair<std::string, std::size_t>> groups;
    for (std::size_t g = 0; g < 2 + up_to(4); ++g) {
      groups.emplace_back("g" + std::to_string(g), 1 + up_to(20));
    }
    World world = world_of(groups, {2 + up_to(3), 2 + up_to(3), 2 + up_to(3)});
    world.settings().design.ways = static_cast<int>(2 + up_to(2));
    world.settings().design.realizations = static_cast<int>(1 + up_to(6));
    world.settings().design.sources_per_group = static_cast<int>(up_to(8));
    const MediaPlan plan = design_of(world);
    const auto met = met_by_group(plan);
    for (std::size_t g = 0; g < met.size(); ++g) {
      std::size_t members = 0;
      for (std::size_t i = 0; i < plan.catalog->sources.size(); ++i) {
        members += plan.catalog->sources[i].group == g && plan.parts[i] == Part::takes_part ? 1U : 0U;
      }
      const auto r = static_cast<std::size_t>(plan.settings->design.realizations);
      for (std::size_t c = 0; c < plan.conditions.size(); ++c) {
        std::size_t with_one_more = 0;
        for (int realization = 0; realization < static_cast<int>(r); ++realization) {
          const auto found = met[g].find({c, realization});
          const std::size_t count = found == met[g].end() ? 0 : found->second;
          ASSERT_TRUE(count == members / r || count == members / r + 1) << "group " << g << ", condition " << c;
          with_one_more += count - members / r;
        }
        ASSERT_EQ(with_one_more, members % r);
      }
    }
  }
}

TEST(Design, SourcesPerGroupAreTheSameInEveryConditionAndSpreadOverPeople) {
  World world = world_of({{"x", 0}, {"y", 3}}, {3, 3});
  for (int i = 0; i < 30; ++i) {
    // One person has 20 recordings, five others have two each.
    world.add("x" + std::to_string(i), "x", i < 20 ? "talker" : "person " + std::to_string(i / 2));
  }
  world.settings().design.sources_per_group = 8;
  const MediaPlan plan = design_of(world);
  std::map<std::string, std::size_t> by_subject;
  std::set<std::uint32_t> blocks;
  for (std::size_t i = 0; i < plan.catalog->sources.size(); ++i) {
    const Source& source = plan.catalog->sources[i];
    if (!plan.block(i).empty()) {
      blocks.insert(plan.block_of[i]);
      ++by_subject[plan.catalog->groups[source.group][0] + plan.catalog->subject_of(source)];
    }
  }
  EXPECT_THAT(blocks, SizeIs(1));
  std::size_t of_x = 0;
  for (const auto& [subject, count] : by_subject) {
    if (subject[0] == 'x') {
      of_x += count;
      EXPECT_LE(count, 2U) << subject;
      EXPECT_GE(count, 1U) << subject;
    }
  }
  EXPECT_EQ(of_x, 8U);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(plan.parts, Part::beyond_share)), 22U);
}

TEST(Design, AShareTakesPeopleWhoAreKnownFirst) {
  World world = world_of({}, {2});
  for (int i = 0; i < 8; ++i) {
    world.add("nobody" + std::to_string(i), "x");
  }
  for (int i = 0; i < 6; ++i) {
    world.add("somebody" + std::to_string(i), "x", "person " + std::to_string(i / 2));
  }
  world.settings().design.sources_per_group = 4;
  const MediaPlan plan = design_of(world);
  std::multiset<std::string> people;
  for (std::size_t i = 0; i < plan.catalog->sources.size(); ++i) {
    if (plan.parts[i] == Part::takes_part) {
      people.insert(plan.catalog->subject_of(plan.catalog->sources[i]));
    }
  }
  EXPECT_EQ(people, (std::multiset<std::string>{"person 0", "person 1", "person 2", kUnknown}));
}

TEST(Design, WaysHoldEveryCombinationInFewerConditions) {
  World world = world_of({{"x", 2}, {"y", 5}}, {4, 3, 3, 2});
  world.settings().design.ways = 2;
  const MediaPlan plan = design_of(world);
  EXPECT_LE(plan.conditions.size(), 13U);  // 12 is the least; the full factorial has 72
  std::set<std::vector<std::string>> pairs;
  for (const Condition& condition : plan.conditions) {
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t k = i + 1; k < 4; ++k) {
        pairs.insert({std::to_string(i), condition.level_name(i), std::to_string(k), condition.level_name(k)});
      }
    }
  }
  EXPECT_EQ(pairs.size(), 4U * 3 + 4 * 3 + 4 * 2 + 3 * 3 + 3 * 2 + 3 * 2);
  EXPECT_TRUE(plan.conditions.front().is_clean);
  EXPECT_EQ(plan.facts.combinations.demanded, pairs.size());
  EXPECT_EQ(plan.facts.combinations.held, pairs.size());
}

TEST(Design, ALargerBudgetKeepsWhatASmallerOneKept) {
  World world = world_of({{"x", 4}, {"y", 6}}, {4, 4, 4});
  world.settings().design.ways = 2;
  std::set<std::string> before;
  std::size_t conditions_before = 0;
  for (const std::int64_t variants : {20, 45, 77, 100, 1000}) {
    world.settings().design.budget.variants = variants;
    const MediaPlan plan = design_of(world);
    EXPECT_LE(plan.variants(), static_cast<std::size_t>(variants));
    EXPECT_EQ(plan.conditions.size(), std::min(plan.conditions.size() + plan.facts.conditions_left, static_cast<std::size_t>(variants) / 10));
    EXPECT_TRUE(plan.conditions.front().is_clean);
    std::set<std::string> kept;
    for (const Condition& condition : plan.conditions) {
      kept.insert(condition.level_name(0) + condition.level_name(1) + condition.level_name(2));
    }
    EXPECT_TRUE(std::ranges::includes(kept, before));
    EXPECT_GT(kept.size(), conditions_before);
    before = kept;
    conditions_before = kept.size();
  }
}

TEST(Design, ABudgetBeginsWithWhatBringsMost) {
  World world = world_of({{"x", 1}}, {4, 4});
  world.settings().design.budget.variants = 4;
  // Four conditions can show every level of both axes, and do.
  const MediaPlan plan = design_of(world);
  std::set<std::string> a;
  std::set<std::string> b;
  for (const Condition& condition : plan.conditions) {
    a.insert(condition.level_name(0));
    b.insert(condition.level_name(1));
  }
  EXPECT_THAT(a, SizeIs(4));
  EXPECT_THAT(b, SizeIs(4));
}

TEST(Design, ABudgetThatPaysForNothingIsRefused) {
  World world = world_of({{"x", 30}}, {4});
  world.settings().design.budget.variants = 59;
  EXPECT_THAT(refusal(world), HasSubstr("`budget` does not pay for one condition beside the clean reference of all 30 "
                                        "sources; raise it, or lower `sources_per_group`"));
}

TEST(Design, RepeatsAreAShareOfEachGroupAndTheSameCellsInGroupsOfOneSize) {
  World world = world_of({{"x", 10}, {"y", 10}, {"z", 3}}, {3, 2});
  world.settings().design.controls.repeat = 0.07;
  world.settings().design.realizations = 5;
  const MediaPlan plan = design_of(world);
  std::map<std::uint32_t, std::multiset<std::pair<std::size_t, int>>> cells;
  for (const Repeat& repeat : plan.repeats) {
    cells[plan.catalog->sources[repeat.source].group].insert({repeat.condition, plan.realizations[repeat.source]});
  }
  // ceil(0.07 x sources x 6 conditions)
  EXPECT_THAT(cells[0], SizeIs(5));
  EXPECT_EQ(cells[0], cells[1]);
  EXPECT_THAT(cells[2], SizeIs(2));
  EXPECT_EQ(plan.variants(), 23U * 6 + 12);
}

TEST(Design, ARepeatIsAnotherVariantOfTheSameDraw) {
  World world = world_of({{"x", 2}}, {2});
  world.settings().design.controls.repeat = 1.0;
  const Plan plan(world.config, world.catalog);
  ASSERT_EQ(plan.size(), 8U);
  const std::vector<Variant> variants = all_variants(plan);
  std::set<std::string> ids;
  for (const Variant& variant : variants) {
    ids.insert(variant.variant_id);
  }
  EXPECT_THAT(ids, SizeIs(8));
  EXPECT_EQ(variants[0].control, Control::none);
  EXPECT_EQ(variants[2].control, Control::repeat);
  EXPECT_EQ(variants[2].condition, variants[0].condition);
  EXPECT_EQ(variants[2].draw_id, variants[0].draw_id);
  EXPECT_EQ(variants[2].pair_id, variants[0].pair_id);
  EXPECT_THAT(plan.line(variants[2]), HasSubstr("\"control\":\"repeat\""));
  EXPECT_EQ(plan.source_number(3), 0U);
  EXPECT_EQ(plan.source_number(4), 1U);
}

/// Sources of group `group` that were recorded at these levels of axis 0.
void observe(World& world, const std::string& group, const std::vector<std::int32_t>& levels) {
  MediaCatalog& catalog = world.media();
  catalog.observed_axes = {0};
  for (const std::int32_t level : levels) {
    const std::string id = group + " at " + std::to_string(level) + " " + std::to_string(catalog.sources.size());
    world.add(id, group, "person " + id);
    catalog.observed_levels.push_back(level);
  }
}

std::set<std::string> levels_met(const MediaPlan& plan, std::uint32_t group) {
  std::set<std::string> met;
  for (std::size_t i = 0; i < plan.catalog->sources.size(); ++i) {
    if (plan.catalog->sources[i].group == group) {
      for (const std::uint32_t condition : plan.block(i)) {
        met.insert(plan.conditions[condition].level_name(0));
      }
    }
  }
  return met;
}

TEST(Observed, WhatHoldsALevelAlreadyIsNoStartOfVariants) {
  World world = world_of({}, {3, 2});
  observe(world, "x", {0, 0, 1, 2, kUnknownLevel});
  const MediaPlan plan = design_of(world);
  EXPECT_EQ(plan.parts, (std::vector<Part>{Part::takes_part, Part::takes_part, Part::holds_a_level, Part::holds_a_level,
                                           Part::level_unknown}));
  EXPECT_EQ(plan.realizations[2], -1);
  EXPECT_THAT(plan.block(2), IsEmpty());
  EXPECT_EQ(plan.variants(), 12U);
}

TEST(Observed, MatchedFillMakesForAllWhatAnyGroupLacks) {
  World world = world_of({}, {3});
  observe(world, "x", {0, 1, 1, 2});
  observe(world, "y", {0, 0, 1, 1});
  world.settings().design.at_least = {2, 2};
  const MediaPlan plan = design_of(world);
  // Level 1 was observed twice in both; level 2 in neither often enough.
  EXPECT_EQ(levels_met(plan, 0), (std::set<std::string>{"none", "l2"}));
  EXPECT_EQ(levels_met(plan, 1), (std::set<std::string>{"none", "l2"}));
  EXPECT_EQ(plan.facts.combinations.observed, 1U);
}

TEST(Observed, MissingOnlyMakesWhatEachGroupLacks) {
  World world = world_of({}, {4});
  observe(world, "x", {0, 1, 1, 2});
  observe(world, "y", {0, 0, 3, 3});
  world.settings().design.at_least = {2, 2};
  world.settings().design.fill = Fill::missing_only;
  const MediaPlan plan = design_of(world);
  EXPECT_EQ(levels_met(plan, 0), (std::set<std::string>{"none", "l2", "l3"}));
  EXPECT_EQ(levels_met(plan, 1), (std::set<std::string>{"none", "l1", "l2"}));
}

TEST(Observed, GroupsThatLackTheSameMeetTheSame) {
  World world = world_of({}, {4, 3, 3});
  observe(world, "x", {0, 1, 1});
  observe(world, "y", {0, 2, 2});
  observe(world, "z", {1, 0, 1});
  world.settings().design.ways = 2;
  world.settings().design.fill = Fill::missing_only;
  world.settings().design.at_least = {2, 2};
  const MediaPlan plan = design_of(world);
  EXPECT_EQ(plan.block_of_group[0], plan.block_of_group[2]);
  EXPECT_NE(plan.block_of_group[0], plan.block_of_group[1]);
}

TEST(Observed, TwoSourcesOfOnePersonAreNotTwoPeople) {
  World world = world_of({}, {2});
  observe(world, "x", {0, 1, 1});
  for (Source& source : world.media().sources) {
    source.subject = world.media().sources.back().subject;
  }
  world.add("other", "x", "somebody else");
  world.media().observed_levels.push_back(0);
  world.settings().design.at_least = {2, 2};
  EXPECT_EQ(levels_met(design_of(world), 0), (std::set<std::string>{"none", "l1"}));
}

TEST(Thresholds, MoreThanTheWholeManifestHasIsASlip) {
  World world = world_of({{"x", 4}, {"y", 2}}, {2});
  world.settings().design.at_least = {0, 4};
  EXPECT_THAT(refusal(world), HasSubstr("`at_least: {subjects: 4}` asks each group for more people than the 3 of the "
                                        "whole manifest; lower the threshold, or collect more"));
  world.settings().design.at_least = {7, 0};
  EXPECT_THAT(refusal(world), HasSubstr("more sources than the 6"));
  world.settings().design.at_least = {6, 3};
  EXPECT_EQ(refusal(world), "");
}

TEST(Except, MustLeaveTheCleanReferenceAndEveryLevel) {
  World world = world_of({{"x", 1}}, {2, 2});
  for (const int ways : {0, 2}) {
    world.settings().design.ways = ways;
    world.settings().design.except = {{{{0, {0}}, {1, {0}}}}};
    EXPECT_THAT(refusal(world), HasSubstr("clean reference")) << ways;
    world.settings().design.except = {{{{0, {1}}, {1, {0}}}}, {{{0, {1}}, {1, {1}}}}};
    EXPECT_THAT(refusal(world), testing::AnyOf(HasSubstr("a=l1"), HasSubstr("l1 of a"))) << ways;
    world.settings().design.except = {{{{0, {1}}, {1, {1}}}}};
    EXPECT_EQ(refusal(world), "") << ways;
    EXPECT_THAT(design_of(world).conditions, SizeIs(3)) << ways;
  }
}

TEST(TooMany, CombinationsAreRefusedAtOnce) {
  World world = world_of({{"x", 1}}, std::vector<std::size_t>(20, 12));
  world.settings().design.ways = 6;
  EXPECT_THAT(refusal(world), HasSubstr("combinations"));
}

TEST(DesignCheck, FindsWithoutSourcesWhatNoneCouldMend) {
  World world = world_of({}, {2, 2});
  world.add_medium(Media::image);
  DesignSettings& audio = world.settings().design;
  audio.ways = 2;
  audio.except = {{{{0, {0}}, {1, {0}}}}};
  audio.places = {{"except", "set.yaml:7:3"}};
  DesignSettings& image = world.settings(Media::image).design;
  world.settings(Media::image).axes = axes_of(std::vector<std::size_t>(20, 12));
  image.ways = 6;
  image.places = {{"ways", "set.yaml:9:3"}};
  try {
    check_design(world.config);
    FAIL() << "nothing was found";
  } catch (const UserError& error) {
    EXPECT_THAT(error.messages(), testing::ElementsAre(testing::StartsWith("set.yaml:7:3: `except` forbids"),
                                                       testing::StartsWith("set.yaml:9:3: `ways: 6` over these axes")));
  }
  audio.except = {{{{0, {1}}, {1, {0}}}}, {{{0, {1}}, {1, {1}}}}};
  image.ways = 2;
  image.places.clear();
  try {
    check_design(world.config);
    FAIL() << "nothing was found";
  } catch (const UserError& error) {
    EXPECT_THAT(error.messages(), testing::ElementsAre(testing::StartsWith("set.yaml:7:3: `except` leaves no")));
  }
  audio.except.clear();
  EXPECT_NO_THROW(check_design(world.config));
}

}  // namespace
}  // namespace fairground
