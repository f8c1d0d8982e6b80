// Who gets which realization, what a variant is called, and when its name changes.
#include "pipeline/design/plan.h"

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/error.h"
#include "tests/support/made_world.h"

namespace fairground {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

const StepSchema kFan = made_schema("noise.fan", Stage::scene);
const StepSchema kFanNext = made_schema("noise.fan", Stage::scene, Media::audio, /*version=*/2);
const StepSchema kRecording = made_schema("noise.fan", Stage::scene, Media::audio, 1, ParameterKind::asset);
const StepSchema kPhone = made_schema("channel.phone", Stage::channel);
const StepSchema kLight = made_schema("light.dim", Stage::light, Media::image);

Axis noise_axis(double strength = 10.0) { return {"noise", {{"none", {}}, {"fan", {made_step(kFan, strength)}}}}; }

World small_world() {
  World world;
  world.settings().axes = {noise_axis()};
  world.add("anna 1", "irish", "anna");
  world.add("ben/2", "scots", "ben");
  return world;
}

// ---- dealing

using Shares = std::map<int, std::size_t>;

std::map<std::string, Shares> shares(const World& world) {
  const Plan plan(world.config, world.catalog);
  const MediaPlan& media = plan.of(Media::audio);
  std::map<std::string, Shares> result;
  for (std::size_t i = 0; i < media.realizations.size(); ++i) {
    const Source& source = media.catalog->sources[i];
    ++result[media.catalog->groups[source.group][0]][media.realizations[i]];
  }
  return result;
}

TEST(Dealing, GroupsOfOneSizeGetTheSameRealizations) {
  for (std::size_t size = 1; size <= 50; ++size) {
    for (int realizations = 1; realizations <= 12; ++realizations) {
      World world;
      world.settings().design.realizations = realizations;
      for (const char* group : {"a", "b", "c"}) {
        world.add_many(size, group);
      }
      const auto dealt = shares(world);
      ASSERT_EQ(dealt.at("a"), dealt.at("b")) << size << " sources, " << realizations << " realizations";
      ASSERT_EQ(dealt.at("a"), dealt.at("c")) << size << " sources, " << realizations << " realizations";
      const std::size_t fewest = size / static_cast<std::size_t>(realizations);
      for (const auto& [realization, count] : dealt.at("a")) {
        ASSERT_TRUE(realization >= 0 && realization < realizations);
        ASSERT_TRUE(count == fewest || count == fewest + 1) << count;
      }
    }
  }
}

TEST(Dealing, TheManifestsOrderDoesNotMatter) {
  World world;
  world.add_many(31, "a");
  world.add_many(17, "b");
  World reversed = world;
  std::ranges::reverse(reversed.media().sources);
  const auto of_id = [](const World& w) {
    const Plan plan(w.config, w.catalog);
    std::map<std::string, int> dealt;
    for (std::size_t i = 0; i < w.catalog.media.at(Media::audio).sources.size(); ++i) {
      dealt[std::string(w.catalog.media.at(Media::audio).sources[i].id())] = plan.of(Media::audio).realizations[i];
    }
    return dealt;
  };
  EXPECT_EQ(of_id(world), of_id(reversed));
}

TEST(Dealing, AnotherGroupsSourcesDoNotMatter) {
  World world;
  world.add_many(20, "a");
  const auto before = shares(world).at("a");
  const std::vector<int> dealt = Plan(world.config, world.catalog).of(Media::audio).realizations;
  world.add_many(13, "b");
  EXPECT_EQ(shares(world).at("a"), before);
  const std::vector<int> after = Plan(world.config, world.catalog).of(Media::audio).realizations;
  EXPECT_TRUE(std::equal(dealt.begin(), dealt.end(), after.begin()));
}

TEST(Dealing, ASourceKeepsItsRealizationInAllConditions) {
  World world = small_world();
  world.add_many(9, "irish");
  const Plan plan(world.config, world.catalog);
  std::map<std::size_t, std::set<int>> met;
  for (const Variant& variant : all_variants(plan)) {
    met[variant.source].insert(variant.realization);
  }
  for (const auto& [source, realizations] : met) {
    EXPECT_THAT(realizations, SizeIs(1)) << source;
  }
}

// ---- order

TEST(PlanOrder, AudioFirstThenSourceBySourceThenCondition) {
  World world = small_world();
  world.add_medium(Media::image);
  world.settings(Media::image).axes = {
      {"light", {{"day", {}}, {"dim", {made_step(kLight, 1.0)}}, {"dark", {made_step(kLight, 2.0)}}}}};
  world.add("p", "all", kUnknown, Media::image);
  const Plan plan(world.config, world.catalog);
  ASSERT_EQ(plan.size(), 2U * 2U + 3U);
  const std::vector<Variant> variants = all_variants(plan);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(variants[i].media, Media::audio);
    EXPECT_EQ(variants[i].source, i / 2);
    EXPECT_EQ(variants[i].condition, i % 2);
    EXPECT_EQ(plan.source_number(i), i / 2);
  }
  for (std::size_t i = 4; i < 7; ++i) {
    EXPECT_EQ(variants[i].media, Media::image);
    EXPECT_EQ(variants[i].condition, i - 4);
    EXPECT_EQ(plan.source_number(i), 2U);
  }
  EXPECT_THROW((void)plan.at(7), std::out_of_range);
  EXPECT_THROW((void)plan.source_number(7), std::out_of_range);
  EXPECT_THROW((void)Plan(small_world().config, small_world().catalog).of(Media::image), std::out_of_range);
}

// ---- names

/// The last 16 digits: the hash, without the readable part.
std::string hash_of(const std::string& id) { return id.substr(id.size() - 16); }

/// The name of the first source's `fan` variant in a changed world.
std::string name_after(const std::function<void(World&)>& change) {
  World world = small_world();
  change(world);
  const Plan plan(world.config, world.catalog);
  for (const Variant& variant : all_variants(plan)) {
    const Condition& condition = plan.of(variant.media).conditions[variant.condition];
    if (variant.source == 0 && !condition.chain.empty() && condition.chain.back().axis.starts_with("noise")) {
      return variant.variant_id;
    }
  }
  return "";
}

TEST(VariantId, HasAReadablePartAndOnlySafeCharacters) {
  World world = small_world();
  for (const char* id :
       {"../../etc/passwd", "a.b.c", "日本語の発話", "tab\there", "\"quoted\" 'id'", "-rf", "CON", " ", "a\nb"}) {
    world.add(id, "irish");
  }
  world.add(std::string(5000, 'x'), "irish");
  const Plan plan(world.config, world.catalog);
  std::set<std::string> ids;
  for (const Variant& variant : all_variants(plan)) {
    EXPECT_THAT(variant.variant_id, MatchesRegex("[A-Za-z0-9_-]+"));
    EXPECT_THAT(variant.file_name, MatchesRegex("[0-9a-f][0-9a-f]/[A-Za-z0-9_-]+[.]flac"));
    EXPECT_LT(variant.file_name.size(), 200U) << "file systems end at 255 bytes";
    ids.insert(variant.variant_id);
  }
  EXPECT_THAT(ids, SizeIs(plan.size()));
  EXPECT_THAT(plan.at(0).variant_id, MatchesRegex("anna_1-clean-[0-9a-f]+"));
  EXPECT_THAT(plan.at(1).variant_id, MatchesRegex("anna_1-fan-[0-9a-f]+"));
}

TEST(VariantId, IdsThatDifferInForbiddenCharactersStayApart) {
  World world;
  for (const char* id : {"a b", "a.b", "a/b", "a_b", "a\xC3\xA9", "a\xC3\xA8"}) {
    world.add(id);
  }
  std::set<std::string> ids;
  for (const Variant& variant : all_variants(Plan(world.config, world.catalog))) {
    ids.insert(variant.variant_id);
  }
  EXPECT_THAT(ids, SizeIs(6));
}

TEST(VariantId, ANewLevelAxisOrGroupRenamesNothing) {
  const std::string name = name_after([](World&) {});
  ASSERT_NE(name, "");
  EXPECT_EQ(name_after([](World& w) {
              w.settings().axes[0].levels.push_back({"fan2", {made_step(kFan, 20.0)}});
            }),
            name);
  EXPECT_EQ(name_after([](World& w) {
              w.settings().axes.push_back({"device", {{"studio", {}}, {"phone", {made_step(kPhone, 1.0)}}}});
            }),
            name)
      << "the new axis stands at its empty first level";
  EXPECT_EQ(name_after([](World& w) {
              w.settings().axes.insert(w.settings().axes.begin(),
                                       {"device", {{"studio", {}}, {"phone", {made_step(kPhone, 1.0)}}}});
            }),
            name);
  EXPECT_EQ(name_after([](World& w) { w.add_many(5, "welsh"); }), name);
  EXPECT_EQ(name_after([](World& w) { w.media().group_columns[0] = "dialect"; }), name);
  EXPECT_EQ(name_after([](World& w) { w.settings().design.include_clean = false; }), name);
  EXPECT_EQ(name_after([](World& w) { w.config.name = "other"; }), name);
}

TEST(VariantId, ANewSourceRenamesOnlyThoseWhomDealingMoves) {
  World world = small_world();
  world.settings().design.realizations = 3;
  world.add_many(10, "irish");
  const auto names = [](const World& w) {
    const Plan plan(w.config, w.catalog);
    std::map<std::pair<std::string, std::size_t>, Variant> list;
    for (const Variant& variant : all_variants(plan)) {
      list[{std::string(w.catalog.media.at(Media::audio).sources[variant.source].id()), variant.condition}] = variant;
    }
    return list;
  };
  const auto before = names(world);
  world.add("newcomer", "irish");
  std::size_t moved = 0;
  const auto after = names(world);
  for (const auto& [key, variant] : before) {
    const bool same_draw = after.at(key).realization == variant.realization;
    EXPECT_EQ(after.at(key).variant_id == variant.variant_id, same_draw) << key.first;
    moved += same_draw ? 0 : 1;
  }
  EXPECT_LT(moved, before.size());
}

TEST(VariantId, EachFieldOfItsHashChangesIt) {
  const std::string name = name_after([](World&) {});
  const std::map<std::string, std::function<void(World&)>> changes = {
      {"source id", [](World& w) { w.media().sources[0].texts = {"anna 2"}; }},
      {"source bytes", [](World& w) { w.file(0).sha256 = sha256("other"); }},
      {"rate", [](World& w) { w.config.sources[0].sample_rate = 8000; }},
      {"rate kept", [](World& w) { w.config.sources[0].sample_rate = 0; }},
      {"channels", [](World& w) { w.config.sources[0].mono = false; }},
      {"active level", [](World& w) { w.config.sources[0].active_level_dbov = -20.0; }},
      {"active level kept", [](World& w) { w.config.sources[0].active_level_dbov.reset(); }},
      {"parameter", [](World& w) { w.settings().axes = {noise_axis(11.0)}; }},
      {"parameter drawn",
       [](World& w) {
         w.settings().axes[0].levels[1].steps[0].settings[0] = Range{10.0, 10.0};
       }},
      {"version", [](World& w) { w.settings().axes[0].levels[1].steps = {made_step(kFanNext, 10.0)}; }},
      {"another step", [](World& w) { w.settings().axes[0].levels[1].steps.push_back(made_step(kFan, 10.0)); }},
      {"axis", [](World& w) { w.settings().axes[0].name = "noises"; }},
      {"asset",
       [](World& w) {
         w.settings().axes[0].levels[1].steps = {{&kRecording, {10.0, std::string("site")}}};
         w.catalog.asset_sha256["site"] = {"aa"};
       }},
      {"bytes of the asset",
       [](World& w) {
         w.settings().axes[0].levels[1].steps = {{&kRecording, {10.0, std::string("site")}}};
         w.catalog.asset_sha256["site"] = {"bb"};
       }},
      {"a talker of the asset",
       [](World& w) {
         w.settings().axes[0].levels[1].steps = {{&kRecording, {10.0, std::string("site")}}};
         w.catalog.asset_sha256["site"] = {"aa"};
         w.catalog.pools["site"].files = {{"a.wav", "aa", "anna", {"de"}, 2}};
       }},
      {"another talker of the same bytes",
       [](World& w) {
         w.settings().axes[0].levels[1].steps = {{&kRecording, {10.0, std::string("site")}}};
         w.catalog.asset_sha256["site"] = {"aa"};
         w.catalog.pools["site"].files = {{"a.wav", "aa", "bert", {"de"}, 2}};
       }},
      {"another label of the same talker",
       [](World& w) {
         w.settings().axes[0].levels[1].steps = {{&kRecording, {10.0, std::string("site")}}};
         w.catalog.asset_sha256["site"] = {"aa"};
         w.catalog.pools["site"].files = {{"a.wav", "aa", "anna", {"en"}, 2}};
       }},
      {"seed", [](World& w) { w.config.seed = 2; }},
      {"pairing", [](World& w) { w.settings().design.pairing = Pairing::independent; }},
      {"order", [](World& w) { w.settings().design.order = Order::as_written; }},
      {"format", [](World& w) { w.settings().output.format = FileFormat::wav; }},
      {"bits", [](World& w) { w.settings().output.bits = 24; }},
      {"digital source type", [](World& w) { w.config.digital_source_type = false; }},
  };
  std::set<std::string> hashes = {hash_of(name)};
  for (const auto& [what, change] : changes) {
    const std::string changed = name_after(change);
    ASSERT_NE(changed, "") << what;
    EXPECT_TRUE(hashes.insert(hash_of(changed)).second) << what;
  }
}

// What decides where skin is decides the bytes of steps that work on it, and of no others.
TEST(VariantId, WhereSkinIsIsInTheHashOfStepsThatWorkOnIt) {
  StepSchema tone = made_schema("skin.fake", Stage::skin, Media::image);
  tone.needs_skin = true;
  World world(Media::image);
  world.settings(Media::image).axes = {{"tone", {{"as_is", {}}, {"darker", {made_step(tone, 1.0)}}}},
                                       {"light", {{"day", {}}, {"dim", {made_step(kLight, 1.0)}}}}};
  world.add("anna", "irish", "anna", Media::image);
  const auto ids = [&] {
    const Plan plan(world.config, world.catalog);
    std::map<bool, std::set<std::string>> by_skin;
    for (const Variant& variant : all_variants(plan)) {
      const Condition& condition = plan.of(Media::image).conditions[variant.condition];
      by_skin[condition.level_name(0) == "darker"].insert(variant.variant_id);
    }
    return by_skin;
  };
  const auto first = ids();
  ASSERT_EQ(first.at(true).size(), 2U);
  ASSERT_EQ(first.at(false).size(), 2U);
  const auto expect_others = [&](const std::map<bool, std::set<std::string>>& before) {
    const auto after = ids();
    EXPECT_EQ(after.at(false), before.at(false));
    for (const std::string& id : after.at(true)) {
      EXPECT_FALSE(before.at(true).contains(id)) << id;
    }
    return after;
  };
  world.catalog.face_model_sha256 = {"aa", "bb"};
  const auto with_model = expect_others(first);
  world.catalog.face_model_sha256 = {"aa", "bc"};
  const auto with_another = expect_others(with_model);
  MaskCodes codes = {};
  codes[1] = SkinPart::face;
  world.config.sources[0].mask_codes = codes;
  const auto with_codes = expect_others(with_another);
  codes[2] = SkinPart::lips;
  world.config.sources[0].mask_codes = codes;
  expect_others(with_codes);
}

TEST(VariantId, TheRealizationIsInTheHash) {
  World world;
  world.settings().axes = {noise_axis()};
  world.add_many(2, "a");
  std::map<std::string, std::set<std::string>> hashes;
  for (const int realizations : {1, 2}) {
    world.settings().design.realizations = realizations;
    for (const Variant& variant : all_variants(Plan(world.config, world.catalog))) {
      hashes[std::to_string(variant.source) + "." + std::to_string(variant.condition) + "." +
             std::to_string(variant.realization)]
          .insert(hash_of(variant.variant_id));
    }
  }
  std::set<std::string> all;
  for (const auto& [key, names] : hashes) {
    EXPECT_THAT(names, SizeIs(1)) << key;
    all.insert(*names.begin());
  }
  EXPECT_EQ(all.size(), hashes.size());
}

TEST(VariantId, QualityMattersWhereTheFormatHasOne) {
  const auto name = [](FileFormat format, int quality) {
    World world(Media::image);
    world.settings(Media::image).output = {format, 16, quality};
    world.add("p", "all", kUnknown, Media::image);
    return Plan(world.config, world.catalog).at(0).variant_id;
  };
  EXPECT_NE(name(FileFormat::jpeg, 90), name(FileFormat::jpeg, 91));
  EXPECT_NE(name(FileFormat::webp, 90), name(FileFormat::webp, 91));
  EXPECT_EQ(name(FileFormat::png, 90), name(FileFormat::png, 91));
  EXPECT_NE(name(FileFormat::png, 90), name(FileFormat::tiff, 90));
}

TEST(VariantId, RenamingALevelKeepsTheDraw) {
  World world = small_world();
  const Variant before = Plan(world.config, world.catalog).at(1);
  world.settings().axes[0].levels[1].name = "ventilator";
  const Variant after = Plan(world.config, world.catalog).at(1);
  EXPECT_EQ(after.draw_id, before.draw_id);
  EXPECT_EQ(hash_of(after.variant_id), hash_of(before.variant_id));
}

TEST(VariantId, AsWrittenTheOrderOfStepsIsInTheHash) {
  const auto name = [](Order order, bool swapped) {
    World world;
    world.settings().axes = {{"noise", {{"fan", {made_step(kFan, 1.0)}}}},
                             {"device", {{"phone", {made_step(kPhone, 1.0)}}}}};
    if (swapped) {
      std::ranges::reverse(world.settings().axes);
    }
    world.settings().design.order = order;
    world.add("a");
    return hash_of(Plan(world.config, world.catalog).at(1).variant_id);
  };
  EXPECT_NE(name(Order::as_written, false), name(Order::as_written, true));
  EXPECT_EQ(name(Order::staged, false), name(Order::staged, true)) << "stages decide, whatever the order of the axes";
}

// ---- pairs and draws

TEST(PairId, VariantsOfOneSourceThatDifferInConditionOnly) {
  World world = small_world();
  world.add_many(20, "irish");
  const Plan plan(world.config, world.catalog);
  std::map<std::size_t, std::set<std::string>> of_source;
  std::set<std::string> all;
  for (const Variant& variant : all_variants(plan)) {
    of_source[variant.source].insert(variant.pair_id);
    all.insert(variant.pair_id);
  }
  for (const auto& [source, pairs] : of_source) {
    EXPECT_THAT(pairs, SizeIs(1)) << source;
  }
  EXPECT_EQ(all.size(), of_source.size());
}

TEST(DrawId, AllVariantsThatMetOneDraw) {
  for (const Pairing pairing : {Pairing::matched, Pairing::independent}) {
    World world = small_world();
    world.settings().design = {.realizations = 3, .pairing = pairing};
    world.add_many(20, "irish");
    world.add_many(20, "scots");
    const Plan plan(world.config, world.catalog);
    std::map<std::string, std::set<std::string>> meetings;
    for (const Variant& variant : all_variants(plan)) {
      meetings[variant.draw_id].insert(std::to_string(variant.condition) + "." + std::to_string(variant.realization) +
                                       (pairing == Pairing::independent ? "." + std::to_string(variant.source) : ""));
    }
    for (const auto& [draw, met] : meetings) {
      EXPECT_THAT(met, SizeIs(1)) << draw;
    }
    const std::size_t draws = pairing == Pairing::matched ? 2U * 3U : plan.size();
    EXPECT_THAT(meetings, SizeIs(draws));
  }
}

TEST(CleanOf, IsTheCleanReferenceOfTheSameSource) {
  World world = small_world();
  Axis device{"device", {{"phone", {made_step(kPhone, 1.0)}}}};
  world.settings().axes.push_back(device);
  const Plan plan(world.config, world.catalog);
  for (const Variant& variant : all_variants(plan)) {
    const Variant clean = plan.clean_of(variant);
    EXPECT_TRUE(plan.of(Media::audio).conditions[clean.condition].is_clean);
    EXPECT_EQ(clean.source, variant.source);
    EXPECT_EQ(clean.pair_id, variant.pair_id);
    EXPECT_EQ(clean.realization, variant.realization);
    EXPECT_EQ(plan.clean_of(clean).file_name, clean.file_name);
    EXPECT_EQ(plan.clean_file_name(variant), clean.file_name);
    EXPECT_EQ(plan.clean_file_name(clean), clean.file_name);
    EXPECT_EQ(plan.clean_file_name(plan.unnamed(0)), plan.clean_of(plan.unnamed(0)).file_name);
  }
}

// ---- the plan as text

TEST(IdentityControls, OfBothMediaPointToStepsThatThePlanItselfHolds) {
  StepSchema noise = made_schema("noise.fan", Stage::scene);
  StepSchema light = made_schema("light.sun", Stage::light, Media::image);
  noise.identity = light.identity = "strength: 0";
  World world;
  world.add_medium(Media::image);
  for (const auto& [medium, schema] : {std::pair(Media::audio, &noise), {Media::image, &light}}) {
    world.add("source of " + std::string(to_string(medium)), "all", "somebody", medium);
    world.settings(medium).axes = {{"axis", {{"none", {}}, {"on", {made_step(*schema, 1.0)}}}}};
    world.settings(medium).design.controls.identity = true;
  }
  const Plan plan(world.config, world.catalog);
  for (const MediaPlan& media : plan.media()) {
    ASSERT_EQ(media.conditions.back().control, Control::identity);
    ASSERT_EQ(media.conditions.back().chain.size(), 1U);
    EXPECT_EQ(media.conditions.back().chain[0].step, media.identity_steps.at(0).data());
  }
}

TEST(PlanLine, NamesEverything) {
  World world = small_world();
  const Plan plan(world.config, world.catalog);
  const Variant variant = plan.at(1);
  const auto json = nlohmann::ordered_json::parse(plan.line(variant));
  EXPECT_EQ(json.at("variant_id"), variant.variant_id);
  EXPECT_EQ(json.at("source_id"), "anna 1");
  EXPECT_EQ(json.at("condition"), nlohmann::ordered_json({{"noise", "fan"}}));
  EXPECT_EQ(json.at("realization"), variant.realization);
  EXPECT_EQ(json.at("file"), "audio/" + variant.file_name);
  EXPECT_EQ(plan.line(variant).find('\n'), std::string::npos);
}

TEST(PlanLine, EachOnceInOrder) {
  const World world = small_world();
  const Plan plan(world.config, world.catalog);
  std::vector<std::string> expected;
  for (const Variant& variant : all_variants(plan)) {
    expected.push_back(plan.line(variant));
  }
  std::vector<std::string> lines;
  plan.for_each_line([&](const std::string& line) { lines.push_back(line); });
  EXPECT_EQ(lines, expected);
}

// More variants than a piece has lines, so that several threads make several pieces.
TEST(PlanText, IsTheSameWhateverTheThreads) {
  World world = small_world();
  for (int i = 0; i < 800; ++i) {
    world.add("more " + std::to_string(i), i % 3 == 0 ? "irish" : "scots", "somebody " + std::to_string(i));
  }
  for (const Pairing pairing : {Pairing::matched, Pairing::independent}) {
    world.settings().design.pairing = pairing;
    const Plan plan(world.config, world.catalog);
    std::string expected;
    for (const Variant& variant : all_variants(plan)) {
      expected += plan.line(variant) + '\n';
    }
    for (const int jobs : {1, 2, 4}) {
      std::string text;
      std::size_t pieces = 0;
      plan.for_each_piece(
          [&](std::string_view lines) {
            EXPECT_TRUE(lines.ends_with('\n'));
            text += lines;
            ++pieces;
          },
          jobs);
      EXPECT_EQ(text, expected);
      EXPECT_GT(pieces, 1U);
      EXPECT_EQ(plan.sha256(jobs), sha256_hex(expected));
    }
  }
}

TEST(PlanSize, TooManyConditionsAreTheUsersMistake) {
  World world = small_world();
  world.config.path = "/configs/large.yaml";
  for (int i = 0; i < 30; ++i) {
    world.settings().axes.push_back(noise_axis());
    world.settings().axes.back().name += std::to_string(i);
  }
  try {
    const Plan plan(world.config, world.catalog);
    FAIL() << "2 to the power of 31 conditions were planned";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("/configs/large.yaml: design of audio: "));
    EXPECT_THAT(error.what(), testing::HasSubstr(" 2147483648 conditions"));
  }
}

TEST(PlanHash, IsThatOfItsLinesAndStable) {
  World world = small_world();
  const Plan plan(world.config, world.catalog);
  std::string text;
  for (const Variant& variant : all_variants(plan)) {
    text += plan.line(variant) + '\n';
  }
  EXPECT_EQ(plan.sha256(), sha256_hex(text));
  EXPECT_EQ(Plan(world.config, world.catalog).sha256(), plan.sha256());
  // Whole numbers and hashes only, so it is the same on every machine. It changes when names of variants change,
  // and then every set that was ever made has files of other names: never by accident.
  EXPECT_EQ(plan.sha256(), "fbb61584dd487de23090346919426f1dacf9315258a2de8ef5616a45a5b3f49e");
  const std::string before = plan.sha256();
  world.config.seed = 1;
  EXPECT_NE(Plan(world.config, world.catalog).sha256(), before);
}

}  // namespace
}  // namespace fairground
