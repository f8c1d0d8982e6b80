// What a run of pictures writes for other tools, read by readers that know nothing of fairground, and compared with the
// pictures themselves.
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "pipeline/core/hash.h"
#include "pipeline/media/image_file.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kWidth = 160;
constexpr int kHeight = 120;

/// Blue, green, red.
const cv::Scalar kWall(200, 200, 200);
const cv::Scalar kThing(30, 30, 180);
const cv::Scalar kDot(220, 20, 20);

/// One picture of a thing with a dot on it, and one of a wall; lenses and sizes that move them.
class MovedSet {
 public:
  MovedSet() {
    cv::Mat wall(kHeight, kWidth, CV_8UC3, kWall);
    write_picture("wall.png", wall);
    write_picture("no-mask.png", cv::Mat::zeros(kHeight, kWidth, CV_8UC1));
    cv::Mat thing = wall.clone();
    thing(kThingAt) = kThing;
    thing(kDotAt) = kDot;
    write_picture("thing.png", thing);
    cv::Mat mask = cv::Mat::zeros(kHeight, kWidth, CV_8UC1);
    mask(kMaskAt) = 7;
    write_picture("mask.png", mask);
    const auto number = [](int value) { return std::to_string(value); };
    const std::string box = R"([{""label"":""thing"",""x"":)" + number(kThingAt.x) + R"(,""y"":)" + number(kThingAt.y) +
                            R"(,""width"":)" + number(kThingAt.width) + R"(,""height"":)" + number(kThingAt.height) +
                            "}]";
    const std::string point = R"([{""name"":""dot"",""x"":)" + number(kDotAt.x + kDotAt.width / 2) + R"(,""y"":)" +
                              number(kDotAt.y + kDotAt.height / 2) + "}]";
    write_text(folder_ / "photos.csv",
               "id,path,who,place,boxes,points,mask,licence\n"
               "thing,thing.png,ann,in,\"" +
                   box + "\",\"" + point +
                   "\",mask.png,CC0-1.0\n"
                   "wall,wall.png,,out,[],[],no-mask.png,CC-BY-4.0\n");
    write_text(
        folder_ / "set.yaml",
        "fairground: 1\nname: moved\nseed: 5\nsources:\n"
        "  - {media: image, manifest: photos.csv, id: id, file: path, subject: who, groups: [place],\n"
        "     boxes: boxes, keypoints: points, mask: mask, licence: licence}\n"
        "axes:\n"
        "  lens:\n"
        "    none: []\n"
        "    barrel: [{lens.distortion: {k1: -0.15, p1: 0.01}}]\n"
        "    pincushion: [{lens.distortion: {k1: 0.3, fit: keep}}]\n"
        "  file: {none: [], small: [{file.resize: {scale: 0.6}}]}\n"
        "card: {description: Things, licence: CC0-1.0, creator: Tester, url: \"https://example.org\"}\n"
        "output: {directory: out, date: 2026-01-01, image: {format: png}, exports: [webdataset, coco, croissant]}\n");
    const ProcessResult result = run_fairground({"run", folder_ / "set.yaml"});
    EXPECT_EQ(result.status, 0) << result.err;
    for (const std::string& line : read_lines(out() / "image/metadata.jsonl")) {
      records.push_back(json::parse(line));
    }
  }

  [[nodiscard]] fs::path out() const { return folder_ / "out"; }

  std::vector<json> records;

 private:
  const cv::Rect kThingAt{24, 30, 60, 44};
  const cv::Rect kDotAt{34, 40, 8, 8};
  // Of a part alone: a box that is tight around its mask would follow the mask.
  const cv::Rect kMaskAt{30, 36, 40, 30};

  void write_picture(const std::string& name, const cv::Mat& codes) const {
    write_bytes(folder_ / name, encode_image({codes}, ImageContainer::png, /*quality=*/100));
  }

  TemporaryFolder folder_;
};

const MovedSet& moved_set() {
  static const MovedSet set;
  return set;
}

json read_by(const std::string& reader, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"/usr/bin/python3", FAIRGROUND_SOURCE_DIR "/tests/publish/readers/" + reader};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const ProcessResult result = run_process(command, "/");
  EXPECT_EQ(result.status, 0) << result.err;
  return json::parse(result.out);
}

/// The smallest rectangle that holds all pixels that are nearer to the colour of the thing, or of its dot, than to the
/// wall's.
cv::Rect found_in(const cv::Mat& picture) {
  cv::Mat is_there;
  cv::inRange(picture, cv::Scalar(0, 0, 0), cv::Scalar(255, (kWall[1] + kThing[1]) / 2, 255), is_there);
  std::vector<cv::Point> pixels;
  cv::findNonZero(is_there, pixels);
  EXPECT_FALSE(pixels.empty());
  int left = picture.cols;
  int top = picture.rows;
  int right = 0;
  int bottom = 0;
  for (const cv::Point& pixel : pixels) {
    left = std::min(left, pixel.x);
    top = std::min(top, pixel.y);
    right = std::max(right, pixel.x + 1);
    bottom = std::max(bottom, pixel.y + 1);
  }
  return {left, top, right - left, bottom - top};
}

/// Where the dot's middle is: the mean of its pixels.
cv::Point2d dot_in(const cv::Mat& picture) {
  cv::Mat is_dot;
  cv::inRange(picture, cv::Scalar(120, 0, 0), cv::Scalar(255, 90, 90), is_dot);
  std::vector<cv::Point> pixels;
  cv::findNonZero(is_dot, pixels);
  EXPECT_FALSE(pixels.empty());
  cv::Point2d sum;
  for (const cv::Point& pixel : pixels) {
    sum += cv::Point2d(pixel.x + 0.5, pixel.y + 0.5);
  }
  return sum / static_cast<double>(pixels.size());
}

// An edge that is drawn over a pixel is found on either side of it.
constexpr double kOnePixel = 1.0;

TEST(ImageExports, HaveBoxesAndKeyPointsWhereThePicturesShowThem) {
  const MovedSet& set = moved_set();
  const json files = read_by("coco.py", {set.out() / "exports/coco/instances.json"}).at("files");
  ASSERT_EQ(files.size(), set.records.size());
  std::size_t moved = 0;
  for (const auto& [name, file] : files.items()) {
    const cv::Mat picture = cv::imread((set.out() / "image" / name).string(), cv::IMREAD_COLOR);
    EXPECT_EQ(file.at("image").at("width"), picture.cols);
    EXPECT_EQ(file.at("image").at("height"), picture.rows);
    if (file.at("image").at("source_id") == "wall") {
      EXPECT_THAT(file.at("boxes"), IsEmpty());
      EXPECT_THAT(file.at("keypoints"), IsEmpty());
      continue;
    }
    ASSERT_THAT(file.at("boxes"), SizeIs(1));
    const json& box = file.at("boxes")[0];
    const cv::Rect seen = found_in(picture);
    EXPECT_NEAR(box.at("x"), seen.x, kOnePixel) << name;
    EXPECT_NEAR(box.at("y"), seen.y, kOnePixel) << name;
    EXPECT_NEAR(box.at("x").get<double>() + box.at("width").get<double>(), seen.br().x, kOnePixel) << name;
    EXPECT_NEAR(box.at("y").get<double>() + box.at("height").get<double>(), seen.br().y, kOnePixel) << name;
    ASSERT_THAT(file.at("keypoints"), SizeIs(1));
    const cv::Point2d dot = dot_in(picture);
    EXPECT_NEAR(file.at("keypoints")[0].at("x"), dot.x, kOnePixel) << name;
    EXPECT_NEAR(file.at("keypoints")[0].at("y"), dot.y, kOnePixel) << name;
    const std::string mask = file.at("image").at("mask_file_name");
    const cv::Mat codes = cv::imread((set.out() / "image" / mask).string(), cv::IMREAD_UNCHANGED);
    EXPECT_EQ(codes.size(), picture.size());
    moved += box.at("x") != 24.0 ? 1 : 0;
  }
  // All but the clean reference are other lenses or sizes.
  EXPECT_EQ(moved, 5U);
}

TEST(ImageExports, HaveBoxesOfTheSizeThatTheScaleGives) {
  const MovedSet& set = moved_set();
  const json files = read_by("coco.py", {set.out() / "exports/coco/instances.json"}).at("files");
  for (const auto& [name, file] : files.items()) {
    const json& levels = file.at("image").at("levels");
    if (file.at("image").at("source_id") == "thing" && levels.at("lens") == "none" && levels.at("file") == "small") {
      const json& box = file.at("boxes")[0];
      EXPECT_NEAR(box.at("x"), 0.6 * 24, 1e-6);
      EXPECT_NEAR(box.at("y"), 0.6 * 30, 1e-6);
      EXPECT_NEAR(box.at("width"), 0.6 * 60, 1e-6);
      EXPECT_NEAR(box.at("height"), 0.6 * 44, 1e-6);
      return;
    }
  }
  FAIL() << "there is no such variant";
}

TEST(ImageExports, HaveBoxesEqualToThoseOfTheRecords) {
  const MovedSet& set = moved_set();
  const json files = read_by("coco.py", {set.out() / "exports/coco/instances.json"}).at("files");
  for (const json& record : set.records) {
    const json& file = files.at(record.at("file_name").get<std::string>());
    EXPECT_EQ(file.at("boxes"), json::parse(record.at("boxes").get<std::string>()));
    EXPECT_EQ(file.at("keypoints"), json::parse(record.at("keypoints").get<std::string>()));
  }
}

TEST(ImageExports, HoldTheFilesAndRecordsInShards) {
  const MovedSet& set = moved_set();
  const fs::path shard = set.out() / "exports/webdataset/image-000000.tar";
  const json samples = read_by("webdataset.py", {shard}).at("image-000000.tar").at("samples");
  ASSERT_EQ(samples.size(), set.records.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const json& record = set.records[i];
    EXPECT_EQ(samples[i].at("key"), record.at("variant_id"));
    const json& members = samples[i].at("members");
    EXPECT_EQ(json::parse(members.at("json").at("text").get<std::string>()), record);
    EXPECT_EQ(members.at("png").at("sha256"), record.at("sha256"));
    EXPECT_EQ(members.at("mask.png").at("sha256"), record.at("mask_sha256"));
  }
  // The system's own tar lists the same members.
  const ProcessResult listed = run_process({"/bin/tar", "tf", shard}, "/");
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(listed.out, '\n')), 3 * samples.size());
}

TEST(ImageExports, AreDescribedWithTheHashesOfTheFilesThatAreThere) {
  const MovedSet& set = moved_set();
  const fs::path file = set.out() / "exports/croissant/croissant.json";
  EXPECT_EQ(read_by("croissant.py", {file}).at("roots"), 1);
  const json dataset = json::parse(read_text(file));
  std::size_t objects = 0;
  for (const json& item : dataset.at("distribution")) {
    if (item.at("@type") == "cr:FileObject") {
      EXPECT_EQ(item.at("sha256"),
                sha256_hex(read_text(file.parent_path() / item.at("contentUrl").get<std::string>())));
      ++objects;
    }
  }
  EXPECT_EQ(objects, 5U);
}

TEST(ImageExports, AreTheSameBytesWhenTheyAreWrittenAgain) {
  const MovedSet& set = moved_set();
  const auto first = read_tree(set.out() / "exports");
  EXPECT_THAT(first, SizeIs(4));
  const ProcessResult result = run_fairground({"export", set.out(), "--to", "webdataset,coco,croissant"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(read_tree(set.out() / "exports"), first);
}

}  // namespace
}  // namespace fairground
