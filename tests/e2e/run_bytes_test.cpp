// The guarantee: the same config and sources give the same bytes, whatever the threads or interruptions.
#include <gmock/gmock.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/support/killed.h"
#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_set.h"
#include "tests/support/tiny_disk.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Formats : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(Formats, ThreadsChangeNoByte) {
  TestSet set(/*recordings=*/9, /*photographs=*/8);
  set.speech += "gone,gone.wav,x,irish,CC0-1.0,\n";
  set.config += std::string("  audio: ") + GetParam().first + "\n  image: " + GetParam().second + "\n";
  set.save();
  Tree first;
  for (const char* jobs : {"1", "2", "4"}) {
    const fs::path out = set / (std::string("out") + jobs);
    const ProcessResult result = run_fairground({"run", set.config_path(), "--out", out, "--jobs", jobs});
    ASSERT_EQ(result.status, 1) << result.err;
    const Tree tree = comparable(out);
    EXPECT_EQ(tree.size(), 9U * 3U + 8U * 4U + 15U);
    EXPECT_FALSE(tree.at("failures.jsonl").empty());
    if (first.empty()) {
      first = tree;
    } else {
      expect_equal(first, tree);
    }
    EXPECT_EQ(run_fairground({"verify", out, "--jobs", jobs}).status, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Output, Formats,
                         testing::Values(std::pair("{format: flac}", "{format: png}"),
                                         std::pair("{format: wav}", "{format: jpeg, quality: 85}"),
                                         std::pair("{format: flac, bits: 24}", "{format: webp}"),
                                         std::pair("{format: wav, bits: 24}", "{format: tiff}")));

TEST(Bytes, TheFolderAndTheManifestsOrderDoNotMatter) {
  TestSet set(6, 0);
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--quiet"}).status, 0);
  const Tree before = read_tree(set / "out/audio");
  std::vector<std::string> lines = read_lines(set / "data/speech.csv");
  std::reverse(lines.begin() + 1, lines.end());
  write_lines(set / "data/speech.csv", lines);
  // Paths on the command line are relative to the working directory.
  ASSERT_EQ(run_fairground_in(set / "data", {"run", "../set.yaml", "--out", "../other", "--quiet"}).status, 0);
  Tree after = read_tree(set / "other/audio");
  const auto sorted = [](const std::string& text) {
    std::vector<std::string> list;
    for (std::istringstream stream(text); std::getline(stream, list.emplace_back());) {
    }
    std::ranges::sort(list);
    return list;
  };
  EXPECT_EQ(sorted(before.at("metadata.jsonl")), sorted(after.at("metadata.jsonl")));
  after["metadata.jsonl"] = before.at("metadata.jsonl");
  expect_equal(before, after);
}

/// Waits for the first variants that a run makes and sends `signals` to it.
std::function<void(pid_t)> interrupt(const fs::path& out, std::vector<int> signals) {
  const fs::path journal = out / "journal.jsonl";
  const std::size_t before = std::max<std::size_t>(1, lines_in(journal));  // the header
  return [=](pid_t child) {
    EXPECT_TRUE(wait_until(child, [&] { return lines_in(journal) > before; })) << "it ended before";
    for (const int signal : signals) {
      ::kill(child, signal);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
}

TEST(Interrupt, StopsWithoutLossAndTheSameCommandCompletes) {
  // Enough variants for a signal to come in the middle of them.
  const TestSet set(200, 0);
  const std::vector<std::string> command = {"run", set.config_path(), "--out", set / "stopped", "--jobs", "2"};
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--out", set / "undisturbed", "--quiet"}).status, 0);
  for (const std::vector<int>& signals : {std::vector{SIGINT}, std::vector{SIGTERM}, std::vector{SIGINT, SIGINT}}) {
    const ProcessResult stopped = run_fairground(command, interrupt(set / "stopped", signals));
    ASSERT_EQ(stopped.status, 75) << stopped.out << stopped.err;
    EXPECT_FALSE(fs::exists(set / "stopped/run.json"));
    if (signals.size() == 1) {
      EXPECT_THAT(stopped.out, AllOf(HasSubstr("stopped after "), HasSubstr("run the same command again")));
    }
  }
  const ProcessResult completed = run_fairground(command);
  ASSERT_EQ(completed.status, 0) << completed.err;
  expect_equal(comparable(set / "stopped"), comparable(set / "undisturbed"));
}

TEST(FullDisk, ExitsWith75AndGoesOnWhenThereIsRoom) {
  const TestSet set(20, 0);
  const TinyDisk disk(set / "disk", 256);
  if (!disk.problem().empty()) {
    GTEST_SKIP() << disk.problem();
  }
  const std::vector<std::string> command = {"run", set.config_path(), "--out", set / "disk/set"};
  for (int i = 0; i < 2; ++i) {
    const ProcessResult full = run_fairground(command);
    EXPECT_EQ(full.status, 75) << full.err;
    EXPECT_THAT(full.err, AllOf(HasSubstr("No space left"), HasSubstr("Run the same command again")));
    EXPECT_FALSE(fs::exists(set / "disk/set/run.json"));
  }
  ASSERT_TRUE(disk.grow(100'000));
  EXPECT_EQ(run_fairground(command).status, 0);
  EXPECT_EQ(run_fairground({"verify", set / "disk/set"}).status, 0);
}

TEST(FullDisk, AFolderThatCannotBeMadeExitsWith75) {
  const TestSet set(2, 0);
  write_text(set / "file", "x");
  const ProcessResult result = run_fairground({"run", set.config_path(), "--out", set / "file/out"});
  EXPECT_EQ(result.status, 75) << result.err;
}

}  // namespace
}  // namespace fairground
