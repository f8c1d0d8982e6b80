#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"
#include "pipeline/publish/webdataset_shards.h"
#include "tests/support/process.h"
#include "tests/support/published_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

/// What an independent reader finds in all shards of a folder, by their names.
json read_shards(const fs::path& exports) {
  std::vector<std::string> command = {"/usr/bin/python3", FAIRGROUND_SOURCE_DIR "/tests/publish/readers/webdataset.py"};
  std::vector<std::string> shards;
  for (const auto& entry : fs::directory_iterator(exports)) {
    if (entry.path().extension() == ".tar") {
      shards.push_back(entry.path());
    }
  }
  std::ranges::sort(shards);
  command.insert(command.end(), shards.begin(), shards.end());
  const ProcessResult result = run_process(command, exports);
  EXPECT_EQ(result.status, 0) << result.err;
  return json::parse(result.out);
}

void write_shards(const PublishedSet& set, const ShardLimits& limits) {
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  WrittenFiles files(tree);
  export_webdataset({tree, facts, set.run_facts()}, files, limits);
}

TEST(Shards, GiveBackTheRecordsAndTheFiles) {
  const PublishedSet set;
  set.write(ExportFormat::webdataset);
  const json shards = read_shards(set / "exports/webdataset");
  ASSERT_EQ(shards.size(), 2U);
  for (const auto& [medium, lines] : {std::pair("audio", &set.audio), {"image", &set.image}}) {
    const bool is_audio = lines == &set.audio;
    const json& samples = shards.at(medium + std::string("-000000.tar")).at("samples");
    ASSERT_EQ(samples.size(), lines->size());
    for (std::size_t i = 0; i < lines->size(); ++i) {
      const PublishedSet::Json& record = (*lines)[i];
      const json& members = samples[i].at("members");
      EXPECT_EQ(samples[i].at("key"), record.at("variant_id").get<std::string>());
      EXPECT_EQ(members.size(), 3U);
      EXPECT_EQ(members.at("json").at("text"), record.dump());
      EXPECT_EQ(members.at(is_audio ? "flac" : "png").at("sha256"), record.at("sha256").get<std::string>());
      if (is_audio) {
        EXPECT_EQ(members.at("txt").at("text"), record.at("text").get<std::string>());
      } else {
        EXPECT_EQ(members.at("mask.png").at("sha256"), record.at("mask_sha256").get<std::string>());
      }
      // The way to the clean reference that the file's head tells of.
      const std::string clean = fs::path(record.at("clean_file_name").get<std::string>()).stem();
      EXPECT_TRUE(std::ranges::any_of(samples, [&](const json& sample) { return sample.at("key") == clean; })) << clean;
    }
  }
}

TEST(Shards, HaveHeadersThatTellNothingOfTheMachine) {
  const PublishedSet set;
  set.write(ExportFormat::webdataset);
  const json shards = read_shards(set / "exports/webdataset");
  for (const auto& [name, shard] : shards.items()) {
    EXPECT_EQ(shard.at("headers"), json::array({json::array({0644, 0, 0, "", "", 0})})) << name;
  }
}

TEST(Shards, AreListedWithTheirHashes) {
  const PublishedSet set;
  set.write(ExportFormat::webdataset);
  const json shards = read_shards(set / "exports/webdataset");
  const json list = json::parse(read_text(set / "exports/webdataset/shards.json"));
  for (const auto& [medium, count] : {std::pair("audio", set.audio.size()), {"image", set.image.size()}}) {
    ASSERT_THAT(list.at(medium), SizeIs(1));
    const json& shard = list.at(medium)[0];
    const std::string name = shard.at("name");
    EXPECT_EQ(shard.at("samples"), count);
    EXPECT_EQ(shard.at("bytes"), fs::file_size(set / ("exports/webdataset/" + name)));
    EXPECT_EQ(shard.at("sha256"), shards.at(name).at("sha256"));
  }
}

TEST(Shards, KeepTheVariantsOfASourceTogether) {
  PublishedSet set;
  set.set["media"].erase("image");
  set.save();
  // s0 has six samples, the other three sources four each.
  write_shards(set, {.samples = 8});
  std::map<std::string, std::vector<std::string>> sources;
  const json shards = read_shards(set / "exports/webdataset");
  for (const auto& [name, shard] : shards.items()) {
    for (const json& sample : shard.at("samples")) {
      const std::string source =
          json::parse(sample.at("members").at("json").at("text").get<std::string>()).at("source_id");
      if (sources[name].empty() || sources[name].back() != source) {
        sources[name].push_back(source);
      }
    }
  }
  EXPECT_THAT(sources["audio-000000.tar"], ElementsAre("s0"));
  EXPECT_THAT(sources["audio-000001.tar"], ElementsAre("s1", "s2"));
  EXPECT_THAT(sources["audio-000002.tar"], ElementsAre("s3"));
}

TEST(Shards, DivideASourceThatDoesNotFitIntoOne) {
  PublishedSet set;
  set.set["media"].erase("image");
  set.save();
  write_shards(set, {.samples = 4});
  std::vector<std::size_t> sizes;
  std::size_t all = 0;
  const json shards = read_shards(set / "exports/webdataset");
  for (const auto& [name, shard] : shards.items()) {
    sizes.push_back(shard.at("samples").size());
    all += sizes.back();
  }
  EXPECT_THAT(sizes, ElementsAre(4, 2, 4, 4, 4));
  EXPECT_EQ(all, set.audio.size());
}

TEST(Shards, KeepWithinTheirBytes) {
  PublishedSet set;
  set.set["media"].erase("image");
  set.save();
  constexpr std::uintmax_t kMostBytes = 40'000;
  // A tar ends with two empty blocks, and libarchive fills the last of its own of 10,240 bytes.
  constexpr std::uintmax_t kEnd = 10'240;
  write_shards(set, {.bytes = kMostBytes});
  const json list = json::parse(read_text(set / "exports/webdataset/shards.json"));
  EXPECT_GT(list.at("audio").size(), 2U);
  std::size_t samples = 0;
  for (const json& shard : list.at("audio")) {
    EXPECT_LE(shard.at("bytes").get<std::uintmax_t>(), kMostBytes + kEnd);
    samples += shard.at("samples").get<std::size_t>();
  }
  EXPECT_EQ(samples, set.audio.size());

  // A limit that no sample keeps gives each a shard of its own.
  fs::remove_all(set / "exports");
  write_shards(set, {.bytes = 1});
  EXPECT_THAT(json::parse(read_text(set / "exports/webdataset/shards.json")).at("audio"), SizeIs(set.audio.size()));
}

TEST(Shards, AreTheSameBytesWheneverTheyAreWritten) {
  const PublishedSet set;
  set.write(ExportFormat::webdataset);
  const auto first = read_tree(set / "exports");
  fs::remove_all(set / "exports");
  set.write(ExportFormat::webdataset);
  EXPECT_EQ(read_tree(set / "exports"), first);

  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  ComparedFiles same(tree);
  write_export(ExportFormat::webdataset, {tree, facts, set.run_facts()}, same);
  EXPECT_THAT(same.differences(), IsEmpty());

  std::string bytes = first.at("webdataset/audio-000000.tar");
  bytes[bytes.size() / 2] ^= 1;
  write_text(set / "exports/webdataset/audio-000000.tar", bytes);
  ComparedFiles other(tree);
  write_export(ExportFormat::webdataset, {tree, facts, set.run_facts()}, other);
  EXPECT_THAT(other.differences(), ElementsAre(HasSubstr("audio-000000.tar")));
}

std::string message_of(const PublishedSet& set) {
  try {
    write_shards(set, ShardLimits());
  } catch (const UserError& error) {
    return error.what();
  }
  return {};
}

TEST(Shards, AreNotMadeOfOtherFilesThanTheRecordsTellOf) {
  const PublishedSet set;
  set.save();
  const std::string file = set / ("audio/" + set.audio[2].at("file_name").get<std::string>());
  const std::string bytes = read_text(file);

  std::string changed = bytes;
  changed.back() ^= 1;
  write_text(file, changed);
  EXPECT_THAT(message_of(set), StartsWith(file + ": is not the file that its record tells of"));

  write_text(file, bytes.substr(0, bytes.size() / 2));
  EXPECT_THAT(message_of(set), StartsWith(file + ": is not the file that its record tells of"));

  fs::remove(file);
  EXPECT_THAT(message_of(set), StartsWith(file + ": is missing"));

  write_text(file, bytes);
  EXPECT_EQ(message_of(set), "");
}

}  // namespace
}  // namespace fairground
