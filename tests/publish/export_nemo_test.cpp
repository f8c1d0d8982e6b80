// The manifest for NeMo, read back.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "pipeline/publish/records.h"
#include "tests/support/published_set.h"
#include "tests/support/run_tree.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::SizeIs;

std::vector<json> manifest(const PublishedSet& set) {
  set.write(ExportFormat::nemo);
  return read_json_lines(set / "exports/nemo/manifest.jsonl");
}

TEST(ExportNemo, HasALineForEachRecordWithAllLabels) {
  const PublishedSet set;
  const std::vector<json> lines = manifest(set);
  ASSERT_THAT(lines, SizeIs(set.audio.size()));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const json& line = lines[i];
    const json& record = set.audio[i];
    for (const char* const same : {"text", "variant_id", "source_id", "subject", "accent", "gender", "licence", "noise",
                                   "channel", "realization", "pair_id", "draw_id", "synthetic", "control",
                                   "measured_peak_dbov", "measured_clipped_fraction"}) {
      EXPECT_EQ(line.at(same), record.at(same)) << same;
    }
    EXPECT_EQ(line.at("duration"), record.at("measured_duration_s"));
    // Each path is relative to the manifest, and leads to the file whose hash the record has.
    const auto folder = set / "exports/nemo";
    const std::string path = line.at("audio_filepath");
    EXPECT_EQ(sha256_hex(read_text(folder / path)), record.at("sha256"));
    const std::string clean = line.at("clean_audio_filepath");
    EXPECT_EQ(read_text(folder / clean), read_text(set / ("audio/" + record.at("clean_file_name").get<std::string>())));
    EXPECT_EQ(std::filesystem::path(clean).stem().string(), line.at("clean_variant_id"));
  }
}

TEST(ExportNemo, HasOneTypeForEachFieldOnEveryLine) {
  PublishedSet set;
  set.audio[2]["measured_duration_s"] = 1.0;  // whole numbers keep their point
  std::map<std::string, json::value_t> types;
  for (const json& line : manifest(set)) {
    for (const auto& [name, value] : line.items()) {
      EXPECT_EQ(types.emplace(name, value.type()).first->second, value.type()) << name;
    }
    EXPECT_THAT(line, SizeIs(types.size()));
  }
}

TEST(ExportNemo, RenamesColumnsThatNemoWouldReadOtherwise) {
  PublishedSet set;
  set.set["media"]["audio"]["columns"]["groups"] = {"offset", "duration"};
  for (auto& record : set.audio) {
    record["offset"] = "north";
    record["duration"] = "short";
  }
  for (const json& line : manifest(set)) {
    EXPECT_FALSE(line.contains("offset"));
    EXPECT_EQ(line.at("column_offset"), "north");
    EXPECT_EQ(line.at("column_duration"), "short");
    EXPECT_TRUE(line.at("duration").is_number_float());
  }
}

TEST(ExportNemo, GivesNoTwoColumnsOneName) {
  PublishedSet set;
  set.set["media"]["audio"]["columns"]["groups"] = {"offset", "column_offset", "clean_variant_id"};
  for (auto& record : set.audio) {
    record["offset"] = "north";
    record["column_offset"] = "east";
    record["clean_variant_id"] = "mine";
  }
  for (const json& line : manifest(set)) {
    EXPECT_EQ(line.at("column_column_offset"), "north");
    EXPECT_EQ(line.at("column_offset"), "east");
    EXPECT_EQ(line.at("column_clean_variant_id"), "mine");
    EXPECT_NE(line.at("clean_variant_id"), "mine");
  }
}

TEST(ExportNemo, HasNoTextWhereThereAreNoTranscripts) {
  PublishedSet set;
  set.set["media"]["audio"]["columns"]["transcript"] = nullptr;
  set.set["media"]["audio"]["columns"]["kept"] = {"licence"};
  for (auto& record : set.audio) {
    record.erase("text");
  }
  for (const json& line : manifest(set)) {
    EXPECT_FALSE(line.contains("text"));
  }
}

TEST(ExportNemo, IsEmptyWhereAllVariantsWereLost) {
  PublishedSet set;
  set.audio.clear();
  EXPECT_THAT(manifest(set), SizeIs(0));
}

TEST(ExportNemo, RefusesFileNamesThatAreNotOurs) {
  for (const char* const name : {"aa/x;rm.flac", "../secret.flac", "/etc/passwd", "aa/x y.flac", ""}) {
    PublishedSet set;
    set.audio[1]["file_name"] = name;
    EXPECT_THROW(set.write(ExportFormat::nemo), UserError) << name;
  }
}

TEST(RecordsSorted, ComeByTheirKeysAndThenInTheOrderOfThePlan) {
  PublishedSet set;
  set.save();
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  const Records records(tree, facts.media.front());
  std::vector<std::string> ids;
  const auto add = [&](const Record& record) { ids.emplace_back(record.variant_id); };
  // By the last letter of the source; s0 has most records.
  records.for_each_sorted([](const Record& record) { return std::string(record.source_id); }, add);
  std::vector<std::string> expected;
  for (const auto& record : set.audio) {
    expected.push_back(record.at("variant_id"));
  }
  EXPECT_EQ(ids, expected);
  ids.clear();
  records.for_each_sorted([](const Record& record) { return std::string(record.variant_id); }, add);
  std::ranges::sort(expected);
  EXPECT_EQ(ids, expected);
}

}  // namespace
}  // namespace fairground
