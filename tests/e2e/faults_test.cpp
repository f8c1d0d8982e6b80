// Faults, caused: what is lost is named, nothing else is, and what comes after goes on.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/support/fast_set.h"
#include "tests/support/killed.h"
#include "tests/support/run_tree.h"
#include "tests/support/tiny_disk.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

class Faults : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_ = new FastSet(/*recordings=*/20, /*pictures=*/15);
    const ProcessResult result = run_fairground({"run", set_->config_path(), "--out", *set_ / "whole", "--quiet"});
    EXPECT_EQ(result.status, 1) << result.err;
    whole_ = new Tree(comparable(*set_ / "whole"));
  }
  static void TearDownTestSuite() {
    delete whole_;
    delete set_;
  }
  void TearDown() override { fs::remove_all(out_); }

  [[nodiscard]] ProcessResult make(std::vector<std::string> more = {},
                                   const std::function<void(pid_t)>& meanwhile = {}) const {
    return make_in(out_, std::move(more), meanwhile);
  }
  static ProcessResult make_in(const fs::path& out, std::vector<std::string> more = {},
                               const std::function<void(pid_t)>& meanwhile = {}) {
    more.insert(more.begin(), {"run", set_->config_path(), "--out", out, "--jobs", "1"});
    return run_fairground(more, meanwhile);
  }
  [[nodiscard]] std::function<bool()> lines(std::size_t count) const {
    return [count, this] { return lines_in(out_ / "journal.jsonl") >= count; };
  }
  static void expect_whole(const fs::path& out) { expect_equal(comparable(out), *whole_); }

  static inline FastSet* set_ = nullptr;
  static inline Tree* whole_ = nullptr;
  fs::path out_ = *set_ / "out";
};

/// Every file in its final place has the bytes that it has in the whole run.
void expect_nothing_half_written(const fs::path& out, const Tree& whole) {
  for (const auto& [name, text] : read_tree(out)) {
    const std::string ending = fs::path(name).extension();
    if (ending == ".flac" || ending == ".jpg" || ending == ".png" || name.ends_with("/metadata.jsonl")) {
      EXPECT_TRUE(whole.contains(name) && whole.at(name) == text) << name;
    }
  }
}

TEST_F(Faults, ASetIsFinishedEvenWhereItsReportCannotBeMade) {
  const ProcessResult stopped = make({}, hold_when(lines(20), [](pid_t child) { ::kill(child, SIGTERM); }));
  ASSERT_EQ(stopped.status, 75) << stopped.err;
  write_text(out_ / "set.json", "{}");
  const ProcessResult made = make();
  EXPECT_EQ(made.status, 1);
  EXPECT_THAT(made.err, AllOf(HasSubstr("the set is finished, but not all of its report"), HasSubstr("set.json")));
  EXPECT_TRUE(fs::exists(out_ / "run.json"));
  EXPECT_FALSE(fs::exists(out_ / "report.html"));
}

TEST_F(Faults, AFullDiskStopsItWhereverThatIsAndItGoesOnWhenThereIsRoom) {
  int kilobytes = 8;
  const TinyDisk disk(*set_ / "disk", kilobytes);
  if (!disk.problem().empty()) {
    GTEST_SKIP() << disk.problem();
  }
  // From too small for the lock to too small for run.json.
  const fs::path out = *set_ / "disk/out";
  int stops = 0;
  std::size_t done = 0;
  ProcessResult result = make_in(out);
  for (; result.status == 75 && stops < 100; ++stops) {
    EXPECT_THAT(result.err, AllOf(HasSubstr("No space left on device"), HasSubstr("Run the same command again")));
    EXPECT_FALSE(fs::exists(out / "run.json"));
    EXPECT_FALSE(fs::exists(out / "run.lock"));
    if (fs::exists(out)) {
      expect_nothing_half_written(out, *whole_);
      done = std::max(done, lines_in(out / "journal.jsonl"));
    }
    kilobytes += kilobytes < 200 ? 40 : 200;
    ASSERT_TRUE(disk.grow(kilobytes));
    result = make_in(out);
  }
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_GT(stops, 5);
  EXPECT_GT(done, 200U) << "some stops were in the middle";
  expect_whole(out);
}

TEST_F(Faults, AFolderThatCannotBeWrittenTo) {
  const TinyDisk disk(*set_ / "disk", 20'000);
  if (!disk.problem().empty()) {
    GTEST_SKIP() << disk.problem();
  }
  const fs::path out = *set_ / "disk/out";
  ASSERT_EQ(make_in(out, {}, kill_when(is_there(out / "journal.jsonl"), std::chrono::milliseconds(50))).status,
            kKilled);
  ASSERT_EQ(::mount("tmpfs", (*set_ / "disk").c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=20000k"), 0);
  const ProcessResult refused = make_in(out);
  EXPECT_EQ(refused.status, 75);
  EXPECT_THAT(refused.err, AllOf(HasSubstr(out.string()), HasSubstr("Read-only file system")));
  ASSERT_TRUE(disk.grow(20'000));
  EXPECT_EQ(make_in(out).status, 1);
  expect_whole(out);
}

TEST_F(Faults, AnOutputFolderThatVanishes) {
  const ProcessResult result = make({}, hold_when(lines(30), [&](pid_t) { fs::rename(out_, *set_ / "aside"); }));
  // It wrote where its folder went, or found out.
  EXPECT_THAT(result.status, AnyOf(1, 75)) << result.err;
  fs::remove_all(*set_ / "aside");
  fs::remove_all(out_);
  const ProcessResult gone = make({}, hold_when(lines(30), [&](pid_t) { fs::remove_all(out_); }));
  EXPECT_EQ(gone.status, 75) << gone.err;
  EXPECT_THAT(gone.err, AllOf(HasSubstr(out_.string()), HasSubstr("Run the same command again")));
  EXPECT_FALSE(fs::exists(out_));
  EXPECT_EQ(make().status, 1);
  expect_whole(out_);
}

TEST_F(Faults, SourcesThatChangeOrVanishMeanwhileAreFailedAndNothingElseIs) {
  const fs::path changed = *set_ / "data/photo12.png";
  const fs::path gone = *set_ / "data/photo14.png";
  const std::string bytes = read_text(changed);
  const ProcessResult result = make({}, hold_when(lines(2), [&](pid_t) {
                                      write_bytes(changed, test_image(48, 40, 99, ImageContainer::png));
                                      fs::rename(gone, *set_ / "aside.png");
                                    }));
  fs::rename(*set_ / "aside.png", gone);
  write_text(changed, bytes);
  EXPECT_EQ(result.status, 1) << result.err;
  std::map<std::string, int> lost;
  const Tree tree = comparable(out_);
  std::set<std::string> lost_before;
  for (const json& line : read_json_lines(*set_ / "whole/failures.jsonl")) {
    lost_before.insert(line.at("variant_id"));
  }
  const std::map<std::string, json> plan = by_id(read_json_lines(out_ / "plan.jsonl"));
  for (const json& line : read_json_lines(out_ / "failures.jsonl")) {
    for (const char* field : {"variant_id", "source_id", "kind", "stage", "reason"}) {
      EXPECT_GT(line.at(field).get<std::string>().size(), field == std::string("source_id") ? 1U : 3U) << line;
    }
    EXPECT_EQ(plan.at(line.at("variant_id")).at("source_id"), line.at("source_id"));
    if (lost_before.contains(line.at("variant_id")) && line["source_id"] != "p12" && line["source_id"] != "p14") {
      continue;
    }
    EXPECT_EQ(line["kind"], "failed");
    EXPECT_EQ(line["stage"], "read");
    EXPECT_THAT(line["reason"].get<std::string>(), line["source_id"] == "p12"
                                                       ? HasSubstr("has changed since the plan was made; put it back")
                                                       : HasSubstr("cannot read"));
    ++lost[line["source_id"]];
  }
  EXPECT_EQ(lost, (std::map<std::string, int>{{"p12", FastSet::kVariants}, {"p14", FastSet::kVariants}}));
  for (const auto& [name, text] : *whole_) {
    const bool is_of_lost = name.find("p12") != std::string::npos || name.find("p14") != std::string::npos;
    if (name.ends_with(".flac") || name.ends_with(".jpg")) {
      EXPECT_EQ(tree.contains(name) && tree.at(name) == text, !is_of_lost) << name;
    }
  }
  // Both are as they were, and what failed is made.
  EXPECT_EQ(make({"--retry-failed"}).status, 1) << "others fail as before";
  expect_whole(out_);
}

TEST_F(Faults, ASignalStopsItWhileItPlansAndInTheMiddle) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const ProcessResult early = make({}, [&](pid_t child) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ::kill(child, signal);
    });
    // Before the handler is there, the system ends it.
    EXPECT_THAT(early.status, AnyOf(75, 128 + signal)) << early.err;
    const std::size_t more = lines_in(out_ / "journal.jsonl") + 20;
    const ProcessResult result = make({}, hold_when(lines(more), [&](pid_t child) { ::kill(child, signal); }));
    EXPECT_EQ(result.status, 75) << result.err;
    EXPECT_THAT(result.out, HasSubstr("run the same command again to go on"));
    EXPECT_FALSE(fs::exists(out_ / "run.lock"));
  }
  const std::size_t more = lines_in(out_ / "journal.jsonl") + 20;
  const ProcessResult at_once = make({}, hold_when(lines(more), [&](pid_t child) {
                                       ::kill(child, SIGINT);
                                       ::kill(child, SIGTERM);
                                     }));
  EXPECT_EQ(at_once.status, 75);
  EXPECT_EQ(at_once.out, "") << "the second signal leaves no time for a word";
  EXPECT_EQ(make().status, 1);
  expect_whole(out_);
}

TEST_F(Faults, TwoRunsInOneFolder) {
  const auto state = [&] { return json::parse(run_fairground({"status", out_, "--json"}).out).at("state"); };
  const ProcessResult first =
      make({}, hold_when(lines(20), [&](pid_t child) {
             const ProcessResult second = make();
             EXPECT_EQ(second.status, 75);
             EXPECT_THAT(second.err, AllOf(HasSubstr(out_.string()), HasSubstr("another run is writing to this folder"),
                                           HasSubstr("Run the same command again")));
             EXPECT_EQ(make({"--restart"}).status, 75);
             EXPECT_EQ(make({"--shard", "0/2"}).status, 75);
             EXPECT_EQ(run_fairground({"merge", out_}).status, 75);
             EXPECT_EQ(state(), "running");
             ::kill(child, SIGKILL);
           }));
  ASSERT_EQ(first.status, kKilled);
  EXPECT_TRUE(fs::exists(out_ / "run.lock")) << "the dead one's";
  EXPECT_EQ(state(), "stopped");
  EXPECT_THAT(run_fairground({"status", out_}).out,
              AllOf(HasSubstr(": stopped, "), HasSubstr("the same command again goes on with it")));
  EXPECT_EQ(make().status, 1);
  EXPECT_EQ(state(), "finished");
  expect_whole(out_);
}

TEST_F(Faults, TwoOfOneShard) {
  const auto journal = out_ / "shards/0-of-2/journal.jsonl";
  const ProcessResult first =
      make({"--shard", "0/2"},
           hold_when([&] { return lines_in(journal) > 5; },
                     [&](pid_t child) {
                       const ProcessResult second = make({"--shard", "0/2"});
                       EXPECT_EQ(second.status, 75);
                       EXPECT_THAT(second.err, HasSubstr("another run is making this shard"));
                       EXPECT_EQ(make({"--shard", "1/2"}).status, 0) << "the other may be made meanwhile";
                       EXPECT_EQ(make().status, 75);
                       const ProcessResult merge = run_fairground({"merge", out_});
                       EXPECT_EQ(merge.status, 75);
                       EXPECT_THAT(merge.err, HasSubstr("a shard is being made in this folder"));
                       ::kill(child, SIGKILL);
                     }));
  ASSERT_EQ(first.status, kKilled);
  EXPECT_EQ(make({"--shard", "0/2"}).status, 0);
  EXPECT_EQ(run_fairground({"merge", out_}).status, 1);
  expect_whole(out_);
}

/// Times of a file, in seconds from now; what a clock that jumped would have written.
void set_times(const fs::path& file, std::int64_t seconds_from_now) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  now.tv_sec += seconds_from_now;
  const timespec times[2] = {now, now};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0) << file;
}

TEST_F(Faults, AClockThatJumps) {
  constexpr std::int64_t kYear = 365L * 24 * 3600;
  for (const std::int64_t jump : {-40 * kYear, 40 * kYear}) {
    ASSERT_EQ(make({}, kill_when(lines(100))).status, kKilled);
    for (const char* name : {"journal.jsonl", "sources.jsonl", "plan.jsonl"}) {
      set_times(out_ / name, jump);
    }
    EXPECT_EQ(make().status, 1);
    const json status = json::parse(run_fairground({"status", out_, "--json"}).out);
    EXPECT_EQ(status["state"], "finished");
    expect_whole(out_);
    fs::remove_all(out_);
  }
}

TEST_F(Faults, ASourceThatWasChangedIsNoticedWhateverItsTimesSay) {
  const fs::path source = *set_ / "data/clip3.wav";
  const std::string bytes = read_text(source);
  for (const std::int64_t jump : {-1000L, 1'000'000L}) {
    set_times(source, jump);
    ASSERT_EQ(make({}, kill_when(lines(100))).status, kKilled);
    // Whoever looks at sizes and times of modification alone sees no difference.
    struct stat before {};
    ASSERT_EQ(::stat(source.c_str(), &before), 0);
    std::string other = bytes;
    other[1000] ^= 1;
    write_text(source, other);
    const timespec times[2] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, source.c_str(), times, 0), 0);
    set_times(out_ / "sources.jsonl", 1'000'000L);
    const ProcessResult result = make();
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("source `s3` has changed since the plan was made"));
    write_text(source, bytes);
    EXPECT_EQ(make().status, 1);
    expect_whole(out_);
    fs::remove_all(out_);
  }
}

// What a stranger may plant in the folder of a run leads nowhere.
TEST(PlantedLinks, ChangeNothingElsewhere) {
  const FastSet set(/*recordings=*/3, /*pictures=*/3);
  const auto make = [&](const fs::path& out, std::vector<std::string> more = {},
                        const std::function<void(pid_t)>& meanwhile = {}) {
    more.insert(more.begin(), {"run", set.config_path(), "--out", out, "--jobs", "1"});
    return run_fairground(more, meanwhile);
  };
  ASSERT_EQ(make(set / "whole").status, 0);
  const Tree whole = comparable(set / "whole");
  const fs::path half = set / "half";
  ASSERT_EQ(make(half, {}, kill_when([&] { return lines_in(half / "journal.jsonl") > 25; })).status, kKilled);
  // Of the last source, which is not made yet.
  const std::string file = read_json_lines(half / "plan.jsonl").back().at("file");
  ASSERT_FALSE(fs::exists(half / file));
  const std::string above = fs::path(file).parent_path();
  for (const std::string& name : {std::string("audio"),
                                  std::string("image"),
                                  above,
                                  file,
                                  file + ".part",
                                  std::string("shards"),
                                  std::string("journal.jsonl"),
                                  std::string("journal.jsonl.part"),
                                  std::string("journal.synced"),
                                  std::string("journal.synced.part"),
                                  std::string("plan.jsonl"),
                                  std::string("plan.jsonl.part"),
                                  std::string("sources.jsonl"),
                                  std::string("sources.jsonl.part"),
                                  std::string("run.lock"),
                                  std::string("run.json"),
                                  std::string("run.json.part"),
                                  std::string("failures.jsonl"),
                                  std::string("failures.jsonl.part"),
                                  std::string("coverage.json.part"),
                                  std::string("audio/metadata.jsonl"),
                                  std::string("audio/metadata.jsonl.part")}) {
    const bool may_be_followed = name == "audio" || name == above || name == "shards" || name == "journal.jsonl";
    for (const bool restart : {false, true}) {
      if (restart && !may_be_followed) {
        continue;
      }
      SCOPED_TRACE(name + (restart ? " and --restart" : ""));
      const fs::path out = set / "out";
      fs::copy(half, out, fs::copy_options::recursive);
      const fs::path elsewhere = set / "elsewhere";
      const bool is_folder = name == "audio" || name == "image" || name == above || name == "shards";
      write_text(elsewhere / "folder/00/file", "mine");
      write_text(elsewhere / "file", "mine");
      const Tree there = read_tree(elsewhere);
      fs::remove_all(out / name);
      fs::create_directories((out / name).parent_path());
      fs::create_symlink(elsewhere / (is_folder ? "folder" : "file"), out / name);
      const ProcessResult result =
          make(out, restart ? std::vector<std::string>{"--restart"} : std::vector<std::string>{});
      EXPECT_EQ(read_tree(elsewhere), there);
      if (result.status == 0) {
        expect_equal(comparable(out), whole);
      } else {
        EXPECT_THAT(result.status, AnyOf(2, 75));
        EXPECT_THAT(result.err, AnyOf(HasSubstr("a link"), HasSubstr("holds no run of fairground"))) << result.err;
        EXPECT_THAT(result.err, HasSubstr(out.string()));
        // Once it is gone, the run goes on; without its plan it is not known as one.
        ASSERT_TRUE(fs::is_symlink(out / name));
        fs::remove(out / name);
        const ProcessResult mended = make(out);
        EXPECT_EQ(mended.status, name == "plan.jsonl" ? 2 : 0) << mended.err;
      }
      fs::remove_all(out);
      fs::remove_all(elsewhere);
    }
  }
}

TEST_F(Faults, AJournalWithASecondNameIsLeftToIt) {
  ASSERT_EQ(make({}, kill_when(lines(100))).status, kKilled);
  const std::string before = read_text(out_ / "journal.jsonl");
  fs::create_hard_link(out_ / "journal.jsonl", *set_ / "second");
  EXPECT_EQ(make().status, 1);
  expect_whole(out_);
  EXPECT_EQ(read_text(*set_ / "second"), before);
  fs::remove(*set_ / "second");
}

}  // namespace
}  // namespace fairground
