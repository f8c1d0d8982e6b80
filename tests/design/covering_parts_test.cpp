// The parts of the search for covering arrays, each against a slow way to the same.
#include <gmock/gmock.h>

#include <cmath>

#include "pipeline/core/error.h"
#include "pipeline/design/covering_acceptance.h"
#include "pipeline/design/covering_annealing.h"
#include "pipeline/design/covering_developed.h"
#include "pipeline/design/covering_greedy.h"
#include "pipeline/design/covering_orthogonal.h"
#include "tests/design/covering_models.h"

namespace fairground::covering {
namespace {

using testing::SizeIs;

Rows as_levels(const std::vector<Row>& rows) {
  Rows result;
  for (const Row& row : rows) {
    result.emplace_back();
    for (const LevelIndex level : row) {
      result.back().push_back(level == kOpen ? kAnyLevel : static_cast<int>(level));
    }
  }
  return result;
}

TEST(OrthogonalArray, HoldsEachCombinationOfAnyColumnsOnce) {
  for (const auto& [levels, ways] : std::vector<std::pair<int, int>>{
           {2, 2}, {3, 2}, {4, 2}, {5, 2}, {8, 2}, {9, 2}, {2, 3}, {3, 3}, {4, 3}, {5, 3}, {8, 3}, {3, 4}, {2, 5}}) {
    const auto size = static_cast<std::size_t>(levels);
    const std::vector<Row> rows = orthogonal_array(size, static_cast<std::size_t>(ways));
    const std::size_t columns = orthogonal_columns(size, static_cast<std::size_t>(ways));
    EXPECT_THAT(rows, SizeIs(static_cast<std::size_t>(std::lround(std::pow(levels, ways)))));
    const CoveringModel model = uniform_model({{levels, static_cast<int>(columns)}}, ways);
    EXPECT_EQ(held_by(model, as_levels(rows)).size(), count_demanded(model)) << levels << " levels, " << ways;
  }
  EXPECT_EQ(orthogonal_columns(4, 3), 6U);
}

TEST(OrthogonalArray, FindsTheNextPrimePower) {
  std::vector<std::size_t> found;
  for (std::size_t levels = 1; levels <= 14; ++levels) {
    found.push_back(next_prime_power(levels));
  }
  EXPECT_THAT(found, testing::ElementsAre(2, 2, 3, 4, 5, 7, 7, 8, 9, 11, 11, 13, 13, 16));
}

TEST(DevelopedStart, IsMadeOfOrbitsAndHoldsAllWithEnoughStarters) {
  const CoveringModel model = uniform_model({{5, 9}, {4, 1}, {2, 1}});
  const TupleSpace space(model);
  EXPECT_THAT(developed_factors(space, 5), SizeIs(10));
  SearchRandom random(1);
  Work work;
  const std::vector<Row> rows = developed_start(space, 5, /*starters=*/12, /*most_work=*/20'000'000, random, work);
  EXPECT_THAT(rows, SizeIs(12 * 4 + 1));
  CoveringModel developed = model;
  developed.demands[0].factors.pop_back();
  EXPECT_EQ(held_by(developed, as_levels(rows)).size(), count_demanded(developed));
  EXPECT_EQ(rows.front().back(), kOpen);
}

TEST(Acceptance, IsThatOfMetropolis) {
  constexpr int kDraws = 100'000;
  // Six standard deviations of a share of so many draws.
  const double tolerance = 6 * std::sqrt(0.25 / kDraws);
  SearchRandom random(5);
  Acceptance acceptance;
  for (const double temperature : {0.1, 0.32, 0.8}) {
    acceptance.set_temperature(temperature);
    for (int cost = -1; cost <= 3; ++cost) {
      int accepted = 0;
      for (int i = 0; i < kDraws; ++i) {
        accepted += acceptance.accepts(cost, random) ? 1 : 0;
      }
      const double expected = cost <= 0 ? 1.0 : std::exp(-cost / temperature);
      EXPECT_NEAR(static_cast<double>(accepted) / kDraws, expected, tolerance) << temperature << " " << cost;
    }
  }
}

// The tables are changed and never made anew; so whatever they have gone through, they must say what counting says.
TEST(Annealer, KnowsHowMuchIsMissing) {
  RandomStream draws(/*key=*/6, /*realization=*/0, "models");
  int annealed = 0;
  for (int i = 0; i < 30; ++i) {
    CoveringModel model = i % 2 == 0 ? uniform_model({{4, 2}, {3, 3}, {2, 2}}, 1 + i / 2 % 4) : random_model(draws, 6);
    if (i % 3 == 0) {
      model.demands.push_back({{0, 1, 2}, 3});
    }
    try {
      const TupleSpace space(model);
      const Constraints constraints(model);
      const Needs needs = find_needs(model, space, constraints);
      SearchRandom random(7);
      Work work{1'000'000'000, 0, 0};
      std::vector<bool> frozen(model.levels.size(), false);
      frozen[0] = true;
      const std::vector<Row> start = greedy_array(space, constraints, needs, {}, random, work);
      Annealer annealer(space, constraints, needs, start, frozen);
      for (int round = 0; round < 6 && annealer.row_count() > 2; ++round) {
        annealer.drop_cheapest_row(work);
        annealer.anneal(/*warmth=*/0.3, /*steps=*/500, random, work);
        const Rows rows = as_levels(annealer.rows());
        EXPECT_EQ(annealer.missing(), needs.needed - held_by(model, rows).size());
        EXPECT_EQ(rows[0][0], static_cast<int>(start[0][0]));
        for (const std::vector<int>& row : rows) {
          EXPECT_TRUE(is_allowed(model, row));
        }
        ++annealed;
      }
      annealer.balance();
      EXPECT_EQ(annealer.missing(), needs.needed - held_by(model, as_levels(annealer.rows())).size());
    } catch (const UserError&) {
      // A level is impossible; the next model.
    }
  }
  EXPECT_GT(annealed, 100);
}

}  // namespace
}  // namespace fairground::covering
