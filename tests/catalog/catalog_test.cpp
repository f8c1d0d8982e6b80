// Manifests against the config: labels, ids, columns and observed levels, and what is a mistake of structure in them.
#include "pipeline/catalog/catalog.h"

#include <gmock/gmock.h>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "tests/catalog/catalog_fixture.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

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
  EXPECT_EQ(first.id(), "x 1");
  EXPECT_EQ(catalog.subject_of(first), "anna");
  const MediaFile& file = catalog.file_of(first);
  EXPECT_EQ(file.path.str(), data_ / "a.wav");
  EXPECT_EQ(file.sha256, sha256(read_text(data_ / "a.wav")));
  EXPECT_EQ(file.problem, "");
  EXPECT_EQ(file.sample_rate, 16000);
  EXPECT_EQ(first.carried(0), "n, 1");
  EXPECT_THAT(catalog.groups.at(first.group), ElementsAre("irish", "f"));
  const Source& second = catalog.sources[1];
  EXPECT_EQ(catalog.file_of(second).path.str(), data_ / "c.wav");
  EXPECT_EQ(catalog.file_of(second).sample_rate, 8000);
  EXPECT_EQ(catalog.file_of(second).channels, 2);
  EXPECT_FLOAT_EQ(catalog.file_of(second).seconds, 0.5F);
  EXPECT_EQ(second.carried(0), "");
}

TEST_F(CatalogTest, EmptyLabelsAreUnknownForGroupsAndSubjectOnly) {
  SourceSettings& settings = entry("m.csv", "id,path,who,accent,note\nx,a.wav,,,\n");
  settings.subject = "who";
  settings.groups = {"accent"};
  settings.keep = {"note"};
  const MediaCatalog catalog = audio();
  EXPECT_EQ(catalog.sources.at(0).subject, kUnknownSubject);
  EXPECT_THAT(catalog.groups, ElementsAre(ElementsAre(kUnknown)));
  EXPECT_EQ(catalog.sources.at(0).carried(0), "");
}

TEST_F(CatalogTest, WithoutASubjectColumnSubjectsAreUnknown) {
  entry("m.csv", "id,path\nx,a.wav\n");
  const MediaCatalog catalog = audio();
  EXPECT_FALSE(catalog.has_subjects);
  EXPECT_EQ(catalog.sources.at(0).subject, kUnknownSubject);
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
  EXPECT_THAT(audio().subjects, ElementsAre(kUnknown, "anna"));
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

TEST_F(CatalogTest, SubjectsAndGroupsAreHeldOnce) {
  SourceSettings& settings =
      entry("m.csv",
            "id,path,who,accent,sex\n1,a.wav,ben,scots,f\n2,a.wav,,irish,\n3,b.wav,anna,scots,f\n4,a.wav,ben,,f\n"
            "5,a.wav,unknown,irish,unknown\n6,a.wav,Ben,scots,f\n");
  settings.subject = "who";
  settings.groups = {"accent", "sex"};
  const MediaCatalog catalog = audio();
  EXPECT_THAT(catalog.subjects, ElementsAre(kUnknown, "ben", "anna", "Ben"));
  EXPECT_THAT(catalog.groups,
              ElementsAre(ElementsAre("irish", kUnknown), ElementsAre("scots", "f"), ElementsAre(kUnknown, "f")));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  for (const Source& source : catalog.sources) {
    found.emplace_back(source.subject, source.group);
  }
  using Pair = std::pair<std::uint32_t, std::uint32_t>;
  EXPECT_THAT(found, ElementsAre(Pair(1, 1), Pair(kUnknownSubject, 0), Pair(2, 1), Pair(1, 2), Pair(kUnknownSubject, 0),
                                 Pair(3, 1)));
}

TEST_F(CatalogTest, LabelsThatRunTogetherAreDifferentGroups) {
  entry("m.csv", "id,path,x,y\n1,a.wav,ab,c\n2,a.wav,a,bc\n").groups = {"x", "y"};
  EXPECT_THAT(audio().groups, ElementsAre(ElementsAre("a", "bc"), ElementsAre("ab", "c")));
}

TEST_F(CatalogTest, ColumnsOfJsonLinesMayComeLate) {
  SourceSettings& settings = entry("m.jsonl",
                                   "{\"path\": \"a.wav\", \"id\": \"1\"}\n"
                                   "{\"id\": \"2\", \"path\": \"b.wav\", \"note\": \"n\", \"accent\": \"irish\"}\n"
                                   "{\"who\": \"anna\", \"accent\": \"scots\", \"path\": \"b.wav\", \"id\": \"3\"}\n");
  settings.subject = "who";
  settings.groups = {"accent"};
  settings.keep = {"note"};
  const MediaCatalog catalog = audio();
  ASSERT_THAT(catalog.sources, SizeIs(3));
  EXPECT_THAT(catalog.groups, ElementsAre(ElementsAre("irish"), ElementsAre("scots"), ElementsAre(kUnknown)));
  EXPECT_EQ(catalog.sources[0].group, 2U);
  EXPECT_EQ(catalog.sources[0].carried(0), "");
  EXPECT_EQ(catalog.sources[1].carried(0), "n");
  EXPECT_EQ(catalog.sources[2].carried(0), "");
  EXPECT_EQ(catalog.subject_of(catalog.sources[2]), "anna");
  EXPECT_EQ(catalog.subject_of(catalog.sources[0]), kUnknown);
}

TEST_F(CatalogTest, LinesOfJsonBeforeTheirColumnsAreMistakesOnlyIfThereAreSuchColumns) {
  entry("late.jsonl", "{\"x\": 1}\n{\"x\": 2, \"id\": \"a\"}\n{\"id\": \"b\", \"path\": \"a.wav\"}\n");
  entry("never.jsonl", "{\"id\": \"c\"}\n{\"id\": \"d\"}\n");
  EXPECT_THAT(mistakes(), ElementsAre("late.jsonl:1: the id is empty", "late.jsonl:1: the path is empty",
                                      "late.jsonl:2: the path is empty",
                                      "never.jsonl:1: there is no column `path`; the manifest has: id"));
}

TEST_F(CatalogTest, MistakesComeByManifestAndLine) {
  entry("m.csv", "id,path\n1,a.wav\n1,/nowhere/x.wav\n2\n3,/nowhere/x.wav\n1,\n");
  entry("n.csv", "id,path\n3,a.wav\n").keep = {"note"};
  EXPECT_THAT(mistakes(),
              ElementsAre("m.csv:4: the row has 1 cell, but the header names 2 columns",
                          HasSubstr("m.csv:3: the path `/nowhere/x.wav` leaves"),
                          HasSubstr("m.csv:3: id `1` is given a second time; first at " + (data_ / "m.csv:2").string()),
                          HasSubstr("m.csv:5: the path `/nowhere/x.wav` leaves"), "m.csv:6: the path is empty",
                          HasSubstr("m.csv:6: id `1` is given a second time; first at " + (data_ / "m.csv:2").string()),
                          "n.csv:1: there is no column `note`; the manifest has: id, path",
                          "n.csv:2: id `3` is given a second time; first at " + (data_ / "m.csv:5").string()));
}

TEST_F(CatalogTest, ObservedLevelsAreReadByName) {
  MediaSettings& media = config_.media[Media::audio];
  media.axes = {{"noise", {{"none", {}}, {"mri", {}}, {"ward", {}}}},
                {"device", {{"studio", {}}}},
                {"room", {{"dry", {}}, {"wet", {}}}}};
  media.design.observed = {{"room", "space"}, {"noise", "noise"}};
  entry("m.csv", "id,path,noise,space\n1,a.wav,mri,dry\n2,a.wav,,wet\n");
  entry("n.csv", "space,id,noise,path\n,3,none,b.wav\ndry,4,ward,b.wav\n");
  const MediaCatalog catalog = audio();
  EXPECT_THAT(catalog.observed_axes, ElementsAre(0, 2));
  ASSERT_THAT(catalog.observed_levels, SizeIs(8));
  const auto observed = [&](std::size_t source) {
    return std::pair(catalog.observed_level(source, 0), catalog.observed_level(source, 1));
  };
  EXPECT_EQ(observed(0), std::pair(1, 0));
  EXPECT_EQ(observed(1), std::pair(kUnknownLevel, 1));
  EXPECT_EQ(observed(2), std::pair(0, kUnknownLevel));
  EXPECT_EQ(observed(3), std::pair(2, 0));
}

TEST_F(CatalogTest, ObservedLevelsAreOfEachMediumsOwnAxes) {
  config_.media[Media::audio].axes = {{"noise", {{"none", {}}, {"mri", {}}}}};
  config_.media[Media::image].axes = {{"light", {{"day", {}}, {"dusk", {}}}}};
  config_.media[Media::image].design.observed = {{"light", "light"}};
  entry("m.csv", "id,path,light\n1,a.wav,x\n");
  entry("p.csv", "id,path,light\n2,p.png,dusk\n").media = Media::image;
  const Catalog catalog = read_catalog(config_, 1);
  EXPECT_THAT(catalog.media.at(Media::audio).observed_levels, IsEmpty());
  EXPECT_THAT(catalog.media.at(Media::image).observed_levels, ElementsAre(1));
}

TEST_F(CatalogTest, ObservedCellsMustNameALevel) {
  MediaSettings& media = config_.media[Media::audio];
  media.axes = {{"noise", {{"none", {}}, {"mri_loud", {}}, {"ward", {}}}}};
  media.design.observed = {{"noise", "heard"}};
  entry("m.csv", "id,path,heard\n1,a.wav,mri_lod\n2,a.wav,none\n3,a.wav,Q\n4,a.wav, ward\n");
  entry("n.csv", "id,path\n5,a.wav\n");
  const std::string valid = "valid here: none, mri_loud, ward, or an empty cell where the level is not known";
  EXPECT_THAT(
      mistakes(),
      ElementsAre(
          "m.csv:2: column `heard` holds `mri_lod`, which is no level of axis `noise`; did you mean `mri_loud`? " +
              valid,
          "m.csv:4: column `heard` holds `Q`, which is no level of axis `noise`; " + valid,
          "m.csv:5: column `heard` holds ` ward`, which is no level of axis `noise`; did you mean `ward`? " + valid,
          "n.csv:1: there is no column `heard`; the manifest has: id, path"));
}

}  // namespace
}  // namespace fairground
