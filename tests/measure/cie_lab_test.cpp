// L*a*b* against the formulas of CIE 15 and IEC 61966-2-1 written out, differences against published pairs, and the
// Monk swatches against values that another library gave.
#include "pipeline/measure/cie_lab.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/measure/ciede2000.h"
#include "pipeline/measure/monk_scale.h"

namespace fairground {
namespace {

/// Written out with the C library.
CieLab reference_lab(double r, double g, double b) {
  const auto f = [](double t) {
    return t > 216.0 / 24389.0 ? std::cbrt(t) : (24389.0 / 27.0 * t + 16.0) / 116.0;  // as CIE 15 has its constants
  };
  const double x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const double y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const double z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.0890);
  return {116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)};
}

double farthest(const CieLab& one, const CieLab& other) {
  return std::max({std::abs(one.lightness - other.lightness), std::abs(one.a - other.a), std::abs(one.b - other.b)});
}

TEST(CieLab, IsThatOfTheFormulas) {
  constexpr double kRounding = 1e-11;  // L*a*b* up to some 100, and the two constants of CIE 15 are not quite inverse
  RandomStream random(1, 0, "rgb");
  for (int i = 0; i < 100'000; ++i) {
    const double scale = i % 2 == 0 ? 1.2 : 0.02;  // much of it below the knee
    const LinearRgb rgb = {scale * random.uniform(-0.1, 1.0), scale * random.uniform(-0.1, 1.0),
                           scale * random.uniform(-0.1, 1.0)};
    ASSERT_LT(farthest(cie_lab(rgb), reference_lab(rgb[0], rgb[1], rgb[2])), kRounding);
    const LinearRgb back = linear_rgb(cie_lab(rgb));
    for (std::size_t c = 0; c < 3; ++c) {
      ASSERT_NEAR(back[c], rgb[c], 1e-13);
    }
  }
  EXPECT_NEAR(cie_lab({1.0, 1.0, 1.0}).lightness, 100.0, kRounding);
  EXPECT_NEAR(cie_lab({0.0, 0.0, 0.0}).lightness, 0.0, kRounding);
  EXPECT_LT(lab_chroma(cie_lab({0.18, 0.18, 0.18})), kRounding);
}

// Red of sRGB in L*a*b* for D65 (scikit-image's rgb2lab, whose matrix has more digits).
TEST(CieLab, KnowsRed) { EXPECT_LT(farthest(cie_lab({1.0, 0.0, 0.0}), {53.24, 80.09, 67.20}), 0.03); }

TEST(CieLab, AnglesAreThoseOfTheirDefinitions) {
  constexpr double kRounding = 1e-12;
  EXPECT_NEAR(lab_hue_deg({50.0, 10.0, 10.0}), 45.0, kRounding);
  EXPECT_NEAR(lab_hue_deg({50.0, -1.0, 10.0}), 90.0 + 180.0 / std::numbers::pi * std::atan(0.1), 1e-12);
  EXPECT_NEAR(lab_ita_deg({60.0, 3.0, 10.0}), 45.0, kRounding);
  EXPECT_NEAR(lab_ita_deg({30.0, 3.0, 20.0}), -45.0, kRounding);
  EXPECT_EQ(lab_ita_deg({70.0, 3.0, -5.0}), 90.0);
  EXPECT_EQ(lab_ita_deg({30.0, 3.0, -5.0}), -90.0);
  EXPECT_EQ(lab_ita_deg({50.0, 0.0, 0.0}), 0.0);
}

struct Pair {
  CieLab first;
  CieLab second;
  double difference;
};

// Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", Color Res. Appl. 30(1), 2005, table 1.
constexpr Pair kPairs[] = {
    {{50.0000, 2.6772, -79.7751}, {50.0000, 0.0000, -82.7485}, 2.0425},
    {{50.0000, 3.1571, -77.2803}, {50.0000, 0.0000, -82.7485}, 2.8615},
    {{50.0000, 2.8361, -74.0200}, {50.0000, 0.0000, -82.7485}, 3.4412},
    {{50.0000, -1.3802, -84.2814}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, -1.1848, -84.8006}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, -0.9009, -85.5211}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, 0.0000, 0.0000}, {50.0000, -1.0000, 2.0000}, 2.3669},
    {{50.0000, -1.0000, 2.0000}, {50.0000, 0.0000, 0.0000}, 2.3669},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0009}, 7.1792},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0010}, 7.1792},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0011}, 7.2195},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0012}, 7.2195},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0009, -2.4900}, 4.8045},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0010, -2.4900}, 4.8045},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0011, -2.4900}, 4.7461},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 0.0000, -2.5000}, 4.3065},
    {{50.0000, 2.5000, 0.0000}, {73.0000, 25.0000, -18.0000}, 27.1492},
    {{50.0000, 2.5000, 0.0000}, {61.0000, -5.0000, 29.0000}, 22.8977},
    {{50.0000, 2.5000, 0.0000}, {56.0000, -27.0000, -3.0000}, 31.9030},
    {{50.0000, 2.5000, 0.0000}, {58.0000, 24.0000, 15.0000}, 19.4535},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.1736, 0.5854}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.2972, 0.0000}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 1.8634, 0.5757}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.2592, 0.3350}, 1.0000},
    {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
    {{63.0109, -31.0961, -5.8663}, {62.8187, -29.7946, -4.0864}, 1.2630},
    {{61.2901, 3.7196, -5.3901}, {61.4292, 2.2480, -4.9620}, 1.8731},
    {{35.0831, -44.1164, 3.7933}, {35.0232, -40.0716, 1.5901}, 1.8645},
    {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
    {{36.4612, 47.8580, 18.3852}, {36.2715, 50.5065, 21.2231}, 1.4146},
    {{90.8027, -2.0831, 1.4410}, {91.1528, -1.6435, 0.0447}, 1.4441},
    {{90.9257, -0.5406, -0.9208}, {88.6381, -0.8985, -0.7239}, 1.5381},
    {{6.7747, -0.2908, -2.4247}, {5.8714, -0.0985, -2.2286}, 0.6377},
    {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
};

TEST(Ciede2000, IsThatOfThePublishedPairs) {
  constexpr double kDigits = 1e-4;  // as published
  ASSERT_EQ(std::size(kPairs), 34U);
  for (const Pair& pair : kPairs) {
    EXPECT_NEAR(ciede2000(pair.first, pair.second), pair.difference, kDigits) << pair.first.a << ' ' << pair.second.b;
    EXPECT_NEAR(ciede2000(pair.second, pair.first), pair.difference, kDigits) << pair.first.a << ' ' << pair.second.b;
    EXPECT_EQ(ciede2000(pair.first, pair.first), 0.0);
  }
  EXPECT_EQ(ciede2000({40.0, 0.0, 0.0}, {40.0, 0.0, 0.0}), 0.0);
  EXPECT_NEAR(ciede2000({100.0, 0.0, 0.0}, {0.0, 0.0, 0.0}), 100.0, 1e-9);  // of greys, S_L is 1 around L* = 50
}

struct Swatch {
  double lightness, a, b, hue_deg, ita_deg, red, green, blue;
};

// By scikit-image's rgb2lab, whose white is a little other than that of sRGB's matrix.
constexpr Swatch kSwatches[] = {
    {94.2, 1.5, 5.4, 74.6, 83.0, .922, .847, .776},    {92.3, 2.1, 7.3, 74.2, 80.2, .896, .799, .708},
    {93.1, 0.2, 14.2, 89.1, 71.7, .930, .823, .631},   {87.6, 0.5, 17.8, 88.5, 64.7, .823, .701, .491},
    {77.9, 3.5, 23.1, 81.5, 50.3, .680, .509, .305},   {55.1, 7.8, 26.7, 73.8, 10.9, .352, .209, .093},
    {42.5, 12.3, 20.5, 59.0, -20.1, .223, .107, .056}, {30.7, 11.7, 13.3, 48.8, -55.4, .117, .053, .034},
    {21.1, 2.7, 6.0, 65.7, -78.3, .042, .031, .023},   {14.6, 1.5, 3.5, 67.2, -84.3, .022, .018, .014},
};

TEST(MonkScale, SwatchesHaveTheirPublishedValues) {
  constexpr double kLab = 0.05 + 0.02;      // half a digit, and what the whites differ by
  constexpr double kAngle = 0.05 + 0.15;    // the same, where b* is 3.5
  constexpr double kLight = 0.0005 + 1e-6;  // half a digit
  for (int swatch = 1; swatch <= 10; ++swatch) {
    const Swatch& known = kSwatches[swatch - 1];
    const CieLab lab = monk_lab(swatch);
    EXPECT_NEAR(lab.lightness, known.lightness, kLab) << swatch;
    EXPECT_NEAR(lab.a, known.a, kLab) << swatch;
    EXPECT_NEAR(lab.b, known.b, kLab) << swatch;
    EXPECT_NEAR(lab_hue_deg(lab), known.hue_deg, kAngle) << swatch;
    EXPECT_NEAR(lab_ita_deg(lab), known.ita_deg, kAngle) << swatch;
    const LinearRgb light = monk_light(swatch);
    EXPECT_NEAR(light[0], known.red, kLight) << swatch;
    EXPECT_NEAR(light[1], known.green, kLight) << swatch;
    EXPECT_NEAR(light[2], known.blue, kLight) << swatch;
  }
}

TEST(MonkScale, NearestIsByDifferenceAndNotByLightness) {
  for (int swatch = 1; swatch <= 10; ++swatch) {
    const MonkMatch match = nearest_monk(monk_lab(swatch));
    EXPECT_EQ(match.swatch, swatch);
    EXPECT_EQ(match.difference, 0.0);
    EXPECT_GT(match.margin, 0.5) << swatch;
    EXPECT_DOUBLE_EQ(match.margin, ciede2000(monk_lab(swatch), monk_lab(match.runner_up))) << swatch;
  }
  // Lighter than swatch 2 and yellow as swatch 3, which is the one that it is near to.
  EXPECT_EQ(nearest_monk({92.0, 0.2, 14.0}).swatch, 3);
  // Halfway between two, the margin goes and both are named.
  const CieLab five = monk_lab(5);
  const CieLab six = monk_lab(6);
  double low = 0.0;
  double high = 1.0;
  MonkMatch match;
  for (int round = 0; round < 60; ++round) {
    const double part = 0.5 * (low + high);
    match = nearest_monk({five.lightness + part * (six.lightness - five.lightness), five.a + part * (six.a - five.a),
                          five.b + part * (six.b - five.b)});
    ASSERT_EQ(match.swatch + match.runner_up, 11);
    (match.swatch == 5 ? low : high) = part;
  }
  EXPECT_LT(match.margin, 1e-9);
  EXPECT_GT(match.difference, 5.0);
}

}  // namespace
}  // namespace fairground
