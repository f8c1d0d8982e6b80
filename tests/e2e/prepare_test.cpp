// `run --prepare` spares shards the reading, and disturbs nobody; and no refused command costs a shard what it has
// made.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Prepare : public testing::Test {
 protected:
  Prepare() { EXPECT_EQ(run({"--out", set_ / "whole"}).status, 0); }

  [[nodiscard]] ProcessResult run(std::vector<std::string> more) const {
    more.insert(more.begin(), {"run", set_.config_path()});
    return run_fairground(more);
  }
  [[nodiscard]] ProcessResult make(std::vector<std::string> more) const {
    more.insert(more.end(), {"--out", out_});
    return run(more);
  }
  void expect_merged() const {
    for (const char* shard : {"0/2", "1/2"}) {
      ASSERT_EQ(make({"--shard", shard}).status, 0) << shard;
    }
    ASSERT_EQ(run_fairground({"merge", out_}).status, 0);
    expect_equal(comparable(out_), comparable(set_ / "whole"));
  }

  TestSet set_{6, 2};
  fs::path out_ = set_ / "out";
};

TEST_F(Prepare, WritesThePlanAndWhatIsKnownOfTheSourcesAndNothingElse) {
  const ProcessResult result = make({"--prepare"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("is prepared for"));
  std::vector<std::string> names;
  for (const auto& [name, text] : read_tree(out_)) {
    names.push_back(name);
  }
  EXPECT_THAT(names, ElementsAre("config.yaml", "plan.jsonl", "set.json", "sources.jsonl"));
  const Tree whole = read_tree(set_ / "whole");
  EXPECT_EQ(read_text(out_ / "plan.jsonl"), whole.at("plan.jsonl"));
  EXPECT_EQ(read_text(out_ / "sources.jsonl"), whole.at("sources.jsonl"));
  expect_merged();
}

TEST_F(Prepare, MayBeAskedForAgainAtAnyTime) {
  ASSERT_EQ(make({"--prepare"}).status, 0);
  ASSERT_EQ(make({"--prepare"}).status, 0);
  ASSERT_EQ(make({"--shard", "1/2"}).status, 0);
  const Tree before = read_tree(out_);
  EXPECT_EQ(make({"--prepare"}).status, 0) << "a set that is submitted again after an outage";
  expect_equal(read_tree(out_), before);
  expect_merged();
  const Tree merged = read_tree(out_);
  const ProcessResult result = make({"--prepare"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("is finished"));
  expect_equal(read_tree(out_), merged);
}

TEST_F(Prepare, ARunWithoutShardsGoesOnFromThere) {
  ASSERT_EQ(make({"--prepare"}).status, 0);
  ASSERT_EQ(make({}).status, 0);
  expect_equal(comparable(out_), comparable(set_ / "whole"));
}

TEST_F(Prepare, WhatWasLeftOfAKilledOneIsGoneAfterTheMerge) {
  write_text(out_ / "plan.jsonl.part", "{\"variant_id\":");
  ASSERT_EQ(make({"--prepare"}).status, 0);
  write_text(out_ / "plan.jsonl.part", "{\"variant_id\":");
  write_text(out_ / "sources.jsonl.part", "{");
  expect_merged();
}

TEST_F(Prepare, ARefusedRestartOfAShardCostsNothing) {
  for (const char* shard : {"0/2", "1/2"}) {
    ASSERT_EQ(make({"--shard", shard}).status, 0);
  }
  const Tree before = read_tree(out_);
  set_.config.replace(set_.config.find("seed: 7"), 7, "seed: 8");
  set_.save();
  const ProcessResult result = make({"--shard", "0/2", "--restart"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("the plan is another one"), HasSubstr("--restart and without --shard"),
                                Not(HasSubstr("what this shard has made"))));
  expect_equal(read_tree(out_), before);
}

TEST_F(Prepare, ShardsBesideAFinishedRunThatWereNotMergedAreNotLost) {
  for (const char* shard : {"0/2", "1/2"}) {
    ASSERT_EQ(make({"--shard", shard}).status, 0);
  }
  fs::copy(out_ / "shards", set_ / "kept", fs::copy_options::recursive);
  ASSERT_EQ(run_fairground({"merge", out_}).status, 0);
  // As a merge leaves it that was killed before it deleted them.
  fs::copy(set_ / "kept", out_ / "shards", fs::copy_options::recursive);
  EXPECT_EQ(run_fairground({"merge", out_}).status, 0);
  EXPECT_FALSE(fs::exists(out_ / "shards"));
  std::vector<std::string> lines = read_lines(set_ / "kept/1-of-2/journal.jsonl");
  lines.back().replace(lines.back().find("written"), 7, "WRITTEN");
  write_lines(set_ / "kept/1-of-2/journal.jsonl", lines);
  fs::copy(set_ / "kept", out_ / "shards", fs::copy_options::recursive);
  const ProcessResult result = run_fairground({"merge", out_});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("shards/1-of-2"), HasSubstr("has not")));
  EXPECT_TRUE(fs::exists(out_ / "shards/1-of-2/journal.jsonl"));
  const ProcessResult retried = make({"--shard", "1/2", "--retry-failed"});
  EXPECT_EQ(retried.status, 2);
  EXPECT_THAT(retried.err, HasSubstr("without --shard"));
}

}  // namespace
}  // namespace fairground
