// Labels of pictures: what a manifest may hold, and what is said of what it may not.
#include "pipeline/catalog/picture_cells.h"

#include "tests/catalog/catalog_fixture.h"
#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(PictureCells, AreReadAndWrittenAlike) {
  const std::string boxes = R"([{"label":"face","x":10.0,"y":20.5,"width":30.0,"height":0.0}])";
  EXPECT_EQ(parse_boxes(boxes).mistake, "");
  EXPECT_EQ(parse_boxes(boxes).boxes, (std::vector<Box>{{"face", 10, 20.5, 30, 0}}));
  EXPECT_EQ(boxes_json(parse_boxes(boxes).boxes), boxes);
  EXPECT_EQ(boxes_json(parse_boxes(R"( [{"y": 2, "x": 1.00000049, "height": 3, "width": 4, "label": ""}])").boxes),
            R"([{"label":"","x":1.0,"y":2.0,"width":4.0,"height":3.0}])");
  const std::string keypoints = R"([{"name":"nose","x":1.5,"y":-0.25},{"name":"nose","x":2.0,"y":3.0}])";
  EXPECT_EQ(parse_keypoints(keypoints).keypoints, (std::vector<KeyPoint>{{"nose", {1.5, -0.25}}, {"nose", {2, 3}}}));
  EXPECT_EQ(keypoints_json(parse_keypoints(keypoints).keypoints), keypoints);
  for (const char* none : {"", "[]"}) {
    EXPECT_EQ(boxes_json(parse_boxes(none).boxes), "[]");
    EXPECT_EQ(keypoints_json(parse_keypoints(none).keypoints), "[]");
  }
}

TEST(PictureCells, AreRefusedWithTheWayOut) {
  const auto mistake = [](const char* text) { return parse_boxes(text).mistake; };
  EXPECT_EQ(mistake("10 20 30 40"),
            R"(is not JSON; boxes are a JSON list like [{"label": "face", "x": 10, "y": 20, "width": 64.5, )"
            R"("height": 80}], in pixels)");
  EXPECT_THAT(mistake("{}"), HasSubstr("is no JSON list; boxes are"));
  EXPECT_THAT(mistake("[[1, 2, 3, 4]]"), HasSubstr("box 1 of 1 is no object; boxes are"));
  EXPECT_THAT(mistake(R"([{"x":0,"y":0,"width":1,"height":1}])"), HasSubstr("box 1 of 1 has no text `label`;"));
  EXPECT_THAT(mistake(R"([{"label":"a","x":0,"y":0,"width":1}])"), HasSubstr("box 1 of 1 has no number `height`;"));
  EXPECT_THAT(mistake(R"([{"label":"a","x":0,"y":"0","width":1,"height":1}])"), HasSubstr("has no number `y`;"));
  EXPECT_THAT(mistake(R"([{"label":"a","x":0,"y":0,"width":-1,"height":1}])"), HasSubstr("has the width -1;"));
  EXPECT_THAT(mistake(R"([{"label":"a","x":0,"y":0,"width":1,"height":1,"score":1}])"),
              HasSubstr("has `score`, which no record keeps;"));
  EXPECT_NE(mistake(R"([{"label":"a","x":1e999,"y":0,"width":1,"height":1}])"), "");
  EXPECT_NE(parse_boxes(std::string(100000, '[')).mistake, "");
  EXPECT_THAT(parse_keypoints(R"([{"name":"a","x":0,"y":0},{"name":"b","x":0}])").mistake,
              HasSubstr("key point 2 of 2 has no number `y`; key points are a JSON list"));
}

TEST(PictureCells, MayReachOutByAPixel) {
  const auto outside = [](const std::vector<Box>& boxes, const std::vector<KeyPoint>& keypoints) {
    return label_outside({boxes, keypoints}, 100, 50);
  };
  EXPECT_EQ(outside({{"a", -1, -1, 102, 52}}, {{"b", {101, 51}}, {"c", {-1, -1}}}), "");
  EXPECT_EQ(outside({{"a", 1, 1, 2, 2}, {"far", 60, 10, 42, 5}}, {}),
            "box 2 (`far`) reaches from 60, 10 to 102, 15, but the upright picture has 100 x 50 pixels");
  EXPECT_EQ(outside({}, {{"b", {3, 52}}}),
            "key point 1 (`b`) lies at 3, 52, but the upright picture has 100 x 50 pixels");
}

class PictureCatalogTest : public CatalogTest {
 protected:
  PictureCatalogTest() {
    config_.media = {{Media::image, {}}};
    for (const char* name : {"a.png", "b.png", "m.png", "n.png"}) {
      write_bytes(data_ / name, test_image(16, 12, static_cast<std::uint64_t>(name[0]), ImageContainer::png));
    }
  }
  SourceSettings& pictures(const std::string& text) {
    SourceSettings& settings = entry("p.csv", text);
    settings.media = Media::image;
    return settings;
  }
  [[nodiscard]] MediaCatalog catalog() const { return read_catalog(config_, /*jobs=*/2).media.at(Media::image); }
};

TEST_F(PictureCatalogTest, LabelsAreGathered) {
  SourceSettings& settings = pictures(
      "id,path,at,points,mask,far,note\n"
      "1,a.png,\"[{\"\"label\"\":\"\"f\"\",\"\"x\"\":0,\"\"y\"\":1,\"\"width\"\":2,\"\"height\"\":3}]\",,m.png,n.png,"
      "hi\n"
      "2,b.png,,\"[{\"\"name\"\":\"\"n\"\",\"\"x\"\":0,\"\"y\"\":1}]\",m.png,m.png,there\n");
  settings.boxes = "at";
  settings.keypoints = "points";
  settings.mask = "mask";
  settings.depth = "far";
  settings.keep = {"note"};
  const MediaCatalog found = catalog();
  EXPECT_THAT(found.columns, ElementsAre("note"));
  EXPECT_EQ(parse_boxes(found.boxes_of(found.sources.at(0))).boxes, (std::vector<Box>{{"f", 0, 1, 2, 3}}));
  EXPECT_EQ(found.boxes_of(found.sources.at(1)), "");
  EXPECT_EQ(found.keypoints_of(found.sources[0]), "");
  EXPECT_THAT(found.keypoints_of(found.sources[1]), HasSubstr("\"n\""));
  // Files that are no pictures of people are none of `files`, whose number is that of the recordings and photographs.
  EXPECT_EQ(found.files.size(), 2U);
  EXPECT_EQ(found.map_files.size(), 2U);
  EXPECT_EQ(found.map_of(found.sources[0], kMaskMap)->path.str(), (data_ / "m.png").string());
  EXPECT_EQ(found.map_of(found.sources[0], kDepthMap)->path.str(), (data_ / "n.png").string());
  EXPECT_EQ(found.map_of(found.sources[1], kDepthMap)->path.str(), (data_ / "m.png").string());
  EXPECT_EQ(found.map_of(found.sources[1], kNormalsMap), nullptr);
  EXPECT_FALSE(found.map_of(found.sources[0], kMaskMap)->sha256.empty());
}

TEST_F(PictureCatalogTest, EveryLabelCountsInItsHash) {
  const auto hash = [&](const std::string& boxes, const std::string& keypoints, const std::string& mask) {
    config_.sources.clear();
    SourceSettings& settings =
        pictures("id,path,b,k,m\n1,a.png,\"" + boxes + "\",\"" + keypoints + "\"," + mask + "\n");
    settings.boxes = "b";
    settings.keypoints = "k";
    settings.mask = "m";
    const MediaCatalog found = catalog();
    return found.labels_hash(found.sources.at(0));
  };
  const std::string first = hash("[]", "", "m.png");
  EXPECT_EQ(hash("[]", "", "m.png"), first);
  EXPECT_NE(hash("", "[]", "m.png"), first);
  EXPECT_NE(hash("[]", "", "n.png"), first);
  write_bytes(data_ / "m.png", test_image(16, 12, 99, ImageContainer::png));
  EXPECT_NE(hash("[]", "", "m.png"), first) << "the bytes count and not the name";
  config_.sources.clear();
  pictures("id,path,b\n1,a.png,[]\n");
  const MediaCatalog plain = catalog();
  EXPECT_EQ(plain.labels_hash(plain.sources.at(0)), "") << "sources without labels keep their ids";
}

TEST_F(PictureCatalogTest, WhatCannotBeReadIsAMistakeOfItsLine) {
  SourceSettings& settings =
      pictures("id,path,b,k,m,note\n1,a.png,one,,m.png,n\n2,b.png,,[2],../../m.png,n\n3,b.png,,,,n\n");
  settings.boxes = "b";
  settings.keypoints = "k";
  settings.mask = "m";
  settings.keep = {"note"};
  EXPECT_THAT(mistakes(),
              ElementsAre(HasSubstr("p.csv:2: column `b`: is not JSON; boxes are"),
                          HasSubstr("p.csv:3: column `k`: key point 1 of 1 is no object;"),
                          HasSubstr("p.csv:3: column `m`: "), HasSubstr("p.csv:4: column `m`: the path is empty")));
  config_.sources[0].normals = "normals";
  EXPECT_THAT(mistakes(),
              testing::Contains("p.csv:1: there is no column `normals`; the manifest has: id, path, b, k, m, note"));
}

TEST_F(PictureCatalogTest, AMapThatCannotBeReadSpoilsItsSourceAlone) {
  pictures("id,path,m\n1,a.png,m.png\n2,b.png,gone.png\n").mask = "m";
  const MediaCatalog found = catalog();
  EXPECT_EQ(found.problem_of(found.sources.at(0)), "");
  EXPECT_THAT(found.problem_of(found.sources.at(1)), HasSubstr("mask: cannot read '"));
  EXPECT_EQ(found.file_of(found.sources[1]).problem, "");
}

// Of a mask, whose codes are no colours, nobody asks.
TEST_F(PictureCatalogTest, APictureWithADamagedProfileCannotBeUsed) {
  const Bytes png = test_image(16, 12, 1, ImageContainer::png);
  const Bytes profile = Crafted().text(std::string_view("name\0\0none", 10)).bytes;
  write_bytes(data_ / "odd.png", png_with_chunk(png, "iCCP", profile));
  pictures("id,path,m\n1,a.png,odd.png\n2,odd.png,m.png\n").mask = "m";
  const MediaCatalog found = catalog();
  EXPECT_EQ(found.problem_of(found.sources.at(0)), "");
  EXPECT_THAT(found.problem_of(found.sources.at(1)), HasSubstr("its ICC profile is damaged"));
}

TEST_F(PictureCatalogTest, NothingElseMayBeCalledMaskBesideMasks) {
  SourceSettings& settings = pictures("id,path,m,mask\n1,a.png,m.png,x\n");
  settings.mask = "m";
  settings.keep = {"mask"};
  config_.media.at(Media::image).axes = {{"mask", {{"none", {}}}}};
  EXPECT_THAT(mistakes(), testing::Contains(HasSubstr("p.csv:1: column `mask` has the name that Hugging Face")));
  EXPECT_THAT(mistakes(), testing::Contains(HasSubstr("p.csv:1: axis `mask` has the name that Hugging Face")));
  config_.sources[0].mask.clear();
  config_.media.at(Media::image).axes.clear();
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(PictureCatalogTest, LinesOfJsonMayHoldLists) {
  SourceSettings& settings =
      entry("p.jsonl", R"({"id": 1, "path": "a.png", "b": [{"label": "f", "x": 0, "y": 1, "width": 2, "height": 3}]})"
                       "\n"
                       R"({"id": 2, "path": "b.png", "m": "m.png"})"
                       "\n");
  settings.media = Media::image;
  settings.boxes = "b";
  EXPECT_EQ(parse_boxes(catalog().boxes_of(catalog().sources.at(0))).boxes.size(), 1U);
  // Of a column that only comes later, earlier lines miss the file.
  config_.sources[0].mask = "m";
  EXPECT_THAT(mistakes(), ElementsAre("p.jsonl:1: column `m`: the path is empty"));
}

}  // namespace
}  // namespace fairground
