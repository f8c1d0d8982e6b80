// A design with everything in it gives the same bytes on any threads, and the same variants in any order of sources.
#include <gmock/gmock.h>

#include "tests/support/designed_set.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Groups of unequal size, one source without a group and one without a person, of unequal level.
class DesignedBytes : public testing::Test {
 protected:
  DesignedBytes() {
    const std::string controls = "controls: {identity: true, repeat: 0.1}";
    set.design =
        "audio: {ways: 2, realizations: 2, match_on: [active_level_dbov, duration_s], sources_per_group: 5, "
        "budget: {variants: 90}, " +
        controls + "}, image: {ways: 2, also: [{axes: [light, sensor, flash], ways: 3}], realizations: 3, " +
        "match_on: [exposure_ev], " + controls + "}";
    set.files.speech += "odd,clip0.wav,,,CC0-1.0,\n";
    for (int i = 0; i < 13; i += 3) {
      Audio audio = test_speech(0.5 + 0.1 * i, 16000, static_cast<std::uint64_t>(i + 1));
      for (float& sample : audio.samples) {
        sample *= 2.0F;
      }
      const AudioContainer container = i % 2 == 0 ? AudioContainer::wav : AudioContainer::flac;
      write_bytes(set / "data" / ("clip" + std::to_string(i) + (i % 2 == 0 ? ".wav" : ".flac")),
                  encode_audio(quantise(audio, 16), container));
    }
    set.save();
  }
  DesignedSet set{13, 7};
};

/// What is made, whatever the order: for each variant the hash of its file, and all other labels of its record.
std::map<std::string, json> made(const fs::path& folder) {
  std::map<std::string, json> records = by_id(read_json_lines(folder / "audio/metadata.jsonl"));
  records.merge(by_id(read_json_lines(folder / "image/metadata.jsonl")));
  return records;
}

TEST_F(DesignedBytes, AreTheSameOnAnyThreads) {
  for (const char* jobs : {"1", "2"}) {
    run_set(set, std::string("out") + jobs, {"--jobs", jobs});
    EXPECT_TRUE(is_verified(set / (std::string("out") + jobs)));
  }
  expect_equal(comparable(set / "out1"), comparable(set / "out2"));
  std::map<std::string, int> kinds;
  std::map<std::string, std::set<std::string>> sources;
  for (const json& line : read_json_lines(set / "out1/plan.jsonl")) {
    const std::string medium = line["media"];
    ++kinds[medium + " " + line["control"].get<std::string>()];
    sources[medium].insert(line["source_id"]);
  }
  EXPECT_GT(kinds["audio repeat"], 0);
  EXPECT_GT(kinds["image repeat"], 0);
  EXPECT_GT(kinds["image identity"], 0);
  EXPECT_LE(kinds["audio none"] + kinds["audio repeat"], 90);
  EXPECT_LE(sources["audio"].size(), 11U) << "at most five of two accents, and one of none";
}

TEST_F(DesignedBytes, AreTheSameInAnyOrderOfTheManifest) {
  run_set(set, "out");
  for (const char* manifest : {"data/speech.csv", "data/photos.csv"}) {
    std::vector<std::string> lines = read_lines(set / manifest);
    // The columns stay first; the rows are turned round and then cut like a pack of cards.
    std::reverse(lines.begin() + 1, lines.end());
    std::rotate(lines.begin() + 1, lines.begin() + 4, lines.end());
    write_lines(set / manifest, lines);
  }
  run_set(set, "shuffled");
  EXPECT_NE(read_text(set / "out/plan.jsonl"), read_text(set / "shuffled/plan.jsonl"));
  const std::map<std::string, json> before = made(set / "out");
  const std::map<std::string, json> after = made(set / "shuffled");
  EXPECT_EQ(before.size(), after.size());
  for (const auto& [id, record] : before) {
    ASSERT_TRUE(after.contains(id)) << id;
    EXPECT_EQ(record, after.at(id)) << id;
  }
  EXPECT_EQ(read_text(set / "out/coverage.json"), read_text(set / "shuffled/coverage.json"));
  EXPECT_TRUE(is_verified(set / "shuffled"));
}

}  // namespace
}  // namespace fairground
