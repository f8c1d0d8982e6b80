#include "pipeline/flow/work_order.h"

#include <gmock/gmock.h>

#include <numeric>

#include "tests/support/made_world.h"

namespace fairground {
namespace {

using testing::ElementsAre;

using Costs = std::vector<std::uint64_t>;

std::vector<std::size_t> order_of(const Costs& costs, int jobs) { return long_ones_first(costs, costs, jobs); }

TEST(WorkOrder, WhatIsLongComesFirstAndTheRestStays) {
  Costs costs(400, 3);
  costs[390] = 300;
  costs[399] = 310;
  costs[10] = 300;
  const std::vector<std::size_t> order = order_of(costs, 2);
  EXPECT_THAT(std::vector(order.begin(), order.begin() + 5), ElementsAre(399, 10, 390, 0, 1));
  EXPECT_TRUE(std::is_sorted(order.begin() + 3, order.end()));
  std::vector<std::size_t> all(costs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  EXPECT_TRUE(std::ranges::is_permutation(order, all));
}

TEST(WorkOrder, NothingMovesWhereNothingIsLongOrOneThreadWorks) {
  Costs costs(1000, 3);
  costs[700] = 5;
  EXPECT_TRUE(std::ranges::is_sorted(order_of(costs, 2)));
  costs[700] = 50'000;
  EXPECT_TRUE(std::ranges::is_sorted(order_of(costs, 1)));
  EXPECT_EQ(order_of(costs, 2).front(), 700U);
  EXPECT_TRUE(order_of({}, 4).empty());
}

TEST(WorkOrder, OnlyThePartThatOneThreadMustDoIsLong) {
  const Costs costs(50, 1000);
  Costs longest(50, 1);
  EXPECT_TRUE(std::ranges::is_sorted(long_ones_first(costs, longest, 2)));
  longest[49] = 900;
  EXPECT_EQ(long_ones_first(costs, longest, 2).front(), 49U);
}

TEST(WorkOrder, VariantsOfASourceStayTogetherAndInOrder) {
  World world(Media::audio);
  for (int i = 0; i < 6; ++i) {
    world.add("s" + std::to_string(i), "irish", "anna" + std::to_string(i));
  }
  world.file(4).seconds = 1000.0F;
  const Plan plan(world.config, world.catalog);
  std::vector<std::size_t> all(plan.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::vector<std::size_t> order = long_ones_first(plan, all, 2);
  ASSERT_TRUE(std::ranges::is_permutation(order, all));
  EXPECT_EQ(plan.at(order.front()).source, 4U);
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (plan.source_number(order[i]) == plan.source_number(order[i - 1])) {
      EXPECT_EQ(order[i], order[i - 1] + 1);
    }
  }
  // What an earlier start has made is not made again.
  const std::vector<std::size_t> rest(all.begin() + 1, all.end());
  EXPECT_TRUE(std::ranges::is_permutation(long_ones_first(plan, rest, 2), rest));
  EXPECT_TRUE(long_ones_first(plan, {}, 2).empty());
}

}  // namespace
}  // namespace fairground
