// `plan --against`: what it says agrees with the two plans, compared here line by line.
#include <gmock/gmock.h>

#include <functional>

#include "tests/support/designed_set.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

using Names = std::vector<std::string>;

/// One of the lists that are printed: the key in the JSON, and the words on the page.
struct List {
  const char* key;
  const char* noun;
  const char* words;
};
constexpr List kLists[] = {
    {"conditions_only_here", "condition", "only in this plan"},
    {"conditions_only_there", "condition", "no longer planned"},
    {"sources_only_here", "source", "only in this plan"},
    {"sources_only_there", "source", "no longer planned"},
    {"moved", "source", "with another realization (--base keeps the old ones)"},
    {"variants_only_here", "variant", "only in this plan"},
    {"variants_only_there", "variant", "no longer planned"},
};

struct Comparison {
  std::size_t same = 0;
  std::map<std::string, Names> lists;
};

/// A plan.jsonl, as far as it is compared. Names are in the order of the file.
struct Listed {
  Names variants;
  Names sources;
  std::map<std::string, int> realizations;
  std::set<std::string> conditions;
};

Listed list(const fs::path& plan) {
  Listed listed;
  for (const json& line : read_json_lines(plan)) {
    listed.variants.push_back(line["variant_id"]);
    const std::string source = line["source_id"];
    if (listed.realizations.emplace(source, line["realization"]).second) {
      listed.sources.push_back(source);
    }
    std::string condition;
    for (const auto& [axis, level] : line["condition"].items()) {
      condition +=
          (condition.empty() ? line["media"].get<std::string>() + ": " : ", ") + axis + "=" + level.get<std::string>();
    }
    listed.conditions.insert(condition);
  }
  return listed;
}

Names without(const Names& names, const Names& others) {
  const std::set<std::string> known(others.begin(), others.end());
  Names rest;
  std::ranges::copy_if(names, std::back_inserter(rest), [&](const auto& name) { return !known.contains(name); });
  return rest;
}

Names sorted(Names names) {
  std::ranges::sort(names);
  return names;
}

Comparison compare(const fs::path& here_file, const fs::path& there_file) {
  const Listed here = list(here_file);
  const Listed there = list(there_file);
  const Names conditions_here(here.conditions.begin(), here.conditions.end());
  const Names conditions_there(there.conditions.begin(), there.conditions.end());
  Comparison comparison;
  comparison.lists["variants_only_here"] = without(here.variants, there.variants);
  comparison.lists["variants_only_there"] = sorted(without(there.variants, here.variants));
  comparison.lists["sources_only_here"] = without(here.sources, there.sources);
  comparison.lists["sources_only_there"] = sorted(without(there.sources, here.sources));
  comparison.lists["conditions_only_here"] = without(conditions_here, conditions_there);
  comparison.lists["conditions_only_there"] = without(conditions_there, conditions_here);
  Names& moved = comparison.lists["moved"];
  for (const std::string& source : here.sources) {
    if (there.realizations.contains(source) && there.realizations.at(source) != here.realizations.at(source)) {
      moved.push_back(source);
    }
  }
  comparison.same = here.variants.size() - comparison.lists["variants_only_here"].size();
  return comparison;
}

/// Compares what `plan --against` says with the files. `differs` are the lists that must not be empty, and all others
/// must.
void check(const DesignedSet& set, const fs::path& against, const Names& differs) {
  const fs::path there = fs::is_directory(against) ? against / "plan.jsonl" : against;
  const fs::path here = set / "here.jsonl";
  const std::vector<std::string> arguments = {"plan",  set.config(), "--against",    against,
                                              "--out", here,         "--no-measure", "--json"};
  const ProcessResult as_json = run_fairground(arguments);
  ASSERT_EQ(as_json.status, 0) << as_json.err;
  const ProcessResult page = run_fairground({arguments.begin(), arguments.end() - 1});
  ASSERT_EQ(page.status, 0) << page.err;

  const Comparison wanted = compare(here, there);
  const json difference = json::parse(as_json.out)["difference"];
  EXPECT_EQ(difference["against"], against.string());
  EXPECT_EQ(difference["same"], wanted.same);
  EXPECT_THAT(page.out, HasSubstr("\nagainst " + against.string() + ": " + std::to_string(wanted.same) + " variant"));
  for (const List& list : kLists) {
    const Names& names = wanted.lists.at(list.key);
    EXPECT_EQ(!names.empty(), std::ranges::find(differs, list.key) != differs.end()) << list.key;
    constexpr std::size_t kMostNamed = 8;
    const Names first(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostNamed)));
    EXPECT_EQ(difference[list.key]["count"], names.size()) << list.key;
    EXPECT_EQ(difference[list.key]["first"], json(first)) << list.key;
    const std::string words = std::string(" ") + list.noun + (names.size() == 1 ? " " : "s ") + list.words + ": ";
    if (names.empty()) {
      EXPECT_THAT(page.out, Not(HasSubstr(words)));
      continue;
    }
    std::string line = "\n  " + std::to_string(names.size()) + words;
    for (const std::string& name : first) {
      line += (name == first.front() ? "" : ", ") + name;
    }
    EXPECT_THAT(page.out, HasSubstr(line + (names.size() > kMostNamed ? ", …\n" : "\n")));
  }
}

class Against : public testing::Test {
 protected:
  Against() {
    set.design = "ways: 2, realizations: 3, controls: {identity: true, repeat: 0.1}";
    set.save();
    plan = write_plan(set, "there.jsonl");
  }
  DesignedSet set{6, 4};
  fs::path plan;
};

TEST_F(Against, NothingChanged) {
  check(set, plan, {});
  run_set(set, "out", {"--quiet"});
  check(set, set / "out", {});
}

TEST_F(Against, AnAddedLevel) {
  set.add_audio_level(0, "more: [{noise.coloured: {colour: blue, snr_db: 5}}]");
  set.save();
  check(set, plan, {"conditions_only_here", "conditions_only_there", "variants_only_here", "variants_only_there"});
  set.design.replace(set.design.find("ways: 2"), 7, "ways: all");
  set.save();
  check(set, plan, {"conditions_only_here", "variants_only_here", "variants_only_there"});
}

TEST_F(Against, ARemovedLevel) {
  std::string& axis = set.audio_axes[1];
  axis.erase(axis.find(", loud:"), axis.size() - 1 - axis.find(", loud:"));
  set.save();
  check(set, plan, {"conditions_only_here", "conditions_only_there", "variants_only_here", "variants_only_there"});
}

TEST_F(Against, AChangedParameter) {
  set.image_axes[1].replace(set.image_axes[1].find("1600"), 4, "3200");
  set.save();
  check(set, plan, {"variants_only_here", "variants_only_there"});
}

TEST_F(Against, AddedAndRemovedSources) {
  set.design = "ways: all, realizations: 1";
  set.save();
  const fs::path of_all = write_plan(set, "all.jsonl");
  set.add_recordings(9, "scots");
  set.save();
  check(set, of_all, {"sources_only_here", "variants_only_here"});
  set.files.speech.erase(set.files.speech.find("s0,"), set.files.speech.find("s2,") - set.files.speech.find("s0,"));
  set.save();
  check(set, of_all, {"sources_only_here", "sources_only_there", "variants_only_here", "variants_only_there"});
}

TEST_F(Against, OtherRealizations) {
  set.design.replace(set.design.find("realizations: 3"), 15, "realizations: 2");
  set.save();
  check(set, plan, {"moved", "variants_only_here", "variants_only_there"});
}

TEST_F(Against, AnotherSeedMovesNobody) {
  set.seed = "8";
  set.save();
  check(set, plan, {"variants_only_here", "variants_only_there"});
}

TEST_F(Against, WhatIsNoPlan) {
  for (const fs::path& other : {set / "nowhere", set / "data", fs::path(set.config())}) {
    const ProcessResult result = run_fairground({"plan", set.config(), "--against", other});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(other.string()));
    EXPECT_EQ(result.out, "");
  }
}

}  // namespace
}  // namespace fairground
