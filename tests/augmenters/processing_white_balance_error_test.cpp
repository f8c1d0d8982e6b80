// The claims of processing.white_balance_error: how far a grey card moves, and where to.
#include <gtest/gtest.h>

#include "tests/augmenters/light.h"

namespace fairground {
namespace {

Image balanced(const Given& given, const Image& image = flat(2, 2, 0.18F)) {
  return apply_rows("processing.white_balance_error", given, image);
}

// As for light.illuminant.
constexpr double kWhitePoint = 0.002;
constexpr double kWhiteMired = 1e6 / 6504.0;

TEST(WhiteBalanceError, MovesAGreyCardAlongTheDaylightLocus) {
  for (const double shift : {-100.0, -30.0, -10.0, 10.0, 30.0, 90.0}) {
    const Colour is = colour_of(balanced({{"shift_mired", shift}}), 1, 1);
    EXPECT_LT(distance(is, daylight_at(1e6 / (kWhiteMired + shift))), kWhitePoint) << shift;
    EXPECT_NEAR(is.y, 0.18, 1e-4 * 0.18) << shift;
  }
  // 10 mired are seen only just, and must not drown in the tolerance.
  EXPECT_GT(distance(daylight_at(6504.0), daylight_at(1e6 / (kWhiteMired + 10.0))), 1.5 * kWhitePoint);
}

TEST(WhiteBalanceError, MovesAGreyCardAcrossIt) {
  const Colour white = colour_of(flat(1, 1, 0.18F));
  for (const double duv : {-0.02, -0.005, 0.005, 0.02}) {
    const Colour is = colour_of(balanced({{"tint_duv", duv}}));
    EXPECT_NEAR(std::hypot(is.u - white.u, (is.v - white.v) / 1.5), std::abs(duv), 0.05 * std::abs(duv));
    EXPECT_GT((is.v - white.v) * duv, 0.0) << "greener is not up";
  }
}

TEST(WhiteBalanceError, LeavesGreyPictures) {
  const Image grey = flat(5, 3, 0.4F, 1);
  EXPECT_EQ(balanced({{"shift_mired", 50.0}}, grey).samples, grey.samples);
}

}  // namespace
}  // namespace fairground
