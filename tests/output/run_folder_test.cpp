// The states of a run's folder, and what a run puts into it.
#include "pipeline/output/run_folder.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"
#include "tests/support/made_world.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_disk.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const StepSchema kFan = made_schema("noise.fan", Stage::scene);

World world_of(std::uint64_t seed) {
  World world;
  world.config.name = "small";
  world.config.seed = seed;
  world.config.path = "/configs/small.yaml";
  world.config.text = "fairground: 1\n";
  world.config.sha256 = sha256_hex(world.config.text);
  world.settings().axes = {{"noise", {{"none", {}}, {"fan", {made_step(kFan, 1.0)}}}}};
  world.add("anna/1", "irish", "anna");
  world.add("ben", "scots", "ben");
  world.add("cora", "scots", "cora");
  return world;
}

class RunFolderTest : public testing::Test {
 protected:
  [[nodiscard]] Outcome outcome(std::size_t index, Fate fate = Fate::written) const {
    Outcome outcome;
    outcome.index = index;
    outcome.variant = plan_.at(index);
    outcome.fate = fate;
    if (fate == Fate::written) {
      outcome.file = {std::byte{'f'}, static_cast<std::byte>('0' + index)};
      outcome.sha256 = sha256_hex(outcome.file);
      outcome.record = "{\"variant_id\":\"" + outcome.variant.variant_id + "\"}";
    } else {
      outcome.stage = "read";
      outcome.reason = "because";
    }
    return outcome;
  }

  static RunFolderOptions options(bool restart = false) {
    RunFolderOptions options;
    options.restart = restart;
    options.tool_version = "0.0.1";
    return options;
  }

  void make_all(bool restart = false) const {
    RunFolder folder(out_, plan_, options(restart));
    for (const std::size_t i : folder.to_make()) {
      folder.add(outcome(i));
    }
    if (!folder.was_finished()) {
      folder.finish(1.5);
    }
  }

  void begin(const Plan& plan, bool restart = false) const { RunFolder(out_, plan, options(restart)).add(outcome(0)); }

  [[nodiscard]] std::string refusal(bool restart = false) const {
    try {
      const RunFolder folder(out_, plan_, options(restart));
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
  fs::path out_ = folder_ / "out/set";
  World world_ = world_of(1);
  Plan plan_{world_.config, world_.catalog};
  World other_world_ = world_of(2);
  Plan other_plan_{other_world_.config, other_world_.catalog};
};

TEST_F(RunFolderTest, AFinishedRunHoldsWhatTheContractSays) {
  make_all();
  const auto files = read_tree(out_);
  std::vector<std::string> names;
  std::set<std::string> media;
  for (const auto& [name, text] : files) {
    name.ends_with(".flac") ? (void)media.insert(name) : names.push_back(name);
  }
  EXPECT_THAT(names, ElementsAre("audio/metadata.jsonl", "coverage.json", "failures.jsonl", "journal.jsonl",
                                 "plan.jsonl", "run.json", "sources.jsonl"));
  EXPECT_THAT(media, SizeIs(6));
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    EXPECT_EQ(files.at("audio/" + plan_.at(i).file_name), "f" + std::to_string(i));
    EXPECT_EQ(read_lines(out_ / "plan.jsonl").at(i), plan_.line(plan_.at(i)));
    EXPECT_EQ(read_lines(out_ / "audio/metadata.jsonl").at(i), outcome(i).record);
    json entry = json::parse(read_lines(out_ / "journal.jsonl").at(i + 1));
    EXPECT_EQ(entry.erase("check"), 1U);
    EXPECT_EQ(entry, json({{"line", i + 1},
                           {"variant_id", plan_.at(i).variant_id},
                           {"status", "written"},
                           {"sha256", outcome(i).sha256},
                           {"bytes", 2},
                           {"record", {{"variant_id", plan_.at(i).variant_id}}}}));
  }
  EXPECT_EQ(files.at("failures.jsonl"), "");
  json header = json::parse(read_lines(out_ / "journal.jsonl").at(0));
  const json run = json::parse(files.at("run.json"));
  EXPECT_EQ(header["planned"], 6);
  for (const char* only_there : {"journal", "planned", "check"}) {
    EXPECT_EQ(header.erase(only_there), 1U);
  }
  for (const auto& [name, value] : header.items()) {
    EXPECT_EQ(run[name], value) << name;
  }
  EXPECT_EQ(run["counts"], json({{"planned", 6}, {"written", 6}, {"rejected", 0}, {"failed", 0}}));
  EXPECT_EQ(run["media"]["audio"], run["counts"]);
  EXPECT_EQ(run["plan_sha256"], plan_.sha256());
  EXPECT_EQ(run["config_file"], "/configs/small.yaml");
  EXPECT_EQ(run["seconds"], 1.5);
}

// More variants than are read at once at the end, in another order than the plan's and with some that were lost.
TEST_F(RunFolderTest, EndsInTheSameBytesWhateverTheThreadsAndTheOrder) {
  World world = world_of(3);
  for (int i = 0; i < 400; ++i) {
    world.add("more" + std::to_string(i), i % 2 == 0 ? "irish" : "scots", "somebody" + std::to_string(i));
  }
  const Plan plan(world.config, world.catalog);
  const auto make = [&](const fs::path& out, int jobs, bool in_other_order) {
    RunFolderOptions of_run = options();
    of_run.jobs = jobs;
    RunFolder folder(out, plan, of_run);
    std::vector<std::size_t> order = folder.to_make();
    if (in_other_order) {
      std::ranges::rotate(order, order.begin() + 300);
      std::ranges::reverse(order.begin() + 10, order.begin() + 40);
      folder.make_in_order(order);
    }
    for (const std::size_t index : order) {
      Outcome made;
      made.index = index;
      made.variant = plan.at(index);
      made.fate = index % 7 == 3 ? Fate::rejected : Fate::written;
      if (made.fate == Fate::written) {
        made.file = {static_cast<std::byte>(index % 251)};
        made.sha256 = sha256_hex(made.file);
        made.record = "{\"variant_id\":\"" + made.variant.variant_id + "\",\"pad\":\"" +
                      std::string(index * 37 % 3000, 'x') + "\"}";
      } else {
        made.stage = "gate";
        made.reason = "because";
      }
      folder.add(made);
    }
    std::vector<std::string> seen;
    folder.finish(1.5, [&](const Outcome& outcome) { seen.push_back(outcome.variant.variant_id); });
    EXPECT_THAT(seen, SizeIs(plan.size()));
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_EQ(seen[i], plan.at(i).variant_id);
    }
    auto files = read_tree(out);
    if (in_other_order) {
      files.erase("journal.jsonl");
    }
    return files;
  };
  auto expected = make(folder_ / "one", 1, false);
  EXPECT_EQ(json::parse(expected.at("run.json"))["files"]["audio/metadata.jsonl"],
            sha256_hex(expected.at("audio/metadata.jsonl")));
  EXPECT_EQ(json::parse(expected.at("run.json"))["plan_sha256"], sha256_hex(expected.at("plan.jsonl")));
  EXPECT_EQ(make(folder_ / "three", 3, false), expected);
  expected.erase("journal.jsonl");
  EXPECT_EQ(make(folder_ / "other", 3, true), expected);
  EXPECT_EQ(make(folder_ / "other_one", 1, true), expected);
}

TEST_F(RunFolderTest, RunJsonComesLast) {
  RunFolder folder(out_, plan_, options(false));
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    folder.add(outcome(i));
  }
  EXPECT_FALSE(fs::exists(out_ / "run.json"));
  EXPECT_FALSE(fs::exists(out_ / "audio/metadata.jsonl"));
  // With the coverage out of the way, the end cannot be reached, and the run must not look finished.
  fs::create_directories(out_ / "coverage.json/x");
  EXPECT_THROW(folder.finish(1.0), PassingFault);
  EXPECT_FALSE(fs::exists(out_ / "run.json"));
}

TEST_F(RunFolderTest, ARunIsDescribedBeforeItsPlanAndPublishedBeforeItIsFinished) {
  std::vector<std::string> calls;
  RunFolderOptions with_publisher = options();
  with_publisher.publisher = {[&] {
                                EXPECT_FALSE(fs::exists(out_ / "plan.jsonl"));
                                calls.emplace_back("describe");
                                return std::string("{\"fairground\":1,\"digital_source_type\":true}");
                              },
                              [&](const OutputTree& tree, const nlohmann::ordered_json& run) {
                                EXPECT_TRUE(fs::exists(out_ / "coverage.json"));
                                EXPECT_FALSE(fs::exists(out_ / "run.json"));
                                EXPECT_EQ(run.at("counts").at("written"), 6);
                                EXPECT_FALSE(run.contains("seconds"));
                                tree.write("report.html", "page");
                                calls.emplace_back("publish");
                              },
                              [](const OutputTree& tree) { return tree.size_of("report.html").has_value(); }};
  const auto make = [&] {
    RunFolder folder(out_, plan_, with_publisher);
    for (const std::size_t i : folder.to_make()) {
      folder.add(outcome(i));
    }
    if (!folder.was_finished()) {
      folder.finish(1.5);
    }
  };
  make();
  EXPECT_THAT(calls, ElementsAre("describe", "publish"));
  const json run = json::parse(read_text(out_ / "run.json"));
  for (const char* name :
       {"set.json", "config.yaml", "audio/metadata.jsonl", "failures.jsonl", "coverage.json", "report.html"}) {
    EXPECT_EQ(run.at("files").at(name), sha256_hex(read_text(out_ / name))) << name;
  }
  EXPECT_EQ(run.at("files").size(), 6U);
  const auto before = read_tree(out_);
  make();
  EXPECT_THAT(calls, SizeIs(2)) << "what is finished is left alone";
  fs::remove(out_ / "report.html");
  make();
  EXPECT_THAT(calls, ElementsAre("describe", "publish", "publish"));
  EXPECT_EQ(read_tree(out_), before);
}

TEST_F(RunFolderTest, CountsThatDoNotAddUpAreADefect) {
  RunFolder folder(out_, plan_, options(false));
  folder.add(outcome(0));
  folder.add(outcome(1, Fate::failed));
  EXPECT_THROW(folder.finish(1.0), std::logic_error);
  EXPECT_FALSE(fs::exists(out_ / "run.json"));
}

TEST_F(RunFolderTest, CountsAndFailures) {
  RunFolder folder(out_, plan_, options(false));
  const std::vector<Fate> fates = {Fate::written, Fate::rejected, Fate::failed,
                                   Fate::failed,  Fate::written,  Fate::written};
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    Outcome one = outcome(i, fates[i]);
    one.reason += i == 2 ? " of a name that is not UTF-8: \xFF" : "";
    folder.add(one);
  }
  EXPECT_EQ(folder.counts().done(), 6U);
  folder.finish(1.0);
  const json run = json::parse(read_text(out_ / "run.json"));
  EXPECT_EQ(run["counts"], json({{"planned", 6}, {"written", 3}, {"rejected", 1}, {"failed", 2}}));
  const std::vector<std::string> lines = read_lines(out_ / "failures.jsonl");
  ASSERT_THAT(lines, SizeIs(3));
  std::vector<std::string> ids;
  for (const std::string& line : lines) {
    const json entry = json::parse(line);
    ids.push_back(entry["variant_id"]);
    EXPECT_EQ(entry["stage"], "read");
    EXPECT_THAT(entry["reason"].get<std::string>(), HasSubstr("because"));
    EXPECT_TRUE(entry["source_id"] == "anna/1" || entry["source_id"] == "ben");
    EXPECT_TRUE(entry["kind"] == "failed" || entry["kind"] == "rejected");
  }
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  EXPECT_THAT(read_lines(out_ / "audio/metadata.jsonl"), SizeIs(3));
  EXPECT_THAT(read_lines(out_ / "journal.jsonl"), SizeIs(7)) << "with its header";
}

TEST_F(RunFolderTest, ForeignFilesAreRefusedAndUntouched) {
  for (const char* name :
       {"thesis.doc", "audio/song.flac", ".hidden", "metadata.jsonl", "set.json", "config.yaml", "plan.jsonl.part/x"}) {
    fs::remove_all(out_);
    write_text(out_ / name, "mine");
    for (const bool restart : {false, true}) {
      if (std::string(name) == "plan.jsonl.part/x") {
        EXPECT_THROW(RunFolder(out_, plan_, options(restart)), std::exception) << name;
      } else {
        EXPECT_THAT(refusal(restart), HasSubstr("not empty")) << name;
      }
      EXPECT_EQ(read_tree(out_), (std::map<std::string, std::string>{{name, "mine"}}));
    }
  }
}

TEST_F(RunFolderTest, AFileInItsPlaceIsRefused) {
  write_text(out_, "mine");
  EXPECT_THAT(refusal(true), HasSubstr("is a file"));
  EXPECT_EQ(read_text(out_), "mine");
}

TEST_F(RunFolderTest, AFinishedRunIsLeftAsItIs) {
  make_all();
  const auto before = read_tree(out_);
  {
    const RunFolder folder(out_, plan_, options());
    EXPECT_TRUE(folder.was_finished());
    EXPECT_THAT(folder.to_make(), IsEmpty());
    EXPECT_EQ(folder.counts().written, 6U);
  }
  EXPECT_EQ(read_tree(out_), before);
}

TEST_F(RunFolderTest, AFinishedRunOfAnotherPlanIsRefusedAndUntouched) {
  make_all();
  const auto before = read_tree(out_);
  try {
    const RunFolder folder(out_, other_plan_, options());
    FAIL() << "another plan is gone on with";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("a finished run"), HasSubstr("--restart"), HasSubstr("--against")));
  }
  EXPECT_EQ(read_tree(out_), before);
}

TEST_F(RunFolderTest, RestartDeletesOnlyWhatIsTheRuns) {
  make_all();
  write_text(out_ / "notes.txt", "mine");
  write_text(out_ / "more/plan.jsonl", "mine");
  write_text(out_ / "audio/mine.flac", "mine, as no plan names it");
  make_all(/*restart=*/true);
  auto files = read_tree(out_);
  EXPECT_EQ(files.at("notes.txt"), "mine");
  EXPECT_EQ(files.at("more/plan.jsonl"), "mine");
  EXPECT_TRUE(files.contains("audio/mine.flac"));
  EXPECT_TRUE(files.contains("run.json"));
}

TEST_F(RunFolderTest, RestartDoesNotFollowLinks) {
  make_all();
  write_text(folder_ / "elsewhere/keep.txt", "mine");
  fs::remove_all(out_ / "audio");
  fs::create_directory_symlink(folder_ / "elsewhere", out_ / "audio");
  make_all(/*restart=*/true);
  EXPECT_EQ(read_tree(folder_ / "elsewhere"), (std::map<std::string, std::string>{{"keep.txt", "mine"}}));
}

TEST_F(RunFolderTest, AnUnfinishedRunOfTheSamePlanIsGoneOnWith) {
  begin(plan_);
  {
    const RunFolder folder(out_, plan_, options());
    EXPECT_THAT(folder.to_make(), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_EQ(folder.made_before(), 1U);
  }
  make_all();
  const TemporaryFolder elsewhere;
  out_ = elsewhere / "fresh";
  const auto again = read_tree(folder_ / "out/set");
  make_all();
  EXPECT_EQ(again, read_tree(out_));
}

TEST_F(RunFolderTest, AnUnfinishedRunOfAnotherPlanIsRefused) {
  begin(other_plan_);
  const auto before = read_tree(out_);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("the plan is another one"), HasSubstr("--restart")));
  EXPECT_EQ(read_tree(out_), before);
  make_all(/*restart=*/true);
  EXPECT_TRUE(fs::exists(out_ / "run.json"));
}

TEST_F(RunFolderTest, ARunThatWasStoppedWhileItsPlanWasWrittenIsBegunAgain) {
  write_text(out_ / "plan.jsonl.part", "{\"variant_id\":");
  make_all();
  EXPECT_THAT(read_lines(out_ / "plan.jsonl"), SizeIs(6));
}

TEST_F(RunFolderTest, ARunThatWasStoppedBeforeItsPlanIsDescribedAnew) {
  RunFolderOptions with_publisher = options();
  with_publisher.publisher.describe = [] { return std::string("new"); };
  write_text(out_ / "set.json", R"({"fairground":"0.0.1","digital_source_type":true})");
  write_text(out_ / "config.yaml", "of another config");
  write_text(out_ / "config.yaml.part", "of ano");
  RunFolder(out_, plan_, with_publisher).add(outcome(0));
  EXPECT_EQ(read_text(out_ / "set.json"), "new");
  EXPECT_EQ(read_text(out_ / "config.yaml"), plan_.config().text);
}

TEST_F(RunFolderTest, ARestartThatWasStoppedCanBeGoneOnWith) {
  make_all();
  // The names are deleted one after the other; whatever was left when that was stopped must still be known as ours.
  fs::remove(out_ / "run.json");
  fs::remove(out_ / "journal.jsonl");
  make_all();
  EXPECT_TRUE(fs::exists(out_ / "run.json"));
}

TEST_F(RunFolderTest, AFullDiskIsAPassingFaultAndCanBeMended) {
  const TinyDisk disk(out_, 64);
  if (!disk.problem().empty()) {
    GTEST_SKIP() << disk.problem();
  }
  const auto attempt = [&] {
    RunFolder folder(out_, plan_, options(false));
    for (const std::size_t i : folder.to_make()) {
      Outcome one = outcome(i);
      one.file.resize(20000);
      one.sha256 = sha256_hex(one.file);
      folder.add(one);
    }
    folder.finish(1.0);
  };
  EXPECT_THROW(attempt(), PassingFault);
  EXPECT_FALSE(fs::exists(out_ / "run.json"));
  EXPECT_THROW(attempt(), PassingFault) << "still full";
  ASSERT_TRUE(disk.grow(1024));
  attempt();
  EXPECT_TRUE(fs::exists(out_ / "run.json"));
}

TEST_F(RunFolderTest, ADiskTooSmallForThePlanCanBeMended) {
  world_.add_many(200, "irish");
  const Plan plan(world_.config, world_.catalog);
  const TinyDisk disk(out_, 32);
  if (!disk.problem().empty()) {
    GTEST_SKIP() << disk.problem();
  }
  EXPECT_THROW(RunFolder(out_, plan, options()), PassingFault);
  ASSERT_TRUE(disk.grow(4096));
  RunFolder(out_, plan, options());
  EXPECT_TRUE(fs::exists(out_ / "plan.jsonl"));
}

TEST_F(RunFolderTest, AFolderThatMayNotBeReadIsAPassingFault) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root may read every folder";
  }
  fs::create_directories(out_);
  fs::permissions(out_, fs::perms::none);
  EXPECT_THROW(RunFolder(out_, plan_, options()), PassingFault);
  fs::permissions(out_, fs::perms::owner_all);
}

}  // namespace
}  // namespace fairground
