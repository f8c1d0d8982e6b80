// Whether the measure of rims tells good masks from bad ones. Heads are rendered, so that the exact mask is known; the
// bad ones are spoilt on purpose as masks are spoilt in practice: too narrow, too wide, without ears, cut at the hair.
#include "augmenters/image/parts/skin_rims.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "augmenters/image/parts/skin_move.h"
#include "pipeline/media/blur.h"
#include "tests/augmenters/skin.h"

namespace fairground {
namespace {

RenderedSkin portrait(const RenderedLight& light = kFrontalLight) {
  RenderedSkinSettings settings;
  settings.width = 360;
  settings.height = 360;
  settings.albedo = kRenderedTones[2].albedo();
  settings.light = light;
  return render_portrait(settings);
}
constexpr double kFaceWidth = 0.36 * 360;

/// All within `radius` pixels of the mask, or with a negative one all deeper in it than that.
Mask spread(const Mask& mask, int radius) {
  Mask out = mask;
  const int reach = std::abs(radius);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const auto at = static_cast<std::size_t>(y * mask.width + x);
      for (int dy = -reach; dy <= reach; ++dy) {
        for (int dx = -reach; dx <= reach; ++dx) {
          const int column = std::clamp(x + dx, 0, mask.width - 1);
          const int row = std::clamp(y + dy, 0, mask.height - 1);
          const std::uint8_t there = mask.codes[static_cast<std::size_t>(row * mask.width + column)];
          if (dx * dx + dy * dy <= reach * reach && (there != 0) == (radius > 0)) {
            out.codes[at] = radius > 0 ? std::max<std::uint8_t>(out.codes[at], 1) : 0;
          }
        }
      }
    }
  }
  return out;
}

/// Rims of a mask whose edge is as soft as that of the picture, for a shift in optical density.
double rims(const RenderedSkin& source, const Mask& mask, double shift) {
  SkinRegion region{mask, {}};
  Plane weights(mask.width, mask.height);
  for (std::size_t i = 0; i < mask.codes.size(); ++i) {
    weights.samples[i] = mask.codes[i] != 0 ? 1.0F : 0.0F;
  }
  gaussian_blur(weights, 0.6);
  region.weights = weights.samples;
  const SkinPatch patch = cut_skin(source.image, region, rim_reach_px(kFaceWidth));
  Image after = source.image;
  const SkinGrain none(patch, {}, RandomStream(1, 0, "none"));
  move_skin(patch, {shift * kToneDirection[0], shift * kToneDirection[1], shift * kToneDirection[2]}, none, after);
  return rim_fraction(patch, after, kFaceWidth).value();
}

Mask without(const Mask& mask, SkinPart part) {
  Mask out = mask;
  std::ranges::replace(out.codes, static_cast<std::uint8_t>(part), std::uint8_t{0});
  return out;
}

/// The forehead's upper part is left out, with a cut.
Mask cut_at_the_hair(const Mask& mask) {
  Mask out = mask;
  std::size_t first = 0;
  while (out.codes[first] == 0) {
    ++first;
  }
  const auto width = static_cast<std::size_t>(mask.width);
  const std::size_t until = (first / width + static_cast<std::size_t>(0.1 * kFaceWidth)) * width;
  std::fill(out.codes.begin(), out.codes.begin() + static_cast<std::ptrdiff_t>(until), std::uint8_t{0});
  return out;
}

// About 13 L* darker. Between what good masks have and what bad ones have lies the limit of skin.tone, 0.15.
constexpr double kShift = 1.0;
constexpr double kGood = 0.05;
constexpr double kBad = 0.3;

TEST(SkinRims, AreNotSeenWithTheRightMask) {
  for (const RenderedLight& light : {kFrontalLight, kSideLight}) {
    const RenderedSkin source = portrait(light);
    for (const double shift : {-0.3, 0.6, kShift}) {
      const double fraction = rims(source, source.parts, shift);
      RecordProperty(std::string("good_") + light.name + "_" + std::to_string(shift), std::to_string(fraction));
      EXPECT_LT(fraction, kGood) << light.name << " " << shift;
    }
  }
}

TEST(SkinRims, AreSeenWhereTheMaskIsTooNarrowOrTooWide) {
  for (const RenderedLight& light : {kFrontalLight, kSideLight}) {
    const RenderedSkin source = portrait(light);
    for (const int radius : {-8, -5, -3, 3, 5, 8}) {
      const double fraction = rims(source, spread(source.parts, radius), kShift);
      RecordProperty("spread_" + std::to_string(radius) + "_" + light.name, std::to_string(fraction));
      EXPECT_GT(fraction, kBad) << light.name << " " << radius;
    }
  }
}

// What is left out is a small part of the edge: the share rises, but this is the business of missed_skin_fraction().
TEST(SkinRims, RiseWhereSkinIsLeftOut) {
  const RenderedSkin source = portrait();
  const double good = rims(source, source.parts, kShift);
  for (const auto& [name, mask] : {std::pair("ears", without(source.parts, SkinPart::ears)),
                                   {"neck", without(source.parts, SkinPart::neck)},
                                   {"hair", cut_at_the_hair(source.parts)}}) {
    const double fraction = rims(source, mask, kShift);
    RecordProperty(std::string("without_") + name, std::to_string(fraction));
    EXPECT_GT(fraction, good + 0.005) << name;
  }
}

// Where nothing is moved, nothing is new.
TEST(SkinRims, AreNoneWithoutAMove) {
  const RenderedSkin source = portrait();
  EXPECT_EQ(rims(source, spread(source.parts, -5), 0.0), 0.0);
}

// Large pictures are reduced, so that the same head has the same rims.
TEST(SkinRims, HangOnTheFaceAndNotOnThePixels) {
  EXPECT_EQ(rim_reach_px(100.0), rim_reach_px(299.0));
  EXPECT_EQ(rim_reach_px(300.0), 2 * rim_reach_px(100.0));
}

}  // namespace
}  // namespace fairground
