// Plans that are read back: to be followed to the letter, to be extended, to be compared with.
#include "pipeline/design/planned_set.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/design/plan_difference.h"
#include "tests/support/made_world.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const StepSchema kNoise = made_schema("noise.fan", Stage::scene);
const StepSchema kPhone = made_schema("channel.phone", Stage::channel);

World small_world() {
  World world;
  world.settings().axes = {
      {"noise", {{"none", {}}, {"fan", {made_step(kNoise, 1.0)}}, {"loud", {made_step(kNoise, 9.0)}}}},
      {"device", {{"studio", {}}, {"phone", {made_step(kPhone, 1.0)}}}}};
  world.settings().design.realizations = 3;
  world.add_many(5, "x");
  world.add_many(4, "y");
  return world;
}

class PlannedSetTest : public testing::Test {
 protected:
  PlannedSet saved(const Plan& plan, const std::string& name = "plan.jsonl") {
    std::ofstream file(folder_ / name, std::ios::binary);
    plan.for_each_line([&](const std::string& line) { file << line << '\n'; });
    file.close();
    return read_planned_set(folder_ / name);
  }

  std::string refusal(const std::string& text) {
    write_text(folder_ / "broken.jsonl", text);
    try {
      (void)read_planned_set(folder_ / "broken.jsonl");
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
};

TEST_F(PlannedSetTest, TheHashIsThatOfTheFile) {
  const World world = small_world();
  const Plan plan(world.config, world.catalog);
  const PlannedSet set = saved(plan);
  EXPECT_EQ(set.sha256, plan.sha256());
  EXPECT_EQ(set.lines, plan.size());
  EXPECT_EQ(set.media.at(Media::audio).conditions.size(), 6U);
  EXPECT_EQ(read_planned_set(folder_ / "").sha256, set.sha256) << "a folder stands for its plan.jsonl";
}

TEST_F(PlannedSetTest, WhatIsNoPlanIsRefusedWithItsLine) {
  EXPECT_THAT(refusal("{}\n"), HasSubstr("broken.jsonl:1: this is no line of a plan"));
  EXPECT_THAT(refusal("not json"), HasSubstr(":1: "));
  const World world = small_world();
  std::string line;
  Plan(world.config, world.catalog).for_each_line([&](const std::string& text) { line = text; });
  EXPECT_EQ(refusal(line + "\n"), "");
  EXPECT_THAT(refusal(line + "\n[]\n"), HasSubstr(":2: "));
  for (const std::string field : {"\"variant_id\"", "\"media\"", "\"condition\"", "\"realization\"", "\"control\""}) {
    std::string without = line;
    without.replace(without.find(field), field.size(), "\"else\"");
    EXPECT_THAT(refusal(without + "\n"), HasSubstr(":1: ")) << field;
  }
  try {
    (void)read_planned_set(folder_ / "nowhere");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("name a plan, or the folder of a run"));
  }
}

TEST_F(PlannedSetTest, APlanIsFollowedToTheLetter) {
  for (const bool has_everything : {false, true}) {
    World world = small_world();
    if (has_everything) {
      world.settings().design.ways = 2;
      world.settings().design.sources_per_group = 3;
      world.settings().design.controls.repeat = 0.2;
    }
    const Plan plan(world.config, world.catalog);
    const PlannedSet set = saved(plan);
    DesignInputs inputs;
    inputs.given = &set;
    // The design that the file came from does not matter.
    world.settings().design.ways = 0;
    world.settings().design.sources_per_group = 0;
    EXPECT_EQ(Plan(world.config, world.catalog, inputs).sha256(), plan.sha256());
    world.catalog.media.at(Media::audio).sources.pop_back();
    if (!has_everything) {
      EXPECT_THROW(Plan(world.config, world.catalog, inputs), UserError);
    }
  }
}

TEST_F(PlannedSetTest, APlanOfAnotherConfigIsRefused) {
  World world = small_world();
  const PlannedSet set = saved(Plan(world.config, world.catalog));
  DesignInputs inputs;
  inputs.given = &set;
  world.settings().axes[0].levels[2].name = "other";
  try {
    (void)Plan(world.config, world.catalog, inputs);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr(", noise=loud, which the config does not have"));
  }
}

std::string refusal_to_extend(const std::filesystem::path& directory) {
  try {
    (void)read_finished_run(directory);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

DesignInputs on(const PlannedSet& base) {
  DesignInputs inputs;
  inputs.base = &base;
  return inputs;
}

/// The design that keeps what `base` has, and what of it is still to be made.
struct Extended {
  Extended(const World& world, const PlannedSet& base)
      : design(world.config, world.catalog, on(base)), rest(design, base) {}
  Plan design;
  Plan rest;
};

std::set<std::string> ids(const Plan& plan) {
  std::set<std::string> all;
  for (const Variant& variant : all_variants(plan)) {
    all.insert(variant.variant_id);
  }
  return all;
}

TEST_F(PlannedSetTest, ANewLevelPlansOnlyWhatIsMissing) {
  World world = small_world();
  const Plan before(world.config, world.catalog);
  const PlannedSet base = saved(before);
  EXPECT_EQ(Extended(world, base).rest.size(), 0U);

  world.settings().axes[0].levels.push_back({"new", {made_step(kNoise, 4.0)}});
  const Plan whole(world.config, world.catalog);
  const Extended extended(world, base);
  const Plan& more = extended.rest;
  EXPECT_EQ(more.size(), 9U * (2 + 1)) << "two conditions of each source, and its clean reference";
  const MediaPlan& media = more.of(Media::audio);
  EXPECT_EQ(media.facts.made_before, 9U * 6);
  EXPECT_EQ(media.facts.clean_again, 9U);
  EXPECT_EQ(media.facts.not_planned, 0U);
  std::set<std::string> together = ids(before);
  together.merge(ids(more));
  EXPECT_EQ(together, ids(whole));
}

TEST_F(PlannedSetTest, NewSourcesMoveNobodyAndGetTheLeastUsedRealization) {
  World world = small_world();
  const Plan before(world.config, world.catalog);
  const PlannedSet base = saved(before);
  world.add("new 1", "x");
  world.add("new 2", "y");
  const Extended extended(world, base);
  const Plan& more = extended.rest;
  EXPECT_EQ(more.size(), 2U * 6);
  const MediaPlan& media = more.of(Media::audio);
  std::vector<std::multiset<int>> dealt(2);
  for (std::size_t i = 0; i < media.realizations.size(); ++i) {
    dealt[media.catalog->sources[i].group].insert(media.realizations[i]);
    if (i < 9) {
      EXPECT_EQ(media.realizations[i], before.of(Media::audio).realizations[i]);
    }
  }
  EXPECT_THAT(dealt[0], ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_THAT(dealt[1], ElementsAre(0, 0, 1, 1, 2));
  const PlanDifference difference = compare_plans(extended.design, base);
  EXPECT_EQ(difference.same, before.size());
  EXPECT_THAT(difference.sources_only_here.first, ElementsAre("new 1", "new 2"));
  EXPECT_EQ(difference.moved.count, 0U);
}

TEST_F(PlannedSetTest, AnArrayThatIsExtendedKeepsItsConditions) {
  World world = small_world();
  world.settings().axes.push_back({"room", {{"dry", {}}, {"hall", {made_step(kNoise, 2.0)}}}});
  world.settings().design.ways = 2;
  const Plan before(world.config, world.catalog);
  const PlannedSet base = saved(before);
  world.settings().axes[2].levels.push_back({"church", {made_step(kNoise, 3.0)}});
  const Extended extended(world, base);
  const Plan& more = extended.rest;
  EXPECT_EQ(more.of(Media::audio).facts.not_planned, 0U);
  EXPECT_EQ(more.of(Media::audio).facts.made_before, before.size());
  for (const Variant& variant : all_variants(more)) {
    const Condition& condition = more.of(Media::audio).conditions[variant.condition];
    EXPECT_TRUE(condition.is_clean || condition.level_name(2) == "church");
  }
}

TEST_F(PlannedSetTest, WhatFailedIsPlannedAgain) {
  const World world = small_world();
  const Plan before(world.config, world.catalog);
  PlannedSet base = saved(before);
  const std::string failed = before.at(3).variant_id;
  const std::string rejected = before.at(4).variant_id;
  write_text(folder_ / "failures.jsonl", "{\"variant_id\":\"" + failed + "\",\"kind\":\"failed\"}\n{\"variant_id\":\"" +
                                             rejected + "\",\"kind\":\"rejected\"}\n");
  EXPECT_THAT(refusal_to_extend(folder_ / ""), HasSubstr("finish that run first"));
  write_text(folder_ / "run.json", R"({"counts": {"failed": 1}, "plan_sha256": ")" + before.sha256() + "\"}");
  base = read_finished_run(folder_ / "");
  const Extended extended(world, base);
  const Plan& more = extended.rest;
  EXPECT_EQ(ids(more), (std::set<std::string>{failed, before.clean_of(before.at(3)).variant_id}));
}

TEST_F(PlannedSetTest, DifferencesAreNamed) {
  World world = small_world();
  const PlannedSet other = saved(Plan(world.config, world.catalog));
  EXPECT_EQ(compare_plans(Plan(world.config, world.catalog), other).same, 54U);
  world.settings().axes[0].levels[2].name = "louder";
  world.media().sources.erase(world.media().sources.begin());
  const Plan plan(world.config, world.catalog);
  const PlanDifference difference = compare_plans(plan, other);
  EXPECT_THAT(difference.conditions_only_here.first,
              ElementsAre("audio: device=phone, noise=louder", "audio: device=studio, noise=louder"));
  EXPECT_THAT(difference.conditions_only_there.first,
              ElementsAre("audio: device=phone, noise=loud", "audio: device=studio, noise=loud"));
  EXPECT_THAT(difference.sources_only_there.first, ElementsAre("x0"));
  EXPECT_THAT(difference.sources_only_here.first, IsEmpty());
  EXPECT_EQ(difference.same + difference.variants_only_here.count, plan.size());
  EXPECT_EQ(difference.same + difference.variants_only_there.count, 54U);
}

}  // namespace
}  // namespace fairground
