// Whose an output directory is, and what may be deleted there.
#include "pipeline/output/folder_claim.h"

#include <gmock/gmock.h>

#include "pipeline/core/error.h"
#include "pipeline/output/file_lock.h"
#include "pipeline/output/shard_folders.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kRun = R"({"fairground":"0.1.0","plan_sha256":"abc"})";
constexpr const char* kPlanLine = R"({"variant_id":"v","draw_id":"d","file":"audio/0f/v.flac"})";

class FolderClaimTest : public testing::Test {
 protected:
  void make_run() const {
    write_text(out_ / "run.json", kRun);
    write_text(out_ / "plan.jsonl", std::string(kPlanLine) + "\n");
    write_text(out_ / "audio/0f/v.flac", "ours");
    write_text(out_ / "audio/metadata.jsonl", "ours");
  }

  [[nodiscard]] std::string refusal(bool restart) const {
    try {
      const FolderClaim claim(out_, {.restart = restart});
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
  fs::path out_ = folder_ / "out";
};

TEST_F(FolderClaimTest, ARestartDeletesTheRunAndItsFolders) {
  make_run();
  EXPECT_EQ(refusal(/*restart=*/true), "");
  EXPECT_TRUE(fs::is_empty(out_));
}

TEST_F(FolderClaimTest, ARestartDeletesWhatWasPublishedAndNothingElseBesideIt) {
  make_run();
  for (const char* name : {"set.json", "config.yaml", "report.html", "DATACARD.md", "exports/stm/ref.stm",
                           "exports/webdataset/audio-000000.tar", "exports/kaldi/text.part"}) {
    write_text(out_ / name, "ours");
  }
  write_text(folder_ / "elsewhere/keep.json", "mine");
  fs::create_directory_symlink(folder_ / "elsewhere", out_ / "exports/coco");
  write_text(out_ / "exports/results/answers.csv", "mine");
  write_text(out_ / "exports/mine/notes.txt", "mine");
  write_text(out_ / "exports/stm/more/notes.txt", "mine");
  EXPECT_EQ(refusal(/*restart=*/true), "");
  EXPECT_EQ(read_tree(out_), (std::map<std::string, std::string>{{"exports/mine/notes.txt", "mine"},
                                                                 {"exports/results/answers.csv", "mine"},
                                                                 {"exports/stm/more/notes.txt", "mine"}}));
  EXPECT_TRUE(fs::exists(folder_ / "elsewhere/keep.json"));
}

TEST_F(FolderClaimTest, ARestartDeletesNoFileThatThePlanDoesNotName) {
  make_run();
  write_text(out_ / "audio/0f/mine.wav", "mine");
  write_text(out_ / "audio/recordings/mine.wav", "mine");
  write_text(out_ / "notes.txt", "mine");
  EXPECT_EQ(refusal(/*restart=*/true), "");
  EXPECT_TRUE(fs::exists(out_ / "audio/0f/mine.wav"));
  EXPECT_TRUE(fs::exists(out_ / "audio/recordings/mine.wav"));
  EXPECT_TRUE(fs::exists(out_ / "notes.txt"));
  EXPECT_FALSE(fs::exists(out_ / "audio/0f/v.flac"));
}

TEST_F(FolderClaimTest, AFileNamedRunJsonMakesNoRun) {
  for (const char* text : {"{\"mine\":1}", "not JSON", "[]", ""}) {
    write_text(out_ / "run.json", text);
    write_text(out_ / "audio/mine.wav", "mine");
    EXPECT_THAT(refusal(/*restart=*/true), HasSubstr("holds no run of fairground")) << text;
    EXPECT_TRUE(fs::exists(out_ / "run.json"));
    EXPECT_TRUE(fs::exists(out_ / "audio/mine.wav"));
    EXPECT_FALSE(fs::exists(out_ / "run.lock"));
  }
}

TEST_F(FolderClaimTest, APlanCannotNameFilesOutsideTheRun) {
  make_run();
  write_text(folder_ / "victim.txt", "mine");
  write_text(out_ / "other/x/victim.txt", "mine");
  write_text(out_ / "plan.jsonl", std::string(kPlanLine) + "\n" +
                                      R"({"variant_id":"v","draw_id":"d","file":"audio/../../victim.txt"})" + "\n" +
                                      R"({"variant_id":"v","draw_id":"d","file":"audio/../victim.txt"})" + "\n" +
                                      R"({"variant_id":"v","draw_id":"d","file":"other/x/victim.txt"})" + "\n" +
                                      R"({"variant_id":"v","draw_id":"d","file":17})" + "\nnot JSON\n");
  EXPECT_EQ(refusal(/*restart=*/true), "");
  EXPECT_TRUE(fs::exists(folder_ / "victim.txt"));
  EXPECT_TRUE(fs::exists(out_ / "other/x/victim.txt"));
}

TEST_F(FolderClaimTest, OneRunAtATime) {
  {
    const FolderClaim first(out_, ClaimOptions{});
    try {
      const FolderClaim second(out_, ClaimOptions{});
      FAIL() << "two runs hold one folder";
    } catch (const PassingFault& fault) {
      EXPECT_THAT(fault.what(), HasSubstr("another run is writing"));
    }
  }
  EXPECT_NO_THROW(FolderClaim(out_, ClaimOptions{}));
}

std::string fault_of(const fs::path& out, const std::optional<Shard>& shard) {
  try {
    const FolderClaim claim(out, {.shard = shard});
  } catch (const PassingFault& fault) {
    return fault.what();
  }
  return "";
}

TEST_F(FolderClaimTest, ShardsShareAFolderAndNoShardIsMadeTwiceAtOnce) {
  const FolderClaim first(out_, {.shard = Shard{0, 3}});
  const FolderClaim second(out_, {.shard = Shard{1, 3}});
  EXPECT_FALSE(is_locked(out_ / "run.lock")) << "nobody holds it alone";
  EXPECT_TRUE(is_locked(out_ / "shards/1-of-3/run.lock"));
  EXPECT_THAT(fault_of(out_, Shard{1, 3}), HasSubstr("another run is making this shard"));
  EXPECT_THAT(fault_of(out_, std::nullopt), HasSubstr("another run is writing"));
  EXPECT_EQ(fault_of(out_, Shard{2, 3}), "");
}

TEST_F(FolderClaimTest, ShardsOfDifferentDivisionsAndARunWithoutDoNotMeet) {
  const auto refusal_of = [&](const std::optional<Shard>& shard) {
    try {
      const FolderClaim claim(out_, {.shard = shard});
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  make_run();
  fs::remove(out_ / "run.json");
  write_text(out_ / "shards/1-of-3/journal.jsonl", "");
  EXPECT_EQ(refusal_of(Shard{0, 3}), "");
  EXPECT_THAT(refusal_of(Shard{0, 4}), AllOf(HasSubstr("holds shard 1/3"), HasSubstr("--shard I/3")));
  EXPECT_THAT(refusal_of(std::nullopt), AllOf(HasSubstr("made in 3 shards"), HasSubstr("fairground merge")));
  write_text(out_ / "shards/02-of-3/mine.txt", "mine");
  EXPECT_THAT(refusal_of(Shard{0, 3}), HasSubstr("02-of-3: is no shard's folder"));
  fs::remove_all(out_ / "shards");
  write_text(out_ / "journal.jsonl", "");
  EXPECT_THAT(refusal_of(Shard{0, 3}), HasSubstr("begun without shards"));
}

TEST_F(FolderClaimTest, ARestartDeletesShardsAndNothingElseInTheirFolders) {
  make_run();
  write_text(out_ / "shards/1-of-3/journal.jsonl", "ours");
  write_text(out_ / "shards/1-of-3/notes.txt", "mine");
  write_text(out_ / "shards/2-of-3/shard.json", "ours");
  EXPECT_EQ(refusal(/*restart=*/true), "");
  EXPECT_EQ(read_tree(out_), (std::map<std::string, std::string>{{"shards/1-of-3/notes.txt", "mine"}}));
}

TEST_F(FolderClaimTest, WhoOnlyPreparesDisturbsNoShard) {
  make_run();
  fs::remove(out_ / "run.json");
  const FolderClaim shard(out_, {.shard = Shard{0, 3}});
  write_text(out_ / "shards/0-of-3/journal.jsonl", "");
  EXPECT_NO_THROW(FolderClaim(out_, {.prepare_only = true}));
  EXPECT_TRUE(is_locked(out_ / "shards/0-of-3/run.lock"));
}

TEST_F(FolderClaimTest, AFolderThatIsNestedTooDeepIsNoneOfOurs) {
  const std::string deep(1'000'000, '[');
  for (const auto& [name, text] :
       {std::pair("run.json", "{\"fairground\":1,\"plan_sha256\":" + deep + std::string(1'000'000, ']') + "}"),
        {"plan.jsonl", "{\"variant_id\":1,\"draw_id\":1,\"file\":" + deep + "\n"},
        {"plan.jsonl", deep}}) {
    write_text(out_ / name, text);
    EXPECT_THAT(refusal(/*restart=*/true), HasSubstr("holds no run of fairground")) << name;
    fs::remove_all(out_);
  }
}

TEST_F(FolderClaimTest, DeletedShardsLeaveNoFolderEvenWhereAnEarlierDeletionWasStopped) {
  fs::create_directories(out_ / "shards/1-of-3");
  write_text(out_ / "shards/0-of-3/journal.jsonl", "ours");
  delete_shards(OutputTree(out_));
  EXPECT_FALSE(fs::exists(out_ / "shards"));
}

TEST_F(FolderClaimTest, ALockThatIsALinkIsNotFollowed) {
  write_text(folder_ / "victim.txt", "mine");
  fs::create_directories(out_);
  fs::create_symlink(folder_ / "none", out_ / "run.lock");
  EXPECT_NE(fault_of(out_, std::nullopt), "");
  EXPECT_FALSE(fs::exists(folder_ / "none"));
}

TEST_F(FolderClaimTest, ALockThatWasLeftOverLocksNobodyOut) {
  write_text(out_ / "run.lock", "");
  EXPECT_NO_THROW(FolderClaim(out_, ClaimOptions{}));
}

}  // namespace
}  // namespace fairground
