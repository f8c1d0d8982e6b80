// A set made in shards, in any order and by several machines, is that of one run, byte for byte.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numeric>

#include "pipeline/core/hash.h"
#include "tests/support/fast_set.h"
#include "tests/support/killed.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A set of both media and its run without shards.
class Shards : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_ = new FastSet(/*recordings=*/10, /*pictures=*/10);
    const ProcessResult result = run_fairground({"run", set_->config_path(), "--out", *set_ / "whole", "--quiet"});
    EXPECT_EQ(result.status, 1) << result.err;
    whole_ = new Tree(comparable(*set_ / "whole"));
  }
  static void TearDownTestSuite() {
    delete whole_;
    delete set_;
  }
  void TearDown() override { fs::remove_all(out_); }

  static std::string name(int index, int count) { return std::to_string(index) + "/" + std::to_string(count); }

  ProcessResult make(int index, int count, std::vector<std::string> more = {},
                     const std::function<void(pid_t)>& meanwhile = {}) const {
    more.insert(more.begin(),
                {"run", set_->config_path(), "--out", out_, "--shard", name(index, count), "--jobs", "1"});
    return run_fairground(more, meanwhile);
  }
  void make_all(int count) const {
    for (int index = 0; index < count; ++index) {
      const ProcessResult result = make(index, count);
      ASSERT_EQ(result.status, 0) << result.err;
      EXPECT_THAT(result.out, HasSubstr("shard " + name(index, count) + " is complete"));
    }
  }
  [[nodiscard]] ProcessResult merge() const { return run_fairground({"merge", out_}); }
  [[nodiscard]] json status() const {
    const ProcessResult result = run_fairground({"status", out_, "--json"});
    EXPECT_EQ(result.status, 0) << result.err;
    return json::parse(result.out);
  }
  void expect_merged() const {
    const ProcessResult result = merge();
    ASSERT_EQ(result.status, 1) << result.err;
    EXPECT_THAT(result.out, HasSubstr("merged "));
    expect_equal(comparable(out_), *whole_);
    EXPECT_FALSE(fs::exists(out_ / "shards"));
  }
  /// That merge refuses, says `message`, and leaves the folder as it was.
  void expect_refused(const testing::Matcher<std::string>& message) const {
    const Tree before = read_tree(out_);
    const ProcessResult result = merge();
    EXPECT_EQ(result.status, 2) << result.out << result.err;
    EXPECT_THAT(result.err, message);
    expect_equal(read_tree(out_), before);
  }
  [[nodiscard]] fs::path shard(int index, int count) const {
    return out_ / "shards" / (std::to_string(index) + "-of-" + std::to_string(count));
  }

  static inline FastSet* set_ = nullptr;
  static inline Tree* whole_ = nullptr;
  fs::path out_ = *set_ / "out";
};

class Divided : public Shards, public testing::WithParamInterface<int> {};

// 64 shards are more than there are sources, so that some have nothing to do.
TEST_P(Divided, IntoAnyNumberGivesTheSameBytes) {
  const int count = GetParam();
  // Some order that is neither the one of the indices nor its reverse.
  for (int i = 0; i < count; ++i) {
    const ProcessResult result = make((i * 5 + 3) % count, count, {"--quiet"});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  expect_merged();
}

INSTANTIATE_TEST_SUITE_P(Numbers, Divided, testing::Values(1, 2, 3, 7, 64));

TEST_F(Shards, MayBeMadeAtTheSameTime) {
  const std::string binary = FAIRGROUND_BINARY;
  std::string script;
  for (int index = 0; index < 5; ++index) {
    script += binary + " run " + set_->config_path().string() + " --out " + out_.string() +
              " --jobs 1 --quiet --shard " + name(index, 5) + " || echo failed & ";
  }
  const ProcessResult result = run_process({"/bin/sh", "-c", script + "wait"}, "/");
  EXPECT_EQ(result.out + result.err, "");
  expect_merged();
}

TEST_F(Shards, MadeTwiceChangeNothing) {
  make_all(3);
  const Tree before = read_tree(out_);
  const auto written = fs::last_write_time(shard(1, 3) / "journal.jsonl");
  const ProcessResult again = make(1, 3);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("shard 1/3 of the run in " + out_.string() + " is finished"));
  expect_equal(read_tree(out_), before);
  EXPECT_EQ(fs::last_write_time(shard(1, 3) / "journal.jsonl"), written);
  expect_merged();
  const ProcessResult after = make(1, 3);
  EXPECT_EQ(after.status, 0) << after.err;
  EXPECT_THAT(after.out, HasSubstr("is finished"));
  expect_equal(comparable(out_), *whole_);
  EXPECT_EQ(merge().status, 1) << "merged twice";
  EXPECT_THAT(merge().out, HasSubstr("nothing was left to be merged"));
  expect_equal(comparable(out_), *whole_);
}

TEST_F(Shards, AFinishedRunIsNotBegunAnewByOneShard) {
  make_all(2);
  expect_merged();
  const ProcessResult result = make(0, 2, {"--restart"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("with --restart and without --shard"));
  expect_equal(comparable(out_), *whole_);
}

TEST_F(Shards, MadeAgainFromTheStartGiveTheSame) {
  make_all(2);
  ASSERT_EQ(make(1, 2, {"--restart"}).status, 0);
  expect_merged();
}

TEST_F(Shards, ThatAreMissingOrNotCompleteAreNamed) {
  ASSERT_EQ(make(0, 4).status, 0);
  expect_refused(AllOf(HasSubstr("of 4 shards some were never begun: 1, 2, 3"), HasSubstr("--shard I/4")));
  ASSERT_EQ(make(1, 4, {}, kill_when(is_there(shard(1, 4) / "journal.jsonl"))).status, kKilled);
  ASSERT_EQ(make(3, 4).status, 0);
  expect_refused(AllOf(HasSubstr("some were never begun: 2;"), HasSubstr("some are not complete: 1;")));
  ASSERT_EQ(make(2, 4).status, 0);
  ASSERT_EQ(make(1, 4).status, 0);
  expect_merged();
}

TEST_F(Shards, OfAnotherDivisionAreRefused) {
  make_all(2);
  const ProcessResult other = make(1, 3);
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, AllOf(HasSubstr("holds shard 0/2"), HasSubstr("--shard I/2")));
  fs::copy(shard(1, 2), shard(1, 3), fs::copy_options::recursive);
  expect_refused(HasSubstr("1-of-3: belongs to a division into 3 shards, and the others to one into 2"));
  fs::rename(shard(1, 3), *set_ / "aside");
  fs::create_directories(out_ / "shards/mine");
  expect_refused(HasSubstr("shards/mine: is no shard's folder"));
  fs::remove(out_ / "shards/mine");
  fs::remove_all(*set_ / "aside");
  expect_merged();
}

/// Makes a line of a journal anew with another text and the check that belongs to it.
void change_header(const fs::path& journal, const std::string& from, const std::string& to) {
  std::vector<std::string> lines = read_lines(journal);
  json header = json::parse(lines.at(0));
  const std::size_t at = lines[0].find(from);
  ASSERT_NE(at, std::string::npos);
  lines[0].replace(at, from.size(), to);
  const std::string text = lines[0].substr(0, lines[0].rfind(",\"check\":\""));
  char check[17];
  std::snprintf(check, sizeof check, "%016llx", static_cast<unsigned long long>(FieldHash().add(text).value64()));
  lines[0] = text + ",\"check\":\"" + check + "\"}";
  write_lines(journal, lines);
}

TEST_F(Shards, OfAnotherRunAreNamed) {
  make_all(2);
  const fs::path journal = shard(1, 2) / "journal.jsonl";
  const std::string before = read_text(journal);
  const json header = json::parse(read_lines(journal).at(0));
  const std::vector<std::pair<std::string, std::string>> changes = {{"config_sha256", "the config has changed since"},
                                                                    {"plan_sha256", "the plan is another one"},
                                                                    {"fairground", "it was begun with fairground"}};
  for (const auto& [field, message] : changes) {
    change_header(journal, "\"" + field + "\":" + header.at(field).dump(), "\"" + field + "\":\"0\"");
    expect_refused(AllOf(HasSubstr("shards/1-of-2: is a shard of another run"), HasSubstr(message)));
    write_text(journal, before);
  }
  expect_merged();
}

TEST_F(Shards, WhoseJournalIsDamagedAreNamedAndMendThemselves) {
  make_all(2);
  const fs::path journal = shard(1, 2) / "journal.jsonl";
  std::string text = read_text(journal);
  text[text.size() / 2] ^= 1;
  write_text(journal, text);
  expect_refused(AllOf(HasSubstr("1-of-2/journal.jsonl:"), HasSubstr("the line is damaged"),
                       HasSubstr("run --shard 1/2 again"), Not(HasSubstr("0-of-2"))));
  ASSERT_EQ(make(1, 2).status, 0);
  write_text(journal, "");
  expect_refused(HasSubstr("1-of-2/journal.jsonl: is no journal"));
  ASSERT_EQ(make(1, 2).status, 0);
  expect_merged();
}

TEST_F(Shards, WhoseFilesAreMissingAreNamedAndMendThemselves) {
  make_all(2);
  std::vector<fs::path> media;
  for (const auto& entry : fs::recursive_directory_iterator(out_)) {
    const std::string ending = entry.path().extension();
    if (ending == ".flac" || entry.path().string().ends_with("-mask.png")) {
      media.push_back(entry.path());
    }
  }
  std::ranges::sort(media);
  for (const fs::path& file : {media.front(), media.back()}) {
    const std::string bytes = read_text(file);
    fs::remove(file);
    expect_refused(HasSubstr(file.lexically_relative(out_).string() + " is missing or has another size"));
    write_text(file, bytes.substr(1));
    expect_refused(HasSubstr(file.lexically_relative(out_).string() + " is missing or has another size"));
  }
  for (int index = 0; index < 2; ++index) {
    ASSERT_EQ(make(index, 2).status, 0);
  }
  expect_merged();
}

TEST_F(Shards, MadeInTwoFoldersAreGatheredByCopying) {
  make_all(1);
  fs::remove_all(out_);
  const fs::path there = *set_ / "there";
  for (int index = 0; index < 3; ++index) {
    const fs::path folder = index == 1 ? there : out_;
    const ProcessResult result = run_fairground(
        {"run", set_->config_path(), "--out", folder, "--shard", name(index, 3), "--jobs", "1", "--quiet"});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  expect_refused(HasSubstr("never begun: 1;"));
  fs::copy(there, out_, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  fs::remove_all(there);
  expect_merged();
}

TEST_F(Shards, AreMergedWhereTheConfigLiesNow) {
  make_all(2);
  const fs::path moved = *set_ / "moved.yaml";
  fs::rename(set_->config_path(), moved);
  expect_refused(HasSubstr(set_->config_path().string()));
  const ProcessResult merged = run_fairground({"merge", out_, "--config", moved});
  fs::rename(moved, set_->config_path());
  EXPECT_EQ(merged.status, 1) << merged.err;
  Tree tree = comparable(out_);
  for (const char* name : {"run.json", "journal.jsonl"}) {  // these say where the config lies
    EXPECT_NE(tree.at(name), whole_->at(name));
    tree[name] = whole_->at(name);
  }
  expect_equal(tree, *whole_);
}

TEST_F(Shards, AreMergedWithAnotherConfigNever) {
  make_all(2);
  const std::string config = read_text(set_->config_path());
  write_text(set_->config_path(), config + "gates: {clipped_fraction: 0.002}\n");
  expect_refused(AllOf(HasSubstr("0-of-2: is a shard of another run: the config has changed since"),
                       HasSubstr("1-of-2: is a shard of another run")));
  write_text(set_->config_path(), config);
  expect_merged();
}

TEST_F(Shards, AndARunWithoutThemDoNotMeet) {
  ASSERT_EQ(make(0, 2).status, 0);
  const std::vector<std::string> whole = {"run", set_->config_path(), "--out", out_, "--quiet"};
  ProcessResult result = run_fairground(whole);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("made in 2 shards"), HasSubstr("fairground merge"), HasSubstr("--restart")));
  std::vector<std::string> anew = whole;
  anew.emplace_back("--restart");
  ASSERT_EQ(run_fairground(anew).status, 1);
  expect_equal(comparable(out_), *whole_);
  anew.pop_back();
  fs::remove_all(out_);
  ASSERT_EQ(run_fairground(whole, kill_when(is_there(out_ / "journal.jsonl"))).status, kKilled);
  result = make(0, 2);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("begun without shards"));
  result = merge();
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("holds no shards"));
  ASSERT_EQ(run_fairground(whole).status, 1);
  expect_equal(comparable(out_), *whole_);
}

TEST_F(Shards, StatusFollowsThem) {
  EXPECT_EQ(run_fairground({"status", out_}).status, 2);
  ProcessResult text;
  json running;
  const auto has_begun = [&] { return lines_in(shard(1, 3) / "journal.jsonl") >= 5; };
  const ProcessResult result = make(1, 3, {}, hold_when(has_begun, [&](pid_t child) {
                                      running = status();
                                      text = run_fairground({"status", out_});
                                      ::kill(child, SIGKILL);
                                    }));
  ASSERT_EQ(result.status, kKilled) << result.err;
  EXPECT_EQ(running["state"], "running");
  EXPECT_EQ(running["counts"]["planned"], nullptr) << "not every shard has been begun";
  EXPECT_EQ(running["shards"].size(), 3U);
  EXPECT_EQ(running["shards"][0]["state"], "not begun");
  EXPECT_EQ(running["shards"][1]["state"], "running");
  EXPECT_EQ(running["shards"][1]["shard"], 1);
  EXPECT_EQ(running["shards"][1]["of"], 3);
  const auto done = [](const json& counts) {
    return counts["written"].get<int>() + counts["rejected"].get<int>() + counts["failed"].get<int>();
  };
  EXPECT_GE(done(running["shards"][1]["counts"]), 4);
  EXPECT_GT(running["shards"][1]["counts"]["planned"], 50);
  EXPECT_GE(running["shards"][1]["seconds_since_last"], 0.0);
  EXPECT_THAT(text.out, AllOf(HasSubstr("0 of 3 shards complete"), HasSubstr("shard 0: not begun"),
                              HasSubstr("shard 1: running, "), HasSubstr("the last ")));

  const json after = status();
  EXPECT_EQ(after["state"], "stopped");
  EXPECT_EQ(after["shards"][1]["state"], "stopped");
  EXPECT_EQ(done(after["shards"][1]["counts"]), done(running["shards"][1]["counts"]));
  EXPECT_THAT(run_fairground({"status", out_}).out, HasSubstr("go on by the same command again"));

  make_all(3);
  const json complete = status();
  EXPECT_EQ(complete["state"], "complete");
  const json run = json::parse(read_text(*set_ / "whole/run.json"));
  EXPECT_EQ(complete["counts"], run["counts"]);
  EXPECT_THAT(run_fairground({"status", out_}).out,
              AllOf(HasSubstr("3 of 3 shards complete"), HasSubstr("`fairground merge " + out_.string())));
  expect_merged();
  const json finished = status();
  EXPECT_EQ(finished["state"], "finished");
  EXPECT_EQ(finished["counts"], run["counts"]);
  EXPECT_FALSE(finished.contains("shards"));
  EXPECT_THAT(run_fairground({"status", out_}).out, HasSubstr(": finished, "));
}

TEST_F(Shards, TakeTheirIndexFromTheScheduler) {
  const std::string command = std::string(FAIRGROUND_BINARY) + " run " + set_->config_path().string() + " --out " +
                              out_.string() + " --jobs 1 --shard auto/7";
  const std::vector<std::string> variables = {
      "FAIRGROUND_SHARD_INDEX=0", "SLURM_ARRAY_TASK_ID=1", "JOB_COMPLETION_INDEX=2", "AWS_BATCH_JOB_ARRAY_INDEX=3",
      "PBS_ARRAY_INDEX=4",        "SGE_TASK_ID=6",         "LSB_JOBINDEX=7"};
  const std::string none =
      "env -u FAIRGROUND_SHARD_INDEX -u SLURM_ARRAY_TASK_ID -u JOB_COMPLETION_INDEX -u AWS_BATCH_JOB_ARRAY_INDEX -u "
      "PBS_ARRAY_INDEX -u SGE_TASK_ID -u LSB_JOBINDEX ";
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const ProcessResult result = run_process({"/bin/sh", "-c", none + variables[i] + " " + command}, "/");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("shard " + std::to_string(i) + "/7 is complete")) << variables[i];
  }
  for (const char* wrong : {"SLURM_ARRAY_TASK_ID=7", "SLURM_ARRAY_TASK_ID=x", "SGE_TASK_ID=0", "SGE_TASK_ID=undefined",
                            "JOB_COMPLETION_INDEX=-1", "SLURM_ARRAY_TASK_ID="}) {
    const ProcessResult result = run_process({"/bin/sh", "-c", none + wrong + " " + command}, "/");
    EXPECT_EQ(result.status, 2) << wrong;
    EXPECT_THAT(result.err, HasSubstr("--shard auto/7: "));
  }
  expect_merged();
  for (const char* wrong : {"", "1", "1/", "/3", "3/3", "4/3", "-1/3", "0/0", "0/100001", "a/3", "1/3/3", "1/3 ",
                            "auto", "auto/0", "0x1/3", "1.0/3", "99999999999999999999/3"}) {
    const ProcessResult result =
        run_fairground({"run", set_->config_path(), "--out", *set_ / "nowhere", "--shard", wrong});
    EXPECT_EQ(result.status, 2) << '"' << wrong << '"';
    EXPECT_THAT(result.err, HasSubstr("--shard")) << '"' << wrong << '"';
  }
  EXPECT_FALSE(fs::exists(*set_ / "nowhere"));
}

TEST_F(Shards, ExtendARunAsOneRunDoes) {
  FastSet set(12, 0);
  const std::string all = read_text(set / "data/speech.csv");
  std::vector<std::string> lines = read_lines(set / "data/speech.csv");
  lines.resize(9);
  write_lines(set / "data/speech.csv", lines);
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--out", set / "base", "--quiet"}).status, 0);
  write_text(set / "data/speech.csv", all);
  const std::vector<std::string> extend = {"run", set.config_path(), "--base", set / "base", "--quiet", "--jobs", "1"};
  const auto with = [&](const fs::path& out, std::vector<std::string> more) {
    more.insert(more.begin(), {"--out", out});
    more.insert(more.begin(), extend.begin(), extend.end());
    return more;
  };
  ASSERT_EQ(run_fairground(with(set / "one", {})).status, 1);
  ASSERT_EQ(run_fairground(with(set / "two", {}), kill_when(is_there(set / "two/journal.jsonl"))).status, kKilled);
  ASSERT_EQ(run_fairground(with(set / "two", {})).status, 1);
  expect_equal(comparable(set / "two"), comparable(set / "one"));
  for (const char* shard : {"1/2", "0/2"}) {
    ASSERT_EQ(run_fairground(with(set / "three", {"--shard", shard})).status, 0);
  }
  ASSERT_EQ(run_fairground({"merge", set / "three"}).status, 1);
  expect_equal(comparable(set / "three"), comparable(set / "one"));
}

}  // namespace
}  // namespace fairground
