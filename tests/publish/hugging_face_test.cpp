// The records as Hugging Face's loaders read them, with the head of README.md.
#include "pipeline/publish/hugging_face.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/published_set.h"
#include "tests/support/reader.h"

namespace fairground {
namespace {

using nlohmann::json;
using testing::HasSubstr;

void save_with_readmes(const PublishedSet& set) {
  set.save();
  const OutputTree tree(set.path());
  const SetFacts facts = read_set_facts(tree);
  tree.write("README.md", hugging_face_header(tree, facts) + "# text\n");
  for (const MediaFacts& media : facts.media) {
    tree.write(std::filesystem::path(to_string(media.media)) / "README.md", hugging_face_readme(tree, facts, media));
  }
}

json load(const std::filesystem::path& root, const std::string& inner = "") {
  return read_with("hugging_face.py", {root.string(), inner});
}

TEST(HuggingFace, LoadsEitherMediumWithTypedColumns) {
  const PublishedSet set;
  save_with_readmes(set);
  const json recordings = load(set.path(), "audio/");
  EXPECT_EQ(recordings.at("records"), set.audio.size());
  EXPECT_EQ(recordings.at("license"), "cc0-1.0");
  EXPECT_EQ(recordings.at("pretty_name"), "small");
  const json& columns = recordings.at("columns");
  EXPECT_EQ(columns.at("audio"), "audio");
  EXPECT_EQ(columns.at("clean"), "audio");
  EXPECT_EQ(columns.at("accent"), "string");
  EXPECT_EQ(columns.at("realization"), "int64");
  EXPECT_EQ(columns.at("synthetic"), "bool");
  EXPECT_EQ(columns.at("measured_peak_dbov"), "float64");
  EXPECT_EQ(load(set / "audio").at("columns"), columns);

  const json pictures = load(set / "image");
  EXPECT_EQ(pictures.at("records"), set.image.size());
  EXPECT_EQ(pictures.at("columns").at("image"), "image");
  EXPECT_EQ(pictures.at("columns").at("mask"), "image");
  EXPECT_EQ(pictures.at("columns").at("measured_width_px"), "int64");
}

TEST(HuggingFace, LoadsPicturesFromTheRootWhereThereIsNothingElse) {
  PublishedSet set;
  set.set["media"].erase("audio");
  save_with_readmes(set);
  EXPECT_EQ(load(set.path(), "image/").at("records"), set.image.size());
}

// As a loader would infer them from the first record, these columns had no type at all.
TEST(HuggingFace, HasTypesForTonesThatTheFirstRecordsDoNotHave) {
  PublishedSet set;
  set.set["media"]["image"]["columns"]["skin"] = true;
  std::size_t number = 0;
  for (auto& record : set.image) {
    const bool has_tone = number++ > 1;
    record["mask_source"] = has_tone ? "supplied" : "none";
    record["mask_confidence"] = 1.0;
    for (const char* const prefix : {"tone_reference_", "measured_tone_"}) {
      for (const char* const what : {"lightness", "hue_deg", "chroma", "ita_deg"}) {
        record[std::string(prefix) + what] = has_tone ? json(50.5) : json(nullptr);
      }
      record[std::string(prefix) + "monk"] = has_tone ? json(4) : json(nullptr);
    }
  }
  save_with_readmes(set);
  const json columns = load(set / "image").at("columns");
  EXPECT_EQ(columns.at("tone_reference_lightness"), "float64");
  EXPECT_EQ(columns.at("measured_tone_monk"), "int64");
}

TEST(HuggingFace, QuotesWhatComesFromOutside) {
  PublishedSet set;
  const std::string nasty = "a: \"b\" # c\n---\n\u0085\u2028\x7F\\ end";
  set.set["name"] = nasty;
  set.set["card"]["licence"] = "My \"own\": terms";
  const std::string column = "%accent: {x}\u2029'";
  set.set["media"]["audio"]["columns"]["groups"] = {column, "gender"};
  for (auto& record : set.audio) {
    record[column] = "irish";
  }
  save_with_readmes(set);
  const json card = load(set.path(), "audio/");
  EXPECT_EQ(card.at("pretty_name"), nasty);
  EXPECT_EQ(card.at("license"), "other");
  EXPECT_EQ(card.at("license_name"), "My \"own\": terms");
  EXPECT_EQ(card.at("columns").at(column), "string");
}

TEST(HuggingFace, SaysNothingOfALicenceThatIsNotTold) {
  PublishedSet set;
  set.set["card"]["licence"] = nullptr;
  save_with_readmes(set);
  EXPECT_EQ(load(set.path(), "audio/").at("license"), nullptr);
}

// The reader itself must find what a loader would stumble over.
TEST(HuggingFace, ReaderSeesMistakes) {
  const auto refuses = [](const char* what, const std::function<void(PublishedSet&)>& change) {
    PublishedSet set;
    save_with_readmes(set);
    change(set);
    set.save();  // README.md stays
    EXPECT_NE(run_reader("hugging_face.py", {set.path().string(), "audio/"}).status, 0) << what;
  };
  refuses("an integer among numbers", [](PublishedSet& set) { set.audio[1]["measured_rms_dbov"] = -27; });
  refuses("a text among numbers", [](PublishedSet& set) { set.audio[1]["measured_rms_dbov"] = "-27.0"; });
  refuses("a missing column", [](PublishedSet& set) { set.audio[1].erase("draw_id"); });
  refuses("a column that the loader makes", [](PublishedSet& set) {
    for (auto& record : set.audio) {
      record["audio"] = "x";
    }
  });
  refuses("a missing file", [](PublishedSet& set) { set.audio[1]["clean_file_name"] = "aa/nothing.flac"; });
}

}  // namespace
}  // namespace fairground
