#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"
#include "tests/support/process.h"
#include "tests/support/published_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// What an independent reader finds in the export.
json read_coco(const PublishedSet& set) {
  const ProcessResult result = run_process(
      {"/usr/bin/python3", FAIRGROUND_SOURCE_DIR "/tests/publish/readers/coco.py", set / "exports/coco/instances.json"},
      set.path());
  EXPECT_EQ(result.status, 0) << result.err;
  return json::parse(result.out);
}

json written(const PublishedSet& set) {
  set.write(ExportFormat::coco);
  return read_coco(set);
}

/// A list of records, as numbers and names that compare.
json list_in(const PublishedSet::Json& record, const char* field) {
  return json::parse(record.at(field).get<std::string>());
}

TEST(Coco, GivesBackTheBoxesAndKeyPointsOfTheRecords) {
  PublishedSet set;
  set.image[1]["boxes"] = R"([{"label":"face","x":1.25,"y":0.5,"width":7.125,"height":6.0}])";
  const json found = written(set);
  ASSERT_EQ(found.at("files").size(), set.image.size());
  std::size_t boxes = 0;
  for (const PublishedSet::Json& record : set.image) {
    const json& file = found.at("files").at(record.at("file_name").get<std::string>());
    EXPECT_EQ(file.at("boxes"), list_in(record, "boxes"));
    EXPECT_EQ(file.at("keypoints"), list_in(record, "keypoints"));
    boxes += file.at("boxes").size();
    const json& image = file.at("image");
    EXPECT_EQ(image.at("width"), 24);
    EXPECT_EQ(image.at("height"), 16);
    for (const char* const name : {"variant_id", "source_id", "subject", "clean_file_name", "mask_file_name", "control",
                                   "synthetic", "realization", "pair_id"}) {
      EXPECT_EQ(image.at(name), json(record.at(name))) << name;
    }
    EXPECT_EQ(image.at("groups"), json({{"place", record.at("place")}}));
    EXPECT_EQ(image.at("levels"), json({{"light", record.at("light")}}));
    EXPECT_TRUE(fs::exists(set.path() / "image" / record.at("file_name").get<std::string>()));
  }
  EXPECT_EQ(boxes, 3U);
}

TEST(Coco, CountsImagesInTheOrderOfThePlan) {
  const PublishedSet set;
  set.write(ExportFormat::coco);
  const json images = json::parse(read_text(set / "exports/coco/instances.json")).at("images");
  ASSERT_EQ(images.size(), set.image.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    EXPECT_EQ(images[i].at("id"), i + 1);
    EXPECT_EQ(images[i].at("variant_id"), json(set.image[i].at("variant_id")));
  }
}

TEST(Coco, SortsCategories) {
  PublishedSet set;
  set.image[0]["boxes"] = R"([{"label":"tree","x":0,"y":0,"width":3,"height":4},)"
                          R"({"label":"bench","x":1,"y":1,"width":0,"height":2}])";
  const json found = written(set);
  std::vector<std::string> names;
  for (const json& category : found.at("categories")) {
    names.push_back(category.at("name"));
  }
  EXPECT_THAT(names, ElementsAre("bench", "face", "tree", "key points"));
}

TEST(Coco, GivesKeyPointsToNoBoxWhereThereAreSeveral) {
  PublishedSet set;
  set.image[0]["boxes"] = R"([{"label":"face","x":0,"y":0,"width":3,"height":4},)"
                          R"({"label":"face","x":8,"y":1,"width":5,"height":6}])";
  const json found = written(set);
  const json& file = found.at("files").at(set.image[0].at("file_name").get<std::string>());
  ASSERT_THAT(file.at("boxes"), SizeIs(3));
  // The smallest box that holds both points.
  EXPECT_EQ(file.at("boxes")[2],
            json({{"label", "key points"}, {"x", 4.0}, {"y", 5.0}, {"width", 5.0}, {"height", 0.5}}));
  EXPECT_EQ(file.at("keypoints"), list_in(set.image[0], "keypoints"));
  EXPECT_THAT(found.at("info").at("conventions").get<std::string>(), HasSubstr("a category of their own"));
  for (const json& category : found.at("categories")) {
    EXPECT_EQ(category.contains("keypoints"), category.at("name") == "key points");
  }
}

TEST(Coco, NamesTheCategoryOfKeyPointsAnewWhereABoxHasItsName) {
  PublishedSet set;
  set.image[0]["boxes"] = R"([{"label":"key points","x":0,"y":0,"width":3,"height":4},)"
                          R"({"label":"face","x":8,"y":1,"width":5,"height":6}])";
  const json found = written(set);
  EXPECT_EQ(found.at("categories").back().at("name"), "key points alone");
}

TEST(Coco, KeepsKeyPointsOfAPictureWithoutBoxes) {
  PublishedSet set;
  set.image[1]["boxes"] = "[]";
  const json found = written(set);
  EXPECT_EQ(found.at("files").at(set.image[1].at("file_name").get<std::string>()).at("keypoints"),
            list_in(set.image[1], "keypoints"));
}

TEST(Coco, LeavesKeyPointsToImagesWhereANameStandsTwice) {
  PublishedSet set;
  const std::string twice = R"([{"name":"eye","x":4.0,"y":5.5},{"name":"eye","x":9.0,"y":5.0}])";
  set.image[0]["keypoints"] = twice;
  const json found = written(set);
  for (const PublishedSet::Json& record : set.image) {
    const json& file = found.at("files").at(record.at("file_name").get<std::string>());
    EXPECT_THAT(file.at("keypoints"), IsEmpty());
    EXPECT_EQ(file.at("image").at("key_points"), list_in(record, "keypoints"));
  }
  EXPECT_THAT(found.at("info").at("conventions").get<std::string>(), HasSubstr("some image has one name twice"));
}

TEST(Coco, CarriesLicences) {
  PublishedSet set;
  set.image[3]["licence"] = "CC-BY-4.0";
  const json found = written(set);
  ASSERT_THAT(found.at("licenses"), SizeIs(2));
  for (const PublishedSet::Json& record : set.image) {
    const json& image = found.at("files").at(record.at("file_name").get<std::string>()).at("image");
    EXPECT_EQ(found.at("licenses")[image.at("license").get<std::size_t>() - 1].at("name"), json(record.at("licence")));
  }
}

TEST(Coco, CarriesTheLicencesOfAKeptColumnThatSaysSo) {
  PublishedSet set;
  set.set["media"]["image"]["columns"]["licence"] = nullptr;
  const json found = written(set);
  ASSERT_THAT(found.at("licenses"), SizeIs(1));
  EXPECT_EQ(found.at("licenses")[0].at("name"), "CC0-1.0");
}

TEST(Coco, RefusesBoxesThatAreNone) {
  PublishedSet set;
  set.image[0]["boxes"] = R"([{"label":"face"}])";
  EXPECT_THROW(set.write(ExportFormat::coco), UserError);
  EXPECT_FALSE(fs::exists(set / "exports/coco/instances.json"));
}

TEST(Coco, WritesASetWithoutAnyPictureInIt) {
  PublishedSet set;
  set.image.clear();
  EXPECT_NO_THROW(set.write(ExportFormat::coco));
  const json data = json::parse(read_text(set / "exports/coco/instances.json"));
  EXPECT_THAT(data.at("images"), IsEmpty());
  EXPECT_THAT(data.at("annotations"), IsEmpty());
}

TEST(Coco, RefusesAPictureWithoutASize) {
  for (const char* const field : {"measured_width_px", "measured_height_px"}) {
    for (const PublishedSet::Json& none :
         {PublishedSet::Json(nullptr), PublishedSet::Json(0), PublishedSet::Json(-3)}) {
      PublishedSet set;
      set.image[1][field] = none;
      try {
        set.write(ExportFormat::coco);
        ADD_FAILURE() << field << ' ' << none << " was written";
      } catch (const UserError& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("image/metadata.jsonl"), HasSubstr("tells no size"),
                                        HasSubstr(set.image[1].at("variant_id").get<std::string>())));
      }
      EXPECT_FALSE(fs::exists(set / "exports/coco/instances.json"));
    }
  }
}

}  // namespace
}  // namespace fairground
