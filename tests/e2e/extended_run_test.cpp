// `run --base DIR`: only what an earlier run does not have, and nothing of that run touched.
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <utility>

#include <functional>

#include "tests/support/designed_set.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;

using Lines = std::map<std::string, json>;

Lines planned(const fs::path& folder) { return by_id(read_json_lines(folder / "plan.jsonl")); }

bool is_clean(const json& line) {
  return line["control"] == "none" && std::ranges::all_of(line["condition"], [](const json& level) {
           return level == "none" || level == "off" || level == "day" || level == "clean";
         });
}

/// What must hold of any run `more` that extends the run `base`.
void check_extension(const fs::path& base, const fs::path& more) {
  const Lines before = planned(base);
  const Lines after = planned(more);
  std::map<std::string, int> realization_of;
  for (const auto& [id, line] : before) {
    realization_of[line["source_id"]] = line["realization"];
  }
  std::set<std::pair<std::string, std::string>> repeated_now;
  for (const auto& [id, line] : after) {
    if (line["control"] == "repeat") {
      repeated_now.emplace(line["source_id"], line["condition"].dump());
    }
  }
  std::map<std::string, std::vector<std::string>> made_for;
  for (const auto& [id, line] : after) {
    const std::string source = line["source_id"];
    if (const auto known = realization_of.find(source); known != realization_of.end()) {
      EXPECT_EQ(line["realization"], known->second) << source << " was dealt anew";
    }
    if (before.contains(id)) {
      EXPECT_TRUE(is_clean(line) || repeated_now.contains({source, line["condition"].dump()})) << id << " is made again";
      EXPECT_EQ(line, before.at(id));
      const std::string file = line["file"];
      EXPECT_EQ(read_text(base / file), read_text(more / file)) << id;
    } else {
      made_for[source].push_back(id);
    }
  }
  for (const auto& [id, line] : after) {
    EXPECT_FALSE(before.contains(id) && made_for[line["source_id"]].empty()) << id << " is made again for nothing";
  }
  const json run = json::parse(read_text(more / "run.json"));
  EXPECT_EQ(run["extends"]["directory"], base.string());
  EXPECT_EQ(run["extends"]["plan_sha256"], json::parse(read_text(base / "run.json"))["plan_sha256"]);
  EXPECT_TRUE(is_verified(base));
  EXPECT_TRUE(is_verified(more));
}

std::set<std::string> united(const std::vector<fs::path>& folders) {
  std::set<std::string> ids;
  for (const fs::path& folder : folders) {
    for (const auto& [id, line] : planned(folder)) {
      ids.insert(id);
    }
  }
  return ids;
}

std::set<std::string> ids_in(const fs::path& folder) { return united({folder}); }

/// Runs the set into the folder `base`, and lets what is changed in the config from then on be another config.
void make_base(DesignedSet& set, int status = 0) {
  run_set(set, "base", {}, status);
  set.config_name = "more.yaml";
  set.save();
}

constexpr const char* kControls = ", controls: {identity: true, repeat: 0.1}";

class Extended : public testing::TestWithParam<std::string> {};

TEST_P(Extended, ByALevelMakesItsVariantsAlone) {
  DesignedSet set(6, 4);
  set.design = GetParam();
  set.save();
  make_base(set);
  const Tree before = read_tree(set / "base");
  set.add_audio_level(1, "more: [{noise.coloured: {colour: blue, snr_db: 5}}]");
  set.save();
  const ProcessResult result = run_set(set, "more", {"--base", set / "base"});
  expect_equal(read_tree(set / "base"), before);
  check_extension(set / "base", set / "more");
  EXPECT_FALSE(fs::exists(set / "more/image/metadata.jsonl") && fs::file_size(set / "more/image/metadata.jsonl") > 0)
      << "no level of images is new";
  for (const auto& [id, line] : planned(set / "more")) {
    const bool is_of_new_level = line["condition"].value("hiss", "") == "more";
    EXPECT_TRUE(is_of_new_level || is_clean(line) || line["control"] == "repeat") << line;
  }
  // Nobody was dealt another realization, so a run that had begun with this level would have the same variants.
  if (GetParam().find("ways: all") != std::string::npos) {
    run_set(set, "fresh");
    EXPECT_EQ(united({set / "base", set / "more"}), ids_in(set / "fresh"));
  }
}

TEST_P(Extended, BySourcesMakesThoseAlone) {
  DesignedSet set(6, 4);
  set.design = GetParam();
  set.save();
  make_base(set);
  const Tree before = read_tree(set / "base");
  set.add_recordings(2, "irish");
  set.add_recordings(1, "scots");
  set.save();
  run_set(set, "more", {"--base", set / "base"});
  expect_equal(read_tree(set / "base"), before);
  check_extension(set / "base", set / "more");
  std::map<std::string, std::set<json>> conditions;
  for (const auto& [id, line] : planned(set / "more")) {
    if (line["control"] == "none") {
      conditions[line["source_id"]].insert(line["condition"]);
    }
  }
  std::set<json> before_met;
  for (const auto& [id, line] : planned(set / "base")) {
    if (line["source_id"] == "s0" && line["control"] == "none") {
      before_met.insert(line["condition"]);
    }
  }
  for (const char* source : {"new0", "new1", "new2"}) {
    EXPECT_EQ(conditions[source], before_met) << source;
  }
  // Three realizations and three sources of each accent: the new ones get one that its accent has least of.
  std::map<std::string, int> dealt;
  for (const auto& [id, line] : planned(set / "more")) {
    dealt[line["source_id"]] = line["realization"];
  }
  EXPECT_NE(dealt.at("new0"), dealt.at("new1"));
}

TEST_P(Extended, ByALevelAndSourcesMakesBoth) {
  DesignedSet set(6, 4);
  set.design = GetParam();
  set.save();
  make_base(set);
  const Tree before = read_tree(set / "base");
  set.add_audio_level(0, "more: [{noise.coloured: {colour: violet, snr_db: 5}}]");
  set.image_axes[1].insert(set.image_axes[1].size() - 1, ", iso3200: [{sensor.noise: {iso: 3200}}]");
  set.add_recordings(2, "scots");
  set.save();
  run_set(set, "more", {"--base", set / "base"});
  expect_equal(read_tree(set / "base"), before);
  check_extension(set / "base", set / "more");
  // Together they are the plan: every source that is in it meets the same conditions.
  std::map<std::string, std::map<std::string, std::set<json>>> conditions;
  for (const fs::path& folder : {set / "base", set / "more"}) {
    for (const auto& [id, line] : planned(folder)) {
      if (line["control"] == "none") {
        conditions[line["media"]][line["source_id"]].insert(line["condition"]);
      }
    }
  }
  for (const auto& [medium, sources] : conditions) {
    EXPECT_THAT(sources, SizeIs(medium == "audio" ? 8 : 4));
    for (const auto& [source, met] : sources) {
      EXPECT_EQ(met, sources.begin()->second) << source;
    }
  }
  // And nothing is left to be made after both.
  const ProcessResult nothing = run_set(set, "nothing", {"--base", set / "more"});
  EXPECT_THAT(nothing.out, HasSubstr("nothing is missing"));
  EXPECT_FALSE(fs::exists(set / "nothing"));
}

INSTANTIATE_TEST_SUITE_P(Designs, Extended,
                         testing::Values("ways: all, realizations: 3",
                                         std::string("ways: 2, realizations: 3") + kControls,
                                         "ways: 2, realizations: 3, include_clean: false"));

TEST(ExtendedRun, WithNothingToAddSaysSo) {
  DesignedSet set(4, 2);
  set.design += kControls;
  set.save();
  make_base(set);
  const Tree before = read_tree(set.files / ".");
  const ProcessResult result = run_set(set, "more", {"--base", set / "base"});
  EXPECT_EQ(result.out, "nothing is missing: " + (set / "base").string() + " has every variant of this plan\n");
  expect_equal(read_tree(set.files / "."), before);
}

TEST(ExtendedRun, HasTheSameBytesWithOrWithoutAPlanAndOnAnyThreads) {
  DesignedSet set(4, 2);
  set.design += kControls;
  set.save();
  make_base(set);
  set.add_audio_level(2, "more: [{noise.coloured: {colour: blue, snr_db: 5}}]");
  set.add_recordings(2, "irish");
  set.save();
  const fs::path base = set / "base";
  const fs::path plan = write_plan(set, "plan.jsonl", {"--base", base});
  run_set(set, "one", {"--base", base, "--jobs", "1"});
  run_set(set, "two", {"--base", base, "--jobs", "2", "--plan", plan});
  expect_equal(comparable(set / "one"), comparable(set / "two"));
  EXPECT_EQ(read_text(plan), read_text(set / "one/plan.jsonl"));
  EXPECT_THAT(run_set(set, "three", {"--plan", plan}, 2).err, HasSubstr("--base"));
  EXPECT_FALSE(fs::exists(set / "three"));
}

TEST(ExtendedRun, MakesAgainWhatFailed) {
  DesignedSet set(4, 0);
  fs::rename(set / "data/clip1.flac", set / "data/away");
  make_base(set, 1);
  fs::rename(set / "data/away", set / "data/clip1.flac");
  fs::copy(set / "base", set / "spoilt", fs::copy_options::recursive);
  fs::remove(set / "spoilt/failures.jsonl");
  EXPECT_THAT(run_set(set, "more", {"--base", set / "spoilt"}, 2).err, HasSubstr("failures.jsonl"));
  const Tree before = read_tree(set / "base");
  run_set(set, "more", {"--base", set / "base"});
  expect_equal(read_tree(set / "base"), before);
  for (const json& line : read_json_lines(set / "more/plan.jsonl")) {
    EXPECT_EQ(line["source_id"], "s1");
  }
  EXPECT_EQ(read_lines(set / "more/plan.jsonl").size() * 4, read_lines(set / "base/plan.jsonl").size());
  EXPECT_TRUE(is_verified(set / "more"));
  EXPECT_THAT(run_set(set, "nothing", {"--base", set / "more"}).out, HasSubstr("nothing is missing"));
}

TEST(ExtendedRun, ExtendsOneThatExtends) {
  DesignedSet set(4, 0);
  run_set(set, "first");
  set.config_name = "second.yaml";
  set.add_audio_level(2, "more: [{noise.coloured: {colour: blue, snr_db: 5}}]");
  set.save();
  run_set(set, "second", {"--base", set / "first"});
  set.config_name = "third.yaml";
  set.add_audio_level(2, "most: [{noise.coloured: {colour: blue, snr_db: 0}}]");
  set.add_recordings(1, "irish");
  set.save();
  run_set(set, "third", {"--base", set / "second"});
  check_extension(set / "second", set / "third");
  std::map<std::string, std::set<json>> conditions;
  for (const auto& folder : {set / "first", set / "second", set / "third"}) {
    for (const auto& [id, line] : planned(folder)) {
      if (!is_clean(line)) {
        EXPECT_TRUE(conditions[line["source_id"]].insert(line["condition"]).second) << id << " is made again";
      }
    }
  }
  for (const auto& [source, met] : conditions) {
    EXPECT_EQ(met, conditions["s0"]) << source;
  }
  fs::rename(set / "first", set / "moved");
  EXPECT_THAT(run_set(set, "fourth", {"--base", set / "second"}, 2).err,
              AllOf(HasSubstr((set / "second").string()), HasSubstr((set / "first").string())));
}

TEST(ExtendedRun, KeepsTheRealizationsThatTheConfigNoLongerHas) {
  DesignedSet set(8, 0);
  set.design = "ways: all, realizations: 4";
  set.save();
  make_base(set);
  set.design = "ways: all, realizations: 2";
  set.add_audio_level(2, "more: [{noise.coloured: {colour: blue, snr_db: 5}}]");
  set.save();
  run_set(set, "more", {"--base", set / "base"});
  check_extension(set / "base", set / "more");
}

TEST(ExtendedRun, SaysWhatOfTheBaseIsNoLongerPlanned) {
  DesignedSet set(4, 0);
  set.design = "ways: all, realizations: 2";
  set.save();
  make_base(set);
  set.audio_axes[1].replace(set.audio_axes[1].find("snr_db: 15"), 10, "snr_db: 12");
  set.save();
  const ProcessResult result = run_set(set, "more", {"--base", set / "base"});
  check_extension(set / "base", set / "more");
  // A third of 18 conditions has the level that was changed.
  EXPECT_THAT(result.out, HasSubstr("has 48 variants of this design and 24 that would not be planned now\n"));
}

TEST(ExtendedRunRefusal, OfABaseThatHasNothingInCommon) {
  DesignedSet set(1, 0);
  make_base(set);
  const Tree before = read_tree(set / "base");
  const std::string design = set.design;
  const std::string speech = set.files.speech;
  const std::map<std::string, std::function<void()>> changes = {
      {"seed", [&] { set.seed = "8"; }},
      {"pairing", [&] { set.design += ", pairing: independent"; }},
      {"sources", [&] { set.files.speech.replace(set.files.speech.find("s0,"), 3, "t0,"); }},
      {"format", [&] { set.output = "  audio: {format: wav}\n"; }},
  };
  for (const auto& [what, change] : changes) {
    change();
    set.save();
    const ProcessResult result = run_set(set, "more", {"--base", set / "base"}, 2);
    EXPECT_THAT(result.err, AllOf(HasSubstr((set / "base").string()), HasSubstr(what))) << what;
    EXPECT_FALSE(fs::exists(set / "more")) << what;
    expect_equal(read_tree(set / "base"), before);
    set.seed = "7";
    set.design = design;
    set.files.speech = speech;
    set.output.clear();
  }
}

TEST(ExtendedRunRefusal, OfWhatIsNoFinishedRunBesideTheOutput) {
  DesignedSet set(4, 0);
  make_base(set);
  const Tree before = read_tree(set / "base");
  set.add_audio_level(2, "more: [{noise.coloured: {colour: blue, snr_db: 5}}]");
  set.save();
  const auto refusal = [&](const fs::path& base, const fs::path& out) {
    const ProcessResult result = run_fairground({"run", set.config(), "--base", base, "--out", out, "--restart"});
    EXPECT_EQ(result.status, 2) << base << out << result.out;
    EXPECT_THAT(result.out, IsEmpty());
    return result.err;
  };
  const fs::path base = set / "base";
  fs::create_directory_symlink(base, set / "link");
  for (const fs::path& out : {base, set / "base/", set / ".", set / "base/../base", set / "link", set / "base/audio",
                              set / "base/inside/it", set / "link/inside"}) {
    EXPECT_THAT(refusal(base, out), AllOf(HasSubstr("--base"), HasSubstr("--out"))) << out;
  }
  expect_equal(read_tree(base), before);

  EXPECT_THAT(refusal(set / "nowhere", set / "more"), HasSubstr("name the folder that a run has made"));
  EXPECT_THAT(refusal(set / "data", set / "more"), HasSubstr("name the folder that a run has made"));
  EXPECT_THAT(refusal(base / "plan.jsonl", set / "more"), HasSubstr("name the folder that a run has made"));
  EXPECT_THAT(refusal(set.config(), set / "more"), HasSubstr("name the folder that a run has made"));

  const auto spoilt = [&](const std::function<void(const fs::path&)>& spoil) {
    fs::remove_all(set / "spoilt");
    fs::copy(base, set / "spoilt", fs::copy_options::recursive);
    spoil(set / "spoilt");
    return refusal(set / "spoilt", set / "more");
  };
  EXPECT_THAT(spoilt([](const fs::path& run) { fs::remove(run / "run.json"); }), HasSubstr("finish that run first"));
  EXPECT_THAT(spoilt([](const fs::path& run) { fs::remove(run / "plan.jsonl"); }), HasSubstr("plan.jsonl"));
  EXPECT_THAT(spoilt([](const fs::path& run) { write_text(run / "plan.jsonl", ""); }), HasSubstr("plan.jsonl"));
  EXPECT_THAT(spoilt([](const fs::path& run) { write_text(run / "run.json", "{"); }), HasSubstr("run.json"));
  EXPECT_THAT(spoilt([](const fs::path& run) {
                std::vector<std::string> lines = read_lines(run / "plan.jsonl");
                lines.pop_back();
                write_lines(run / "plan.jsonl", lines);
              }),
              AllOf(HasSubstr("plan.jsonl"), HasSubstr("run.json")));
  EXPECT_FALSE(fs::exists(set / "more"));
}

}  // namespace
}  // namespace fairground
