// Manifests against the config and the file system: what is a mistake of structure, what is a fault of one item.
#include "pipeline/catalog/catalog.h"

#include <gmock/gmock.h>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_media.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() {
    fs::create_directories(data_);
    config_.path = folder_ / "c.yaml";
    config_.media[Media::audio];
    write_bytes(data_ / "a.wav", test_wav(0.5, 16000, 1));
    write_bytes(data_ / "b.wav", test_wav(0.5, 16000, 2));
    write_bytes(data_ / "c.wav", test_wav(0.5, 8000, 3, /*channels=*/2));
  }

  /// Adds an entry whose manifest, in the folder data, holds `text`.
  SourceSettings& entry(const std::string& name, const std::string& text) {
    write_text(data_ / name, text);
    SourceSettings settings;
    settings.manifest = data_ / name;
    settings.id = "id";
    settings.file = "path";
    settings.sample_rate = 16000;
    config_.sources.push_back(settings);
    return config_.sources.back();
  }

  [[nodiscard]] MediaCatalog audio() const { return read_catalog(config_, /*jobs=*/2).media.at(Media::audio); }

  /// Every mistake, with the path of the folder `data` cut off its front.
  [[nodiscard]] std::vector<std::string> mistakes() const {
    std::vector<std::string> found;
    try {
      (void)read_catalog(config_, /*jobs=*/2);
    } catch (const UserError& error) {
      const std::string front = data_.string() + "/";
      for (const std::string& message : error.messages()) {
        EXPECT_TRUE(message.starts_with(front)) << message;
        found.push_back(message.substr(front.size()));
      }
    }
    return found;
  }

  TemporaryFolder folder_;
  fs::path data_ = folder_ / "data";
  Config config_;
};

TEST_F(CatalogTest, ReadsLabelsBytesAndHeaders) {
  SourceSettings& settings =
      entry("m.csv", "id,path,who,accent,sex,note\nx 1,a.wav,anna,irish,f,\"n, 1\"\ny,sub/../c.wav,ben,scots,m,\n");
  settings.subject = "who";
  settings.groups = {"accent", "sex"};
  settings.keep = {"note"};
  fs::create_directories(data_ / "sub");
  const MediaCatalog catalog = audio();
  EXPECT_TRUE(catalog.has_subjects);
  EXPECT_THAT(catalog.columns, ElementsAre("note"));
  ASSERT_THAT(catalog.sources, SizeIs(2));
  const Source& first = catalog.sources[0];
  EXPECT_EQ(first.id, "x 1");
  EXPECT_EQ(first.subject, "anna");
  EXPECT_EQ(first.file, data_ / "a.wav");
  EXPECT_EQ(first.sha256, sha256_hex(read_text(data_ / "a.wav")));
  EXPECT_EQ(first.problem, "");
  EXPECT_EQ(first.sample_rate, 16000);
  EXPECT_THAT(first.carried, ElementsAre("n, 1"));
  EXPECT_THAT(catalog.groups.at(first.group), ElementsAre("irish", "f"));
  const Source& second = catalog.sources[1];
  EXPECT_EQ(second.sample_rate, 8000);
  EXPECT_EQ(second.channels, 2);
  EXPECT_FLOAT_EQ(second.seconds, 0.5F);
  EXPECT_THAT(second.carried, ElementsAre(""));
}

TEST_F(CatalogTest, EmptyLabelsAreUnknownForGroupsAndSubjectOnly) {
  SourceSettings& settings = entry("m.csv", "id,path,who,accent,note\nx,a.wav,,,\n");
  settings.subject = "who";
  settings.groups = {"accent"};
  settings.keep = {"note"};
  const MediaCatalog catalog = audio();
  EXPECT_EQ(catalog.sources.at(0).subject, kUnknown);
  EXPECT_THAT(catalog.groups, ElementsAre(ElementsAre(kUnknown)));
  EXPECT_THAT(catalog.sources.at(0).carried, ElementsAre(""));
}

TEST_F(CatalogTest, WithoutASubjectColumnSubjectsAreUnknown) {
  entry("m.csv", "id,path\nx,a.wav\n");
  const MediaCatalog catalog = audio();
  EXPECT_FALSE(catalog.has_subjects);
  EXPECT_EQ(catalog.sources.at(0).subject, kUnknown);
  EXPECT_THAT(catalog.groups, ElementsAre(IsEmpty())) << "one group of all sources";
}

TEST_F(CatalogTest, GroupsAreSortedWhateverTheOrderOfRows) {
  entry("m.csv", "id,path,accent\n1,a.wav,welsh\n2,a.wav,irish\n3,a.wav,scots\n").groups = {"accent"};
  const MediaCatalog catalog = audio();
  EXPECT_THAT(catalog.groups, ElementsAre(ElementsAre("irish"), ElementsAre("scots"), ElementsAre("welsh")));
  EXPECT_EQ(catalog.sources[0].group, 2U);
  EXPECT_EQ(catalog.sources[1].group, 0U);
  EXPECT_EQ(catalog.sources[2].group, 1U);
}

TEST_F(CatalogTest, EveryMistakeOfStructureIsListedAtOnce) {
  write_bytes(folder_ / "outside.wav", test_wav(0.5, 16000, 9));
  fs::create_symlink("../outside.wav", data_ / "link.wav");
  fs::create_symlink("..", data_ / "up");
  fs::create_symlink("loop", data_ / "loop");
  entry("one.csv",
        "id,path\n"
        "a,a.wav\n"
        "a,b.wav\n"
        ",b.wav\n"
        "b,../outside.wav\n"
        "c," +
            (folder_ / "outside.wav").string() +
            "\n"
            "d,link.wav\n"
            "e,up/outside.wav\n"
            "f,missing/../../outside.wav\n"
            "g\n"
            "h,\n"
            "i,loop/x.wav\n"
            ",../outside.wav\n");
  entry("two.jsonl", "{\"id\": \"z\", \"path\": \"a.wav\"}\nnonsense\n{\"id\": \"a\", \"path\": \"a.wav\"}\n");
  entry("three.csv", "id,path\nq,a.wav\n").groups = {"accent", "sex"};
  entry("four.csv", "name,path\nq,../outside.wav\n");
  EXPECT_THAT(mistakes(),
              UnorderedElementsAre(
                  "one.csv:10: the row has 1 cell, but the header names 2 columns",
                  "one.csv:3: id `a` is given a second time; first at " + (data_ / "one.csv:2").string(),
                  "one.csv:4: the id is empty", HasSubstr("one.csv:5: the path `../outside.wav` leaves"),
                  HasSubstr("one.csv:6: the path `/"), HasSubstr("one.csv:7: the path `link.wav` leaves"),
                  HasSubstr("one.csv:8: the path `up/outside.wav` leaves"), HasSubstr("one.csv:9: the path `missing/"),
                  "one.csv:11: the path is empty", HasSubstr("one.csv:12: the path `loop/x.wav` cannot be followed"),
                  "one.csv:13: the id is empty", HasSubstr("one.csv:13: the path `../outside.wav` leaves"),
                  "two.jsonl:2: the line is not a JSON object",
                  "two.jsonl:3: id `a` is given a second time; first at " + (data_ / "one.csv:2").string(),
                  "three.csv:1: there is no column `accent`; the manifest has: id, path",
                  "three.csv:1: there is no column `sex`; the manifest has: id, path",
                  "four.csv:1: there is no column `id`; the manifest has: name, path",
                  HasSubstr("four.csv:2: the path `../outside.wav` leaves")));
}

TEST_F(CatalogTest, IdsAreUniqueOverMediaToo) {
  entry("m.csv", "id,path\nx,a.wav\n");
  entry("p.csv", "id,path\nx,p.png\n").media = Media::image;
  config_.media[Media::image];
  EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("p.csv:2: id `x` is given a second time")));
}

TEST_F(CatalogTest, IdsAreComparedByteByByte) {
  entry("m.csv", "id,path\nA,a.wav\na,a.wav\n a,a.wav\ná,a.wav\n");
  EXPECT_THAT(audio().sources, SizeIs(4));
}

TEST_F(CatalogTest, RootsAllowAFolder) {
  write_bytes(folder_ / "shared/x.wav", test_wav(0.5, 16000, 4));
  write_bytes(folder_ / "shared2/y.wav", test_wav(0.5, 16000, 5));
  fs::create_symlink("../shared/x.wav", data_ / "link.wav");
  config_.roots["shared"] = folder_ / "shared";
  entry("m.csv", "id,path\nx,../shared/x.wav\ny,link.wav\n");
  const MediaCatalog catalog = audio();
  EXPECT_EQ(catalog.sources.at(0).problem, "");
  EXPECT_EQ(catalog.sources.at(1).file, folder_ / "shared/x.wav") << "links are resolved";
  // A folder whose name only begins alike is another folder.
  entry("n.csv", "id,path\nz,../shared2/y.wav\nw,../shared/../shared2/y.wav\n");
  EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("n.csv:2: "), HasSubstr("n.csv:3: ")));
}

TEST_F(CatalogTest, ARootMayBeALink) {
  write_bytes(folder_ / "real/x.wav", test_wav(0.5, 16000, 4));
  fs::create_directory_symlink("real", folder_ / "alias");
  config_.roots["alias"] = folder_ / "alias";
  entry("m.csv", "id,path\nx,../alias/x.wav\n");
  EXPECT_THAT(audio().sources, SizeIs(1));
}

TEST_F(CatalogTest, ColumnsMayNotCollideWithRecordFieldsOrAxes) {
  config_.media[Media::audio].axes = {{"noise", {{"none", {}}}}};
  SourceSettings& settings = entry("m.csv", "id,path,noise,sha256,measured_x,text,pair_id\nx,a.wav,1,2,3,4,5\n");
  settings.groups = {"noise", "sha256"};
  settings.keep = {"measured_x", "text"};
  settings.transcript = "pair_id";
  EXPECT_THAT(mistakes(), UnorderedElementsAre(HasSubstr("column `noise` has the name of an axis"),
                                               HasSubstr("column `sha256` has the name of a field"),
                                               HasSubstr("column `measured_x` has the name of a field"),
                                               HasSubstr("column `pair_id` has the name of a field")));
}

TEST_F(CatalogTest, ASourcesOwnColumnsMayHaveAnyName) {
  SourceSettings& settings = entry("m.csv", "variant_id,file_name,subject\nx,a.wav,anna\n");
  settings.id = "variant_id";
  settings.file = "file_name";
  settings.subject = "subject";
  EXPECT_EQ(audio().sources.at(0).subject, "anna");
}

TEST_F(CatalogTest, WhatIsWrongWithAMediumIsThatItemsProblem) {
  write_text(data_ / "empty.wav", "");
  write_text(data_ / "garbage.wav", "no sound at all");
  fs::create_directories(data_ / "folder.wav");
  entry("m.csv", "id,path\n1,missing.wav\n2,empty.wav\n3,garbage.wav\n4,folder.wav\n5,a.wav\n6,.\n7,no/where.wav\n");
  const MediaCatalog catalog = audio();
  ASSERT_THAT(catalog.sources, SizeIs(7));
  for (const Source& source : catalog.sources) {
    EXPECT_EQ(source.problem.empty(), source.id == "5") << source.id << ": " << source.problem;
  }
}

TEST_F(CatalogTest, RatesThatDifferAreRefusedUnderMatchedPairing) {
  entry("m.csv", "id,path\n1,a.wav\n2,b.wav\n3,c.wav\n4,missing.wav\n").sample_rate = 0;
  try {
    (void)audio();
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.messages(), ElementsAre(AllOf(HasSubstr("8000 Hz (1 source), 16000 Hz (2 sources)"),
                                                    HasSubstr("sample_rate"), HasSubstr("pairing: independent"))));
  }
  config_.media[Media::audio].design.pairing = Pairing::independent;
  EXPECT_THAT(audio().sources, SizeIs(4));
}

TEST_F(CatalogTest, TwoEntriesMustAgreeOnTheRateUnderMatchedPairing) {
  entry("m.csv", "id,path\n1,a.wav\n").sample_rate = 16000;
  entry("n.csv", "id,path\n2,a.wav\n").sample_rate = 8000;
  EXPECT_THROW((void)audio(), UserError);
  // What is kept may agree by chance with what is asked for.
  config_.sources[1].sample_rate = 0;
  EXPECT_THAT(audio().sources, SizeIs(2));
}

TEST_F(CatalogTest, AssetsAreHashedAndSorted) {
  entry("m.csv", "id,path\n1,a.wav\n");
  config_.assets = {{"site", {data_ / "a.wav", data_ / "b.wav"}, ""}};
  const auto hashes = read_catalog(config_, 1).asset_sha256.at("site");
  EXPECT_THAT(hashes,
              UnorderedElementsAre(sha256_hex(read_text(data_ / "a.wav")), sha256_hex(read_text(data_ / "b.wav"))));
  EXPECT_TRUE(std::ranges::is_sorted(hashes));
  config_.assets[0].files.push_back(data_ / "none.wav");
  EXPECT_THROW((void)read_catalog(config_, 1), UserError);
}

TEST_F(CatalogTest, ThreadsDoNotMatter) {
  std::string text = "id,path\n";
  for (int i = 0; i < 200; ++i) {
    text += std::to_string(i) + (i % 3 == 0 ? ",a.wav\n" : i % 3 == 1 ? ",b.wav\n" : ",none.wav\n");
  }
  entry("m.csv", text);
  const MediaCatalog one = read_catalog(config_, 1).media.at(Media::audio);
  const MediaCatalog eight = read_catalog(config_, 8).media.at(Media::audio);
  ASSERT_EQ(one.sources.size(), eight.sources.size());
  for (std::size_t i = 0; i < one.sources.size(); ++i) {
    EXPECT_EQ(one.sources[i].id, eight.sources[i].id);
    EXPECT_EQ(one.sources[i].sha256, eight.sources[i].sha256);
    EXPECT_EQ(one.sources[i].problem, eight.sources[i].problem);
  }
}

}  // namespace
}  // namespace fairground
