// A real Slurm makes a set by the shipped scripts, and loses one of its processes on the way.
#include "tests/support/slurm.h"

#include <gmock/gmock.h>

#include <regex>

#include "tests/support/needed_tool.h"
#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A job takes a second or two; a loaded machine may need many times that.
constexpr seconds kPatience(60);

struct Jobs {
  std::string shards;
  std::string merge;
};

Jobs submit(const Slurm& slurm, const fs::path& config, const fs::path& out, std::vector<std::string> options = {}) {
  std::vector<std::string> command = {"/usr/bin/env", std::string("FAIRGROUND=") + FAIRGROUND_BINARY,
                                      FAIRGROUND_SOURCE_DIR "/configs/cluster/slurm-submit"};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {config, out, "6"});
  const ProcessResult result = slurm.call(command);
  std::smatch ids;
  if (!std::regex_match(result.out, ids, std::regex("(?:prepare: \\d+\n)?shards: (\\d+)\nmerge: (\\d+)\n"))) {
    ADD_FAILURE() << result.out << result.err << slurm.logs();
    return {};
  }
  return {ids[1], ids[2]};
}

void expect_over(const Slurm& slurm, const Jobs& jobs) {
  const std::string both = jobs.shards + "," + jobs.merge;
  EXPECT_TRUE(wait_until(kPatience, [&] { return slurm.queue(both, "%i").empty(); }))
      << slurm.call({"squeue"}).out << slurm.logs();
}

std::string log_of(const Slurm& slurm, const Jobs& jobs, int shard) {
  return read_text(slurm.folder() / ("fairground-" + jobs.shards + "_" + std::to_string(shard) + ".log"));
}

/// The process that makes a shard of the folder `out`, and not the scripts that started it.
std::vector<pid_t> makers(const fs::path& out, const std::string& shard) {
  return processes([&](const fs::path& proc) {
    std::ifstream file(proc / "cmdline", std::ios::binary);
    std::vector<std::string> argv;
    for (std::string argument; std::getline(file, argument, '\0');) {
      argv.push_back(argument);
    }
    return std::ranges::all_of(std::vector<std::string>{"run", out, shard},
                               [&](const std::string& word) { return std::ranges::count(argv, word) == 1; });
  });
}

TEST(Slurm, AKilledShardIsPutBackAndTheMergedSetIsThatOfASingleRun) {
  if (const std::string missing = Slurm::missing(); !missing.empty()) {
    END_FOR_WANT_OF_TOOL(missing);
  }
  const TestSet set(/*recordings=*/180, /*photographs=*/24);
  const fs::path single = set / "single";
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--out", single, "--quiet"}).status, 0);

  const Slurm slurm;
  const fs::path out = set / "shards";
  const Jobs jobs = submit(slurm, set.config_path(), out);
  const fs::path journal = out / "shards/2-of-6/journal.jsonl";
  // Behind the header.
  const auto made = [&] { return fs::exists(journal) ? std::max<std::size_t>(read_lines(journal).size(), 1) - 1 : 0; };
  std::vector<pid_t> victims;
  ASSERT_TRUE(wait_until(kPatience, [&] {
    victims = makers(out, "2/6");
    return !victims.empty();
  })) << slurm.logs();
  ASSERT_EQ(victims.size(), 1U);
  ASSERT_TRUE(wait_until(
      kPatience, [&] { return made() > 0; }, milliseconds(1)))
      << log_of(slurm, jobs, 2);
  ::kill(victims.front(), SIGKILL);

  // Slurm lets what was put back wait for two minutes, which nobody has to.
  const std::string task = jobs.shards + "_2";
  ASSERT_TRUE(wait_until(kPatience, [&] { return slurm.field(task, "Reason") == "BeginTime"; }))
      << log_of(slurm, jobs, 2);
  EXPECT_LT(made(), nlohmann::json::parse(read_lines(journal).front())["planned"].get<std::size_t>())
      << "killed too late to show anything";
  EXPECT_FALSE(fs::exists(out / "run.json"));
  EXPECT_THAT(slurm.queue(jobs.merge, "%T %r"), ElementsAre("PENDING Dependency"));
  // A node refuses what begins in the second in which it was told to end it ("already killed").
  EXPECT_EQ(slurm.call({"scontrol", "update", "jobid=" + task, "StartTime=now+5"}).status, 0);
  expect_over(slurm, jobs);

  for (int shard = 0; shard < 6; ++shard) {
    const std::string id = jobs.shards + "_" + std::to_string(shard);
    EXPECT_EQ(slurm.field(id, "JobState"), "COMPLETED") << log_of(slurm, jobs, shard);
    EXPECT_EQ(slurm.field(id, "Restarts"), shard == 2 ? "1" : "0");
  }
  EXPECT_THAT(log_of(slurm, jobs, 2), AllOf(HasSubstr("killed (137)"), HasSubstr("put back"), HasSubstr("complete")));
  EXPECT_EQ(slurm.field(jobs.merge, "JobState"), "COMPLETED")
      << read_text(slurm.folder() / ("fairground-merge-" + jobs.merge + ".log"));
  ASSERT_TRUE(fs::exists(out / "run.json"));
  expect_equal(comparable(out), comparable(single));
}

TEST(Slurm, WhatCannotBeMendedIsNotTriedAgain) {
  if (const std::string missing = Slurm::missing(); !missing.empty()) {
    END_FOR_WANT_OF_TOOL(missing);
  }
  TestSet set(2, 0);
  set.config.replace(set.config.find("pink:"), 5, "pink: x, y:");
  set.save();
  const Slurm slurm;
  const Jobs jobs = submit(slurm, set.config_path(), set / "out", {"--only", "1,4"});
  expect_over(slurm, jobs);
  for (const int shard : {1, 4}) {
    const std::string id = jobs.shards + "_" + std::to_string(shard);
    EXPECT_EQ(slurm.field(id, "JobState"), "FAILED");
    EXPECT_EQ(slurm.field(id, "ExitCode"), "2:0");
    EXPECT_EQ(slurm.field(id, "Restarts"), "0");
    EXPECT_THAT(log_of(slurm, jobs, shard), HasSubstr("not tried again"));
  }
  EXPECT_EQ(slurm.field(jobs.merge, "JobState"), "CANCELLED") << "a merge that can never begin blocks the queue";
}

}  // namespace
}  // namespace fairground
