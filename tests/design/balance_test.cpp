// Standardised differences against figures worked out by hand, and what may be chance against many draws.
#include "pipeline/design/balance.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kRounding = 1e-12;

using Groups = std::vector<std::uint32_t>;

QualityTable one_quality(const std::vector<double>& values, QualityInfo info = {"snr", "dB", false, 0.0}) {
  return {{std::move(info)}, {values}};
}

// Means 2 and 4, variances 1 and 4: 2 / sqrt(2.5).
TEST(Balance, IsTheDifferenceOfMeansOverTheMeanVariance) {
  const Balance balance = measure_balance(one_quality({1, 2, 3, 2, 4, 6}), Groups{0, 0, 0, 1, 1, 1}, 2);
  ASSERT_THAT(balance.worst, SizeIs(1));
  EXPECT_NEAR(balance.worst[0].standardised_difference, 1.2649110640673518, kRounding);
  EXPECT_NEAR(balance.largest[0], 1.2649110640673518, kRounding);
  EXPECT_EQ(balance.above, 1U);
  EXPECT_EQ(balance.compared, 1U);
  const GroupBalance& second = balance.groups[1][0];
  EXPECT_NEAR(second.mean, 4.0, kRounding);
  EXPECT_NEAR(second.median, 4.0, kRounding);
  EXPECT_NEAR(second.sd, 2.0, kRounding);
  EXPECT_EQ(second.known, 3U);
}

// Hedges and Olkin's variance with 3 and 3 sources, d = 2 / sqrt(2.5), and Student's t at 4 degrees, 2.776 in tables.
TEST(Balance, SaysWhatMayBeChance) {
  constexpr double kExpansion = 0.005;  // relative error of the expansion of Student's t
  const Balance balance = measure_balance(one_quality({1, 2, 3, 2, 4, 6}), Groups{0, 0, 0, 1, 1, 1}, 2);
  const double expected = 2.776445105 * std::sqrt(1.0 / 3.0 + 1.0 / 3.0 + 1.6 / 12.0);
  EXPECT_NEAR(balance.worst.at(0).chance, expected, kExpansion * expected);
  EXPECT_EQ(balance.beyond_chance, 0U);
}

TEST(Balance, OfRatiosIsThatOfTheirLogarithms) {
  const std::vector<double> seconds = {1, 2, 4, 2, 8, 32};
  const Balance balance =
      measure_balance(one_quality(seconds, {"duration", "s", true, 0.0}), Groups{0, 0, 0, 1, 1, 1}, 2);
  EXPECT_NEAR(balance.largest[0], 1.2649110640673518, kRounding);  // octaves 0, 1, 2 and 1, 3, 5
  EXPECT_NEAR(balance.groups[1][0].mean, 8.0, 1e-9);
  EXPECT_NEAR(balance.groups[1][0].sd, 2.0, kRounding);
  const Balance unknown =
      measure_balance(one_quality({0, -1, 4, 2}, {"duration", "s", true, 0.0}), Groups{0, 0, 0, 0}, 1);
  EXPECT_EQ(unknown.groups[0][0].unknown, 2U);
}

TEST(Balance, LeavesSourcesWithoutAGroupOut) {
  const Balance balance =
      measure_balance(one_quality({100, 1, 2, 3, -50, 2, 4, 6}), Groups{kNoGroup, 0, 0, 0, kNoGroup, 1, 1, 1}, 2,
                      Groups{0, 1, 2, 3, 1, 4, 5, 6});
  EXPECT_NEAR(balance.largest[0], 1.2649110640673518, kRounding);
  for (const auto& group : balance.groups) {
    EXPECT_EQ(group[0].known, 3U);
    EXPECT_EQ(group[0].unknown, 0U);
    EXPECT_NEAR(group[0].effective, 3.0, kRounding) << "each of a subject of its own";
  }
}

TEST(Balance, LeavesUnknownValuesOut) {
  const Balance balance =
      measure_balance(one_quality({1, kNan, 2, 3, 2, 4, kNan, 6}), Groups{0, 0, 0, 0, 1, 1, 1, 1}, 2);
  EXPECT_NEAR(balance.largest[0], 1.2649110640673518, kRounding);
  EXPECT_EQ(balance.groups[0][0].unknown, 1U);
  EXPECT_EQ(balance.groups[0][0].known, 3U);
}

TEST(Balance, CannotBeToldOfASingleSource) {
  const Balance balance = measure_balance(one_quality({1, 2, 3, 50, kNan}), Groups{0, 0, 0, 1, 2}, 3);
  EXPECT_EQ(balance.untold, 3U);
  EXPECT_EQ(balance.compared, 0U);
  EXPECT_THAT(balance.worst, IsEmpty());
  EXPECT_TRUE(std::isnan(balance.groups[1][0].sd));
  EXPECT_TRUE(std::isnan(balance.groups[2][0].mean));
}

TEST(Balance, OfConstantsIsZeroOrInfinite) {
  const Groups groups = {0, 0, 0, 1, 1, 1, 2, 2};
  const Balance balance = measure_balance(one_quality({0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.1, 0.1}), groups, 3);
  ASSERT_THAT(balance.worst, SizeIs(2));
  EXPECT_TRUE(std::isinf(balance.worst[0].standardised_difference));
  EXPECT_EQ(balance.worst[0].second_group, 2U);
  EXPECT_EQ(balance.beyond_chance, 2U);
  EXPECT_EQ(balance.compared, 3U);
}

TEST(Balance, DoesNotMakeMuchOfLittle) {
  const std::vector<double> levels = {-26.001, -26.002, -26.003, -26.011, -26.012, -26.013};
  const Groups groups = {0, 0, 0, 1, 1, 1};
  EXPECT_GT(measure_balance(one_quality(levels), groups, 2).largest[0], 9.0);
  EXPECT_NEAR(measure_balance(one_quality(levels, {"level", "dBov", false, 0.5}), groups, 2).largest[0], 0.02, 1e-6);
}

TEST(Balance, ListsTheWorstOfManyGroupsAndCountsAll) {
  constexpr std::size_t kGroups = 60;
  std::vector<double> values;
  Groups groups;
  for (std::uint32_t g = 0; g < kGroups; ++g) {
    for (int k = 0; k < 5; ++k) {
      values.push_back(g + 0.5 * k);
      groups.push_back(g);
    }
  }
  const Balance balance = measure_balance(one_quality(values), groups, kGroups);
  EXPECT_TRUE(balance.is_by_pairs);
  EXPECT_EQ(balance.compared, kGroups * (kGroups - 1) / 2);
  EXPECT_EQ(balance.above, balance.compared);
  ASSERT_THAT(balance.worst, SizeIs(kMostListed));
  EXPECT_EQ(balance.worst[0].first_group, 0U);
  EXPECT_EQ(balance.worst[0].second_group, kGroups - 1);
  for (std::size_t k = 1; k < balance.worst.size(); ++k) {
    EXPECT_GE(balance.worst[k - 1].standardised_difference, balance.worst[k].standardised_difference);
  }
}

TEST(Balance, ComparesEachOfVeryManyGroupsWithTheOthers) {
  constexpr std::uint32_t kGroups = 10000;
  std::vector<double> values;
  Groups groups;
  for (std::uint32_t g = 0; g < kGroups; ++g) {
    for (const double value : {-1.0, 0.0, 1.0}) {
      values.push_back(value + (g == 777 ? 3.0 : 0.0));
      groups.push_back(g);
    }
  }
  const Balance balance = measure_balance(one_quality(values), groups, kGroups);
  EXPECT_FALSE(balance.is_by_pairs);
  EXPECT_EQ(balance.compared, kGroups);
  ASSERT_THAT(balance.worst, SizeIs(1));
  EXPECT_EQ(balance.worst[0].first_group, 777U);
  EXPECT_EQ(balance.worst[0].second_group, kAllOthers);
  // The others' variance is 2/3 n / (n - 1), the group's 1.
  const double others = 2.0 / 3.0 * 29997.0 / 29996.0;
  EXPECT_NEAR(balance.largest[0], 3.0 / std::sqrt(0.5 * (1.0 + others)), 1e-9);
}

// Sources of one subject that are all alike say no more than one.
TEST(Balance, CountsPeopleWhereTheirRecordingsAreAlike) {
  std::vector<double> values;
  Groups groups;
  std::vector<std::uint32_t> subjects;
  for (std::uint32_t subject = 0; subject < 8; ++subject) {
    for (int k = 0; k < 10; ++k) {
      values.push_back((subject % 4) * 2.0 + (subject / 4) * 0.7);
      groups.push_back(subject / 4);
      subjects.push_back(subject);
    }
  }
  const Balance clustered = measure_balance(one_quality(values), groups, 2, subjects);
  EXPECT_NEAR(clustered.groups[0][0].effective, 4.0, 1e-9);
  EXPECT_EQ(clustered.beyond_chance, 0U);
  const Balance independent = measure_balance(one_quality(values), groups, 2);
  EXPECT_NEAR(independent.groups[0][0].effective, 40.0, 1e-9);
  EXPECT_NEAR(independent.largest[0], clustered.largest[0], kRounding) << "the difference itself is of the sources";
  EXPECT_LT(independent.worst.at(0).chance, 0.7 * clustered.worst.at(0).chance);
}

// Two groups from one population whose subjects differ: how often the difference lies within what chance makes.
TEST(Balance, WhatMayBeChanceHoldsNineteenTimesOutOfTwenty) {
  constexpr int kDraws = 600;
  // Three standard deviations of a share of 0.95 in 600 draws are 0.027; the estimate of likeness adds its own.
  constexpr double kLowest = 0.91;
  struct Case {
    int subjects;
    double likeness;
  };
  for (const auto& [subjects, likeness] : {Case{5, 0.9}, Case{10, 0.5}, Case{20, 0.0}}) {
    int within = 0;
    int within_naive = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
      RandomStream sizes(1, static_cast<std::uint32_t>(draw), "sizes");
      std::vector<float> normals(static_cast<std::size_t>(2 * subjects * 16));
      RandomStream(1, static_cast<std::uint32_t>(draw), "values").normals(0, normals);
      std::vector<double> values;
      Groups groups;
      std::vector<std::uint32_t> subject_of;
      std::size_t next = 0;
      for (int s = 0; s < 2 * subjects; ++s) {
        const double own = std::sqrt(likeness) * normals[next++];
        const std::uint64_t count = 1 + sizes.below(15);
        for (std::uint64_t k = 0; k < count; ++k) {
          values.push_back(own + std::sqrt(1.0 - likeness) * normals[next++]);
          groups.push_back(static_cast<std::uint32_t>(s % 2));
          subject_of.push_back(static_cast<std::uint32_t>(s));
        }
      }
      const QualityTable table = one_quality(values);
      within += measure_balance(table, groups, 2, subject_of, 0.0).beyond_chance == 0 ? 1 : 0;
      within_naive += measure_balance(table, groups, 2, {}, 0.0).beyond_chance == 0 ? 1 : 0;
    }
    EXPECT_GE(within, kLowest * kDraws) << subjects << " subjects, likeness " << likeness;
    if (likeness > 0.0) {
      EXPECT_LT(within_naive, 0.75 * kDraws) << "counting sources would do as well, and this test nothing";
    }
  }
}

TEST(Balance, OfNothingIsNothing) {
  const Balance balance = measure_balance(QualityTable{}, Groups{}, 0);
  EXPECT_EQ(balance.compared, 0U);
  EXPECT_EQ(measure_balance(one_quality({1, 2}), Groups{0, 0}, 1).compared, 0U);
}

}  // namespace
}  // namespace fairground
