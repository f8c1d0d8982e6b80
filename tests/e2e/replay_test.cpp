// `replay`: every variant of a finished set is made again with the same bytes and the same record, and what is not is
// named.
#include "pipeline/flow/replay.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "augmenters/augmenter.h"
#include "pipeline/catalog/file_times.h"
#include "pipeline/core/hash.h"
#include "tests/support/designed_set.h"
#include "tests/support/fast_set.h"
#include "tests/support/process.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using Arguments = std::vector<std::string>;

/// Replays every variant of a run, the last first, and says how many were told to be what.
std::map<std::string, int> replay_all(const fs::path& folder, const fs::path& config = {}) {
  ReplayOptions options;
  options.config = config;
  options.tool_version = "test";
  std::map<std::string, int> counts;
  std::vector<json> plan = read_json_lines(folder / "plan.jsonl");
  EXPECT_THAT(plan, Not(IsEmpty()));
  Replayer replayer(folder, options, registered_schemas());
  for (const json& line : std::vector<json>(plan.rbegin(), plan.rend())) {
    const std::string id = line["variant_id"];
    std::ostringstream progress;
    std::ostringstream out;
    EXPECT_EQ(replayer.replay(id, progress, out), ExitStatus::done) << out.str();
    const std::string text = out.str();
    EXPECT_THAT(text, HasSubstr(id));
    for (const char* part : {"file and record are the same", "file, mask and record are the same", "was rejected",
                             "was failed", "for the same reason"}) {
      counts[part] += text.find(part) != std::string::npos ? 1 : 0;
    }
  }
  return counts;
}

ProcessResult replay_one(const fs::path& folder, const std::string& id, Arguments more = {}) {
  more.insert(more.begin(), {"replay", folder, id});
  return run_fairground(more);
}

/// The binary's word for all variants of a run.
void expect_all_the_same(const fs::path& folder) {
  const auto planned = static_cast<int>(read_lines(folder / "plan.jsonl").size());
  EXPECT_EQ(replay_all(folder)["file and record are the same"], planned) << folder;
}

/// A set of both media with skin, masks, controls and losses; one run is made for all tests, and each has a copy.
class Replay : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_ = new FastSet(/*recordings=*/10, /*pictures=*/10);
    const std::size_t design = set_->config.find("{realizations: 3}");
    ASSERT_NE(design, std::string::npos);
    set_->config.insert(design + std::string("{realizations: 3").size(), ", controls: {identity: true, repeat: 0.1}");
    set_->save();
    const ProcessResult result = run_fairground({"run", set_->config_path(), "--out", *set_ / "made", "--quiet"});
    ASSERT_EQ(result.status, 1) << result.err;
  }
  static void TearDownTestSuite() {
    delete set_;
    set_ = nullptr;
  }
  void SetUp() override { fs::copy(*set_ / "made", run_, fs::copy_options::recursive); }

  [[nodiscard]] std::vector<json> records(const std::string& medium) const {
    return read_json_lines(run_ / medium / "metadata.jsonl");
  }
  /// The first record of a medium that has steps.
  [[nodiscard]] json altered(const std::string& medium) const {
    const std::vector<json> all = records(medium);
    return *std::ranges::find_if(all, [](const json& it) { return it["augmentations"] != "[]"; });
  }
  void expect_difference(const std::string& id, const std::vector<std::string>& parts) const {
    const ProcessResult result = replay_one(run_, id);
    EXPECT_EQ(result.status, 3) << result.out << result.err;
    for (const std::string& part : parts) {
      EXPECT_THAT(result.out, HasSubstr(part));
    }
    EXPECT_THAT(result.out,
                HasSubstr(id + ": " + std::to_string(std::ranges::count(result.out, '\n') - 1) + " difference"));
  }
  /// Changes one field of a variant's line in one of the run's files.
  void change(const fs::path& file, const std::string& id, const std::string& field, const json& value) const {
    std::vector<std::string> lines = read_lines(run_ / file);
    int changed = 0;
    for (std::string& line : lines) {
      nlohmann::ordered_json entry = nlohmann::ordered_json::parse(line);
      if (entry["variant_id"] == id) {
        ASSERT_NE(entry[field], value);
        entry[field] = value;
        line = entry.dump();
        ++changed;
      }
    }
    ASSERT_EQ(changed, 1);
    write_lines(run_ / file, lines);
  }

  static inline FastSet* set_ = nullptr;
  TemporaryFolder folder_;
  fs::path run_ = folder_ / "run";
};

TEST_F(Replay, GivesEveryVariantAgain) {
  std::map<std::string, int> counts = replay_all(run_);
  std::map<std::string, int> fates;
  for (const json& failure : read_json_lines(run_ / "failures.jsonl")) {
    ++fates[failure["kind"]];
  }
  EXPECT_EQ(counts["file and record are the same"], static_cast<int>(records("audio").size()));
  EXPECT_EQ(counts["file, mask and record are the same"], static_cast<int>(records("image").size()));
  EXPECT_EQ(counts["was rejected"], fates["rejected"]);
  EXPECT_EQ(counts["was failed"], fates["failed"]);
  EXPECT_EQ(counts["for the same reason"], fates["rejected"] + fates["failed"]);
  std::map<std::string, int> controls;
  for (const json& line : read_json_lines(run_ / "plan.jsonl")) {
    ++controls[line["control"]];
  }
  for (const auto& [what, count] : {std::pair("rejected", fates["rejected"]),
                                    {"failed", fates["failed"]},
                                    {"identity", controls["identity"]},
                                    {"repeat", controls["repeat"]}}) {
    EXPECT_GT(count, 0) << what << ": the set has none, and nothing was tested";
  }
}

TEST_F(Replay, LeavesTheRunAsItIsAndSaysWhatIsTheSame) {
  const Tree before = read_tree(run_);
  const json sound = altered("audio");
  const ProcessResult of_sound = replay_one(run_, sound["variant_id"]);
  EXPECT_EQ(of_sound.status, 0) << of_sound.err;
  EXPECT_THAT(of_sound.out, AllOf(HasSubstr("file and record are the same"), HasSubstr(sound["sha256"])));
  EXPECT_EQ(replay_one(run_, altered("image")["variant_id"], {"--jobs", "1"}).status, 0);
  expect_equal(read_tree(run_), before);
}

TEST_F(Replay, NamesAChangedFile) {
  for (const auto& [medium, field, what] : {std::tuple("audio", "file_name", "file audio/"),
                                            {"image", "file_name", "file image/"},
                                            {"image", "mask_file_name", "mask image/"}}) {
    const json record = altered(medium);
    const fs::path file = run_ / medium / record[field].get<std::string>();
    const std::string before = read_text(file);
    std::string text = before;
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
    write_text(file, text);
    expect_difference(record["variant_id"], {what, "differ from byte " + std::to_string(text.size() / 2) + " on",
                                             "the file has changed since", ": 1 difference"});
    write_text(file, before + "x");
    expect_difference(record["variant_id"], {"differ from byte " + std::to_string(before.size()) + " on"});
    fs::remove(file);
    expect_difference(record["variant_id"], {what, "is missing"});
    write_text(file, before);
  }
}

TEST_F(Replay, NamesTheFieldsOfAChangedRecord) {
  const std::string sound = altered("audio")["variant_id"];
  change("audio/metadata.jsonl", sound, "accent", "welsh");
  change("audio/metadata.jsonl", sound, "measured_rms_dbov", -1.0);
  expect_difference(sound, {"its record differs: ", "accent is \"welsh\" and should be ", "measured_rms_dbov is -1.0"});
  const std::string picture = altered("image")["variant_id"];
  change("image/metadata.jsonl", picture, "sha256", std::string(64, '0'));
  expect_difference(picture, {"sha256 is \"0000"});
}

TEST_F(Replay, NamesAnotherFateOrReason) {
  std::map<std::string, std::string> lost;
  for (const json& failure : read_json_lines(run_ / "failures.jsonl")) {
    lost[failure["kind"]] = failure["variant_id"];
  }
  ASSERT_THAT(lost, SizeIs(2));
  change("failures.jsonl", lost["rejected"], "reason", "nobody liked it");
  expect_difference(lost["rejected"], {"reason is \"nobody liked it\" and should be \"share of clipped"});
  change("failures.jsonl", lost["failed"], "kind", "rejected");
  expect_difference(lost["failed"], {"kind is \"rejected\" and should be \"failed\""});
  // A line of failures.jsonl in the place of a record, and nothing in either place.
  const json record = altered("audio");
  std::vector<std::string> lines = read_lines(run_ / "audio/metadata.jsonl");
  std::erase_if(lines,
                [&](const std::string& line) { return json::parse(line)["variant_id"] == record["variant_id"]; });
  write_lines(run_ / "audio/metadata.jsonl", lines);
  expect_difference(record["variant_id"], {"neither a record nor a failure", "it is written"});
  std::vector<std::string> failures = read_lines(run_ / "failures.jsonl");
  json failure = json::parse(failures[0]);
  failure["variant_id"] = record["variant_id"];
  failures.push_back(failure.dump());
  write_lines(run_ / "failures.jsonl", failures);
  expect_difference(record["variant_id"], {"but made again, it is written"});
}

TEST_F(Replay, RefusesWhatIsNoVariantOfTheRun) {
  std::string id = altered("audio")["variant_id"];
  const ProcessResult good = replay_one(run_, id);
  ASSERT_EQ(good.status, 0) << good.err;
  std::string slip = id;
  std::swap(slip[slip.size() - 1], slip[slip.size() - 2]);
  slip.back() = slip.back() == 'g' ? 'h' : 'g';
  const ProcessResult near = replay_one(run_, slip);
  EXPECT_EQ(near.status, 2);
  EXPECT_THAT(near.err, AllOf(HasSubstr("the run has no variant `" + slip + "`"), HasSubstr("did you mean `" + id)));
  EXPECT_THAT(near.out, IsEmpty());
  const ProcessResult far = replay_one(run_, "nothing like it \x1b[2J");
  EXPECT_EQ(far.status, 2);
  EXPECT_THAT(far.err, AllOf(HasSubstr("plan.jsonl"), Not(HasSubstr("\x1b"))));
  for (const fs::path& no_run : {*set_ / "data", folder_ / "nowhere"}) {
    const ProcessResult result = replay_one(no_run, id);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("no run.json"));
  }
  EXPECT_EQ(run_fairground({"replay", run_}).status, 2);
  fs::remove(run_ / "plan.jsonl");
  const ProcessResult unplanned = replay_one(run_, id);
  EXPECT_EQ(unplanned.status, 2);
  EXPECT_THAT(unplanned.err, HasSubstr("plan.jsonl: is missing"));
}

TEST_F(Replay, RefusesAnotherPlan) {
  std::vector<std::string> lines = read_lines(run_ / "plan.jsonl");
  lines.pop_back();
  write_lines(run_ / "plan.jsonl", lines);
  const ProcessResult result = replay_one(run_, json::parse(lines[3])["variant_id"]);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("is not the plan that run.json speaks of"));
}

TEST_F(Replay, WritesTheBytesWhereTheyReplaceNothingOfTheRun) {
  const json record = altered("image");
  const std::string id = record["variant_id"];
  const fs::path file = run_ / "image" / record["file_name"].get<std::string>();
  const std::string before = read_text(file);
  write_text(folder_ / "out.jpg", "what was there");
  write_text(file, "another");
  EXPECT_EQ(replay_one(run_, id, {"--out", folder_ / "out.jpg"}).status, 3) << "bytes are written even so";
  EXPECT_EQ(read_text(folder_ / "out.jpg"), before);
  write_text(file, before);
  fs::create_directory_symlink(run_, folder_ / "link");
  const Tree tree = read_tree(run_);
  for (const fs::path& out : {file, run_ / "new.jpg", run_ / "image/new.jpg", folder_ / "link/image/new.jpg",
                              fs::path("/dev/null"), folder_.path(), folder_ / "none/x.jpg", set_->config_path(),
                              *set_ / "data/photos.csv", *set_ / "data/photo0.png"}) {
    const ProcessResult result = replay_one(run_, id, {"--out", out});
    EXPECT_EQ(result.status, 2) << out << result.out;
    EXPECT_THAT(result.err, HasSubstr(out.string()));
  }
  expect_equal(read_tree(run_), tree);
  EXPECT_EQ(read_text(set_->config_path()), set_->config);
  const std::string lost = read_json_lines(run_ / "failures.jsonl")[0]["variant_id"];
  const ProcessResult none = replay_one(run_, lost, {"--out", folder_ / "lost.jpg"});
  EXPECT_EQ(none.status, 0);
  EXPECT_THAT(none.out, HasSubstr("was not written"));
  EXPECT_FALSE(fs::exists(folder_ / "lost.jpg"));
}

/// Sets whose files a test changes.
struct ChangedSet {
  FastSet set{/*recordings=*/3, /*pictures=*/2};
  json record;
  std::string other_id;  ///< of another source

  ChangedSet() {
    EXPECT_EQ(run_fairground({"run", set.config_path(), "--quiet"}).status, 0);
    for (const json& line : read_json_lines(set / "out/audio/metadata.jsonl")) {
      if (line["source_id"] == "s1") {
        record = line;
      } else {
        other_id = line["variant_id"];
      }
    }
  }
  [[nodiscard]] ProcessResult replay(Arguments more = {}) const {
    return replay_one(set / "out", record["variant_id"], std::move(more));
  }
};

TEST(ReplayOfAChangedSet, NeedsTheConfigOfTheRun) {
  const ChangedSet changed;
  EXPECT_EQ(changed.replay().status, 0);
  fs::rename(changed.set.config_path(), changed.set / "moved.yaml");
  const ProcessResult gone = changed.replay();
  EXPECT_EQ(gone.status, 2);
  EXPECT_THAT(gone.err, AllOf(HasSubstr("set.yaml"), HasSubstr("--config")));
  EXPECT_EQ(changed.replay({"--config", changed.set / "moved.yaml"}).status, 0);
  write_text(changed.set.config_path(), changed.set.config + "# a remark\n");
  const ProcessResult other = changed.replay();
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("the config has changed since the run"));
}

TEST(ReplayOfAChangedSet, NeedsTheVariantsOwnSourceAlone) {
  const ChangedSet changed;
  const fs::path source = changed.set / "data/clip1.wav";
  const std::string before = read_text(source);
  std::string text = before;
  text[text.size() - 1] = static_cast<char>(text[text.size() - 1] ^ 1);
  write_text(source, text);
  const ProcessResult other = changed.replay();
  EXPECT_EQ(other.status, 2) << other.out;
  EXPECT_THAT(other.err, HasSubstr("source `s1` has changed since the run"));
  EXPECT_EQ(replay_one(changed.set / "out", changed.other_id).status, 0);
  fs::remove(source);
  const ProcessResult gone = changed.replay();
  EXPECT_EQ(gone.status, 2);
  EXPECT_THAT(gone.err, HasSubstr("source `s1` can not be used any more"));
  write_text(source, before);
  EXPECT_EQ(changed.replay().status, 0);
}

TEST(ReplayOfAChangedSet, DoesNotBelieveWhatSourcesJsonlSaysOfTheVariantsSource) {
  const ChangedSet changed;
  const fs::path source = changed.set / "data/clip1.wav";
  std::string text = read_text(source);
  text[text.size() - 1] = static_cast<char>(text[text.size() - 1] ^ 1);
  write_text(source, text);
  // The lines are as those of a run that read this very file and found the old hash.
  std::vector<std::string> lines = read_lines(changed.set / "out/sources.jsonl");
  int forged = 0;
  for (std::string& line : lines) {
    nlohmann::ordered_json entry = nlohmann::ordered_json::parse(line);
    if (entry["path"] == source.string()) {
      const auto times = file_times(source.string());
      ASSERT_TRUE(times);
      entry["modified_ns"] = times->modified_ns;
      entry["changed_ns"] = times->changed_ns;
      entry.erase("check");
      line = entry.dump();
      line.pop_back();
      line += ",\"check\":\"" + FieldHash().add(line).hex(16) + "\"}";
      ++forged;
    }
  }
  ASSERT_EQ(forged, 1);
  write_lines(changed.set / "out/sources.jsonl", lines);
  fs::last_write_time(changed.set / "out/sources.jsonl", fs::file_time_type::clock::now() + std::chrono::hours(1));
  const ProcessResult result = changed.replay();
  EXPECT_EQ(result.status, 2) << result.out;
  EXPECT_THAT(result.err, HasSubstr("clip1.wav: has changed since the run"));
}

TEST(ReplayOfAChangedSet, TakesAManifestWithMoreSourcesInAnotherOrder) {
  const ChangedSet changed;
  std::vector<std::string> lines = read_lines(changed.set / "data/speech.csv");
  std::reverse(lines.begin() + 1, lines.end());
  write_bytes(changed.set / "data/more.wav", test_wav(0.25, 8000, 77));
  lines.insert(lines.begin() + 1, "more,more.wav,who9,irish,CC0-1.0");
  write_lines(changed.set / "data/speech.csv", lines);
  EXPECT_EQ(changed.replay().status, 0) << changed.replay().err;
}

TEST(ReplayOfOtherRuns, ExtendedPlannedAndDesigned) {
  DesignedSet set(4, 3);
  set.design = "ways: 2, realizations: 3, controls: {identity: true, repeat: 0.1}";
  set.save();
  const fs::path plan = write_plan(set, "plan.jsonl");
  run_set(set, "planned", {"--plan", plan});
  expect_all_the_same(set / "planned");
  set.config_name = "more.yaml";
  set.add_audio_level(1, "more: [{noise.coloured: {colour: blue, snr_db: 5}}]");
  set.save();
  run_set(set, "more", {"--base", set / "planned"});
  ASSERT_LT(read_lines(set / "more/plan.jsonl").size(), read_lines(set / "planned/plan.jsonl").size());
  expect_all_the_same(set / "more");
}

TEST(ReplayOfOtherRuns, MadeInShardsAndMerged) {
  const FastSet set(/*recordings=*/4, /*pictures=*/2);
  for (const char* shard : {"1/2", "0/2"}) {
    ASSERT_EQ(run_fairground({"run", set.config_path(), "--shard", shard, "--quiet"}).status, 0);
  }
  const std::string id = read_json_lines(set / "out/plan.jsonl")[0]["variant_id"];
  const ProcessResult unfinished = replay_one(set / "out", id);
  EXPECT_EQ(unfinished.status, 2) << "not merged";
  ASSERT_EQ(run_fairground({"merge", set / "out", "--quiet"}).status, 0);
  const std::map<std::string, int> counts = replay_all(set / "out");
  EXPECT_EQ(counts.at("file and record are the same"),
            static_cast<int>(read_lines(set / "out/audio/metadata.jsonl").size()));
  EXPECT_EQ(counts.at("file, mask and record are the same"),
            static_cast<int>(read_lines(set / "out/image/metadata.jsonl").size()));
}

TEST(ReplayOfTheDemo, GivesEveryVariantAgain) {
  const fs::path samples = fs::path(FAIRGROUND_SOURCE_DIR) / "samples";
  if (!fs::exists(samples / "media/noise")) {
    GTEST_SKIP() << "there are no sample media; samples/fetch gets them";
  }
  const TemporaryFolder folder;
  const ProcessResult made = run_fairground({"run", samples / "demo.yaml", "--out", folder / "demo", "--quiet"});
  ASSERT_EQ(made.status, 0) << made.err;
  ASSERT_THAT(read_lines(folder / "demo/plan.jsonl"), SizeIs(918));
  expect_all_the_same(folder / "demo");
}

}  // namespace
}  // namespace fairground
