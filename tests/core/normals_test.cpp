// Normal draws: their distribution, their independence, and that any cut gives the same bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

constexpr std::uint64_t kKey = 0xFEDCBA9876543210U;
constexpr std::size_t kDraws = 1'000'000;

// Random error shrinks with the root of the number of draws; five standard errors are never met by chance.
const double kFiveStandardErrors = 5.0 / std::sqrt(static_cast<double>(kDraws));

std::vector<float> normals(const RandomStream& stream, std::uint64_t first, std::size_t count) {
  std::vector<float> draws(count);
  stream.normals(first, draws);
  return draws;
}

const std::vector<float>& million() {
  static const std::vector<float> draws = normals(RandomStream(kKey, 0, "noise"), 0, kDraws);
  return draws;
}

// Mean product of draws of zero mean and unit variance.
double correlation(const std::vector<float>& a, const std::vector<float>& b, std::size_t lag = 0) {
  double sum = 0.0;
  for (std::size_t i = 0; i + lag < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * b[i + lag];
  }
  return sum / static_cast<double>(a.size() - lag);
}

// Draw `index` computed one by one in double with libm. Draws come in groups of 64 from 16 Philox blocks: word
// k of block `lane` belongs to draw 16 k + lane, and words 0 and 1, and 2 and 3, make a pair.
double draw_by_itself(const RandomStream& stream, std::uint64_t index) {
  const std::uint64_t lane = index % 16;
  const std::uint64_t quarter_of_group = index % 64 / 16;
  const std::uint64_t block = index / 64 * 16 + lane;
  const std::uint64_t pair = quarter_of_group / 2 * 2;
  const std::uint32_t word0 = stream.word_at(4 * block + pair);
  const std::uint32_t word1 = stream.word_at(4 * block + pair + 1);

  // The uniform number is rounded to float before its logarithm, which matters just below 1.
  const float uniform = (static_cast<float>(word0 >> 1U) + 0.5F) * 0x1p-31F;
  const double radius = std::sqrt(-2.0 * std::log(static_cast<double>(uniform)));
  const double angle = (static_cast<double>(word1 & 0x3FFFFFFFU) * 0x1p-30 - 0.5) * std::numbers::pi / 2.0;
  const double along = radius * std::cos(angle) * ((word1 & 0x40000000U) != 0 ? -1.0 : 1.0);
  const double across = radius * std::sin(angle);
  const bool is_first = quarter_of_group % 2 == 0;
  const bool is_swapped = (word1 & 0x80000000U) != 0;
  return is_first != is_swapped ? along : across;
}

TEST(Normals, AnyCutGivesTheSameBits) {
  constexpr std::size_t kCount = 3000;
  const RandomStream stream(kKey, 0, "noise");
  const std::vector<float> whole = normals(stream, 0, kCount);
  for (const std::size_t piece : {1U, 2U, 3U, 15U, 16U, 17U, 63U, 64U, 65U, 100U, 1023U, 1024U, 1025U}) {
    std::vector<float> cut(kCount);
    for (std::size_t first = 0; first < kCount; first += piece) {
      stream.normals(first, std::span(cut).subspan(first, std::min(piece, kCount - first)));
    }
    EXPECT_EQ(cut, whole) << "pieces of " << piece;
  }
}

TEST(Normals, AnyFirstIndexGivesTheSameBits) {
  constexpr std::size_t kCount = 1500;
  const RandomStream stream(kKey, 0, "noise");
  const std::vector<float> whole = normals(stream, 0, 2 * kCount);
  for (std::size_t first = 0; first < 200; ++first) {
    const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(first);
    EXPECT_EQ(normals(stream, first, kCount), std::vector<float>(begin, begin + kCount)) << "from " << first;
  }
}

// After 2^34 draws the low word of Philox' counter wraps.
TEST(Normals, CutsAcrossTheCountersLowWordGiveTheSameBits) {
  constexpr std::uint64_t kWrap = std::uint64_t{1} << 34U;
  const RandomStream stream(kKey, 0, "noise");
  const std::vector<float> across = normals(stream, kWrap - 640, 1280);
  const std::vector<float> before = normals(stream, kWrap - 640, 640);
  const std::vector<float> after = normals(stream, kWrap, 640);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), across.begin()));
  EXPECT_TRUE(std::equal(after.begin(), after.end(), across.begin() + 640));
  EXPECT_NE(after, normals(stream, 0, 640));
}

TEST(Normals, FillTheirSpanAndNothingAroundIt) {
  constexpr float kUntouched = 99.0F;  // no normal draw is so large
  for (const std::size_t count : {0U, 1U, 5U, 64U, 130U}) {
    std::vector<float> draws(200, kUntouched);
    RandomStream(kKey, 0, "noise").normals(5, std::span(draws).subspan(20, count));
    EXPECT_EQ(static_cast<std::size_t>(std::count(draws.begin(), draws.end(), kUntouched)), 200 - count);
    EXPECT_EQ(draws[19], kUntouched);
    EXPECT_EQ(draws[20 + count], kUntouched);
  }
}

TEST(Normals, AgreeWithBoxAndMullerInDouble) {
  constexpr double kFloatAgainstDouble = 1e-5;  // 6.7 times the rounding of float and of its short polynomials
  constexpr std::uint64_t kFirst = 1'000'003;
  const RandomStream stream(kKey, 9, "noise");
  const std::vector<float> draws = normals(stream, kFirst, 200'000);
  for (std::size_t i = 0; i < draws.size(); ++i) {
    ASSERT_NEAR(draws[i], draw_by_itself(stream, kFirst + i), kFloatAgainstDouble) << "draw " << i;
  }
}

// Kolmogorov and Smirnov: the greatest distance between the draws' distribution and the normal one.
TEST(Normals, FollowTheNormalDistribution) {
  constexpr double kCritical = 1.95;  // exceeded by true normals with chance 0.001
  std::vector<float> sorted = million();
  std::sort(sorted.begin(), sorted.end());
  double distance = 0.0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double expected = 0.5 * std::erfc(-static_cast<double>(sorted[i]) / std::numbers::sqrt2);
    const double below = static_cast<double>(i) / static_cast<double>(kDraws);
    const double up_to = static_cast<double>(i + 1) / static_cast<double>(kDraws);
    distance = std::max({distance, std::abs(expected - below), std::abs(expected - up_to)});
  }
  EXPECT_LT(distance * std::sqrt(static_cast<double>(kDraws)), kCritical);
}

TEST(Normals, HaveTheFirstFourMoments) {
  double moments[4] = {};
  for (const float draw : million()) {
    double power = 1.0;
    for (double& moment : moments) {
      power *= draw;
      moment += power / static_cast<double>(kDraws);
    }
  }
  // The variances of x, x^2, x^3 and x^4 are 1, 2, 15 and 96.
  EXPECT_NEAR(moments[0], 0.0, kFiveStandardErrors);
  EXPECT_NEAR(moments[1], 1.0, kFiveStandardErrors * std::sqrt(2.0));
  EXPECT_NEAR(moments[2], 0.0, kFiveStandardErrors * std::sqrt(15.0));
  EXPECT_NEAR(moments[3], 3.0, kFiveStandardErrors * std::sqrt(96.0));
}

TEST(Normals, ReachIntoBothTailsAsOftenAsTheyShouldAndEndWhereDocumented) {
  constexpr double kEnd = 6.7;
  for (const double limit : {3.0, 4.0}) {
    const double expected = 0.5 * std::erfc(limit / std::numbers::sqrt2) * static_cast<double>(kDraws);
    const double tolerance = 5.0 * std::sqrt(expected);  // five standard errors of a rare count
    const auto above = std::count_if(million().begin(), million().end(), [&](float x) { return x > limit; });
    const auto below = std::count_if(million().begin(), million().end(), [&](float x) { return x < -limit; });
    EXPECT_NEAR(static_cast<double>(above), expected, tolerance) << limit;
    EXPECT_NEAR(static_cast<double>(below), expected, tolerance) << limit;
  }
  for (const float draw : million()) {
    ASSERT_LT(std::abs(draw), kEnd);
  }
}

// Draws 16 apart are the two of a Box-Muller pair or come from the words of one block.
TEST(Normals, NeighboursAreIndependent) {
  std::vector<float> squares = million();
  for (float& square : squares) {
    square = (square * square - 1.0F) / std::numbers::sqrt2_v<float>;
  }
  for (const std::size_t lag : {1U, 2U, 8U, 15U, 16U, 32U, 48U, 64U, 1024U}) {
    EXPECT_NEAR(correlation(million(), million(), lag), 0.0, kFiveStandardErrors) << "lag " << lag;
    EXPECT_NEAR(correlation(squares, squares, lag), 0.0, kFiveStandardErrors) << "squares, lag " << lag;
    EXPECT_NEAR(correlation(million(), squares, lag), 0.0, kFiveStandardErrors) << "draw and square, lag " << lag;
  }
}

TEST(Normals, StreamsOfOtherKeysRealizationsAndNamesAreIndependent) {
  const RandomStream others[] = {
      {kKey + 1, 0, "noise"}, {kKey ^ (std::uint64_t{1} << 63U), 0, "noise"}, {kKey, 1, "noise"}, {kKey, 0, "noise2"},
      {kKey, 0, ""},
  };
  for (const RandomStream& other : others) {
    EXPECT_NEAR(correlation(million(), normals(other, 0, kDraws)), 0.0, kFiveStandardErrors);
  }
}

}  // namespace
}  // namespace fairground
