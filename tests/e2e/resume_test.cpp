// A run goes on where it was stopped, whatever stopped it, and ends in the bytes of a run that never stopped.
//
// An ordinary run of these tests kills 20 times. FAIRGROUND_KILLS=200 in the environment makes that 200:
//   FAIRGROUND_KILLS=200 build/release/tests/e2e_test --gtest_filter='Killed.AtRandomMoments*'
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "pipeline/core/random.h"
#include "tests/support/fast_set.h"
#include "tests/support/killed.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::microseconds;
using testing::AllOf;
using testing::HasSubstr;

/// Draws from a fixed seed, so that a failure can be looked for again.
class Dice {
 public:
  explicit Dice(const char* name) : stream_(20'26, 0, name) {}
  /// From 0 to `below` - 1.
  std::size_t draw(std::size_t below) { return stream_.word_at(next_++) % below; }
  double fraction() { return static_cast<double>(draw(1'000'000)) / 1e6; }

 private:
  RandomStream stream_;
  std::uint64_t next_ = 0;
};

/// A set, and the run of it that nothing stopped.
class Killed : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_ = new FastSet(/*recordings=*/100, /*pictures=*/70);
    const auto begin = std::chrono::steady_clock::now();
    const ProcessResult result = run_fairground({"run", set_->config_path(), "--out", *set_ / "whole", "--jobs", "2"});
    duration_ = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - begin);
    EXPECT_EQ(result.status, 1) << result.err << result.out;
    whole_ = new Tree(comparable(*set_ / "whole"));
    const json run = json::parse(read_text(*set_ / "whole/run.json"));
    planned_ = run["counts"]["planned"];
    EXPECT_GE(planned_, 2000U);
    for (const char* medium : {"audio", "image"}) {
      for (const char* fate : {"written", "rejected", "failed"}) {
        EXPECT_GT(run["media"][medium][fate], 50) << medium << ' ' << fate;
      }
    }
  }
  static void TearDownTestSuite() {
    delete whole_;
    delete set_;
  }

  void SetUp() override { fs::remove_all(*set_ / "killed"); }

  static std::vector<std::string> command(const fs::path& out, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"run", set_->config_path(), "--out", out, "--jobs", "2", "--quiet"});
    return more;
  }
  static ProcessResult start(const fs::path& out, const std::function<void(pid_t)>& meanwhile = {}) {
    return run_fairground(command(out), meanwhile);
  }

  /// Some moment of what is left of a run.
  static microseconds moment(const fs::path& out, Dice& dice) {
    const std::size_t done = lines_in(out / "journal.jsonl");
    const double left = 1.1 - std::min(0.9, static_cast<double>(done) / static_cast<double>(planned_));
    return microseconds(static_cast<std::int64_t>(left * dice.fraction() * static_cast<double>(duration_.count())));
  }

  /// Goes on to the end and holds it against the whole run.
  static void expect_same_end(const fs::path& out) {
    const ProcessResult result = start(out);
    ASSERT_EQ(result.status, 1) << result.err;
    expect_equal(comparable(out), *whole_);
    fs::remove_all(out);
  }

  static inline FastSet* set_ = nullptr;
  static inline Tree* whole_ = nullptr;
  static inline microseconds duration_{};
  static inline std::size_t planned_ = 0;
};

int kills_wanted() {
  const char* const text = std::getenv("FAIRGROUND_KILLS");
  return text == nullptr ? 20 : std::atoi(text);
}

TEST_F(Killed, AtRandomMomentsAgainAndAgain) {
  Dice dice("moments");
  const fs::path out = *set_ / "killed";
  int kills = 0;
  int runs = 0;
  while (kills < kills_wanted()) {
    // Up to eight in one run.
    for (std::size_t left = 1 + dice.draw(8); left > 0; --left) {
      const ProcessResult result = start(out, kill_after(moment(out, dice)));
      if (result.status != kKilled) {
        ASSERT_EQ(result.status, 1) << result.err;
        break;
      }
      ++kills;
    }
    ++runs;
    expect_same_end(out);
    ASSERT_FALSE(HasFailure()) << "run " << runs;
  }
  RecordProperty("kills", kills);
  RecordProperty("runs", runs);
  std::cout << kills << " kills in " << runs << " runs\n";
}

TEST(KilledWhile, EachFileOfTheRunIsWritten) {
  Dice dice("files");
  const FastSet set(/*recordings=*/10, /*pictures=*/10);
  const auto start = [&](const fs::path& out, const std::function<void(pid_t)>& meanwhile = {}) {
    return run_fairground({"run", set.config_path(), "--out", out, "--jobs", "2", "--quiet"}, meanwhile);
  };
  ASSERT_EQ(start(set / "whole").status, 1);
  const Tree whole = comparable(set / "whole");
  int kills = 0;
  for (const char* name :
       {"plan.jsonl.part", "plan.jsonl", "sources.jsonl", "journal.jsonl", "audio", "audio/metadata.jsonl.part",
        "audio/metadata.jsonl", "failures.jsonl", "skin_tone.json", "run.json.part", "run.json"}) {
    const fs::path out = set / "killed";
    const microseconds delay(dice.draw(2) * dice.draw(1000));
    kills += start(out, kill_when(is_there(out / name), delay)).status == kKilled ? 1 : 0;
    const ProcessResult result = start(out);
    ASSERT_EQ(result.status, 1) << name << result.err;
    expect_equal(comparable(out), whole);
    ASSERT_FALSE(testing::Test::HasFailure()) << name;
    fs::remove_all(out);
  }
  EXPECT_GE(kills, 7) << "most of these files are there long enough to be seen";
}

/// How much of the journal is known to be on the disk; an earlier cut may have left nonsense.
std::size_t safe_bytes(const fs::path& out) {
  const std::string text = fs::exists(out / "journal.synced") ? read_text(out / "journal.synced") : "";
  const std::size_t bytes = std::strtoull(text.c_str(), nullptr, 10);
  return bytes <= fs::file_size(out / "journal.jsonl") ? bytes : 0;
}

/// The lines of a journal behind what is known to be on the disk: what a power cut may take.
std::vector<json> unsafe_lines(const fs::path& out) {
  std::vector<json> lines;
  if (!fs::exists(out / "journal.jsonl")) {
    return lines;
  }
  const std::size_t safe = safe_bytes(out);
  std::size_t offset = 0;
  for (const std::string& line : read_lines(out / "journal.jsonl")) {
    const json parsed = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (offset >= safe && parsed.is_object() && parsed.contains("record")) {
      lines.push_back(parsed);
    }
    offset += line.size() + 1;
  }
  return lines;
}

/// Cuts a file off, or makes the rest of it zeros, as file systems do that had no time to write it.
void lose_tail(const fs::path& file, std::size_t keep, bool as_zeros) {
  const auto size = fs::file_size(file);
  fs::resize_file(file, std::min<std::uintmax_t>(keep, size));
  if (as_zeros) {
    fs::resize_file(file, size);
  }
}

TEST_F(Killed, AndThePowerCut) {
  Dice dice("power");
  const fs::path out = *set_ / "killed";
  const auto cut = [&] {
    const std::vector<json> unsafe = unsafe_lines(out);
    for (std::size_t i = 0; i < std::min<std::size_t>(unsafe.size(), 5); ++i) {
      const json& line = unsafe[unsafe.size() - 1 - dice.draw(std::min<std::size_t>(unsafe.size(), 40))];
      const std::string medium = line.contains("mask_sha256") ? "image" : "audio";
      const bool is_mask = medium == "image" && dice.draw(3) == 0;
      const json& name = line["record"][is_mask ? "mask_file_name" : "file_name"];
      const fs::path file = out / medium / name.get<std::string>();
      if (dice.draw(4) == 0) {
        fs::remove(file);
      } else if (fs::exists(file)) {
        lose_tail(file, dice.draw(fs::file_size(file)), /*as_zeros=*/dice.draw(2) == 0);
      }
    }
    const fs::path journal = out / "journal.jsonl";
    if (fs::exists(journal)) {
      const std::size_t size = fs::file_size(journal);
      // Near the end most of the time, and anywhere else.
      const std::size_t lost = dice.draw(dice.draw(3) == 0 ? size : std::min<std::size_t>(size, 20'000));
      const std::size_t safe = safe_bytes(out);
      lose_tail(journal, std::max(size - lost, safe), /*as_zeros=*/dice.draw(2) == 0);
    }
    constexpr const char* kLeftBeside[] = {"journal.synced", "journal.jsonl", "sources.jsonl",        "plan.jsonl",
                                           "run.json",       "coverage.json", "audio/metadata.jsonl", "failures.jsonl"};
    for (const char* name : kLeftBeside) {
      if (fs::exists((out / name).parent_path())) {
        write_text(out / (std::string(name) + ".part"), "torn");
      }
    }
    const fs::path synced = out / "journal.synced";
    switch (dice.draw(6)) {
      case 0:
        fs::remove(synced);
        break;
      case 1:
        write_text(synced, "nonsense");
        break;
      case 2:
        write_text(synced, "99999999999999");
        break;
      case 3:
        write_text(synced, std::to_string(fs::exists(journal) ? fs::file_size(journal) : 0) + " 0123456789abcdef");
        break;
      case 4:
        write_text(synced, std::string(40, '\0'));
        break;
      default:
        break;
    }
    const fs::path sources = out / "sources.jsonl";
    if (fs::exists(sources)) {
      std::string text = read_text(sources);
      switch (dice.draw(5)) {
        case 0:
          lose_tail(sources, dice.draw(text.size()), /*as_zeros=*/dice.draw(2) == 0);
          break;
        case 1:
          write_text(sources, "garbage\n" + text + "\n{\"path\":1}\n[]\n");
          break;
        case 2:
          for (int i = 0; i < 50; ++i) {
            text[dice.draw(text.size())] ^= static_cast<char>(1 << dice.draw(7));
          }
          write_text(sources, text);
          break;
        case 3:
          fs::remove(sources);
          break;
        default:
          break;
      }
    }
  };
  for (int run = 0; run < std::max(4, kills_wanted() / 5); ++run) {
    for (std::size_t left = 1 + dice.draw(3); left > 0; --left) {
      const ProcessResult result = start(out, kill_after(moment(out, dice)));
      if (result.status != kKilled) {
        ASSERT_EQ(result.status, 1) << result.err;
        break;
      }
      if (fs::exists(out / "plan.jsonl") && !fs::exists(out / "run.json")) {
        cut();
      }
    }
    expect_same_end(out);
    ASSERT_FALSE(HasFailure()) << "run " << run;
  }
}

TEST(KilledShards, GoOnAndSoDoesTheirMerge) {
  Dice dice("shards");
  const FastSet set(/*recordings=*/15, /*pictures=*/11);
  const auto run = [&](const fs::path& out, std::vector<std::string> more = {},
                       const std::function<void(pid_t)>& meanwhile = {}) {
    more.insert(more.begin(), {"run", set.config_path(), "--out", out, "--jobs", "1", "--quiet"});
    return run_fairground(more, meanwhile);
  };
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(run(set / "whole").status, 1);
  const auto duration =
      static_cast<double>(std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - begin).count());
  const Tree whole = comparable(set / "whole");
  const fs::path out = set / "killed";
  int kills = 0;
  for (int shard = 0; shard < 3; ++shard) {
    const std::vector<std::string> option = {"--shard", std::to_string(shard) + "/3"};
    for (int i = 0; i < 4; ++i) {
      const auto delay = static_cast<std::int64_t>(0.6 * dice.fraction() * duration);
      const int status = run(out, option, kill_after(microseconds(delay))).status;
      ASSERT_TRUE(status == kKilled || status == 0) << status;
      kills += status == kKilled ? 1 : 0;
    }
    ASSERT_EQ(run(out, option).status, 0);
  }
  EXPECT_GE(kills, 4);
  kills = 0;
  const fs::path made = set / "made";
  const std::vector<std::string> merge = {"merge", out, "--quiet"};
  for (const char* name : {"audio/metadata.jsonl.part", "journal.jsonl.part", "journal.jsonl", "failures.jsonl",
                           "coverage.json", "run.json.part", "run.json"}) {
    fs::copy(out, made, fs::copy_options::recursive);
    const ProcessResult killed =
        run_fairground(merge, kill_when(is_there(out / name), microseconds(dice.draw(2) * dice.draw(500))));
    kills += killed.status == kKilled ? 1 : 0;
    // A shard may still be asked for.
    ASSERT_EQ(run(out, {"--shard", "1/3"}).status, 0) << name;
    const ProcessResult merged = run_fairground(merge);
    ASSERT_EQ(merged.status, 1) << merged.err;
    expect_equal(comparable(out), whole);
    ASSERT_FALSE(testing::Test::HasFailure()) << name;
    fs::remove_all(out);
    fs::rename(made, out);
  }
  EXPECT_GE(kills, 4);
}

/// A small set of which a run was stopped in the middle.
class HalfMade : public testing::Test {
 protected:
  void SetUp() override {
    const ProcessResult result = make({}, kill_when([&] { return lines_in(out_ / "journal.jsonl") > 20; }));
    ASSERT_EQ(result.status, kKilled) << result.err;
    fs::remove(out_ / "run.lock");  // the dead one's, which whoever comes next clears away
  }
  [[nodiscard]] ProcessResult make(std::vector<std::string> more = {},
                                   const std::function<void(pid_t)>& meanwhile = {}) const {
    more.insert(more.begin(), {"run", set_.config_path(), "--out", out_, "--jobs", "1"});
    return run_fairground(more, meanwhile);
  }
  /// That the run does not go on, says why and what can be done, and leaves everything as it is.
  void expect_refused(const testing::Matcher<std::string>& message, std::vector<std::string> more = {}) const {
    const Tree before = read_tree(out_);
    const ProcessResult result = make(std::move(more));
    EXPECT_EQ(result.status, 2) << result.out << result.err;
    EXPECT_THAT(result.err,
                AllOf(message, HasSubstr("--restart"), HasSubstr("--out"), HasSubstr("plan CONFIG --against")));
    expect_equal(read_tree(out_), before);
  }

  FastSet set_{/*recordings=*/9, /*pictures=*/9};
  fs::path out_ = set_ / "out";
};

TEST_F(HalfMade, IsNotGoneOnWithIfASourceHasChanged) {
  const std::string bytes = read_text(set_ / "data/clip3.wav");
  write_bytes(set_ / "data/clip3.wav", test_wav(0.25, 8000, 1234));
  expect_refused(HasSubstr("source `s3` has changed since the plan was made"));
  fs::remove(set_ / "data/clip3.wav");
  expect_refused(HasSubstr("source `s3` can not be used any more: "));
  write_text(set_ / "data/clip3.wav", bytes);
  EXPECT_EQ(make().status, 0) << "it is back";
  write_bytes(set_ / "data/clip3.wav", test_wav(0.25, 8000, 1234));
  expect_refused(HasSubstr("source `s3` has changed since the plan was made"));
  EXPECT_EQ(make({"--restart"}).status, 0);
}

TEST_F(HalfMade, IsNotGoneOnWithIfTheConfigHasChangedAndReadsNoSource) {
  const std::string config = read_text(set_.config_path());
  write_text(set_.config_path(), config + "gates: {clipped_fraction: 0.002}\n");
  // Were it read, it would be what is complained of.
  const std::string manifest = read_text(set_ / "data/speech.csv");
  write_text(set_ / "data/speech.csv", "no,manifest\n");
  expect_refused(HasSubstr("the config has changed since"));
  write_text(set_ / "data/speech.csv", manifest);
  write_text(set_.config_path(), config);
  EXPECT_EQ(make().status, 0);
}

TEST_F(HalfMade, IsNotGoneOnWithIfAManifestHasChanged) {
  const std::string before = read_text(set_ / "data/speech.csv");
  std::string kept = before;
  kept.replace(kept.find("CC0-1.0"), 7, "CC-BY-4");
  write_text(set_ / "data/speech.csv", kept);
  expect_refused(HasSubstr("a manifest has changed since"));
  std::vector<std::string> lines = read_lines(set_ / "data/photos.csv");
  const std::string photos = read_text(set_ / "data/photos.csv");
  write_text(set_ / "data/speech.csv", before);
  lines.pop_back();
  write_lines(set_ / "data/photos.csv", lines);
  expect_refused(HasSubstr("names 1 source that the manifest does not have"));
  write_text(set_ / "data/photos.csv", photos + "new,photo1.png,sitter1,street,mask.png\n");
  expect_refused(HasSubstr("the plan is not whole"));
  write_text(set_ / "data/photos.csv", photos);
  EXPECT_EQ(make().status, 0);
}

TEST_F(HalfMade, IsNotGoneOnWithByAnotherPlan) {
  const std::string config = read_text(set_.config_path());
  std::vector<std::string> lines = read_lines(out_ / "plan.jsonl");
  const std::string other = set_ / "other.yaml";
  std::string text = config;
  text.replace(text.find("seed: 7"), 7, "seed: 8");
  write_text(other, text);
  ASSERT_EQ(run_fairground({"plan", other, "--out", set_ / "other.jsonl"}).status, 0);
  const ProcessResult result = make({"--plan", set_ / "other.jsonl"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("the config and its sources do not make this plan"));
  ASSERT_EQ(run_fairground({"plan", set_.config_path(), "--out", set_ / "same.jsonl"}).status, 0);
  EXPECT_EQ(make({"--plan", set_ / "same.jsonl"}).status, 0);
}

/// What changes when a file is written, even with the same bytes.
std::map<std::string, std::string> stamps(const fs::path& folder) {
  std::map<std::string, std::string> stamps;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat status {};
    EXPECT_EQ(::lstat(entry.path().c_str(), &status), 0);
    stamps[entry.path().string()] = std::to_string(status.st_ino) + ' ' + std::to_string(status.st_mtim.tv_sec) + '.' +
                                    std::to_string(status.st_mtim.tv_nsec) + ' ' +
                                    std::to_string(status.st_ctim.tv_sec) + '.' +
                                    std::to_string(status.st_ctim.tv_nsec);
  }
  stamps.erase(folder.string());
  return stamps;
}

TEST_F(Killed, AFinishedRunIsLeftAsItIs) {
  const fs::path out = *set_ / "whole";
  const auto before = stamps(out);
  EXPECT_GT(before.size(), planned_ / 2);
  const ProcessResult again = run_fairground({"run", set_->config_path(), "--out", out});
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_THAT(again.out, HasSubstr("is finished; nothing was left to be made"));
  EXPECT_EQ(stamps(out), before);
}

TEST_F(HalfMade, WithoutFailuresThereIsNothingToTryAgain) {
  ASSERT_EQ(make({"--retry-failed"}).status, 0);
  const auto before = stamps(out_);
  const ProcessResult again = make({"--retry-failed"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("nothing was left to be made"));
  EXPECT_EQ(stamps(out_), before);
}

TEST_F(HalfMade, WhatFailedIsTriedAgainOnceItIsBack) {
  ASSERT_EQ(make().status, 0);
  const Tree whole = comparable(out_);
  fs::remove_all(out_);
  const fs::path source = set_ / "data/photo8.png";
  const ProcessResult lossy =
      make({}, hold_when(is_there(out_ / "journal.jsonl"), [&](pid_t) { fs::rename(source, set_ / "aside.png"); }));
  ASSERT_EQ(lossy.status, 1) << lossy.err;
  EXPECT_EQ(read_lines(out_ / "failures.jsonl").size(),
            FastSet::kVariants + static_cast<std::size_t>(std::ranges::count(whole.at("failures.jsonl"), '\n')));
  // Still gone, and so the plan can not be made.
  EXPECT_EQ(make({"--retry-failed"}).status, 2);
  fs::rename(set_ / "aside.png", source);
  const ProcessResult same = make();
  EXPECT_EQ(same.status, 1) << "without being asked nothing is tried again";
  EXPECT_THAT(same.out, HasSubstr("nothing was left to be made"));
  const ProcessResult mended = make({"--retry-failed"});
  EXPECT_EQ(mended.status, 0) << mended.err;
  EXPECT_THAT(mended.out, HasSubstr("12 lines of the journal did not hold or had failed"));
  expect_equal(comparable(out_), whole);
}

}  // namespace
}  // namespace fairground
