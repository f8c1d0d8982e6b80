// Labels of pictures from the manifest to records and files beside them, through steps that move things, and what
// `verify` finds of them.
#include <gmock/gmock.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <sstream>

#include "pipeline/core/hash.h"
#include "pipeline/flow/run.h"
#include "pipeline/flow/verify.h"
#include "pipeline/media/picture_maps.h"
#include "tests/flow/render_fixture.h"
#include "tests/media/image_fixtures.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Says that everything has moved by whole pixels.
struct Shift {
  std::int64_t dx = 0;
  std::int64_t dy = 0;
};

const ParameterTable<Shift>& shift_table() {
  static const auto instance = ParameterTable<Shift>()
                                   .integer("dx", &Shift::dx, "px", {-1000, 1000}, "To the right.")
                                   .integer("dy", &Shift::dy, "px", {-1000, 1000}, "Down.");
  return instance;
}

void shift(Picture& picture, const Shift& p, const StepRandom&) {
  const auto dx = static_cast<double>(p.dx);
  const auto dy = static_cast<double>(p.dy);
  picture.point_map = PointMap(
      [=](PixelPoint at) {
        return PixelPoint{at.x + dx, at.y + dy};
      },
      [=](PixelPoint at) {
        return PixelPoint{at.x - dx, at.y - dy};
      });
}

const Registration shift_registration(picture_augmenter<Shift>({.name = "lens.test_shift",
                                                                .summary = "Shifts.",
                                                                .source = "none",
                                                                .media = Media::image,
                                                                .stage = Stage::lens,
                                                                .identity = "none: a test",
                                                                .labels = "moves"},
                                                               shift_table(), shift));

/// Says what it is told of the picture.
struct Look {
  std::int64_t nothing = 0;
};

const ParameterTable<Look>& look_table() {
  static const auto instance = ParameterTable<Look>().integer("nothing", &Look::nothing, "", {0, 1}, "Has no effect.");
  return instance;
}

void look(Picture& picture, const Look&, const StepRandom&) {
  const PictureLabels& labels = *picture.shot.labels;
  picture.measure.values = {{"boxes", static_cast<double>(labels.boxes.size())},
                            {"x_px", labels.boxes.at(0).x},
                            {"masked", static_cast<double>(std::ranges::count(labels.mask->codes, 7))},
                            {"depth_here", labels.depth->row(5)[20]},
                            {"normal_here", labels.normals->row(5)[20]}};
}

const Registration look_registration(picture_augmenter<Look>({.name = "processing.test_look",
                                                              .summary = "Looks.",
                                                              .source = "none",
                                                              .media = Media::image,
                                                              .stage = Stage::processing_image,
                                                              .identity = "none: a test",
                                                              .labels = "keeps"},
                                                             look_table(), look));

constexpr int kWidth = 48;
constexpr int kHeight = 32;
constexpr const char* kBoxes =
    R"([{"label":"face","x":10.0,"y":4.0,"width":12.0,"height":8.0},{"label":"edge","x":-0.5,"y":0.0,"width":3.0,"height":32.0}])";
constexpr const char* kKeyPoints = R"([{"name":"nose","x":16.5,"y":8.25},{"name":"ear","x":1.0,"y":2.0}])";

/// The pixels of the box `face`.
cv::Mat mask_codes() {
  cv::Mat codes = cv::Mat::zeros(kHeight, kWidth, CV_8UC1);
  codes(cv::Rect(10, 4, 12, 8)) = 7;
  return codes;
}

std::string quoted_cell(const std::string& text) {
  std::string cell = "\"";
  for (const char c : text) {
    cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return cell + "\"";
}

class PictureLabelsTest : public RenderTest {
 protected:
  PictureLabelsTest() {
    write_png("p.png", slope_picture(kWidth, kHeight, CV_8UC3));
    // As a camera would store the mask that was held on its side: its rows are the picture's columns.
    cv::Mat turned;
    cv::transpose(mask_codes(), turned);
    constexpr int kTransposed = 5;
    write_bytes(folder_ / "m.png", png_with_chunk(encode_image({turned}, ImageContainer::png, 100), "eXIf",
                                                  exif_block(kTransposed, /*big_endian=*/true)));
    cv::Mat depth(kHeight, kWidth, CV_16UC1);
    cv::Mat normals(kHeight, kWidth, CV_8UC3);
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        depth.at<std::uint16_t>(y, x) = static_cast<std::uint16_t>(1000 * x + y);
        // Red, the last one, is x.
        normals.at<cv::Vec3b>(y, x) = cv::Vec3b(128, 128, static_cast<std::uint8_t>(5 * x));
      }
    }
    write_png("d.png", depth);
    write_png("n.png", normals);
  }

  void write_png(const std::string& name, const cv::Mat& codes) const {
    write_bytes(folder_ / name, encode_image({codes}, ImageContainer::png, /*quality=*/100));
  }

  /// A config of one picture and these axes.
  fs::path save(const std::string& axes, const std::string& boxes = kBoxes, const std::string& keypoints = kKeyPoints,
                const std::string& mask = "m.png") const {
    write_text(folder_ / "data.csv", "id,path,accent,b,k,m,d,n\np,p.png,north," + quoted_cell(boxes) + "," +
                                         quoted_cell(keypoints) + "," + mask + ",d.png,n.png\n");
    write_text(folder_ / "c.yaml",
               "fairground: 1\nname: test\nseed: 7\nsources: [{manifest: data.csv, id: id, file: path, media: image, "
               "groups: [accent], boxes: b, keypoints: k, mask: m, depth: d, normals: n}]\naxes: " +
                   axes + "\noutput: {directory: out, image: {format: png}}\n");
    return folder_ / "c.yaml";
  }
  [[nodiscard]] std::unique_ptr<RenderedSet> set(const fs::path& config) const {
    return std::make_unique<RenderedSet>(read_text(config), config);
  }
};

constexpr const char* kShifts = "{lens: {none: [], moved: [{lens.test_shift: {dx: 20, dy: -3}}]}}";

TEST_F(PictureLabelsTest, AreInEveryRecordAsTheyLieInItsPicture) {
  const auto made = set(save(kShifts));
  const std::vector<Outcome> outcomes = made->render(0, Media::image);
  ASSERT_EQ(outcomes.size(), 2U);
  for (const Outcome& outcome : outcomes) {
    ASSERT_EQ(outcome.fate, Fate::written) << outcome.reason;
    const ordered_json record = record_of(outcome);
    EXPECT_THAT(keys(record), Contains("boxes"));
    EXPECT_EQ(record.at("mask_file_name"), outcome.variant.mask_file_name);
    EXPECT_EQ(record.at("mask_sha256"), sha256_hex(outcome.mask));
    EXPECT_EQ(outcome.variant.mask_file_name,
              outcome.variant.file_name.substr(0, outcome.variant.file_name.size() - 4) + "-mask.png");
  }
  const ordered_json clean = record_of(outcomes[0]);
  EXPECT_EQ(clean.at("boxes"), kBoxes) << "where nothing moves, nothing is cut";
  EXPECT_EQ(clean.at("keypoints"), kKeyPoints);
  EXPECT_TRUE(same_codes(decode_own_image(outcomes[0].mask).codes, mask_codes())) << "upright";

  const ordered_json moved = record_of(outcomes[1]);
  EXPECT_EQ(moved.at("boxes"), R"([{"label":"face","x":30.0,"y":1.0,"width":12.0,"height":8.0},)"
                               R"({"label":"edge","x":19.5,"y":0.0,"width":3.0,"height":29.0}])");
  EXPECT_EQ(moved.at("keypoints"), R"([{"name":"nose","x":36.5,"y":5.25}])") << "the ear has left the frame";
  cv::Mat expected = cv::Mat::zeros(kHeight, kWidth, CV_8UC1);
  expected(cv::Rect(30, 1, 12, 8)) = 7;
  EXPECT_TRUE(same_codes(decode_own_image(outcomes[1].mask).codes, expected));
}

TEST_F(PictureLabelsTest, AreMovedForTheStepsThatComeAfter) {
  const auto made =
      set(save("{look: {none: [], see: [{processing.test_look: {}}]}, "
               "lens: {none: [], moved: [{lens.test_shift: {dx: -7, dy: 1}}]}}"));
  for (const Outcome& outcome : made->render(0, Media::image)) {
    ASSERT_EQ(outcome.fate, Fate::written) << outcome.reason;
    const ordered_json record = record_of(outcome);
    if (record.at("look") != "see") {
      continue;
    }
    const int dx = record.at("lens") == "moved" ? -7 : 0;
    const int dy = record.at("lens") == "moved" ? 1 : 0;
    const ordered_json seen = measured_of(outcome).at("steps").back();
    EXPECT_EQ(seen.at("augmenter"), "processing.test_look");
    EXPECT_EQ(seen.at("x_px"), 10.0 + dx);
    EXPECT_EQ(seen.at("boxes"), dx == 0 ? 2.0 : 1.0);
    EXPECT_EQ(seen.at("masked"), 12.0 * 8.0);
    EXPECT_NEAR(seen.at("depth_here").get<double>(), (1000.0 * (20 - dx) + 5 - dy) / 65535.0, 1e-6);
    const double nx = 2.0 * 5.0 * (20 - dx) / 255.0 - 1.0;
    const double other = 2.0 * 128.0 / 255.0 - 1.0;
    EXPECT_NEAR(seen.at("normal_here").get<double>(), nx / std::sqrt(nx * nx + 2.0 * other * other), 1e-6);
  }
}

TEST_F(PictureLabelsTest, OfAnotherPictureFailTheSource) {
  const auto expect_reason = [&](const fs::path& config, const std::string& reason) {
    expect_lost(set(config)->render(0, Media::image), Fate::failed, "read", reason);
  };
  expect_reason(
      save(kShifts, R"([{"label":"far","x":40,"y":4,"width":12,"height":8}])"),
      "box 1 (`far`) reaches from 40, 4 to 52, 12, but the upright picture has 48 x 32 pixels; are the labels");
  expect_reason(save(kShifts, "", R"([{"name":"n","x":3,"y":40}])"), "key point 1 (`n`) lies at 3, 40, but");
  write_png("small.png", cv::Mat::zeros(kHeight, kWidth - 1, CV_8UC1));
  expect_reason(save(kShifts, "", "", "small.png"), "mask: it has 47 x 32 pixels, but the upright picture has 48 x 32");
  write_png("turned.png", cv::Mat::zeros(kWidth, kHeight, CV_8UC1));
  expect_reason(save(kShifts, "", "", "turned.png"), "mask: it has 32 x 48 pixels, but");
  write_png("colour.png", cv::Mat::zeros(kHeight, kWidth, CV_8UC3));
  expect_reason(save(kShifts, "", "", "colour.png"), "mask: it has 3 channels of 8 bits, and one channel of 8 bits is");
  write_png("deep.png", cv::Mat::zeros(kHeight, kWidth, CV_16UC1));
  expect_reason(save(kShifts, "", "", "deep.png"), "mask: it has 1 channels of 16 bits, and");
  write_text(folder_ / "text.png", "no picture");
  expect_reason(save(kShifts, "", "", "text.png"), "mask: it is no JPEG, PNG, WebP, TIFF or BMP file");
  expect_reason(save(kShifts, "", "", "gone.png"), "mask: cannot read");
  const auto changed = set(save(kShifts));
  write_png("d.png", cv::Mat::zeros(kHeight, kWidth, CV_16UC1));
  expect_lost(changed->render(0, Media::image), Fate::failed, "read", "depth: the file has changed since the plan");
}

// Another mask is another source: its variants are others.
TEST_F(PictureLabelsTest, AreInTheIds) {
  std::set<std::string> ids;
  std::set<std::string> pairs;
  const auto add = [&](const fs::path& config) {
    const auto made = set(config);
    ids.insert(made->plan.at(0).variant_id);
    pairs.insert(made->plan.at(0).pair_id);
  };
  add(save(kShifts));
  add(save(kShifts));
  EXPECT_EQ(ids.size(), 1U);
  add(save(kShifts, "[]"));
  add(save(kShifts, kBoxes, "[]"));
  cv::Mat other = mask_codes();
  other.at<std::uint8_t>(0, 0) = 1;
  write_png("m.png", other);
  add(save(kShifts));
  write_png("n.png", slope_picture(kWidth, kHeight, CV_8UC3));
  add(save(kShifts));
  EXPECT_EQ(ids.size(), 5U);
  EXPECT_EQ(pairs.size(), 5U);
}

class LabelledRunTest : public PictureLabelsTest {
 protected:
  void SetUp() override { make_run(); }

  void make_run(bool restart = false) const {
    std::ostringstream ignored;
    RunOptions options;
    options.out = run_;
    options.restart = restart;
    ASSERT_EQ(fairground::run(load_config(save(kShifts), registered_schemas()), options, std::atomic<bool>(false),
                              ignored, ignored),
              ExitStatus::done);
  }

  [[nodiscard]] std::string differences(ExitStatus expected = ExitStatus::difference) const {
    std::ostringstream ignored;
    std::ostringstream out;
    EXPECT_EQ(verify(run_, registered_schemas(), /*jobs=*/2, ignored, out), expected) << out.str();
    return out.str();
  }

  [[nodiscard]] std::vector<fs::path> masks() const {
    std::vector<fs::path> found;
    for (const auto& [name, text] : read_tree(run_)) {
      if (name.ends_with("-mask.png")) {
        found.push_back(run_ / name);
      }
    }
    return found;
  }

  /// Replaces text in every record.
  void replace_in_records(const std::string& from, const std::string& to) const {
    std::string text = read_text(run_ / "image/metadata.jsonl");
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write_text(run_ / "image/metadata.jsonl", text.replace(at, from.size(), to));
  }

  fs::path run_ = folder_ / "out";
};

TEST_F(LabelledRunTest, HasAMaskBesideEveryPicture) {
  EXPECT_EQ(masks().size(), 2U);
  for (const std::string& line : read_lines(run_ / "image/metadata.jsonl")) {
    const auto record = nlohmann::json::parse(line);
    const std::string bytes = read_text(run_ / "image" / record.at("mask_file_name").get<std::string>());
    EXPECT_EQ(sha256_hex(bytes), record.at("mask_sha256"));
  }
  EXPECT_THAT(read_text(run_ / "plan.jsonl"), HasSubstr("\"mask_file\":\"image/"));
  EXPECT_THAT(differences(ExitStatus::done), HasSubstr("2 variants: files, labels, pairing"));
}

TEST_F(LabelledRunTest, IsVerifiedDownToItsMasks) {
  const fs::path mask = masks().at(0);
  const std::string bytes = read_text(mask);
  std::string changed = bytes;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  write_text(mask, changed);
  EXPECT_THAT(differences(), HasSubstr("the SHA-256 of its mask is not the one in its record"));
  fs::remove(mask);
  EXPECT_THAT(differences(), HasSubstr("cannot read"));
  write_text(mask, bytes);
  EXPECT_THAT(differences(ExitStatus::done), Not(HasSubstr("is not")));

  write_text(mask.parent_path() / "other-mask.png", bytes);
  EXPECT_THAT(differences(), HasSubstr("other-mask.png: no record names this file"));
  fs::remove(mask.parent_path() / "other-mask.png");

  replace_in_records(R"(\"x\":10.0)", R"(\"x\":11.0)");
  EXPECT_THAT(differences(), HasSubstr("made again, its record differs: boxes is"));
}

TEST_F(LabelledRunTest, IsVerifiedWithoutItsSources) {
  fs::remove(folder_ / "c.yaml");
  EXPECT_THAT(differences(ExitStatus::done), HasSubstr("2 variants: no difference"));
  replace_in_records(R"(\"x\":10.0)", R"(\"x\":40.0)");
  EXPECT_THAT(differences(), HasSubstr("box 1 (`face`) reaches from 40, 4 to 52, 12"));
  replace_in_records("-mask.png", "-mosk.png");
  EXPECT_THAT(differences(), AllOf(HasSubstr("mask_file_name is"), HasSubstr("cannot read")));
}

TEST_F(LabelledRunTest, IsDeletedWithItsMasks) {
  const auto names = [&] {
    std::vector<std::string> list;
    for (const auto& [name, text] : read_tree(run_)) {
      list.push_back(name);
    }
    return list;
  };
  const std::vector<std::string> before = names();
  write_text(fs::path(masks().at(0).string() + ".part"), "half a mask");
  // Other boxes give other ids, so that none of the old files is written again.
  std::ostringstream ignored;
  RunOptions options;
  options.out = run_;
  options.restart = true;
  ASSERT_EQ(fairground::run(load_config(save(kShifts, "[]"), registered_schemas()), options, std::atomic<bool>(false),
                            ignored, ignored),
            ExitStatus::done);
  EXPECT_EQ(names().size(), before.size());
  EXPECT_NE(names(), before);
  EXPECT_THAT(differences(ExitStatus::done), HasSubstr("2 variants"));
}

TEST_F(LabelledRunTest, MayNotHoldItsMasks) {
  fs::create_directories(folder_ / "other");
  fs::rename(folder_ / "m.png", folder_ / "other/m.png");
  std::ostringstream ignored;
  RunOptions options;
  options.out = folder_ / "other";
  try {
    static_cast<void>(fairground::run(load_config(save(kShifts, "", "", "other/m.png"), registered_schemas()), options,
                                      std::atomic<bool>(false), ignored, ignored));
    FAIL() << "a run may delete what lies in its directory";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the output directory holds a mask, depth or normals of a source"));
  }
}

}  // namespace
}  // namespace fairground
