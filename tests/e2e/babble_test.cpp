// Voices behind voices: everybody meets the same, nobody meets their own, and the labels say who.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/text.h"
#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_media.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Recordings of three accents, of one person each, and a pool of 12 others in three languages.
struct BabbleSet {
  static constexpr int kRealizations = 6;
  static constexpr int kSourcesOfAGroup = 2 * kRealizations;

  BabbleSet() {
    for (const std::string accent : {"irish", "scots", "welsh"}) {
      for (int i = 0; i < kSourcesOfAGroup; ++i) {
        const std::string id = accent + std::to_string(i);
        write_bytes(folder / "data" / (id + ".wav"), test_wav(1.5, 16000, ++seed_));
        speech += id + "," + id + ".wav,who " + id + "," + accent + "\n";
      }
    }
    const std::vector<std::string> languages{"de", "en", "es"};
    for (int i = 0; i < 12; ++i) {
      const std::string n = std::to_string(i);
      const std::string& language = languages[static_cast<std::size_t>(i % 3)];
      for (const char* const take : {"a", "b"}) {
        write_bytes(folder / "pool" / (n + take + ".wav"), test_wav(1.2 + 0.1 * i, 16000, ++seed_));
        pool += n + take + ".wav,talker " + n + "," + language + "\n";
      }
    }
    save();
  }

  void save() const {
    write_text(folder / "data/speech.csv", speech);
    write_text(folder / "pool/pool.csv", pool);
    write_text(folder / "set.yaml",
               "fairground: 1\nname: babble\nseed: 7\nsources:\n"
               "  - {media: audio, manifest: data/speech.csv, id: id, file: path, subject: who, groups: [accent],\n"
               "     sample_rate: 16000}\n"
               "assets:\n  voices: {manifest: pool/pool.csv, file: path, subject: who, balance: [language]}\n" +
                   assets + "axes:\n  voices:\n    none: []\n" + levels +
                   "design: {realizations: " + std::to_string(kRealizations) + "}\noutput:\n  directory: out\n");
  }

  [[nodiscard]] ProcessResult call(const std::string& command, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> arguments{command, folder / "set.yaml"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_fairground(arguments);
  }

  TemporaryFolder folder;
  std::string speech = "id,path,who,accent\n";
  std::string pool = "path,who,language\n";
  std::string assets;  ///< further ones
  std::string levels =
      "    babble_0db: [{noise.babble: {from: voices, talkers: 7, snr_db: 0}}]\n"
      "    babble_10db: [{noise.babble: {from: voices, talkers: 7, snr_db: 10}}]\n"
      "    one: [{noise.competing_talker: {from: voices, snr_db: 3}}]\n";

 private:
  std::uint64_t seed_ = 0;
};

/// The stems of a record.
json stems_of(const json& record) {
  return json::parse(record["measured"].get<std::string>()).value("stems", json::array());
}

// Level by level, how often each group meets each voice.
using Meetings = std::map<std::string, std::map<std::string, std::map<std::string, int>>>;

TEST(Babble, IsOfTheSameTalkersEquallyOftenForEveryGroup) {
  const BabbleSet set;
  const ProcessResult result = set.call("run", {"--jobs", "2"});
  ASSERT_EQ(result.status, 0) << result.out << result.err;
  Meetings meetings;
  std::map<std::string, int> languages;
  std::map<std::string, json> voices_of_draw;
  for (const json& record : read_json_lines(set.folder / "out/audio/metadata.jsonl")) {
    const std::string level = record["voices"];
    const json stems = stems_of(record);
    ASSERT_THAT(stems, SizeIs(level == "none" ? 0 : 1));
    for (const json& stem : stems) {
      const std::set<std::string> voices = stem["voices"].get<std::set<std::string>>();
      EXPECT_THAT(voices, SizeIs(level == "one" ? 1 : 7));
      EXPECT_THAT(stem["voices"], SizeIs(voices.size())) << "somebody speaks twice";
      EXPECT_FALSE(voices.contains(record["subject"])) << record;
      EXPECT_EQ(stem.contains("events"), level == "one");
      EXPECT_EQ(voices_of_draw.try_emplace(record["draw_id"], stem["voices"]).first->second, stem["voices"]);
      for (const std::string& voice : voices) {
        ++meetings[level][record["accent"]][voice];
        languages[level + " " + std::to_string(std::stoi(voice.substr(7)) % 3)] += record["accent"] == "irish" ? 1 : 0;
      }
    }
  }
  ASSERT_THAT(meetings, SizeIs(3));
  for (const auto& [level, groups] : meetings) {
    ASSERT_THAT(groups, SizeIs(3)) << level;
    EXPECT_EQ(groups.at("irish"), groups.at("scots")) << level;
    EXPECT_EQ(groups.at("irish"), groups.at("welsh")) << level;
  }
  EXPECT_EQ(meetings["babble_0db"], meetings["babble_10db"]) << "a ladder of levels is one babble";
  EXPECT_GT(meetings["babble_0db"]["irish"].size(), 7U) << "realizations have other talkers";
  for (const std::string language : {" 0", " 1", " 2"}) {
    EXPECT_EQ(languages["babble_0db" + language], 7 * BabbleSet::kSourcesOfAGroup / 3)
        << "seven do not divide by three";
    EXPECT_EQ(languages["one" + language], BabbleSet::kSourcesOfAGroup / 3);
  }
  const ProcessResult verified = run_fairground({"verify", set.folder / "out"});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("files, labels, pairing and mixer levels agree"));
  const json run = json::parse(read_text(set.folder / "out/run.json"));
  EXPECT_THAT(run["assets"]["voices"], SizeIs(24));
  EXPECT_EQ(run["pools"]["voices"]["manifest"], (set.folder / "pool/pool.csv").string());
}

TEST(Babble, HasTheSameBytesOnAnyNumberOfThreads) {
  const BabbleSet set;
  ASSERT_EQ(set.call("run", {"--jobs", "1", "--out", set.folder / "one"}).status, 0);
  ASSERT_EQ(set.call("run", {"--jobs", "7", "--out", set.folder / "seven"}).status, 0);
  expect_equal(comparable(set.folder / "one"), comparable(set.folder / "seven"));
}

TEST(Babble, OfTheSubjectsThemselvesIsRefused) {
  BabbleSet set;
  set.pool += "../data/irish0.wav,who scots3,en\n0a.wav,who welsh1,en\n";
  set.save();
  for (const char* const command : {"plan", "run"}) {
    const ProcessResult result = set.call(command);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, AllOf(HasSubstr("pool.csv:26: the path `../data/irish0.wav` leaves"),
                                  HasSubstr("pool.csv:27: the file `0a.wav` is given a second time; first at")));
  }
  fs::copy_file(set.folder / "data/irish0.wav", set.folder / "pool/copy.wav");
  write_bytes(set.folder / "pool/new.wav", test_wav(1.0, 16000, 999));
  set.pool.replace(set.pool.find("../data/irish0.wav"), 18, "copy.wav");
  set.pool.replace(set.pool.find("0a.wav,who"), 6, "new.wav");
  set.save();
  for (const char* const command : {"plan", "run"}) {
    const ProcessResult result = set.call(command);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("pool.csv:26: the pool `voices` shares 2 subjects with the sources (`who scots3`, `who "
                                "welsh1`), who must not hear their own voices: take their rows out of the pool, or"),
                      HasSubstr("pool.csv:26: the pool `voices` shares the bytes of 1 recording with the sources "
                                "(`irish0`)")));
  }
  EXPECT_FALSE(fs::exists(set.folder / "out"));
}

TEST(Babble, OfMoreTalkersThanThePoolHasIsRefused) {
  BabbleSet set;
  set.levels = "    crowd: [{noise.babble: {from: voices, talkers: 13, snr_db: 0}}]\n";
  set.save();
  for (const char* const command : {"plan", "run"}) {
    const ProcessResult result = set.call(command);
    EXPECT_EQ(result.status, 2) << command;
    EXPECT_THAT(result.err,
                HasSubstr("13 different talkers are drawn at a time, up to 5 of them with `de`, but the pool "
                          "has 4"));
  }
  EXPECT_FALSE(fs::exists(set.folder / "out"));
}

TEST(Babble, TakesAWholeNumberOfTalkersFromAPool) {
  BabbleSet set;
  set.levels =
      "    a: [{noise.babble: {from: voices, talkers: 2, snr_db: 0}}]\n"
      "    b: [{noise.babble: {from: voices, talkers: [4, 8], snr_db: 0}}]\n"
      "    c: [{noise.babble: {from: site, snr_db: 0}}]\n"
      "    d: [{noise.competing_talker: {from: site, snr_db: 0}}]\n"
      "    e: [{noise.recording: {from: voices, snr_db: 0}}]\n";
  set.assets = "  site: {files: data/irish0.wav}\n";
  set.save();
  const ProcessResult result = set.call("plan");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("`talkers` must be an integer from 3 to 64; found `2`"),
                                HasSubstr("`talkers` must be an integer from 3 to 64; found a list"),
                                HasSubstr("`voices` is a pool of talkers, but `from` must be an asset of recordings")));
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 5) << result.err;
}

TEST(Babble, OfSilenceIsRefused) {
  BabbleSet set;
  for (const char* const name : {"mute1.wav", "mute2.wav"}) {
    Audio faint = test_speech(1.0, 16000, 1);
    for (float& sample : faint.samples) {
      sample *= name[4] == '1' ? 0.001F : 0.002F;
    }
    write_bytes(set.folder / "pool" / name, encode_audio(quantise(faint, 24), AudioContainer::wav));
    set.pool += std::string(name) + ",talker 0,de\n";
  }
  set.save();
  const ProcessResult result = set.call("run");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("mute1.wav': no active speech is found"),
                                HasSubstr("mute2.wav': no active speech is found")));
  EXPECT_FALSE(fs::exists(set.folder / "out"));
}

// The same bytes under another name are another person, and so another plan.
TEST(Babble, KnowsItsTalkersInThePlan) {
  BabbleSet set;
  ASSERT_EQ(set.call("plan", {"--out", set.folder / "plan.jsonl", "--no-measure"}).status, 0);
  const std::string plan = read_text(set.folder / "plan.jsonl");
  const std::string pool = set.pool;
  set.pool.replace(set.pool.find("talker 0"), 8, "talker x");
  set.save();
  ASSERT_EQ(set.call("plan", {"--out", set.folder / "renamed.jsonl", "--no-measure"}).status, 0);
  EXPECT_NE(read_text(set.folder / "renamed.jsonl"), plan);
  const ProcessResult refused = set.call("run", {"--plan", set.folder / "plan.jsonl"});
  EXPECT_EQ(refused.status, 2);
  // The order of rows is nothing.
  set.pool = pool;
  const std::size_t first = set.pool.find("0a.wav");
  const std::string row = set.pool.substr(first, set.pool.find('\n', first) + 1 - first);
  set.pool.erase(first, row.size());
  set.pool += row;
  set.save();
  ASSERT_EQ(set.call("plan", {"--out", set.folder / "moved.jsonl", "--no-measure"}).status, 0);
  EXPECT_EQ(read_text(set.folder / "moved.jsonl"), plan);
}

TEST(Babble, WithTheSubjectAmongItsVoicesIsFoundByVerify) {
  const BabbleSet set;
  ASSERT_EQ(set.call("run", {"--quiet"}).status, 0);
  const fs::path records = set.folder / "out/audio/metadata.jsonl";
  std::vector<std::string> lines = read_lines(records);
  std::string tampered;
  for (std::string& line : lines) {
    const json record = json::parse(line);
    if (tampered.empty() && record["voices"] == "one") {
      const std::string voice = stems_of(record)[0]["voices"][0];
      const std::string subject = record["subject"];
      line.replace(line.find("\\\"" + voice + "\\\"") + 2, voice.size(), subject);
      tampered = record["variant_id"];
    }
  }
  ASSERT_FALSE(tampered.empty());
  write_lines(records, lines);
  // Without its sources too.
  fs::remove(set.folder / "set.yaml");
  const ProcessResult result = run_fairground({"verify", set.folder / "out"});
  EXPECT_EQ(result.status, 3) << result.out;
  EXPECT_THAT(result.out, AllOf(HasSubstr(tampered), HasSubstr("is among the voices of its noise")));
}

TEST(Babble, DoesNotOverwriteItsPool) {
  const BabbleSet set;
  const ProcessResult inside = set.call("run", {"--out", set.folder / "pool"});
  EXPECT_EQ(inside.status, 2);
  EXPECT_THAT(inside.err, HasSubstr("the output directory holds the manifest of asset 'voices'"));
  for (const char* const name : {"pool/pool.csv", "pool/0a.wav"}) {
    const std::string before = read_text(set.folder / name);
    const ProcessResult over = set.call("plan", {"--out", set.folder / name, "--no-measure"});
    EXPECT_EQ(over.status, 2) << name;
    EXPECT_EQ(read_text(set.folder / name), before);
  }
}

}  // namespace
}  // namespace fairground
