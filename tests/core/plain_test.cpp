// The plain functions against those of the C library, which are good to the last bit or two where the tests run.
#include "pipeline/core/plain.h"

#include <gtest/gtest.h>

#include "pipeline/core/random.h"
#include "pipeline/core/units.h"

namespace fairground {
namespace {

constexpr int kTrials = 200'000;
// As the header promises, and the C library's own error.
constexpr double kTolerance = 6e-16;

TEST(Plain, SineIsThatOfTheLibrary) {
  RandomStream random(1, 0, "turns");
  for (int i = 0; i < kTrials; ++i) {
    // Fractions of 2^-20, so that taking off whole turns is exact.
    const double fraction = std::floor(random.uniform(-524288.0, 524288.0)) * 0x1p-20;
    const double whole = std::floor(random.uniform(-1e9, 1e9));
    ASSERT_NEAR(plain::sine_of_turns(whole + fraction), std::sin(2.0 * plain::kPi * fraction), kTolerance) << fraction;
    ASSERT_NEAR(plain::cosine_of_turns(whole + fraction), std::cos(2.0 * plain::kPi * fraction), kTolerance)
        << fraction;
  }
  EXPECT_EQ(plain::sine_of_turns(0.0), 0.0);
  EXPECT_DOUBLE_EQ(plain::sine_of_turns(0.25), 1.0);
  EXPECT_DOUBLE_EQ(plain::sine_of_turns(-0.25), -1.0);
  EXPECT_EQ(plain::sine_of_turns(0.5), 0.0);
}

TEST(Plain, ExpIsThatOfTheLibrary) {
  RandomStream random(2, 0, "x");
  for (int i = 0; i < kTrials; ++i) {
    const double x = random.uniform(-700.0, 700.0);
    ASSERT_NEAR(plain::exp(x) / std::exp(x), 1.0, kTolerance) << x;
    const double small = random.uniform(-0.5, 0.5);
    ASSERT_NEAR(plain::exp(small) / std::exp(small), 1.0, kTolerance) << small;
  }
  EXPECT_EQ(plain::exp(0.0), 1.0);
  // Near the ends of what a double holds.
  for (const double x : {-708.3, 709.0, 709.4}) {
    EXPECT_NEAR(plain::exp(x) / std::exp(x), 1.0, kTolerance) << x;
  }
  EXPECT_NEAR(plain::exp(-710.0), std::exp(-710.0), 5e-324);  // subnormal
  EXPECT_EQ(plain::exp(-800.0), 0.0);
}

TEST(Plain, LogIsThatOfTheLibrary) {
  RandomStream random(3, 0, "x");
  for (int i = 0; i < kTrials; ++i) {
    const double x = plain::exp(random.uniform(-690.0, 690.0));
    ASSERT_NEAR(plain::log(x), std::log(x), kTolerance * std::max(1.0, std::abs(std::log(x)))) << x;
    const double near_one = random.uniform(0.5, 2.0);
    ASSERT_NEAR(plain::log(near_one) / std::log(near_one), 1.0, kTolerance) << near_one;
  }
  EXPECT_EQ(plain::log(1.0), 0.0);
  EXPECT_EQ(plain::log(2.0), plain::kLn2);
}

// The library's own in double precision is up to four last bits off.
TEST(Plain, CubeRootIsThatOfTheLibrary) {
  RandomStream random(4, 0, "x");
  for (int i = 0; i < kTrials; ++i) {
    const double x = plain::exp(random.uniform(-690.0, 690.0));
    ASSERT_NEAR(static_cast<double>(plain::cube_root(x) / std::cbrt(static_cast<long double>(x))), 1.0, kTolerance)
        << x;
    const double light = random.uniform(0.0, 2.0);
    ASSERT_NEAR(static_cast<double>(plain::cube_root(light) / std::cbrt(static_cast<long double>(light))), 1.0,
                kTolerance)
        << light;
    ASSERT_EQ(plain::cube_root(-light), -plain::cube_root(light)) << light;
  }
  EXPECT_EQ(plain::cube_root(0.0), 0.0);
  EXPECT_EQ(plain::cube_root(1.0), 1.0);
  EXPECT_EQ(plain::cube_root(27.0), 3.0);
  EXPECT_EQ(plain::cube_root(-0.125), -0.5);
}

TEST(Plain, AngleIsThatOfTheLibrary) {
  RandomStream random(5, 0, "xy");
  for (int i = 0; i < kTrials; ++i) {
    const double angle = random.uniform(-3.14159, 3.14159);
    const double length = plain::exp(random.uniform(-300.0, 300.0));
    const double x = length * std::cos(angle);
    const double y = length * std::sin(angle);
    ASSERT_NEAR(plain::atan2(y, x) / std::atan2(y, x), 1.0, kTolerance) << y << " / " << x;
  }
  for (const double x : {-2.0, -0.0, 0.0, 2.0}) {
    for (const double y : {-2.0, 2.0}) {
      EXPECT_DOUBLE_EQ(plain::atan2(y, x), std::atan2(y, x)) << y << " / " << x;
    }
  }
  EXPECT_EQ(plain::atan2(0.0, 3.0), 0.0);
  EXPECT_EQ(plain::atan2(0.0, -3.0), plain::kPi);
  EXPECT_EQ(plain::atan2(0.0, 0.0), 0.0);
  EXPECT_DOUBLE_EQ(plain::atan2(1e-300, 1.0), 1e-300);
}

TEST(Plain, DecibelsAreThoseOfUnits) {
  for (double db = -120.0; db <= 120.0; db += 0.37) {
    EXPECT_NEAR(plain::amplitude_from_db(db) / amplitude_from_db(db), 1.0, 4e-15) << db;  // of the exponent's rounding
    EXPECT_NEAR(plain::power_from_db(db) / power_from_db(db), 1.0, 8e-15) << db;
  }
}

TEST(Plain, BesselIsThatOfTheLibrary) {
  for (double x = 0.0; x <= 100.0; x += 0.13) {
    EXPECT_NEAR(plain::bessel_i0(x) / std::cyl_bessel_i(0.0, x), 1.0, 1e-14) << x;  // a sum of up to 200 terms
  }
}

}  // namespace
}  // namespace fairground
