// Voices and the times of words through whole runs, and what is refused before anything is made.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Voices : public testing::Test {
 protected:
  void SetUp() override {
    write_text(set_ / "data/words.jsonl",
               R"({"clip": "s0", "path": "clip0.wav", "said": [{"word": "one", "start_s": 0.1, "end_s": 0.25}]})"
               "\n"
               R"({"clip": "s1", "path": "clip1.flac"})"
               "\n");
    write_config("{noise.hvac: {noise_dba: 55}}");
  }

  void write_config(const std::string& noise) const {
    write_text(set_.config_path(),
               "fairground: 1\nname: voices\nseed: 7\nsources:\n"
               "  - {media: audio, manifest: data/words.jsonl, id: clip, file: path, words: said, active_level: -40}\n"
               "axes:\n"
               "  voice:\n"
               "    still: []\n"
               "    raised: [{voice.lombard: {}}]\n"
               "    hurried: [{voice.tempo: {rate: [1.2, 1.5]}}, {voice.vocal_effort: {effort_db: 6}}]\n"
               "    masked: [{voice.face_mask: {mask: n95}}]\n"
               "  noise: {none: [], ward: [" +
                   noise + "]}\ndesign: {realizations: 2}\noutput: {directory: out}\n");
  }

  TestSet set_{/*recordings=*/2, /*photographs=*/0};
};

TEST_F(Voices, GiveTheSameBytesOnAnyNumberOfThreadsAndAreVerified) {
  const std::string config = set_.config_path();
  for (const std::string jobs : {"1", "8"}) {
    const ProcessResult made = run_fairground({"run", config, "--out", set_ / ("out" + jobs), "--jobs", jobs});
    ASSERT_EQ(made.status, 0) << made.err;
    const ProcessResult verified = run_fairground({"verify", set_ / ("out" + jobs)});
    EXPECT_EQ(verified.status, 0) << verified.out;
  }
  expect_equal(comparable(set_ / "out1"), comparable(set_ / "out8"));
  const std::vector<json> records = read_json_lines(set_ / "out1/audio/metadata.jsonl");
  ASSERT_EQ(records.size(), 16U);
  for (const json& record : records) {
    const json words = json::parse(record.at("words").get<std::string>());
    if (record.at("source_id") == "s1") {
      EXPECT_EQ(words, json::array());
      continue;
    }
    // The words are where they were, but for the tempo that this realization drew.
    const double rate = record.at("voice") == "hurried" ? 0.5 / record.at("measured_duration_s").get<double>() : 1.0;
    ASSERT_EQ(words.size(), 1U);
    EXPECT_EQ(words[0].at("word"), "one");
    EXPECT_NEAR(words[0].at("start_s").get<double>(), 0.1 / rate, 2e-6);
    EXPECT_NEAR(words[0].at("end_s").get<double>(), 0.25 / rate, 2e-6);
    EXPECT_EQ(rate > 1.1, record.at("voice") == "hurried");
  }
}

TEST_F(Voices, ThatReactToNoiseAreRefusedBesideAnSnr) {
  write_config("{noise.hvac: {snr_db: 10}}");
  for (const std::string command : {"plan", "run"}) {
    const ProcessResult result = run_fairground({command, set_.config_path()});
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("set.yaml"), HasSubstr("voice=raised, noise=ward"),
                                  HasSubstr("voice.lombard"), HasSubstr("`noise_dba`")));
  }
  EXPECT_FALSE(std::filesystem::exists(set_ / "out"));
}

TEST_F(Voices, NeedWordsThatCanBeRead) {
  write_text(set_ / "data/words.jsonl", R"({"clip": "s0", "path": "clip0.wav", "said": [{"word": "one"}]})"
                                        "\n");
  const ProcessResult result = run_fairground({"run", set_.config_path()});
  EXPECT_EQ(result.status, 2) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("words.jsonl:1: column `said`: word 1 of 1 has no number `start_s`"),
                                HasSubstr(R"([{"word": "one", "start_s": 0.25, "end_s": 0.6}])")));
}

}  // namespace
}  // namespace fairground
