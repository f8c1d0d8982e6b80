// The claims of light.illuminant: the colour of a grey card, what a white balance leaves of it, and what leaves the
// gamut; and of the loci that other steps of light share.
#include <gtest/gtest.h>

#include "augmenters/image/parts/illuminant.h"
#include "tests/augmenters/light.h"

namespace fairground {
namespace {

using Text = std::string;

Colour colour_of(const Chromaticity& c) { return from_xy(c.x, c.y); }

// Krystek's fit is within 9e-5 in u and v, so 1.4e-4 in v'; the observer's table has four places and 10 nm.
constexpr double kLocusTolerance = 3e-4;

TEST(Illuminant, LiesOnTheLociThatArePublished) {
  for (const double kelvin : {1000.0, 1500.0, 1900.0, 2700.0, 4000.0, 6504.0, 10000.0, 15000.0}) {
    EXPECT_LT(distance(colour_of(illuminant(kelvin, 0.0, Locus::planckian)), glowing(kelvin)), kLocusTolerance)
        << kelvin;
  }
  struct Published {
    double kelvin;
    double x;
    double y;
    Locus locus;
  };
  constexpr double kPlaces = 2e-4;  // of tables with five places, and the temperature's rounding
  // CIE 15:2004: illuminants A, D50, D65 and D75.
  for (const Published& one :
       {Published{2855.5, 0.44757, 0.40745, Locus::planckian}, Published{5003.0, 0.34567, 0.35850, Locus::daylight},
        Published{6504.0, 0.31272, 0.32903, Locus::daylight}, Published{7504.0, 0.29902, 0.31485, Locus::daylight}}) {
    const Chromaticity c = illuminant(one.kelvin, 0.0, one.locus);
    EXPECT_NEAR(c.x, one.x, kPlaces) << one.kelvin;
    EXPECT_NEAR(c.y, one.y, kPlaces) << one.kelvin;
  }
}

TEST(Illuminant, GoesFromGlowToDaylightWithoutAStep) {
  Colour before = colour_of(illuminant(3900.0, 0.0, Locus::automatic));
  EXPECT_LT(distance(before, glowing(3900.0)), kLocusTolerance);
  for (double kelvin = 3910.0; kelvin <= 5100.0; kelvin += 10.0) {
    const Colour now = colour_of(illuminant(kelvin, 0.0, Locus::automatic));
    EXPECT_LT(distance(before, now), 1e-3) << kelvin;
    before = now;
  }
  EXPECT_LT(distance(before, daylight_at(5100.0)), 1e-5);
}

// Distances off the locus are in CIE 1960, where v is two thirds of v'.
TEST(Illuminant, MovesAcrossTheLocusByDuv) {
  for (const double kelvin : {2700.0, 4000.0, 6504.0}) {
    const Colour on = colour_of(illuminant(kelvin, 0.0, Locus::planckian));
    const Colour cooler = colour_of(illuminant(kelvin * 1.002, 0.0, Locus::planckian));
    for (const double duv : {-0.02, 0.01}) {
      const Colour off = colour_of(illuminant(kelvin, duv, Locus::planckian));
      const double du = off.u - on.u;
      const double dv = (off.v - on.v) / 1.5;
      EXPECT_NEAR(std::hypot(du, dv), std::abs(duv), 1e-9);
      EXPECT_GT(duv * dv, 0.0) << "greener is not up";
      const double along = (du * (cooler.u - on.u) + dv * (cooler.v - on.v) / 1.5) /
                           std::hypot(cooler.u - on.u, (cooler.v - on.v) / 1.5);
      EXPECT_NEAR(along / duv, 0.0, 0.01) << "not at right angles";
    }
  }
}

Picture lit(const Image& image, double kelvin, double awb, const Text& locus = "auto", double duv = 0.0) {
  return apply_picture("light.illuminant", {{"cct_kelvin", kelvin}, {"awb", awb}, {"locus", locus}, {"duv", duv}},
                       image);
}

// What the issue asks for. At 2700 K and more, all of it lies in the gamut.
constexpr double kWhitePoint = 0.002;

TEST(LightIlluminant, GivesAGreyCardTheLightsColour) {
  const Image card = flat(3, 2, 0.18F);
  for (const double kelvin : {2700.0, 3200.0, 4000.0, 5000.0, 5500.0, 6504.0, 7500.0, 10000.0}) {
    const Colour wanted = kelvin <= 4000.0 ? glowing(kelvin) : daylight_at(kelvin);
    const Colour is = colour_of(lit(card, kelvin, 0.0).image, 2, 1);
    EXPECT_LT(distance(is, wanted), kWhitePoint) << kelvin;
    EXPECT_NEAR(is.y, 0.18, 1e-4 * 0.18) << kelvin;
  }
  const Colour green = colour_of(lit(card, 4000.0, 0.0, "planckian", 0.015).image);
  const Colour neutral = colour_of(lit(card, 4000.0, 0.0, "planckian").image);
  EXPECT_NEAR(std::hypot(green.u - neutral.u, (green.v - neutral.v) / 1.5), 0.015, kWhitePoint);
}

// In logarithms of the channels' ratios, which a change of exposure leaves alone. Floats have seven places.
TEST(LightIlluminant, LeavesTheShareOfTheCastThatTheCameraDoesNotTakeBack) {
  const Image card = flat(1, 1, 0.18F);
  const auto ratios = [&](double awb) {
    const Image image = lit(card, 2700.0, awb).image;
    return std::array{std::log(sample(image, 0, 0, 0) / sample(image, 0, 0, 1)),
                      std::log(sample(image, 0, 0, 2) / sample(image, 0, 0, 1))};
  };
  const auto full = ratios(0.0);
  for (const double awb : {0.2, 0.5, 0.8, 1.0}) {
    const auto left = ratios(awb);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_NEAR(left[i], (1.0 - awb) * full[i], 1e-5) << awb;
    }
    EXPECT_NEAR(colour_of(lit(card, 2700.0, awb).image).y, 0.18, 1e-4 * 0.18) << awb;
  }
}

TEST(LightIlluminant, CountsWhatLeavesTheGamut) {
  Image image = flat(10, 4, 0.3F);
  for (int x = 0; x < 7; ++x) {
    image.row(2).samples[static_cast<std::size_t>(x)] = 0.9F;  // red, which gets 1.9 times as much light
  }
  image.row(3).samples[25] = -0.01F;  // blue
  EXPECT_NEAR(found(lit(image, 2700.0, 0.0), "out_of_gamut_fraction"), 8.0 / 40.0, 1e-12);
  EXPECT_EQ(found(lit(image, 2700.0, 1.0), "out_of_gamut_fraction"), 1.0 / 40.0);
}

TEST(LightIlluminant, LeavesGreyPicturesAndFailsForNoLight) {
  const Image grey = flat(5, 3, 0.4F, 1);
  EXPECT_EQ(lit(grey, 2000.0, 0.0).image.samples, grey.samples);
  // A candle has less blue than the display can show.
  const Image candle = lit(flat(1, 1, 0.2F), 1900.0, 0.0).image;
  EXPECT_GT(sample(candle, 0, 0, 2), 0.0);
  EXPECT_LT(sample(candle, 0, 0, 2), 0.05 * sample(candle, 0, 0, 1));
}

TEST(LightIlluminant, RefusesDaylightThatIsNone) {
  const StepSchema& schema = augmenter("light.illuminant").schema;
  const auto problem = [&](Setting kelvin, const Text& locus) { return schema.check({kelvin, 0.0, locus, 0.5}); };
  EXPECT_EQ(problem(4000.0, "daylight"), "");
  EXPECT_EQ(problem(2700.0, "auto"), "");
  EXPECT_NE(problem(3999.0, "daylight"), "");
  EXPECT_NE(problem(Range{3000.0, 6000.0}, "daylight"), "");
}

}  // namespace
}  // namespace fairground
