// Reading what a finished folder says of itself: set.json and the records.
#include "pipeline/publish/records.h"

#include <gmock/gmock.h>

#include <cmath>

#include "pipeline/core/error.h"
#include "tests/support/published_set.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RecordsTest : public testing::Test {
 protected:
  RecordsTest() { made_.save(); }

  [[nodiscard]] std::string audio_line(std::size_t index) const {
    return read_lines(made_ / "audio/metadata.jsonl").at(index);
  }

  /// What reading the recordings says, once their second line is another one.
  [[nodiscard]] std::string refusal_of(const std::string& line) const {
    std::vector<std::string> lines = read_lines(made_ / "audio/metadata.jsonl");
    lines.at(1) = line;
    write_lines(made_ / "audio/metadata.jsonl", lines);
    const OutputTree tree(made_.path());
    const SetFacts set = read_set_facts(tree);
    std::size_t read = 0;
    try {
      Records(tree, *set.of(Media::audio)).for_each([&](const Record&) { ++read; });
    } catch (const UserError& error) {
      EXPECT_EQ(read, 1U);
      return error.what();
    }
    return "";
  }

  [[nodiscard]] std::string replaced(std::size_t index, const std::string& from, const std::string& to) const {
    std::string line = audio_line(index);
    const std::size_t at = line.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return line.replace(at, from.size(), to);
  }

  PublishedSet made_;
};

TEST_F(RecordsTest, SetJsonIsRead) {
  const OutputTree tree(made_.path());
  const SetFacts set = read_set_facts(tree);
  EXPECT_EQ(set.name, "small");
  EXPECT_EQ(set.seed, 7U);
  EXPECT_EQ(set.date, "2026-01-01");
  EXPECT_EQ(set.card.licence, "CC0-1.0");
  EXPECT_EQ(set.card.purpose, "");
  ASSERT_EQ(set.assets.size(), 1U);
  EXPECT_EQ(set.assets[0].files, 2U);
  EXPECT_FALSE(set.assets[0].talkers);
  ASSERT_EQ(set.media.size(), 2U);
  const MediaFacts& audio = *set.of(Media::audio);
  EXPECT_THAT(audio.groups, ElementsAre("accent", "gender"));
  EXPECT_THAT(audio.kept, ElementsAre("text", "licence"));
  EXPECT_EQ(audio.transcript, "text");
  EXPECT_THAT(audio.clean_levels, ElementsAre("none", "none"));
  ASSERT_EQ(audio.axes.size(), 2U);
  EXPECT_EQ(audio.axes[0].levels.at(1).steps.at(0).augmenter, "noise.coloured");
  EXPECT_EQ(audio.axes[0].levels.at(1).steps.at(0).parameters.at("snr_db"), 10.0);
  EXPECT_EQ(audio.subjects, 2U);
  EXPECT_TRUE(set.of(Media::image)->boxes);
}

TEST_F(RecordsTest, WhatDoesNotDescribeASetIsRefused) {
  for (const char* text : {"", "[]", "{}", R"({"fairground":1})", "{\"name\":\"x\""}) {
    write_text(made_ / "set.json", text);
    EXPECT_THROW((void)read_set_facts(OutputTree(made_.path())), UserError) << text;
  }
  for (const auto& [field, value] : {std::pair("media", PublishedSet::Json::object()), {"date", "soon"}}) {
    PublishedSet::Json other = made_.set;
    other[field] = value;
    write_text(made_ / "set.json", other.dump());
    EXPECT_THROW((void)read_set_facts(OutputTree(made_.path())), UserError) << field;
  }
  std::filesystem::remove(made_ / "set.json");
  EXPECT_THROW((void)read_set_facts(OutputTree(made_.path())), UserError);
}

TEST_F(RecordsTest, EveryFieldIsReadFromEveryLine) {
  const OutputTree tree(made_.path());
  const SetFacts set = read_set_facts(tree);
  const MediaFacts& facts = *set.of(Media::audio);
  const Records records(tree, facts);
  EXPECT_THAT(records.numbers(),
              ElementsAre("measured_active_level_dbov", "measured_activity_factor", "measured_rms_dbov",
                          "measured_peak_dbov", "measured_clipped_fraction", "measured_duration_s"));
  EXPECT_EQ(records.number("measured_peak_dbov"), 3U);
  EXPECT_FALSE(records.number("measured_monk"));
  std::size_t index = 0;
  records.for_each([&](const Record& record) {
    const auto line = nlohmann::json::parse(audio_line(index));
    EXPECT_EQ(record.line, audio_line(index));
    const std::pair<std::string_view, const char*> texts[] = {{record.file_name, "file_name"},
                                                              {record.clean_file_name, "clean_file_name"},
                                                              {record.variant_id, "variant_id"},
                                                              {record.source_id, "source_id"},
                                                              {record.subject, "subject"},
                                                              {record.groups.at(0), "accent"},
                                                              {record.groups.at(1), "gender"},
                                                              {record.kept.at(0), "text"},
                                                              {record.kept_in(facts, "licence"), "licence"},
                                                              {record.levels.at(0), "noise"},
                                                              {record.levels.at(1), "channel"},
                                                              {record.pair_id, "pair_id"},
                                                              {record.draw_id, "draw_id"},
                                                              {to_string(record.control), "control"},
                                                              {record.source_sha256, "source_sha256"},
                                                              {record.sha256, "sha256"},
                                                              {record.augmentations, "augmentations"},
                                                              {record.measured, "measured"}};
    for (const auto& [value, name] : texts) {
      EXPECT_EQ(value, line.at(name).get<std::string>()) << name << " of line " << index;
    }
    EXPECT_EQ(record.realization, line.at("realization"));
    EXPECT_EQ(record.synthetic, line.at("synthetic"));
    EXPECT_EQ(record.numbers.at(5), line.at("measured_duration_s"));
    EXPECT_EQ(record.is_clean(facts), !line.at("synthetic").get<bool>());
    EXPECT_EQ(record.kept_in(facts, "origin"), "");
    ++index;
  });
  EXPECT_EQ(index, made_.audio.size());
}

TEST_F(RecordsTest, LabelsOfPicturesAreReadAndNullIsNoNumber) {
  made_.image.at(1)["measured_noise_sigma"] = nullptr;
  made_.save();
  const OutputTree tree(made_.path());
  const SetFacts set = read_set_facts(tree);
  const Records records(tree, *set.of(Media::image));
  std::size_t index = 0;
  records.for_each([&](const Record& record) {
    EXPECT_EQ(record.boxes, made_.image.at(index).at("boxes").get<std::string>());
    EXPECT_EQ(record.keypoints, made_.image.at(index).at("keypoints").get<std::string>());
    EXPECT_EQ(record.mask_file_name, made_.image.at(index).at("mask_file_name").get<std::string>());
    EXPECT_EQ(record.words, "");
    EXPECT_EQ(std::isnan(record.numbers.at(records.number("measured_noise_sigma").value())), index == 1);
    ++index;
  });
  EXPECT_EQ(index, made_.image.size());
}

TEST_F(RecordsTest, ALineThatIsNoRecordIsNamed) {
  EXPECT_THAT(refusal_of("no JSON"), HasSubstr("metadata.jsonl:2: is no record of this set: it is no JSON object"));
  EXPECT_THAT(refusal_of("[]"), HasSubstr("it is no JSON object"));
  EXPECT_THAT(refusal_of(replaced(0, "\"accent\"", "\"axcent\"")), HasSubstr("it has not the fields"));
  EXPECT_THAT(refusal_of(replaced(0, "\"pair_id\"", "\"draw_id\":\"x\",\"pair_id\"")),
              HasSubstr("it has not the fields"));
  EXPECT_THAT(refusal_of(replaced(0, "\"accent\"", "\"gender\"")), HasSubstr("it has not the fields"))
      << "one twice, and one not at all";
  EXPECT_THAT(refusal_of(replaced(0, "\"realization\":0", "\"realization\":0.5")),
              HasSubstr("`realization` is no integer"));
  EXPECT_THAT(refusal_of(replaced(0, "\"synthetic\":false", "\"synthetic\":0")),
              HasSubstr("`synthetic` is neither true nor false"));
  EXPECT_THAT(refusal_of(replaced(0, "\"measured_peak_dbov\":-9.5", "\"measured_peak_dbov\":\"-9.5\"")),
              HasSubstr("`measured_peak_dbov` is no number"));
  EXPECT_THAT(refusal_of(replaced(0, "\"accent\":\"irish\"", "\"accent\":null")), HasSubstr("`accent` is no text"));
  EXPECT_THAT(refusal_of(replaced(0, "\"control\":\"none\"", "\"control\":\"nobody\"")),
              HasSubstr("`control` is `nobody`"));
}

TEST_F(RecordsTest, ALastLineWithoutItsEndIsRefused) {
  const std::string text = read_text(made_ / "audio/metadata.jsonl");
  write_text(made_ / "audio/metadata.jsonl", text.substr(0, text.size() - 1));
  const OutputTree tree(made_.path());
  const SetFacts set = read_set_facts(tree);
  EXPECT_THROW(Records(tree, *set.of(Media::audio)).for_each([](const Record&) {}), UserError);
}

TEST_F(RecordsTest, ASetOfWhichNothingWasWrittenHasNoRecords) {
  write_text(made_ / "audio/metadata.jsonl", "");
  const OutputTree tree(made_.path());
  const SetFacts set = read_set_facts(tree);
  const Records records(tree, *set.of(Media::audio));
  EXPECT_THAT(records.numbers(), IsEmpty());
  records.for_each([](const Record&) { FAIL(); });
  std::filesystem::remove(made_ / "audio/metadata.jsonl");
  EXPECT_THROW(Records(tree, *set.of(Media::audio)), UserError);
}

}  // namespace
}  // namespace fairground
