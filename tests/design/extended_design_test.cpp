// Designs that extend an earlier run: what was made stays in them, and what is missing is planned, no more.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/design/plan.h"
#include "pipeline/design/planned_set.h"
#include "tests/support/made_world.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const StepSchema kNoise = made_schema("noise.fan", Stage::scene);

/// A schema that has an identity setting: a strength of 0.
StepSchema with_identity(std::string name) {
  StepSchema schema = made_schema(std::move(name), Stage::scene);
  schema.identity = "strength: 0";
  return schema;
}

Axis axis_of(const std::string& name, const std::vector<std::string>& levels, const StepSchema& schema = kNoise) {
  Axis axis{name, {{"none", {}}}};
  for (const std::string& level : levels) {
    const auto strength = static_cast<double>(FieldHash().add(name).add(level).value64() % 1000);
    axis.levels.push_back({level, {made_step(schema, strength)}});
  }
  return axis;
}

World world_of(std::size_t sources_each, std::vector<Axis> axes) {
  World world;
  world.settings().axes = std::move(axes);
  world.settings().design.realizations = 4;
  world.add_many(sources_each, "x");
  world.add_many(sources_each, "y");
  return world;
}

std::set<std::string> ids(const Plan& plan) {
  std::set<std::string> all;
  for (const Variant& variant : all_variants(plan)) {
    all.insert(variant.variant_id);
  }
  return all;
}

class ExtendedDesignTest : public testing::Test {
 protected:
  PlannedSet made(const World& world) { return made(Plan(world.config, world.catalog)); }
  PlannedSet made(const Plan& plan) {
    const std::string file = folder_ / (std::to_string(++files_) + ".jsonl");
    std::ofstream lines(file, std::ios::binary);
    plan.for_each_line([&](const std::string& line) { lines << line << '\n'; });
    lines.close();
    return read_planned_set(file);
  }

  static Plan design_on(const PlannedSet& base, const World& world, const QualityTable* qualities = nullptr) {
    DesignInputs inputs;
    inputs.base = &base;
    if (qualities != nullptr) {
      inputs.qualities[Media::audio] = qualities;
    }
    return Plan(world.config, world.catalog, inputs);
  }

 private:
  TemporaryFolder folder_;
  int files_ = 0;
};

TEST_F(ExtendedDesignTest, NothingIsMissingFromARunOfTheSameDesign) {
  for (const bool with_controls : {false, true}) {
    World world = world_of(6, {axis_of("noise", {"a", "b"}), axis_of("hiss", {"a", "b"}), axis_of("hum", {"a"})});
    world.settings().design.ways = 2;
    if (with_controls) {
      world.settings().design.controls.repeat = 0.25;
      world.settings().design.sources_per_group = 5;
    }
    const PlannedSet base = made(world);
    const Plan design = design_on(base, world);
    EXPECT_EQ(ids(design), ids(Plan(world.config, world.catalog)));
    EXPECT_EQ(Plan(design, base).size(), 0U);
  }
}

TEST_F(ExtendedDesignTest, WhatIsLeftIsFollowedToTheLetterWithItsIdentityControls) {
  const StepSchema noise = with_identity("noise.fan");
  const StepSchema hum = with_identity("noise.hum");
  World world = world_of(3, {axis_of("noise", {"a"}, noise)});
  world.settings().design.controls.identity = true;
  const PlannedSet base = made(world);
  // The second identity condition is new, and the first, which was made, is not of what is left.
  world.settings().axes[0].levels.push_back({"other", {made_step(hum, 5.0)}});
  const Plan design = design_on(base, world);
  const Plan rest(design, base);
  EXPECT_EQ(rest.size(), 6U * 3) << "the level, its identity control, and the clean reference again";
  const PlannedSet given = made(rest);
  DesignInputs inputs;
  inputs.given = &given;
  EXPECT_EQ(Plan(world.config, world.catalog, inputs).sha256(), rest.sha256());
}

TEST_F(ExtendedDesignTest, MissingOnlyAsksNothingOfGroupsThatLackNothing) {
  World world = world_of(0, {axis_of("noise", {"a", "b"})});
  MediaCatalog& catalog = world.media();
  catalog.observed_axes = {0};
  const auto observe = [&](const std::string& group, std::int32_t level) {
    world.add(group + std::to_string(catalog.sources.size()), group, "person" + std::to_string(catalog.sources.size()));
    catalog.observed_levels.push_back(level);
  };
  for (const std::int32_t level : {0, 0, 1, 1}) {
    observe("x", level);
  }
  for (const std::int32_t level : {0, 0, 2, 2}) {
    observe("y", level);
  }
  world.settings().design.fill = Fill::missing_only;
  world.settings().design.at_least = {2, 2};
  const PlannedSet base = made(world);
  EXPECT_EQ(Plan(design_on(base, world), base).size(), 0U);
}

TEST_F(ExtendedDesignTest, ABudgetIsNotChargedForWhatWasMade) {
  World world = world_of(4, {axis_of("noise", {"a", "b"}), axis_of("hiss", {"a", "b"})});
  const PlannedSet base = made(world);
  ASSERT_EQ(base.lines, 72U);
  world.settings().axes[0].levels.push_back({"c", {made_step(kNoise, 77.0)}});
  // Clean references again, which the first new condition brings, and eight variants for each condition.
  for (const auto& [variants, conditions] : std::map<std::int64_t, std::size_t>{{16, 1}, {23, 1}, {24, 2}, {1000, 3}}) {
    world.settings().design.budget.variants = variants;
    const Plan design = design_on(base, world);
    const Plan rest(design, base);
    EXPECT_EQ(rest.size(), 8 * (1 + conditions)) << variants;
    EXPECT_EQ(rest.of(Media::audio).facts.not_planned, 0U) << variants;
    EXPECT_EQ(design.of(Media::audio).facts.conditions_left, 3 - conditions) << variants;
  }
}

TEST_F(ExtendedDesignTest, ABudgetPaysForTheNextPartOfWhatItLeft) {
  World world = world_of(4, {axis_of("noise", {"a", "b"}), axis_of("hiss", {"a", "b"})});
  world.settings().design.budget.variants = 24;
  const PlannedSet first = made(world);
  ASSERT_EQ(first.lines, 24U);
  const Plan design = design_on(first, world);
  EXPECT_EQ(Plan(design, first).size(), 24U) << "two more conditions, and the clean references again";
  EXPECT_EQ(design.of(Media::audio).facts.conditions_left, 4U);
}

TEST_F(ExtendedDesignTest, ABudgetThatDoesNotPayForNewSourcesIsRefused) {
  World world = world_of(4, {axis_of("noise", {"a", "b"})});
  const PlannedSet base = made(world);
  world.add("new", "x", "new person");
  world.settings().design.budget.variants = 2;
  try {
    (void)design_on(base, world);
    FAIL() << "the new source has three conditions";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("does not pay for what the earlier run's conditions still lack"));
  }
  world.settings().design.budget.variants = 3;
  EXPECT_EQ(Plan(design_on(base, world), base).size(), 3U);
}

TEST_F(ExtendedDesignTest, RepeatsOfBeforeCountAndStay) {
  World world = world_of(8, {axis_of("noise", {"a", "b"})});
  world.settings().design.controls.repeat = 0.25;
  const PlannedSet base = made(world);
  ASSERT_EQ(base.lines, 16U * 3 + 2 * 6);
  world.add("new x", "x", "new person x");
  world.add("new y", "y", "new person y");
  const Plan design = design_on(base, world);
  const Plan rest(design, base);
  EXPECT_EQ(design.of(Media::audio).repeats.size(), 2U * 7);  // ceil(0.25 x 9 x 3) in each group
  EXPECT_EQ(rest.of(Media::audio).facts.not_planned, 0U);
  EXPECT_THAT(rest.of(Media::audio).repeats, SizeIs(2));
}

TEST_F(ExtendedDesignTest, AShareTakesNewPeopleBeforeMoreOfThoseItHas) {
  World world = world_of(0, {axis_of("noise", {"a"})});
  for (const char* person : {"A", "B", "C"}) {
    world.add(std::string(person) + "0", "x", person);
  }
  world.settings().design.sources_per_group = 3;
  const PlannedSet base = made(world);
  for (const char* person : {"A", "B", "C", "N"}) {
    for (const char* clip : {"1", "2"}) {
      world.add(std::string(person) + clip, "x", person);
    }
  }
  world.settings().design.sources_per_group = 4;
  const Plan design = design_on(base, world);
  std::multiset<std::string> people;
  for (std::size_t i = 0; i < world.media().sources.size(); ++i) {
    if (design.of(Media::audio).parts[i] == Part::takes_part) {
      people.insert(world.media().subject_of(world.media().sources[i]));
    }
  }
  EXPECT_EQ(people, (std::multiset<std::string>{"A", "B", "C", "N"}));
}

TEST_F(ExtendedDesignTest, MatchingDropsNoneThatTookPart) {
  World world = world_of(12, {axis_of("noise", {"a"})});
  world.settings().design.match_on = {"snr_db"};
  const auto qualities = [&](double offset) {
    QualityTable table;
    table.qualities = {{"snr_db", "dB", false, 0.5}};
    table.values.resize(1);
    for (std::size_t i = 0; i < world.media().sources.size(); ++i) {
      const double shift = world.media().sources[i].group == 0 ? offset : 0.0;
      table.values[0].push_back(20.0 + shift + static_cast<double>(i % 5));
    }
    return table;
  };
  const QualityTable alike = qualities(0.0);
  const QualityTable unlike = qualities(2.0);
  DesignInputs inputs;
  inputs.qualities[Media::audio] = &unlike;
  ASSERT_GT(count_parts(Plan(world.config, world.catalog, inputs).of(Media::audio), Part::unmatched), 0U);
  inputs.qualities[Media::audio] = &alike;
  const Plan all(world.config, world.catalog, inputs);
  const PlannedSet base = made(all);
  const std::size_t dropped = count_parts(all.of(Media::audio), Part::unmatched);
  const Plan design = design_on(base, world, &unlike);
  EXPECT_EQ(Plan(design, base).of(Media::audio).facts.not_planned, 0U);
  EXPECT_LE(count_parts(design.of(Media::audio), Part::unmatched), dropped);
}

/// A finished run of `plan` in `folder`, as far as its plan is concerned.
void write_run(const std::string& folder, const Plan& plan) {
  std::filesystem::create_directories(folder);
  std::ofstream lines(folder + "/plan.jsonl", std::ios::binary);
  plan.for_each_line([&](const std::string& line) { lines << line << '\n'; });
  std::string extends;
  if (plan.extends()) {
    extends = ", \"extends\": {\"directory\": \"" + plan.extends()->directory.string() + "\", \"plan_sha256\": \"" +
              plan.extends()->plan_sha256 + "\"}";
  }
  std::ofstream(folder + "/run.json") << R"({"counts": {"failed": 0}, "plan_sha256": ")" << plan.sha256() << "\""
                                      << extends << "}";
}

TEST_F(ExtendedDesignTest, ARunThatExtendedAnotherHasWhatThatOneHas) {
  const TemporaryFolder folder;
  World world = world_of(5, {axis_of("noise", {"a"})});
  const Plan first(world.config, world.catalog);
  write_run(folder / "first", first);
  world.settings().axes[0].levels.push_back({"b", {made_step(kNoise, 2.0)}});
  const PlannedSet base = read_finished_run(folder / "first");
  const Plan second_design = design_on(base, world);
  const Plan second(second_design, base);
  write_run(folder / "second", second);
  world.settings().axes[0].levels.push_back({"c", {made_step(kNoise, 3.0)}});

  const PlannedSet both = read_finished_run(folder / "second");
  EXPECT_EQ(both.lines, first.size() + 10) << "ten new variants; the clean references are those of before";
  const Plan third_design = design_on(both, world);
  const Plan third(third_design, both);
  EXPECT_EQ(third.size(), 10U + 10U);
  EXPECT_EQ(third.of(Media::audio).facts.made_before, 30U);
  EXPECT_EQ(third.of(Media::audio).facts.not_planned, 0U);

  const auto refusal = [&] {
    try {
      (void)read_finished_run(folder / "second");
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  std::filesystem::rename(folder / "first", folder / "moved");
  EXPECT_THAT(refusal(), HasSubstr("which is not there any more"));
  write_run(folder / "first", third_design);
  EXPECT_THAT(refusal(), HasSubstr("the plan there is not the one that it had then"));
}

TEST_F(ExtendedDesignTest, APlanWithImpossibleNumbersIsNoPlan) {
  const World world = world_of(1, {axis_of("noise", {"a"})});
  TemporaryFolder folder;
  const Plan plan(world.config, world.catalog);
  std::string line = plan.line(plan.at(0));
  const std::string good = "\"realization\":0";
  ASSERT_NE(line.find(good), std::string::npos);
  for (const char* number : {"-5000000", "5000000", "1.5", "\"0\""}) {
    std::string bad = line;
    bad.replace(bad.find(good), good.size(), std::string("\"realization\":") + number);
    std::ofstream(folder / "plan.jsonl") << bad << '\n';
    EXPECT_THROW((void)read_planned_set(folder / "plan.jsonl"), UserError) << number;
  }
}

}  // namespace
}  // namespace fairground
