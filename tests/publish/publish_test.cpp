// What is made of a finished set's records, all of it together.
#include "pipeline/publish/publish.h"

#include <gmock/gmock.h>

#include "pipeline/core/error.h"
#include "tests/support/published_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class PublishTest : public testing::Test {
 protected:
  PublishTest() {
    set_.set["exports"] = {"nemo"};
    set_.save();
  }

  void publish_all() const { publish(OutputTree(set_.path()), set_.run_facts()); }
  [[nodiscard]] std::vector<std::string> differences() const {
    return compare_published(OutputTree(set_.path()), set_.run_facts());
  }
  [[nodiscard]] bool is_whole() const { return is_published(OutputTree(set_.path())); }

  PublishedSet set_;
};

TEST_F(PublishTest, WritesEverythingAndFindsItUnchanged) {
  EXPECT_FALSE(is_whole());
  publish_all();
  for (const char* name : {"report.html", "DATACARD.md", "README.md", "audio/README.md", "image/README.md",
                           "exports/nemo/manifest.jsonl"}) {
    EXPECT_TRUE(fs::is_regular_file(set_ / name)) << name;
  }
  EXPECT_TRUE(is_whole());
  EXPECT_THAT(differences(), IsEmpty());
  const auto first = read_tree(set_.path());
  publish_all();
  EXPECT_EQ(read_tree(set_.path()), first);
}

TEST_F(PublishTest, IsNotWholeWithoutAnyOfItsFiles) {
  for (const char* name : {"report.html", "DATACARD.md", "README.md", "audio/README.md", "exports/nemo"}) {
    publish_all();
    fs::remove_all(set_ / name);
    EXPECT_FALSE(is_whole()) << name;
  }
}

TEST_F(PublishTest, AChangedPageIsNamed) {
  for (const char* name : {"report.html", "DATACARD.md", "image/README.md", "exports/nemo/manifest.jsonl"}) {
    publish_all();
    std::string text = read_text(set_ / name);
    text[text.size() / 2] ^= 1;
    write_text(set_ / name, text);
    EXPECT_THAT(differences(), ElementsAre(StartsWith(name)));
  }
}

TEST_F(PublishTest, OnlyAReportThatIsAsItsRunHasLeftItMayHavePicturesOfAnotherLibrary) {
  publish_all();
  const std::string text = read_text(set_ / "report.html");
  const std::size_t begin = text.find("\"data:image/webp;base64,");
  ASSERT_NE(begin, std::string::npos) << "no picture was tested";
  const std::size_t end = text.find('"', begin + 1);
  const auto differences_with = [&](const std::string& picture, bool is_sealed) {
    const std::string other = text.substr(0, begin) + picture + text.substr(end);
    write_text(set_ / "report.html", other);
    auto run = set_.run_facts();
    run["files"]["report.html"] = sha256_hex(is_sealed ? other : text);
    return compare_published(OutputTree(set_.path()), run);
  };
  EXPECT_THAT(differences_with("\"data:image/webp;base64,AAAA", true), IsEmpty());
  EXPECT_THAT(differences_with("\"data:image/webp;base64,AAAA", false), ElementsAre(HasSubstr("report.html")));
  EXPECT_THAT(differences_with("\"no picture", true), ElementsAre(HasSubstr("report.html")));
}

TEST_F(PublishTest, ExportsThatWereMadeLaterAreKeptUpToDate) {
  publish_all();
  set_.write(ExportFormat::lhotse);
  write_text(set_ / "exports/lhotse/supervisions.jsonl", "old");
  write_text(set_ / "exports/lhotse/answers.csv", "mine");
  EXPECT_THAT(differences(), ElementsAre(StartsWith("exports/lhotse/supervisions.jsonl")));
  publish_all();
  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_EQ(read_text(set_ / "exports/lhotse/answers.csv"), "mine");
}

TEST_F(PublishTest, FilesThatLookLikeThoseOfAnExportAreNamed) {
  set_.set["exports"] = {"nemo", "stm", "webdataset"};
  set_.save();
  publish_all();
  for (const char* const mine : {"exports/webdataset/audio-answers.tar", "exports/webdataset/audio-0001.tar",
                                 "exports/stm/ref.lur", "exports/stm/reference.stm", "exports/stm/ref-mine.stm",
                                 "exports/nemo/manifest.jsonl.bak", "exports/nemo/shards.json"}) {
    write_text(set_ / mine, "mine");
  }
  fs::create_directories(set_ / "exports/stm/ref-4.stm");
  EXPECT_THAT(differences(), IsEmpty());
  for (const char* const stale :
       {"exports/webdataset/audio-000099.tar", "exports/webdataset/image-1000000.tar", "exports/stm/ref-77.stm",
        "exports/stm/ref.stm.part", "exports/nemo/manifest.jsonl.part"}) {
    write_text(set_ / stale, "stale");
    EXPECT_THAT(differences(), ElementsAre(std::string(stale) + ": is no file of this set's export")) << stale;
    publish_all();
    EXPECT_FALSE(fs::exists(set_ / stale)) << stale;
  }
  fs::create_symlink("manifest.jsonl", set_ / "exports/nemo/manifest.jsonl.part");
  EXPECT_THAT(differences(), ElementsAre(StartsWith("exports/nemo/manifest.jsonl.part: ")));
  EXPECT_EQ(read_text(set_ / "exports/stm/ref-mine.stm"), "mine");
}

TEST_F(PublishTest, AnExportThatDoesNotFitIsNamedAndLeftAlone) {
  set_.set["media"].erase("audio");
  set_.failures.clear();  // they were of recordings
  set_.set["exports"] = nlohmann::ordered_json::array();
  set_.save();
  write_text(set_ / "exports/nemo/manifest.jsonl", "of another set");
  publish_all();
  EXPECT_THAT(differences(), ElementsAre(HasSubstr("exports/nemo: is no export of this set")));
  EXPECT_EQ(read_text(set_ / "exports/nemo/manifest.jsonl"), "of another set");
}

TEST_F(PublishTest, WhatCannotBeMadeKeepsNothingElseFromBeingMade) {
  set_.set["exports"] = {"nemo", "results"};
  for (auto& record : set_.audio) {
    record.erase("measured_duration_s");
  }
  set_.save();
  try {
    publish_all();
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.messages(), ElementsAre(HasSubstr("measured_duration_s")));
  }
  EXPECT_TRUE(fs::exists(set_ / "report.html"));
  EXPECT_TRUE(fs::exists(set_ / "exports/results/README"));
  EXPECT_FALSE(fs::exists(set_ / "exports/nemo/manifest.jsonl"));
}

TEST_F(PublishTest, ASetOfWhichNothingWasMadeHasAllPagesAndExports) {
  set_.audio.clear();
  set_.image.clear();
  set_.failures.clear();  // the set's coverage is that of its records
  set_.set["exports"] = nlohmann::ordered_json::array();
  for (const ExportInfo& info : export_formats()) {
    set_.set["exports"].push_back(info.name);
  }
  set_.save();
  publish_all();
  EXPECT_TRUE(is_whole());
  EXPECT_THAT(differences(), IsEmpty());
}

TEST_F(PublishTest, ValuesOfAnotherTypeAreAMistakeOfTheFolder) {
  auto run = set_.run_facts();
  run["manifests"] = {{"photos.csv", 7}};
  EXPECT_THROW(publish(OutputTree(set_.path()), run), UserError);
  set_.set["media"]["audio"]["settings"]["realizations"] = "two";
  set_.save();
  EXPECT_THROW(publish_all(), UserError);
  EXPECT_THROW((void)differences(), UserError);
}

}  // namespace
}  // namespace fairground
