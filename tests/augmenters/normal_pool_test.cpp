// Whether draws from a pool are normal, and how far they are independent.
#include "augmenters/image/parts/normal_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "pipeline/core/random.h"
#include "tests/support/statistics.h"

namespace fairground {
namespace {

/// Sums and differences of `runs` runs.
std::pair<std::vector<float>, std::vector<float>> draws(std::size_t runs, std::uint64_t key = 5) {
  std::vector<std::uint32_t> words(runs);
  RandomStream(key, 1, "pool").words(0, words);
  std::pair<std::vector<float>, std::vector<float>> pairs;
  for (const std::uint32_t word : words) {
    const float* first = normal_pool().first(word);
    const float* second = normal_pool().second(word);
    for (std::size_t i = 0; i < NormalPool::kRun; ++i) {
      pairs.first.push_back(first[i] + second[i]);
      pairs.second.push_back(first[i] - second[i]);
    }
  }
  return pairs;
}

constexpr std::size_t kRuns = 1U << 18U;
constexpr double kDraws = static_cast<double>(kRuns * NormalPool::kRun);

const std::pair<std::vector<float>, std::vector<float>>& many() {
  static const auto pairs = draws(kRuns);
  return pairs;
}

/// In standard errors. Draws of a pool repeat, so that 65536 numbers and not 8 million say how far a figure may be off.
constexpr double kStandardErrors = 5.0;
constexpr double kNumbers = static_cast<double>(NormalPool::kSize);

TEST(NormalPool, HasTheMomentsOfTheNormalLaw) {
  for (const std::vector<float>* normals : {&many().first, &many().second}) {
    const Moments m = moments(std::span<const float>(*normals));
    // The pool's mean and variance are exact, so that only the choice of runs is left to chance.
    EXPECT_NEAR(m.mean, 0.0, kStandardErrors / std::sqrt(kDraws));
    EXPECT_NEAR(m.variance, 1.0, kStandardErrors * std::sqrt(2.0 / kDraws));
    EXPECT_NEAR(m.third, 0.0, kStandardErrors * std::sqrt(6.0 / kDraws) + 0.005) << "0.0024 is the pool's own";
    EXPECT_NEAR(m.excess_kurtosis(), 0.0, kStandardErrors * std::sqrt(24.0 / kDraws) + 0.005);
  }
}

// The shares of the normal law beyond each, from its tables.
TEST(NormalPool, HasTheTailsOfTheNormalLaw) {
  constexpr std::array kTails{std::pair(1.0, 0.31731), std::pair(2.0, 0.045500), std::pair(3.0, 0.0026998),
                              std::pair(4.0, 6.3342e-5), std::pair(5.0, 5.7330e-7)};
  for (const std::vector<float>* normals : {&many().first, &many().second}) {
    for (const auto& [beyond, share] : kTails) {
      const auto found = static_cast<double>(
          std::ranges::count_if(*normals, [b = beyond](float n) { return std::abs(n) > static_cast<float>(b); }));
      // Far numbers are few in the pool, too: a tenth of the share beside what chance does.
      EXPECT_NEAR(found / kDraws, share, kStandardErrors * std::sqrt(share / kDraws) + 0.1 * share) << beyond;
      EXPECT_GT(found, 0) << beyond;
    }
  }
}

// Within a run as within the pool, 0.0065 at most as is promised; across runs as by chance.
constexpr double kPoolCorrelation = 0.0065;

TEST(NormalPool, HasNoCorrelationToSpeakOfAtAnyDistance) {
  const std::span<const float> sums(many().first);
  const std::span<const float> differences(many().second);
  const double chance = kStandardErrors / std::sqrt(kDraws);
  for (std::size_t lag = 1; lag <= 2 * NormalPool::kRun; ++lag) {
    const double within = lag < NormalPool::kRun ? kPoolCorrelation : 0.0;
    EXPECT_NEAR(correlation(sums.first(sums.size() - lag), sums.subspan(lag)), 0.0, within + chance) << lag;
    EXPECT_NEAR(correlation(sums.first(sums.size() - lag), differences.subspan(lag)), 0.0, within + chance) << lag;
  }
  EXPECT_NEAR(correlation(sums, differences), 0.0, chance);
}

/// Squares, of which independent draws have no correlation either. A variance that swings from place to place has.
std::vector<float> squares(const std::vector<float>& draws) {
  std::vector<float> result(draws.size());
  std::ranges::transform(draws, result.begin(), [](float n) { return n * n; });
  return result;
}

TEST(NormalPool, HasNoPlacesThatAreNoisierThanOthers) {
  const std::vector<float> of_sums = squares(many().first);
  const std::vector<float> of_differences = squares(many().second);
  const std::span<const float> all(of_sums);
  const double chance = kStandardErrors / std::sqrt(kDraws);
  const double pool = kStandardErrors / std::sqrt(kNumbers);  // of the pool's squares at one distance
  EXPECT_NEAR(correlation(all, std::span<const float>(of_differences)), 0.0, chance + pool);
  for (const std::size_t lag : {1U, 2U, 5U, 16U, 31U}) {
    EXPECT_NEAR(correlation(all.first(all.size() - lag), all.subspan(lag)), 0.0, chance + pool) << lag;
  }
}

// A picture of 512 x 512 pixels has 24576 runs.
TEST(NormalPool, RepeatsNoRunInAPicture) {
  constexpr std::size_t kPicture = 24576;
  for (const std::uint64_t key : {1U, 2U, 3U}) {
    std::vector<std::uint32_t> words(kPicture);
    RandomStream(key, 1, "pool").words(0, words);
    std::set<std::pair<std::uint32_t, std::uint32_t>> places;  // of the two stretches, which may change sides
    for (const std::uint32_t word : words) {
      places.insert(std::minmax({word & 0xFFFFU, word >> 16U}));
    }
    EXPECT_EQ(places.size(), kPicture) << key;
  }
}

// The pool is a part of what a version of sensor.noise stands for. It comes from whole numbers and plain arithmetic.
TEST(NormalPool, IsTheSameEverywhere) {
  const NormalPool another;
  EXPECT_EQ(*another.first(0), *normal_pool().first(0));
  EXPECT_EQ(*normal_pool().second(0xFFFFU << 16U), *(normal_pool().first(0xFFFFU)));
  EXPECT_EQ(*(normal_pool().first(0xFFFFU) + 1), *normal_pool().first(0)) << "a stretch goes on at the start";
}

}  // namespace
}  // namespace fairground
