// Masks of skin that are found, against masks that were drawn by hand, and what is refused.
#include "pipeline/measure/skin_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/measure/face_cascade.h"
#include "pipeline/measure/skin_regions.h"
#include "tests/measure/portraits.h"
#include "tests/measure/skin_masks.h"
#include "tests/support/needed_tool.h"
#include "tests/support/rendered_skin.h"

namespace fairground {
namespace {

using testing::HasSubstr;

#define SKIP_WITHOUT_MODELS()                                                      \
  if (!std::filesystem::exists(kFaceModels / "facemesh.onnx")) {                   \
    GTEST_SKIP() << "the face models are missing; samples/face-models makes them"; \
  }                                                                                \
  if (const std::string problem = portraits_problem(); !problem.empty()) {         \
    GTEST_SKIP() << problem;                                                       \
  }

/// What masks by landmarks must reach.
constexpr double kLeastShared = 0.85;
constexpr double kLeastSharedZone = 0.7;
/// How much of that a tone or a light may cost.
constexpr double kMostLost = 0.05;

const SkinFinder& by_landmarks() {
  static const SkinFinder finder(SkinModels{kFaceModels, {}});
  return finder;
}

SkinFacts find(const Image& image, const PictureLabels& labels = {}) {
  return by_landmarks().find(image, labels, plain_mask_codes());
}

void expect_figure(const SkinFacts& facts, const std::string& gate, double value, double limit) {
  EXPECT_FALSE(facts.region);
  EXPECT_EQ(facts.refusal_figure.gate, gate) << facts.refusal;
  EXPECT_EQ(facts.refusal_figure.value, value) << facts.refusal;
  EXPECT_EQ(facts.refusal_figure.limit, limit) << facts.refusal;
}

/// As a file of 8 bits would hold it.
Image in_codes(Image image) {
  image.bits = 8;
  Raster raster = make_raster(image, 8);
  for (int y = 0; y < image.height; ++y) {
    put_row(image.row(y), raster);
  }
  return to_linear(raster);
}

void record_parts(const std::string& name, const Mask& truth, const Mask& found) {
  const auto note = [&](const std::string& what, double value) {
    testing::Test::RecordProperty(name + "_" + what, std::to_string(value));
    std::printf("%-24s %-14s %.3f\n", name.c_str(), what.c_str(), value);
  };
  note("all", shared_part(truth, found, is_any));
  for (const SkinPart part : {SkinPart::face, SkinPart::ears, SkinPart::neck, SkinPart::lips, SkinPart::brows}) {
    note(to_string(part), shared_part(truth, found, [&](SkinPart of) { return of == part; }));
  }
  const std::vector<SkinPart> zones = zones_of(truth);
  for (const SkinPart part : {SkinPart::face, SkinPart::ears, SkinPart::neck}) {
    note(std::string(to_string(part)) + "_zone", shared_zone(truth, found, zones, part));
  }
}

class SkinOfPortraits : public testing::TestWithParam<const char*> {};

TEST_P(SkinOfPortraits, IsWhatAHandDraws) {
  SKIP_WITHOUT_MODELS();
  const SkinFacts facts = find(photo(GetParam()));
  ASSERT_TRUE(facts.region) << facts.refusal;
  EXPECT_EQ(facts.region->source, MaskSource::landmarks);
  EXPECT_GT(facts.region->confidence, 0.8);
  ASSERT_TRUE(facts.tone);
  const Mask truth = hand_mask(GetParam());
  record_parts(std::string(GetParam()).substr(0, 9) + "_landmarks", truth, facts.region->parts);
  EXPECT_GE(shared_part(truth, facts.region->parts, is_any), kLeastShared);
  // No part may be left behind while the others move: it would have to be refused.
  const std::vector<SkinPart> zones = zones_of(truth);
  for (const SkinPart part : {SkinPart::face, SkinPart::ears, SkinPart::neck}) {
    EXPECT_GE(shared_zone(truth, facts.region->parts, zones, part), kLeastSharedZone) << to_string(part);
  }
}

/// Skin as a darker one would be photographed: its optical density moved along the direction in which photographed
/// faces differ, up to an L* of about 40.
Image darker_skin(const Image& image, const Mask& mask) {
  constexpr std::array kDirection = {0.49F, 0.58F, 0.65F};
  Image out = image;
  for (double shift = 0.1; measure_apparent_tone(out, mask).lightness > 40.0; shift += 0.1) {
    fill(out, [&](int c, int x, int y) {
      const float light = pixel(image, c, x, y);
      const bool skin = mask.codes[static_cast<std::size_t>(y * image.width + x)] != 0;
      return skin ? light * std::exp(-static_cast<float>(shift) * kDirection[static_cast<std::size_t>(c)]) : light;
    });
  }
  return out;
}

TEST_P(SkinOfPortraits, IsFoundAsWellOnDarkerSkin) {
  SKIP_WITHOUT_MODELS();
  const Image image = photo(GetParam());
  const Mask truth = hand_mask(GetParam());
  const SkinFacts before = find(image);
  const SkinFacts facts = find(in_codes(darker_skin(image, truth)));
  ASSERT_TRUE(before.region) << before.refusal;
  ASSERT_TRUE(facts.region) << facts.refusal;
  const double shared = shared_part(truth, facts.region->parts, is_any);
  std::printf("%s darker: %.3f, confidence %.2f\n", GetParam(), shared, facts.region->confidence);
  EXPECT_GE(shared, shared_part(truth, before.region->parts, is_any) - kMostLost);
}

TEST_P(SkinOfPortraits, IsFoundAsWellInWarmLight) {
  SKIP_WITHOUT_MODELS();
  const Image image = photo(GetParam());
  const Mask truth = hand_mask(GetParam());
  const SkinFacts before = find(image);
  Image warm = image;
  constexpr std::array kGains = {0.98F, 0.86F, 0.74F};
  fill(warm, [&](int c, int x, int y) { return kGains[static_cast<std::size_t>(c)] * pixel(image, c, x, y); });
  const SkinFacts facts = find(in_codes(warm));
  ASSERT_TRUE(before.region) << before.refusal;
  ASSERT_TRUE(facts.region) << facts.refusal;
  const double shared = shared_part(truth, facts.region->parts, is_any);
  std::printf("%s warm: %.3f, confidence %.2f\n", GetParam(), shared, facts.region->confidence);
  EXPECT_GE(shared, shared_part(truth, before.region->parts, is_any) - kMostLost);
}

TEST_P(SkinOfPortraits, IsReportedForACascadeToo) {
  if (const std::string problem = portraits_problem(); !problem.empty()) {
    GTEST_SKIP() << problem;
  }
  if (!std::filesystem::exists(kCascades)) {
    END_FOR_WANT_OF_TOOL("OpenCV's cascades are missing");
  }
  const Image image = photo(GetParam());
  const std::vector<Face> faces = FaceCascade(kCascades).find(image);
  ASSERT_FALSE(faces.empty());
  const GrownRegion grown = grown_region(image, outline_of(faces.front()));
  const Mask truth = hand_mask(GetParam());
  record_parts(std::string(GetParam()).substr(0, 9) + "_cascade", truth, grown.region.parts);
  EXPECT_GE(shared_part(truth, grown.region.parts, is_any), 0.6);  // far below is no face any more
  const SkinFacts facts = SkinFinder(SkinModels{{}, kCascades}).find(image, {}, plain_mask_codes());
  EXPECT_TRUE(facts.core_tone);
  if (facts.region) {
    EXPECT_EQ(facts.region->source, MaskSource::cascade);
    EXPECT_LE(facts.region->confidence, 0.75);
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, SkinOfPortraits, testing::Values(kAstronaut, kHopper),
                         [](const auto& sample) { return std::string(sample.param).substr(0, 5); });

TEST(SkinFinder, FindsHeadsAndHandsOfEveryToneInEveryLight) {
  SKIP_WITHOUT_MODELS();
  for (const std::size_t tone : {0U, 3U, 6U}) {
    for (const RenderedLight& light : kRenderedLights) {
      RenderedSkinSettings settings;
      settings.width = 320;
      settings.height = 320;
      settings.albedo = kRenderedTones[tone].albedo();
      settings.light = light;
      settings.noise_constant = 1e-6;
      settings.noise_slope = 1e-4;
      const RenderedSkin truth = render_portrait(settings);
      const SkinFacts facts = find(in_codes(truth.image));
      const std::string name = std::string(kRenderedTones[tone].name) + " in " + light.name;
      ASSERT_TRUE(facts.region) << name << ": " << facts.refusal;
      EXPECT_GE(shared_part(truth.parts, facts.region->parts, is_any), 0.9) << name;
      EXPECT_GE(shared_part(truth.parts, facts.region->parts, [](SkinPart part) { return part == SkinPart::hands; }),
                0.85)
          << name;
    }
  }
}

TEST(SkinFinder, IsTheSameTwiceAndFromSeveralThreads) {
  SKIP_WITHOUT_MODELS();
  const Image image = photo(kAstronaut);
  const SkinFacts first = find(image);
  ASSERT_TRUE(first.region);
  std::array<SkinFacts, 3> others;
  std::vector<std::thread> threads;
  for (SkinFacts& other : others) {
    threads.emplace_back([&] { other = find(image); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const SkinFacts& other : others) {
    ASSERT_TRUE(other.region);
    EXPECT_EQ(other.region->parts.codes, first.region->parts.codes);
    EXPECT_EQ(other.region->weights, first.region->weights);
    EXPECT_EQ(other.region->confidence, first.region->confidence);
    EXPECT_EQ(other.tone->lightness, first.tone->lightness);
  }
}

TEST(SkinFinder, GivesWeightsToPartsAlone) {
  SKIP_WITHOUT_MODELS();
  const SkinFacts facts = find(photo(kHopper));
  ASSERT_TRUE(facts.region);
  for (std::size_t i = 0; i < facts.region->weights.size(); ++i) {
    const float weight = facts.region->weights[i];
    ASSERT_TRUE(weight >= 0.0F && weight <= 1.0F);
    ASSERT_EQ(weight > 0.0F, facts.region->parts.codes[i] != 0) << i;
  }
  EXPECT_NEAR(*facts.region->face_width_px, 184.0, 10.0);
}

/// Two astronauts, side by side.
Image two_faces() {
  const Image one = crop(photo(kAstronaut), 100, 20, 256, 300);
  Image both = flat(512, 300);
  paste(one, both, 0, 0);
  paste(one, both, 256, 0);
  return both;
}

TEST(SkinFinder, RefusesWhereItIsNotOneFace) {
  SKIP_WITHOUT_MODELS();
  const SkinFacts none = find(photo("chelsea.png"));
  EXPECT_FALSE(none.region);
  EXPECT_FALSE(none.core_tone);
  EXPECT_THAT(none.refusal, HasSubstr("no face is found"));
  expect_figure(none, "skin_face_count", 0.0, 1.0);

  const Image two = two_faces();
  const SkinFacts several = find(two);
  EXPECT_FALSE(several.region);
  EXPECT_THAT(several.refusal, HasSubstr("2 faces are found"));
  expect_figure(several, "skin_face_count", 2.0, 1.0);

  PictureLabels labels;
  labels.boxes = {{"hat", 0, 0, 50, 50}, {"face", 256 + 72, 42, 108, 128}};
  const SkinFacts chosen = find(two, labels);
  ASSERT_TRUE(chosen.region) << chosen.refusal;
  double left = 0.0;
  for (std::size_t i = 0; i < chosen.region->weights.size(); ++i) {
    left += i % 512 < 256 ? static_cast<double>(chosen.region->weights[i]) : 0.0;
  }
  EXPECT_EQ(left, 0.0);

  labels.boxes = {{"face", 200, 250, 40, 40}};
  const SkinFacts elsewhere = find(two, labels);
  EXPECT_THAT(elsewhere.refusal, HasSubstr("no face is found in the box"));
  expect_figure(elsewhere, "skin_face_count", 0.0, 1.0);
}

TEST(SkinFinder, RefusesAFaceAtTheBorder) {
  SKIP_WITHOUT_MODELS();
  const SkinFacts facts = find(crop(photo(kHopper), 210, 60, 302, 400));
  EXPECT_FALSE(facts.region);
  EXPECT_THAT(facts.refusal, HasSubstr("reaches beyond the picture"));
  EXPECT_EQ(facts.refusal_figure.gate, "skin_face_border");
  EXPECT_EQ(facts.refusal_figure.limit, 0.03);
  EXPECT_GT(facts.refusal_figure.value, 0.03);
  EXPECT_LT(facts.refusal_figure.value, 0.5);
  EXPECT_TRUE(facts.core_tone);
}

TEST(SkinFinder, RefusesGreyPictures) {
  SKIP_WITHOUT_MODELS();
  const SkinFacts facts = find(grey(photo(kAstronaut)));
  EXPECT_THAT(facts.refusal, HasSubstr("grey"));
  expect_figure(facts, "skin_colour", 1.0, 3.0);
}

TEST(SkinFinder, RefusesColouredLight) {
  SKIP_WITHOUT_MODELS();
  const Image image = photo(kAstronaut);
  for (const std::array<float, 3>& gains : {std::array{0.5F, 0.7F, 1.0F}, std::array{0.5F, 1.0F, 0.4F}}) {
    Image lit = image;
    fill(lit, [&](int c, int x, int y) { return gains[static_cast<std::size_t>(c)] * pixel(image, c, x, y); });
    const SkinFacts facts = find(in_codes(lit));
    EXPECT_FALSE(facts.region);
    EXPECT_THAT(facts.refusal, HasSubstr("the light is coloured"));
    ASSERT_TRUE(facts.core_tone);
    const double hue = facts.core_tone->hue_deg;
    expect_figure(facts, "skin_source_hue", hue, hue > 72.0 ? 72.0 : 40.0);
  }
}

TEST(SkinFinder, RefusesDrawnFaces) {
  SKIP_WITHOUT_MODELS();
  // Few colours in areas that are flat.
  const Image image = photo(kHopper);
  Image drawn = image;
  fill(drawn, [&](int c, int x, int y) {
    constexpr int kCell = 3;
    const float light = pixel(image, c, x / kCell * kCell, y / kCell * kCell);
    return std::floor(std::sqrt(light) * 10.0F) * std::floor(std::sqrt(light) * 10.0F) / 100.0F;
  });
  const SkinFacts facts = find(in_codes(drawn));
  EXPECT_FALSE(facts.region);
  EXPECT_THAT(facts.refusal, HasSubstr("looks drawn"));
  EXPECT_EQ(facts.refusal_figure.gate, "skin_face_drawn");
  EXPECT_EQ(facts.refusal_figure.limit, 0.5);
  EXPECT_GT(facts.refusal_figure.value, 0.5);
}

TEST(SkinFinder, RefusesWithoutMaskAndModels) {
  const SkinFinder finder(SkinModels{});
  const SkinFacts facts = finder.find(flat(64, 64), {}, plain_mask_codes());
  EXPECT_THAT(facts.refusal, HasSubstr("face_model"));
  expect_figure(facts, "skin_mask_missing", 0.0, 1.0);
}

}  // namespace
}  // namespace fairground
