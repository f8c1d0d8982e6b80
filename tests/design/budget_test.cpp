// What a budget pays for, against a bill that is added up variant by variant.
#include "pipeline/design/budget.h"

#include <gmock/gmock.h>

#include <numeric>

#include "pipeline/core/random.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::Optional;

std::vector<LevelRow> rows(std::size_t count, int first = 0) {
  std::vector<LevelRow> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({first + static_cast<int>(i)});
  }
  return all;
}

TEST(Budget, RepeatsAreRoundedUpButNotForRoundingErrors) {
  EXPECT_EQ(repeats_of(0.07, 100), 7U) << "0.07 x 100 is a little more than 7 in binary";
  EXPECT_EQ(repeats_of(0.07, 101), 8U);
  EXPECT_EQ(repeats_of(0.0, 100), 0U);
  EXPECT_EQ(repeats_of(1.0, 3), 3U);
  EXPECT_EQ(repeats_of(0.001, 1), 1U);
}

TEST(Budget, FillsListsEvenly) {
  BillingRules rules;
  rules.bytes = [](std::size_t) { return 1.0; };
  const std::vector<ConditionList> lists = {{{{{0, 1}, 0}}, {}, rows(5)}, {{{{2}, 0}}, {}, rows(5)}};
  const auto made = [&](std::int64_t variants) {
    Budget budget;
    budget.variants = variants;
    return affordable(budget, rules, lists);
  };
  EXPECT_THAT(made(0), Optional(ElementsAre(0, 0)));
  EXPECT_THAT(made(3), Optional(ElementsAre(1, 1)));
  EXPECT_THAT(made(5), Optional(ElementsAre(2, 1)));
  EXPECT_THAT(made(6), Optional(ElementsAre(2, 2)));
  EXPECT_THAT(made(1000), Optional(ElementsAre(5, 5)));
}

TEST(Budget, BytesCountAsVariantsDo) {
  BillingRules rules;
  rules.bytes = [](std::size_t source) { return source == 0 ? 10.0 : 90.0; };
  const std::vector<ConditionList> lists = {{{{{0, 1}, 0}}, {}, rows(5)}};
  Budget budget;
  budget.bytes = 299.0;
  EXPECT_THAT(affordable(budget, rules, lists), Optional(ElementsAre(2)));
  budget.variants = 3;
  EXPECT_THAT(affordable(budget, rules, lists), Optional(ElementsAre(1)));
}

TEST(Budget, WhatIsFixedMustBePaidFor) {
  BillingRules rules;
  rules.bytes = [](std::size_t) { return 1.0; };
  rules.conditions_of_all = 1;
  const std::vector<ConditionList> lists = {{{{{0, 1, 2}, 0}}, rows(2), rows(2, 10)}};
  Budget budget;
  budget.variants = 8;
  EXPECT_EQ(affordable(budget, rules, lists), std::nullopt);
  budget.variants = 9;
  EXPECT_THAT(affordable(budget, rules, lists), Optional(ElementsAre(0)));
  budget.variants = 12;
  EXPECT_THAT(affordable(budget, rules, lists), Optional(ElementsAre(1)));
}

/// A made world of groups, with what of it was made before.
struct Case {
  std::vector<GroupBill> groups;
  std::vector<LevelRow> fixed;
  std::vector<LevelRow> wanted;
  std::vector<std::size_t> owed;  ///< of each source
  std::vector<bool> has_clean;
  double repeat = 0.0;
};

std::size_t counted_one_by_one(const Case& it, std::size_t wanted) {
  std::size_t total = 0;
  for (const GroupBill& group : it.groups) {
    std::size_t repeats = 0;
    while (static_cast<double>(repeats) + 1e-9 <
           it.repeat * static_cast<double>(group.sources.size() * (it.fixed.size() + wanted))) {
      ++repeats;
    }
    total += repeats > group.repeats_made ? repeats - group.repeats_made : 0;
    for (const std::size_t source : group.sources) {
      const std::size_t made_now = it.owed[source] + wanted;
      total += made_now + (made_now > 0 && it.has_clean[source] ? 1 : 0);
    }
  }
  return total;
}

TEST(Budget, TakesAsManyConditionsAsABillOneByOneSays) {
  RandomStream random(/*key=*/8, /*realization=*/0, "budgets");
  for (int round = 0; round < 300; ++round) {
    Case it;
    it.fixed = rows(random.below(4));
    it.wanted = rows(1 + random.below(6), 10);
    it.repeat = 0.05 * static_cast<double>(random.below(6));
    for (std::uint64_t g = 0; g < 1 + random.below(4); ++g) {
      GroupBill& group = it.groups.emplace_back();
      for (std::uint64_t k = 0; k < 1 + random.below(9); ++k) {
        group.sources.push_back(it.owed.size());
        it.owed.push_back(random.below(it.fixed.size() + 1));
        it.has_clean.push_back(random.below(2) == 0);
      }
      group.repeats_made = random.below(4);
    }
    BillingRules rules;
    rules.repeat = it.repeat;
    rules.bytes = [](std::size_t) { return 1.0; };
    rules.owed = [&](std::size_t source, const std::vector<LevelRow>&) { return it.owed[source]; };
    rules.has_clean = [&](std::size_t source) { return it.has_clean[source]; };
    Budget budget;
    budget.variants = static_cast<std::int64_t>(random.below(counted_one_by_one(it, it.wanted.size()) + 2));
    const auto made = affordable(budget, rules, {{it.groups, it.fixed, it.wanted}});
    const auto most = static_cast<std::size_t>(*budget.variants);
    if (counted_one_by_one(it, 0) > most) {
      EXPECT_EQ(made, std::nullopt) << round;
      continue;
    }
    ASSERT_TRUE(made.has_value()) << round;
    EXPECT_LE(counted_one_by_one(it, made->front()), most) << round;
    if (made->front() < it.wanted.size()) {
      EXPECT_GT(counted_one_by_one(it, made->front() + 1), most) << round;
    }
  }
}

}  // namespace
}  // namespace fairground
