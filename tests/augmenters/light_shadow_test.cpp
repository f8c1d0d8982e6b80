// The claims of light.shadow: how dark and how wide its edges are, and that every size meets the same shadow.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/augmenters/light.h"

namespace fairground {
namespace {

using Text = std::string;

Picture shaded(const Text& kind, double depth, double penumbra, const Image& image, const StepRandom& random = {9, 2},
               const PictureLabels* labels = nullptr) {
  Shot shot;
  shot.labels = labels;
  return apply_picture("light.shadow", {{"kind", kind}, {"depth", depth}, {"penumbra", penumbra}}, image, random, shot);
}

const std::vector<Text> kKinds{"window", "foliage", "brim"};

TEST(LightShadow, TakesNoMoreThanItsDepthAndLeavesFullLight) {
  for (const Text& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Image image = shaded(kind, 0.7, 0.005, flat(400, 300, 0.8F)).image;
    const auto [low, high] = std::ranges::minmax(image.samples);
    // Leaves let through a twelfth of the light, and lie over one another.
    EXPECT_NEAR(low, 0.8 * 0.3, kind == "foliage" ? 0.8 * 0.7 * 0.08 : 1e-6);
    EXPECT_GE(low, 0.8F * 0.3F - 1e-6F);
    EXPECT_NEAR(high, 0.8, 1e-6);
  }
}

// Along the upper row of panes there are uprights only. Across an upright's edge the light must rise over one penumbra:
// the cubic gets from 10 to 90 % within 0.608 of it, and the edge is crossed at a slant that is drawn.
TEST(LightShadow, HasPenumbrasOfTheirWidth) {
  for (const double penumbra : {0.004, 0.012, 0.03}) {
    const Image image = shaded("window", 1.0, penumbra, flat(2000, 1500, 1.0F, 1)).image;
    const double diagonal = 2500.0;
    // The steepest place of the cubic rises by 1.5 per penumbra, whatever the slant of what is measured across it.
    double steepest = 0.0;
    for (int y = 500; y < 1000; ++y) {
      for (int x = 1; x + 1 < 2000; ++x) {
        const double dx = 0.5 * (sample(image, x + 1, y) - sample(image, x - 1, y));
        steepest = std::max(steepest, std::abs(dx));
      }
    }
    EXPECT_NEAR(steepest, 1.5 / (penumbra * diagonal), 0.02 * 1.5 / (penumbra * diagonal)) << penumbra;
  }
}

// A bar of 0.025 diagonals under a penumbra of 0.1 is covered by a quarter at most.
TEST(LightShadow, LightensBarsThatAreNarrowerThanThePenumbra) {
  const auto bar = [](double penumbra) {
    const Image image = shaded("window", 1.0, penumbra, flat(800, 600, 1.0F, 1)).image;
    // The middle of the frame is near the upright between both panes.
    double least = 1.0;
    for (int y = 250; y < 350; ++y) {
      for (int x = 250; x < 550; ++x) {
        least = std::min(least, sample(image, x, y));
      }
    }
    return least;
  };
  EXPECT_LT(bar(0.004), 0.01);
  EXPECT_GT(bar(0.1), 0.3);
}

TEST(LightShadow, IsTheSameForEverySize) {
  for (const Text& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Image small = shaded(kind, 1.0, 0.05, flat(200, 150, 1.0F, 1)).image;
    const Image large = shaded(kind, 1.0, 0.05, flat(600, 450, 1.0F, 1)).image;
    for (int y = 0; y < 150; ++y) {
      for (int x = 0; x < 200; ++x) {
        ASSERT_NEAR(sample(small, x, y), sample(large, 3 * x + 1, 3 * y + 1), 0.001) << x << " " << y;
      }
    }
  }
}

TEST(LightShadow, IsWhateverThePictureShows) {
  for (const Text& kind : kKinds) {
    const Image bright = shaded(kind, 0.7, 0.01, flat(90, 60, 1.0F)).image;
    const Image dark = shaded(kind, 0.7, 0.01, flat(90, 60, 0.25F)).image;
    for (std::size_t i = 0; i < bright.samples.size(); ++i) {
      ASSERT_EQ(0.25F * bright.samples[i], dark.samples[i]);  // a power of two is exact
    }
  }
}

TEST(LightShadow, SaysHowMuchLiesInIt) {
  for (const Text& kind : kKinds) {
    const Picture picture = shaded(kind, 1.0, 0.01, flat(400, 300, 1.0F, 1));
    const auto dark = std::ranges::count_if(picture.image.samples, [](float x) { return x < 0.5F; });
    EXPECT_NEAR(found(picture, "shadow_fraction"), static_cast<double>(dark) / 120000.0, 1e-3) << kind;
    EXPECT_GT(dark, 3000) << kind;
    EXPECT_LT(dark, 100000) << kind;
  }
}

TEST(LightShadow, LiesOnTheFaceThatIsKnown) {
  const PictureLabels labels{.boxes = {{"face", 300.0, 200.0, 60.0, 80.0}}};
  const Image image = shaded("brim", 1.0, 0.005, flat(400, 400, 1.0F, 1), {9, 2}, &labels).image;
  EXPECT_LT(sample(image, 330, 205), 0.01) << "the forehead is lit";
  EXPECT_GT(sample(image, 330, 275), 0.99) << "the chin is dark";
  EXPECT_GT(sample(image, 100, 150), 0.99) << "the background is dark";
}

TEST(LightShadow, DrawsItsPlace) {
  for (const Text& kind : kKinds) {
    const Image card = flat(90, 60, 1.0F, 1);
    EXPECT_NE(shaded(kind, 0.7, 0.01, card, {9, 2}).image.samples, shaded(kind, 0.7, 0.01, card, {9, 3}).image.samples);
  }
}

}  // namespace
}  // namespace fairground
