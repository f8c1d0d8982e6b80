// What of an earlier start holds.
#include "pipeline/output/journal_state.h"

#include <gmock/gmock.h>

#include <limits>

#include "pipeline/core/hash.h"
#include "pipeline/output/disk_sync.h"
#include "tests/support/made_world.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const StepSchema kFan = made_schema("noise.fan", Stage::scene);
constexpr std::uintmax_t kAll = std::numeric_limits<std::uintmax_t>::max();

World made_world() {
  World world;
  world.settings().axes = {{"noise", {{"none", {}}, {"fan", {made_step(kFan, 1.0)}}}}};
  world.add_many(3, "irish");
  return world;
}

/// A journal of six variants, of which the second failed.
class JournalStateTest : public testing::Test {
 protected:
  JournalStateTest() {
    lines_.push_back(journal_header({{"a", 1}}));
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      Outcome outcome;
      outcome.variant = plan_.at(i);
      outcome.fate = i == 1 ? Fate::failed : Fate::written;
      if (outcome.fate == Fate::written) {
        outcome.file = {std::byte{'f'}, static_cast<std::byte>('0' + i)};
        outcome.sha256 = sha256_hex(outcome.file);
        outcome.record = "{}";
        write_bytes(file(i), outcome.file);
      } else {
        outcome.stage = "read";
        outcome.reason = "because";
      }
      lines_.push_back(journal_line(i, outcome));
    }
  }

  [[nodiscard]] fs::path file(std::size_t i) const { return folder_ / ("audio/" + plan_.at(i).file_name); }
  [[nodiscard]] JournalState read(const JournalChecks& checks = {}) const {
    return read_journal(tree_, "journal.jsonl", plan_, checks);
  }
  [[nodiscard]] JournalState read_lines_of(const std::vector<std::string>& lines,
                                           const JournalChecks& checks = {}) const {
    write_lines(folder_ / "journal.jsonl", lines);
    return read(checks);
  }
  /// Which variants have a line that holds.
  static std::vector<std::size_t> done(const JournalState& state) {
    std::vector<std::size_t> indices;
    std::ranges::transform(state.done, std::back_inserter(indices), &JournalPlace::index);
    return indices;
  }
  [[nodiscard]] std::uintmax_t end_of(std::size_t lines) const {
    std::uintmax_t end = 0;
    for (std::size_t i = 0; i < lines; ++i) {
      end += lines_[i].size() + 1;
    }
    return end;
  }

  TemporaryFolder folder_;
  OutputTree tree_{folder_.path()};
  World world_ = made_world();
  Plan plan_{world_.config, world_.catalog};
  std::vector<std::string> lines_;
};

TEST_F(JournalStateTest, AllThatIsWholeHolds) {
  const JournalState state = read_lines_of(lines_);
  EXPECT_TRUE(state.is_there);
  EXPECT_TRUE(state.header);
  EXPECT_THAT(done(state), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(state.counts.written, 5U);
  EXPECT_EQ(state.counts.failed, 1U);
  EXPECT_EQ(state.dropped, 0U);
  EXPECT_TRUE(state.is_solid);
  EXPECT_EQ(state.end, end_of(7));
  for (const JournalPlace& place : state.done) {
    EXPECT_EQ(read_text(folder_ / "journal.jsonl").substr(place.offset, place.length), lines_[place.index + 1]);
  }
}

TEST_F(JournalStateTest, NoJournalIsNone) {
  const JournalState state = read();
  EXPECT_FALSE(state.is_there);
  EXPECT_FALSE(state.header);
  EXPECT_EQ(state.end, 0U);
}

TEST_F(JournalStateTest, ATornEndIsCutOff) {
  write_lines(folder_ / "journal.jsonl", lines_);
  const std::string whole = read_text(folder_ / "journal.jsonl");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    for (const bool as_zeros : {false, true}) {
      write_text(folder_ / "journal.jsonl",
                 whole.substr(0, size) + std::string(as_zeros ? whole.size() - size : 0, '\0'));
      const JournalState state = read({{}, kAll});
      std::size_t lines = 0;
      while (lines < lines_.size() && end_of(lines + 1) <= size) {
        ++lines;
      }
      ASSERT_EQ(state.done.size(), lines == 0 ? 0U : lines - 1) << size;
      ASSERT_EQ(state.end, end_of(lines)) << size;
      ASSERT_TRUE(state.is_solid) << size;
      ASSERT_EQ(state.header.has_value(), lines > 0) << size;
    }
  }
}

TEST_F(JournalStateTest, ADamagedLineDoesNotHoldAndBehindADamagedHeaderNothingDoes) {
  for (std::size_t damaged = 0; damaged < lines_.size(); ++damaged) {
    std::vector<std::string> lines = lines_;
    lines[damaged][10] ^= 1;
    const JournalState state = read_lines_of(lines);
    const bool is_last = damaged + 1 == lines_.size();
    EXPECT_EQ(state.done.size(), damaged == 0 ? 0U : lines_.size() - 2);
    EXPECT_EQ(state.dropped, 1U);
    EXPECT_EQ(state.end, damaged == 0 ? 0U : end_of(is_last ? damaged : lines_.size()));
    EXPECT_EQ(state.is_solid, damaged == 0 || is_last);
    EXPECT_THAT(state.problems, ElementsAre(HasSubstr("journal.jsonl:" + std::to_string(damaged + 1) + ": ")));
  }
}

TEST_F(JournalStateTest, AFileThatIsMissingOrOfAnotherSizeTakesItsLineAlong) {
  fs::remove(file(2));
  write_text(file(4), "long");
  const JournalState state = read_lines_of(lines_, {{}, kAll});
  EXPECT_THAT(done(state), ElementsAre(0, 1, 3, 5));
  EXPECT_EQ(state.counts.written, 3U);
  EXPECT_EQ(state.dropped, 2U);
  EXPECT_FALSE(state.is_solid);
  EXPECT_THAT(state.problems, ElementsAre(AllOf(HasSubstr("journal.jsonl:4: "), HasSubstr(plan_.at(2).file_name)),
                                          AllOf(HasSubstr("journal.jsonl:6: "), HasSubstr(plan_.at(4).file_name))));
}

TEST_F(JournalStateTest, FilesAreReadAgainOnlyBehindWhatIsOnTheDisk) {
  write_text(file(2), "xx");
  write_text(file(5), "xx");
  EXPECT_THAT(done(read_lines_of(lines_)), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(done(read({{}, end_of(4)})), ElementsAre(0, 1, 2, 3, 4)) << "the file of line 4 was on the disk";
  EXPECT_THAT(done(read({{}, end_of(3)})), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(done(read({{}, kAll})), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(read_lines_of(lines_).problems, ElementsAre(HasSubstr(":4: "), HasSubstr(":7: ")));
}

TEST_F(JournalStateTest, ALinkIsNoFile) {
  fs::rename(file(2), folder_ / "elsewhere");
  fs::create_symlink(folder_ / "elsewhere", file(2));
  EXPECT_THAT(done(read_lines_of(lines_, {{}, kAll})), ElementsAre(0, 1, 3, 4, 5));
}

TEST_F(JournalStateTest, WhatFailedMayBeTriedAgain) {
  JournalChecks checks;
  checks.drop_failed = true;
  const JournalState state = read_lines_of(lines_, checks);
  EXPECT_THAT(done(state), ElementsAre(0, 2, 3, 4, 5));
  EXPECT_EQ(state.counts.failed, 0U);
  EXPECT_EQ(state.dropped, 1U);
  EXPECT_FALSE(state.is_solid);
  EXPECT_THAT(state.problems, IsEmpty());
}

TEST_F(JournalStateTest, AVariantHasOneLineAndThatOfThisPlanAndShard) {
  std::vector<std::string> lines = lines_;
  lines.insert(lines.begin() + 3, lines_[1]);
  JournalState state = read_lines_of(lines);
  EXPECT_THAT(done(state), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_FALSE(state.is_solid);
  EXPECT_THAT(state.problems, ElementsAre(HasSubstr("journal.jsonl:4: the variant has a line already")));

  Outcome other;
  other.variant = plan_.at(2);
  other.stage = "read";
  lines = lines_;
  lines[3] = journal_line(3, other);
  state = read_lines_of(lines);
  EXPECT_THAT(done(state), ElementsAre(0, 1, 3, 4, 5));
  EXPECT_THAT(state.problems, ElementsAre(HasSubstr(":4: the line is of no variant of the plan")));
  lines[3] = journal_line(plan_.size(), other);
  EXPECT_THAT(done(read_lines_of(lines)), ElementsAre(0, 1, 3, 4, 5));
  lines[3] = journal_line(std::numeric_limits<std::size_t>::max() - 1, other);
  EXPECT_THAT(done(read_lines_of(lines)), ElementsAre(0, 1, 3, 4, 5));

  JournalChecks checks;
  checks.belongs = [](std::size_t index) { return index < 4; };
  state = read_lines_of(lines_, checks);
  EXPECT_THAT(done(state), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(state.problems, ElementsAre(HasSubstr(":6: the line is of a variant of another shard"),
                                          HasSubstr(":7: the line is of a variant of another shard")));
}

TEST_F(JournalStateTest, ProblemsAreAFew) {
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    fs::remove(file(i));
  }
  std::vector<std::string> lines = lines_;
  for (int i = 0; i < 1000; ++i) {
    lines.push_back(lines_[2]);  // it failed, and needs no file
  }
  const JournalState state = read_lines_of(lines);
  EXPECT_EQ(state.dropped, 1005U);
  EXPECT_EQ(state.problems.size(), 5U);
}

TEST_F(JournalStateTest, WhatIsOnTheDiskIsNotedForThisJournalAlone) {
  write_lines(folder_ / "journal.jsonl", lines_);
  EXPECT_EQ(synced_bytes(tree_, "synced", "journal.jsonl"), 0U);
  JournalWriter writer(tree_, "journal.jsonl", end_of(3));
  {
    DiskSync sync(tree_, "synced", writer, std::chrono::milliseconds(1));
    writer.add(lines_[3]);
    for (int i = 0; i < 5000 && !fs::exists(folder_ / "synced"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    sync.stop();
    sync.check();
  }
  const std::string noted = read_text(folder_ / "synced");
  EXPECT_EQ(synced_bytes(tree_, "synced", "journal.jsonl"), end_of(4));
  writer.add(lines_[4]);
  EXPECT_EQ(synced_bytes(tree_, "synced", "journal.jsonl"), end_of(4)) << "and no more";
  for (const std::string& nonsense :
       {std::string(), std::string("nonsense"), std::to_string(end_of(4)), std::to_string(end_of(4)) + " ",
        std::to_string(end_of(3)) + noted.substr(noted.find(' ')), "9" + noted, noted + "0", " " + noted,
        std::string(36, '\0'), std::string("99999999999999999999999 0123456789abcdef"),
        std::string("18446744073709551615 0123456789abcdef"), std::string(1'000'000, '1')}) {
    write_text(folder_ / "synced", nonsense);
    EXPECT_EQ(synced_bytes(tree_, "synced", "journal.jsonl"), 0U) << nonsense.substr(0, 50);
  }
  write_text(folder_ / "synced", noted);
  std::vector<std::string> others = lines_;
  others[3] = lines_[4];
  write_lines(folder_ / "journal.jsonl", others);
  EXPECT_EQ(synced_bytes(tree_, "synced", "journal.jsonl"), 0U) << "another line ends there";
}

}  // namespace
}  // namespace fairground
