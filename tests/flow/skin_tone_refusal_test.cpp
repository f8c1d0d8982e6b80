// Pictures whose skin cannot be found or has no tone of its own: each is refused with its reason, and the others go on.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/flow/picture_path.h"
#include "tests/flow/render_fixture.h"
#include "tests/support/needed_tool.h"
#include "tests/support/rendered_skin.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kSide = 480;

RenderedSkinSettings good_settings() {
  RenderedSkinSettings settings;
  settings.width = settings.height = kSide;
  settings.albedo = kRenderedTones[2].albedo();
  settings.noise_constant = 1e-6;
  settings.noise_slope = 3e-5;
  return settings;
}

cv::Mat codes_of(const Image& image) { return render_rows(image, {}, /*bits=*/8).codes; }

cv::Mat mask_of(const Mask& mask) {
  cv::Mat codes(mask.height, mask.width, CV_8UC1);
  std::ranges::copy(mask.codes, codes.ptr<std::uint8_t>());
  return codes;
}

/// What somebody would draw: each part in one colour, without shades.
cv::Mat drawn(const RenderedSkin& skin) {
  cv::Mat codes = codes_of(skin.image);
  for (int y = 0; y < codes.rows; ++y) {
    for (int x = 0; x < codes.cols; ++x) {
      auto& pixel = codes.at<cv::Vec3b>(y, x);
      const auto part = static_cast<SkinPart>(skin.parts.codes[static_cast<std::size_t>(y * codes.cols + x)]);
      if (is_skin(part)) {
        pixel = {140, 175, 225};
      } else if (part == SkinPart::lips) {
        pixel = {90, 80, 190};
      } else {
        for (int c = 0; c < 3; ++c) {
          pixel[c] = static_cast<std::uint8_t>(pixel[c] / 48 * 48);
        }
      }
    }
  }
  return codes;
}

struct Refused {
  std::string gate;
  std::string reason;
  bool has_tone = false;
  bool is_refused = false;
};

class SkinToneRefusal : public testing::Test {
 protected:
  void add(const std::string& id, const cv::Mat& codes, const cv::Mat& mask = {}, const std::string& boxes = {}) {
    write_bytes(folder_ / (id + ".png"), encode_image({codes}, ImageContainer::png, /*quality=*/100));
    if (!mask.empty()) {
      write_bytes(folder_ / (id + "-mask.png"), encode_image({mask}, ImageContainer::png, /*quality=*/100));
    }
    rows_ += id + "," + id + ".png," + id + "-mask.png,\"" + boxes + "\"\n";
  }

  /// What becomes of each picture's darker variant. Its clean reference must be made whatever it shows.
  std::map<std::string, Refused> make(const std::string& source, const std::string& top,
                                      const std::string& step = "{shift_od: 0.15}") {
    write_text(folder_ / "sources.csv", "id,path,skin,boxes\n" + rows_);
    const std::string text =
        "fairground: 1\nname: tones\nseed: 7\nsources: [{media: image, manifest: sources.csv, id: id, "
        "file: path, boxes: boxes" +
        source + "}]\n" + top + "\naxes: {skin_tone: {as_is: [], darker: [{skin.tone: " + step +
        "}]}}\ndesign: {realizations: 1}\noutput: {directory: out, image: {format: png}}\n";
    const RenderedSet set(text, folder_ / "c.yaml");
    std::map<std::string, Refused> all;
    for (std::size_t i = 0; i < set.plan.size(); ++i) {
      const Variant variant = set.plan.at(i);
      const std::string id(set.sources(Media::image)[variant.source].id());
      const Outcome outcome = render_variant(set.workshop, i, ready_source(set.workshop, Media::image, variant.source));
      if (set.plan.of(Media::image).conditions[variant.condition].is_clean) {
        EXPECT_EQ(outcome.fate, Fate::written) << id << ": " << outcome.reason;
        continue;
      }
      EXPECT_NE(outcome.fate, Fate::failed) << id << ": " << outcome.reason;
      Refused& refused = all[id];
      refused.is_refused = outcome.fate == Fate::rejected;
      if (refused.is_refused) {
        EXPECT_EQ(outcome.stage, "gate");
        EXPECT_TRUE(outcome.figure) << id;
        refused.gate = outcome.figure ? outcome.figure->gate : "";
        refused.reason = outcome.reason;
        refused.has_tone = outcome.skin && outcome.skin->source_lightness;
      }
    }
    return all;
  }

  /// The pictures that a mask which is found must not be made of, beside one that it can be made of.
  void add_all() {
    const RenderedSkin good = render_portrait(good_settings());
    const cv::Mat codes = codes_of(good.image);
    add("good", codes);
    add("nobody", codes_of(render_hand(good_settings()).image));

    RenderedSkinSettings half = good_settings();
    half.albedo = kRenderedTones[4].albedo();
    half.seed = 2;
    half.has_hand = false;
    cv::Mat two;
    cv::hconcat(codes_of(render_portrait(half).image), codes, two);
    add("two", two);
    const Box& face = *good.face;
    const std::string box = R"([{""label"":""face"",""x"":)" + std::to_string(face.x + kSide) + R"(,""y"":)" +
                            std::to_string(face.y) + R"(,""width"":)" + std::to_string(face.width) + R"(,""height"":)" +
                            std::to_string(face.height) + "}]";
    add("two with a box", two, {}, box);

    const int cut = static_cast<int>(face.x + 0.3 * face.width);
    add("border", codes(cv::Rect(cut, 0, kSide - cut, kSide)).clone());

    Image grey = good.image;
    grey.channels = 1;
    grey.samples.clear();
    for (int y = 0; y < kSide; ++y) {
      const std::span<const float> row = good.image.row(y);
      grey.samples.insert(grey.samples.end(), row.begin() + kSide, row.begin() + 2L * kSide);
    }
    add("grey", codes_of(grey));
    add("drawn", drawn(good));

    RenderedSkinSettings blue = good_settings();
    blue.light = {"blue", {-0.2, -0.3, 1.0}, {0.35, 0.55, 1.1}, 0.7, 0.3};
    add("coloured light", codes_of(render_portrait(blue).image));
    RenderedSkinSettings small = good_settings();
    small.face_width = 0.2;
    add("small", codes_of(render_portrait(small).image));
  }

  void expect_all(const std::map<std::string, Refused>& all, const std::vector<const char*>& with_tone) {
    EXPECT_FALSE(all.at("good").is_refused) << all.at("good").reason;
    // It is clear who is meant; another face beside it may still be too much like it.
    EXPECT_THAT(all.at("two with a box").reason, Not(HasSubstr("faces are found")));
    for (const auto& [id, refused] : all) {
      if (id != "good" && id != "two with a box") {
        EXPECT_TRUE(refused.is_refused) << id;
      }
    }
    EXPECT_THAT(all.at("nobody").reason, HasSubstr("no face"));
    EXPECT_THAT(all.at("two").reason, HasSubstr("2 faces"));
    EXPECT_THAT(all.at("grey").reason, AnyOf(HasSubstr("grey"), HasSubstr("no colour")));
    EXPECT_THAT(all.at("coloured light").reason, HasSubstr("hue"));
    EXPECT_EQ(all.at("small").gate, "skin_face_width");
    // A face was found, so that refusals can be counted by its tone.
    for (const char* id : with_tone) {
      EXPECT_TRUE(all.at(id).has_tone) << id;
    }
    EXPECT_FALSE(all.at("nobody").has_tone);
  }

  TemporaryFolder folder_;
  std::string rows_;
};

TEST_F(SkinToneRefusal, ByLandmarks) {
  const fs::path models = fs::path(FAIRGROUND_SOURCE_DIR) / "samples/media/models";
  if (!fs::exists(models / "facemesh.onnx")) {
    GTEST_SKIP() << "the models are made by samples/face-models.py";
  }
  add_all();
  expect_all(make("", "face_model: " + models.string()), {"border", "coloured light", "small"});
}

TEST_F(SkinToneRefusal, ByCascades) {
  const fs::path cascades = "/usr/share/opencv4/haarcascades";
  if (!fs::exists(cascades)) {
    END_FOR_WANT_OF_TOOL("the cascades are in Debian's package opencv-data");
  }
  add_all();
  expect_all(make("", "face_cascades: " + cascades.string()), {"coloured light", "small"});
}

TEST_F(SkinToneRefusal, WithSuppliedMasks) {
  RenderedSkinSettings settings = good_settings();
  settings.width = settings.height = 160;
  const RenderedSkin good = render_portrait(settings);
  const cv::Mat mask = mask_of(good.parts);
  add("good", codes_of(good.image), mask);
  add("empty", codes_of(good.image), cv::Mat::zeros(160, 160, CV_8UC1));
  add("only lips", codes_of(good.image), mask == 5);
  cv::Mat grey;
  cv::extractChannel(codes_of(good.image), grey, 1);
  add("grey", grey, mask);
  RenderedSkinSettings blue = settings;
  blue.light = {"blue", {-0.2, -0.3, 1.0}, {0.35, 0.55, 1.1}, 0.7, 0.3};
  const RenderedSkin in_blue = render_portrait(blue);
  add("coloured light", codes_of(in_blue.image), mask_of(in_blue.parts));
  // A neck that was forgotten would stay pale.
  cv::Mat without_neck = mask.clone();
  without_neck.setTo(0, mask == 3);
  add("without neck", codes_of(good.image), without_neck);
  cv::Mat without_ears = mask.clone();
  without_ears.setTo(0, mask == 2);
  add("without ears", codes_of(good.image), without_ears);
  // Where the face is does not matter to a mask that somebody drew, nor how many there are.
  const cv::Rect part(60, 0, 100, 160);
  add("border", codes_of(good.image)(part).clone(), mask(part).clone());
  RenderedSkinSettings aside = settings;
  aside.light = kSideLight;  // in frontal light, a rendered hand is so even that it lacks levels
  const RenderedSkin hand = render_hand(aside);
  add("hand", codes_of(hand.image), mask_of(hand.parts));

  const auto all =
      make(", mask: skin, mask_codes: {face: 1, ears: 2, neck: 3, hands: 4, lips: 5, brows: 6}", "", "{shift_od: 0.5}");
  for (const char* id : {"good", "border", "hand"}) {
    EXPECT_FALSE(all.at(id).is_refused) << id << ": " << all.at(id).reason;
  }
  for (const char* id : {"empty", "only lips", "grey", "coloured light", "without neck", "without ears"}) {
    EXPECT_TRUE(all.at(id).is_refused) << id;
  }
  EXPECT_EQ(all.at("without neck").gate, "skin_missed");
  EXPECT_EQ(all.at("without ears").gate, "skin_missed");
  EXPECT_THAT(all.at("empty").reason, HasSubstr("no skin"));
  EXPECT_THAT(all.at("only lips").reason, HasSubstr("no skin"));
  EXPECT_THAT(all.at("grey").reason, AnyOf(HasSubstr("grey"), HasSubstr("no colour")));
  EXPECT_THAT(all.at("coloured light").reason, HasSubstr("hue"));
}

}  // namespace
}  // namespace fairground
