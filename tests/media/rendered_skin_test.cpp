// What other tests take for the truth about skin has to be true itself.
#include "tests/support/rendered_skin.h"

#include <gtest/gtest.h>

#include <map>

namespace fairground {
namespace {

std::map<SkinPart, int> count_parts(const Mask& parts) {
  std::map<SkinPart, int> counts;
  for (const std::uint8_t code : parts.codes) {
    ++counts[static_cast<SkinPart>(code)];
  }
  return counts;
}

Triple pixel(const Image& image, int x, int y) {
  const auto row = image.row(y);
  const auto width = static_cast<std::size_t>(image.width);
  const auto at = static_cast<std::size_t>(x);
  return {row[at], row[width + at], row[2 * width + at]};
}

/// Mean over all pixels of a part.
Triple mean_of(const RenderedSkin& skin, SkinPart part) {
  Triple sum = {};
  double count = 0.0;
  for (int y = 0; y < skin.image.height; ++y) {
    for (int x = 0; x < skin.image.width; ++x) {
      const auto index =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(skin.image.width) + static_cast<std::size_t>(x);
      if (skin.parts.codes[index] == static_cast<std::uint8_t>(part)) {
        const Triple seen = pixel(skin.image, x, y);
        count += 1.0;
        for (std::size_t c = 0; c < 3; ++c) {
          sum[c] += seen[c];
        }
      }
    }
  }
  for (double& value : sum) {
    value /= count;
  }
  return sum;
}

RenderedSkinSettings small(const RenderedTone& tone) {
  RenderedSkinSettings settings;
  settings.width = 120;
  settings.height = 110;
  settings.albedo = tone.albedo();
  return settings;
}

TEST(RenderedSkin, TonesAreThoseOfThePhotographedFaces) {
  // L* and hue that the reference gives for the means of sRGB codes; an optical density has two digits there.
  constexpr double kLightnessTolerance = 0.5;
  EXPECT_NEAR(true_tone(kRenderedTones[0].albedo()).lightness, 76.2, kLightnessTolerance);
  EXPECT_NEAR(true_tone(kRenderedTones[3].albedo()).lightness, 64.8, kLightnessTolerance);
  EXPECT_NEAR(true_tone(kRenderedTones[5].albedo()).lightness, 45.9, kLightnessTolerance);
  EXPECT_NEAR(true_tone(kRenderedTones[6].albedo()).lightness, 37.6, kLightnessTolerance);
  for (std::size_t i = 1; i < kRenderedTones.size(); ++i) {
    EXPECT_LT(true_tone(kRenderedTones[i].albedo()).lightness, true_tone(kRenderedTones[i - 1].albedo()).lightness);
  }
}

TEST(RenderedSkin, WhiteGreyAndRedHaveTheTonesOfTheStandard) {
  EXPECT_NEAR(true_tone({1.0, 1.0, 1.0}).lightness, 100.0, 1e-9);
  EXPECT_NEAR(true_tone({0.184, 0.184, 0.184}).lightness, 50.0, 0.1);
  // L*a*b* of sRGB's red for D65 is 53.24, 80.09, 67.20, in many tables.
  const TrueTone red = true_tone({1.0, 0.0, 0.0});
  EXPECT_NEAR(red.lightness, 53.24, 0.01);
  EXPECT_NEAR(red.chroma, std::hypot(80.09, 67.20), 0.05);
  EXPECT_NEAR(red.hue_deg, std::atan2(67.20, 80.09) * 180.0 / std::numbers::pi, 0.05);
}

TEST(RenderedSkin, ADiscShowsItsAlbedo) {
  for (const RenderedTone& tone : kRenderedTones) {
    RenderedSkinSettings settings = small(tone);
    settings.texture = 0.0;
    const RenderedSkin disc = render_disc(settings);
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(pixel(disc.image, 60, 55)[c], disc.albedo[c], 1e-6) << tone.name;
    }
    // The disc has 0.4 of the smaller side as its radius.
    EXPECT_NEAR(count_parts(disc.parts)[SkinPart::face], std::numbers::pi * 44.0 * 44.0, 60.0);
  }
}

TEST(RenderedSkin, TextureChangesTheDensityByItsStandardDeviation) {
  RenderedSkinSettings settings = small(kRenderedTones[3]);
  settings.width = settings.height = 300;
  settings.texture = 0.05;
  const RenderedSkin disc = render_disc(settings);
  double sum = 0.0;
  double squares = 0.0;
  double count = 0.0;
  for (int y = 80; y < 220; ++y) {
    for (int x = 80; x < 220; ++x) {
      const double density = -std::log(pixel(disc.image, x, y)[1] / disc.albedo[1]);
      sum += density;
      squares += density * density;
      count += 1.0;
    }
  }
  const double mean = sum / count;
  // Three octaves of 0.8, 0.5 and 0.6 make 1.12 together; few of the largest patches fit in.
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), 0.05 * 1.12, 0.015);
  EXPECT_NEAR(mean, 0.0, 0.03);
}

TEST(RenderedSkin, PortraitsHaveAllParts) {
  for (const RenderedLight& light : kRenderedLights) {
    RenderedSkinSettings settings = small(kRenderedTones[2]);
    settings.width = settings.height = 200;
    settings.light = light;
    const RenderedSkin portrait = render_portrait(settings);
    std::map<SkinPart, int> counts = count_parts(portrait.parts);
    for (const SkinPart part : kAllSkinParts) {
      EXPECT_GT(counts[part], 20) << to_string(part);
    }
    EXPECT_NEAR(counts[SkinPart::face], 0.11 * 200.0 * 200.0, 0.03 * 200.0 * 200.0);
    ASSERT_TRUE(portrait.face);
    EXPECT_NEAR(portrait.face->width, 72.0, 1e-9);
  }
}

TEST(RenderedSkin, LightFallsFromItsSide) {
  RenderedSkinSettings settings = small(kRenderedTones[2]);
  settings.light = kSideLight;
  const RenderedSkin portrait = render_portrait(settings);
  const int cheek_y = static_cast<int>(portrait.face->y + 0.55 * portrait.face->height);
  const double lit = pixel(portrait.image, 60 + 12, cheek_y)[1];
  const double dark = pixel(portrait.image, 60 - 13, cheek_y)[1];
  EXPECT_GT(lit, 1.5 * dark);
}

TEST(RenderedSkin, LightScalesSkinAndLeavesItsPlace) {
  RenderedSkinSettings settings = small(kRenderedTones[4]);
  const RenderedSkin neutral = render_portrait(settings);
  settings.light.colour = {0.5, 0.4, 0.3};
  const RenderedSkin warm = render_portrait(settings);
  EXPECT_EQ(neutral.parts.codes, warm.parts.codes);
  for (const SkinPart part : {SkinPart::face, SkinPart::ears, SkinPart::neck, SkinPart::hands}) {
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(mean_of(warm, part)[c] / mean_of(neutral, part)[c], settings.light.colour[c], 1e-4)
          << to_string(part);
    }
  }
}

TEST(RenderedSkin, FacingLightAFaceIsAboutItsAlbedo) {
  for (const RenderedTone& tone : kRenderedTones) {
    const RenderedSkin portrait = render_portrait(small(tone));
    const TrueTone seen = true_tone(mean_of(portrait, SkinPart::face));
    // Shading takes more than what is mirrored gives back.
    EXPECT_LT(seen.lightness, portrait.tone.lightness) << tone.name;
    EXPECT_NEAR(seen.lightness, portrait.tone.lightness, 7.5) << tone.name;
    EXPECT_NEAR(seen.hue_deg, portrait.tone.hue_deg, 4.0) << tone.name;
  }
}

TEST(RenderedSkin, NoiseHasTheVarianceThatIsAskedFor) {
  RenderedSkinSettings settings = small(kRenderedTones[3]);
  const RenderedSkin clean = render_portrait(settings);
  settings.noise_constant = 1e-5;
  settings.noise_slope = 4e-4;
  const RenderedSkin noisy = render_portrait(settings);
  double ratio = 0.0;
  for (std::size_t i = 0; i < clean.image.samples.size(); ++i) {
    const double light = clean.image.samples[i];
    const double difference = noisy.image.samples[i] - light;
    ratio += difference * difference / (1e-5 + 4e-4 * light);
  }
  const auto count = static_cast<double>(clean.image.samples.size());
  EXPECT_NEAR(ratio / count, 1.0, 5.0 * std::sqrt(2.0 / count));
}

TEST(RenderedSkin, TheSameSettingsMakeTheSamePicture) {
  RenderedSkinSettings settings = small(kRenderedTones[1]);
  settings.noise_slope = 1e-4;
  const RenderedSkin once = render_portrait(settings);
  EXPECT_EQ(once.image.samples, render_portrait(settings).image.samples);
  settings.seed = 2;
  EXPECT_NE(once.image.samples, render_portrait(settings).image.samples);
  EXPECT_GT(count_parts(render_hand(settings).parts)[SkinPart::hands], 1000);
}

}  // namespace
}  // namespace fairground
