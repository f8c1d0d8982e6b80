// Covering arrays: how few rows, and that they hold what they must.
#include "pipeline/design/covering_array.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "pipeline/core/error.h"
#include "tests/design/covering_models.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Without constraints, seeds and credit: everything is held, the clean row included, and counted right.
void expect_covering(const CoveringModel& model, const CoveringArray& array) {
  EXPECT_EQ(held_by(model, array.rows).size(), count_demanded(model));
  EXPECT_EQ(array.demanded, count_demanded(model));
  EXPECT_EQ(array.excluded, 0U);
  EXPECT_TRUE(std::is_sorted(array.rows.begin(), array.rows.end()));
  EXPECT_EQ(array.rows.front(), std::vector<int>(model.levels.size(), 0));
}

std::string user_error(const CoveringModel& model) {
  try {
    (void)covering_array(model);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

struct Published {
  std::vector<std::pair<int, int>> levels_and_factors;
  int ways = 2;
  std::size_t rows = 0;
};

// The best sizes that github.com/jaccz/pairwise and PICT's docs/efficiency.md list for their common models, but 185
// instead of 180 for 10^20, whose size depends most on luck (179 when this was written); those with three ways are
// the orthogonal arrays' or, for the last, the bound.
class PublishedSizes : public testing::TestWithParam<Published> {};

TEST_P(PublishedSizes, AreReached) {
  const CoveringModel model = uniform_model(GetParam().levels_and_factors, GetParam().ways);
  const CoveringArray array = covering_array(model);
  expect_covering(model, array);
  EXPECT_LE(array.rows.size(), GetParam().rows);
}

INSTANTIATE_TEST_SUITE_P(Models, PublishedSizes,
                         testing::Values(Published{{{3, 4}}, 2, 9}, Published{{{3, 13}}, 2, 15},
                                         Published{{{4, 15}, {3, 17}, {2, 29}}, 2, 29},
                                         Published{{{4, 1}, {3, 39}, {2, 35}}, 2, 21}, Published{{{2, 100}}, 2, 10},
                                         Published{{{10, 20}}, 2, 185},
                                         Published{{{10, 2}, {4, 1}, {3, 2}, {2, 7}}, 2, 100},
                                         Published{{{4, 6}}, 3, 64}, Published{{{5, 6}}, 3, 125},
                                         Published{{{10, 2}, {4, 1}, {3, 2}, {2, 7}}, 3, 400}));

TEST(CoveringArray, HoldsEveryChoiceFromOneWayToSix) {
  for (int ways = 1; ways <= 6; ++ways) {
    const CoveringModel model = uniform_model({{3, 2}, {2, 5}, {1, 1}}, ways);
    expect_covering(model, covering_array(model));
  }
}

TEST(CoveringArray, IsTheFullFactorialWhereEveryFactorIsInEachChoice) {
  const CoveringModel model = uniform_model({{4, 1}, {3, 2}, {2, 1}}, /*ways=*/4);
  EXPECT_EQ(covering_array(model).rows, [&] {
    Rows rows = every_allowed_row(model);
    std::sort(rows.begin(), rows.end());
    return rows;
  }());
}

TEST(CoveringArray, MeetsDemandsOfDifferentStrengthAtOnce) {
  CoveringModel model = uniform_model({{4, 2}, {3, 4}});
  model.demands.push_back({{1, 3, 5}, 3});
  const CoveringArray array = covering_array(model);
  expect_covering(model, array);
  // The 36 of the triple are the least there can be, and pairs need far fewer.
  EXPECT_THAT(array.rows, SizeIs(36));
}

TEST(CoveringArray, IsTheSameAgainAndAnotherForAnotherSeed) {
  const CoveringModel model = uniform_model({{5, 3}, {4, 3}});
  EXPECT_EQ(covering_array(model).rows, covering_array(model).rows);
  EXPECT_EQ(covering_array(model).steps, covering_array(model).steps);
  EXPECT_NE(covering_array(model, 1, /*seed=*/1).rows, covering_array(model, 1, /*seed=*/2).rows);
}

TEST(CoveringArray, NeverGrowsWithEffort) {
  const CoveringModel model = uniform_model({{6, 8}});
  std::size_t before = covering_array(model).rows.size();
  for (const int effort : {2, 4}) {
    const CoveringArray array = covering_array(model, effort);
    expect_covering(model, array);
    EXPECT_LE(array.rows.size(), before);
    before = array.rows.size();
  }
}

TEST(CoveringArray, UsesTheLevelsOfEachFactorEvenly) {
  // 30 rows for the pair of the large factors leave the others free in most rows.
  const CoveringModel model = uniform_model({{6, 1}, {5, 1}, {3, 1}, {2, 4}});
  const CoveringArray array = covering_array(model);
  ASSERT_THAT(array.rows, SizeIs(30));
  for (std::size_t factor = 0; factor < model.levels.size(); ++factor) {
    std::vector<int> uses(static_cast<std::size_t>(model.levels[factor]));
    for (const std::vector<int>& row : array.rows) {
      ++uses[static_cast<std::size_t>(row[factor])];
    }
    EXPECT_LE(*std::max_element(uses.begin(), uses.end()) - *std::min_element(uses.begin(), uses.end()), 1)
        << "factor " << factor;
  }
}

TEST(CoveringArray, WithoutTheFirstRowHasOnlyWhatIsNeeded) {
  CoveringModel model = uniform_model({{2, 3}});
  model.is_credited = [](std::span<const std::size_t>, std::span<const int>) { return true; };
  EXPECT_THAT(covering_array(model).rows, ElementsAre(ElementsAre(0, 0, 0)));
  model.include_first = false;
  EXPECT_THAT(covering_array(model).rows, IsEmpty());
}

// Against every row that the constraints allow, each tried.
TEST(CoveringArrayWithConstraints, HoldsExactlyWhatAllowedRowsCanHold) {
  RandomStream random(/*key=*/3, /*realization=*/0, "models");
  int with_excluded = 0;
  for (int i = 0; i < 60; ++i) {
    CoveringModel model = random_model(random, /*most_factors=*/5, /*ways=*/i % 3 == 0 ? 3 : 2);
    if (i % 4 == 0) {
      model.demands.push_back({{0, 1, 2}, 3});
    }
    const auto possible = held_by(model, every_allowed_row(model));
    try {
      const CoveringArray array = covering_array(model);
      EXPECT_EQ(held_by(model, array.rows), possible);
      EXPECT_TRUE(std::all_of(array.rows.begin(), array.rows.end(),
                              [&](const std::vector<int>& row) { return is_allowed(model, row); }));
      EXPECT_EQ(array.demanded, possible.size());
      EXPECT_EQ(array.excluded, count_demanded(model) - possible.size());
      EXPECT_EQ(array.rows.front(), std::vector<int>(model.levels.size(), 0));
      with_excluded += array.excluded > 0 ? 1 : 0;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("leaves no combination with level"));
      // One way holds every possible level, so that one is missing.
      CoveringModel levels = uniform_model({});
      levels.levels = model.levels;
      for (std::size_t factor = 0; factor < model.levels.size(); ++factor) {
        levels.demands[0].factors.push_back(factor);
      }
      levels.demands[0].ways = 1;
      EXPECT_LT(held_by(levels, every_allowed_row(model)).size(), count_demanded(levels));
    }
  }
  EXPECT_GT(with_excluded, 20);
}

/// The model of docs: eight accents and six axes; no noise means no signal-to-noise ratio, and a clean device has one
/// codec only.
CoveringModel audit_model(int ways) {
  CoveringModel model = uniform_model({{8, 1}, {3, 1}, {5, 3}, {4, 2}}, ways);
  model.except = {{{{3, {0}}, {4, {1, 2, 3, 4}}}}, {{{3, {1, 2, 3, 4}}, {4, {0}}}}, {{{2, {0}}, {6, {1, 2, 3}}}}};
  return model;
}

TEST(CoveringArrayWithConstraints, MovesThroughExclusionsThatBindTwoFactorsToEachOther) {
  // PICT has 47, 245 and 1113 rows. The bounds are 40 and 200 = 8 x 5 x 5.
  EXPECT_THAT(covering_array(audit_model(2)).rows, SizeIs(40));
  EXPECT_LE(covering_array(audit_model(3)).rows.size(), 220U);
}

TEST(CoveringArrayWithSeeds, HoldsExactlyWhatIsMissing) {
  RandomStream random(/*key=*/4, /*realization=*/0, "seeds");
  for (int i = 0; i < 12; ++i) {
    CoveringModel model = i == 0 ? audit_model(2) : random_model(random, /*most_factors=*/6);
    Rows seeds(30, std::vector<int>(model.levels.size()));
    for (std::vector<int>& seed : seeds) {
      for (std::size_t factor = 0; factor < seed.size(); ++factor) {
        // Some levels are unknown, and many of these rows break constraints.
        seed[factor] = static_cast<int>(random.below(static_cast<std::uint64_t>(model.levels[factor]) + 1)) - 1;
      }
    }
    CoveringArray without;
    try {
      without = covering_array(model);
    } catch (const UserError&) {
      continue;
    }
    model.seeds = seeds;
    const CoveringArray array = covering_array(model);
    EXPECT_LE(array.rows.size(), without.rows.size());
    EXPECT_TRUE(std::all_of(array.rows.begin(), array.rows.end(),
                            [&](const std::vector<int>& row) { return is_allowed(model, row); }));
    const auto possible = held_by(model, without.rows);
    const auto by_seeds = held_by(model, seeds);
    const auto by_rows = held_by(model, array.rows);
    std::uint64_t credited = 0;
    for (const Combination& combination : possible) {
      credited += by_seeds.contains(combination) ? 1U : 0U;
      EXPECT_TRUE(by_seeds.contains(combination) || by_rows.contains(combination));
    }
    EXPECT_GT(credited, 0U);
    EXPECT_EQ(array.credited, credited);
    EXPECT_EQ(array.demanded, possible.size());
  }
}

TEST(CoveringArrayWithSeeds, NeedsNoMoreRowsThanCombinationsThatAreMissing) {
  CoveringModel model = uniform_model({{3, 4}});
  model.seeds = covering_array(model).rows;
  const std::vector<int> last = model.seeds.back();
  model.seeds.pop_back();
  model.include_first = false;
  const CoveringArray array = covering_array(model);
  EXPECT_THAT(array.rows, ElementsAre(last));  // in an orthogonal array of nine rows each is needed whole
  EXPECT_EQ(array.credited, 48U);
}

TEST(CoveringArrayWithCredit, LeavesOutWhatIsCredited) {
  CoveringModel model = uniform_model({{4, 3}});
  model.include_first = false;
  model.is_credited = [](std::span<const std::size_t> factors, std::span<const int> levels) {
    return factors[0] == 0 || levels[0] != 3;
  };
  // What is left: level 3 of the second factor with each level of the third.
  EXPECT_THAT(covering_array(model).rows, AllOf(SizeIs(4), Each(Contains(3))));
}

TEST(CoveringArrayMistakes, SayWhatToChange) {
  CoveringModel model = uniform_model({{3, 3}});
  model.factor_names = {"noise", "device", "room"};
  model.level_names = {{"none", "fan", "alarm"}, {"studio", "phone", "headset"}, {"dry", "ward", "hall"}};

  model.except = {{{{0, {0, 1}}}}, {{{0, {2}}}}};
  EXPECT_THAT(user_error(model), HasSubstr("`except` leaves no combination at all"));

  model.except = {{{{0, {2}}, {1, {0, 1}}}}, {{{0, {2}}, {1, {2}}}}};
  EXPECT_THAT(user_error(model), AllOf(HasSubstr("no combination with alarm of noise"), HasSubstr("narrow")));

  model.except = {{{{0, {1}}, {1, {1}}}}, {{{0, {0}}, {2, {0, 1}}}}};
  EXPECT_THAT(user_error(model), AllOf(HasSubstr("first levels"), HasSubstr("{noise: none, room: [dry, ward]}")));

  model.except.clear();
  model.demands = {{{0, 2}, 3}};
  EXPECT_THAT(user_error(model), AllOf(HasSubstr("`ways` is 3"), HasSubstr("2 axes (noise, room)")));

  model.demands = {{{0, 1, 2}, 7}};
  EXPECT_THAT(user_error(model), HasSubstr("1 to 6 ways"));

  EXPECT_THAT(user_error(uniform_model({{20, 10}}, /*ways=*/6)),
              AllOf(HasSubstr("13 440 000 000 combinations"), HasSubstr("Lower `ways`")));
  EXPECT_THAT(user_error(uniform_model({{60000, 60000}}, /*ways=*/6)), HasSubstr("more than 10^15"));
}

// Pigeons: one more factor than it has levels, any two of them different. Whether that is possible no known method
// sees without trying nearly everything.
TEST(CoveringArrayMistakes, EntangledConstraintsAreGivenUp) {
  constexpr int kHoles = 12;
  CoveringModel model = uniform_model({{kHoles, kHoles + 1}});
  for (std::size_t a = 0; a <= kHoles; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      for (std::size_t level = 0; level < kHoles; ++level) {
        model.except.push_back({{{b, {level}}, {a, {level}}}});
      }
    }
  }
  EXPECT_THAT(user_error(model), HasSubstr("so entangled"));
}

TEST(RankRows, BeginWithTheFirstLevelsAndThenWhatBringsMost) {
  const CoveringModel model = uniform_model({{2, 3}});
  const Rows rows = {{1, 0, 0}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 0}};
  const RankedRows ranked = rank_rows(model, rows);
  // The clean row holds three of the twelve pairs, then 111 three, 100 two (10-, 1-0; -00 is held), 110 one (-10).
  EXPECT_THAT(ranked.order, ElementsAre(2, 1, 0, 4, 3));
  EXPECT_THAT(ranked.total, ElementsAre(3, 6, 8, 9, 9));
}

TEST(RankRows, FewerWaysComeFirst) {
  CoveringModel model = uniform_model({{3, 3}});
  model.demands.push_back({{0, 1, 2}, 1});
  // 101 brings two new levels and three new pairs, 110 and 011 one level less but as many pairs after 212, which brings
  // three levels. At the end the two are equal.
  const RankedRows ranked = rank_rows(model, {{0, 0, 0}, {1, 1, 0}, {0, 1, 1}, {1, 0, 1}, {2, 1, 2}});
  EXPECT_THAT(ranked.order, ElementsAre(0, 4, 3, 1, 2));
}

TEST(RankRows, CountWhatSeedsHold) {
  CoveringModel model = uniform_model({{2, 3}});
  model.seeds = {{1, 1, kAnyLevel}};
  const RankedRows ranked = rank_rows(model, {{1, 1, 1}, {0, 1, 0}});
  EXPECT_THAT(ranked.order, ElementsAre(1, 0));
  EXPECT_THAT(ranked.total, ElementsAre(4, 6));
}

TEST(CountCombinations, NamesWhatIsMissing) {
  CoveringModel model = uniform_model({{2, 3}});
  model.except = {{{{0, {1}}, {1, {1}}}}};
  const CombinationCount count = count_combinations(model, {{0, 0, 0}, {0, 1, 1}, {1, kAnyLevel, 1}, {1, 1, 0}}, 2);
  EXPECT_EQ(count.demanded, 11U);
  EXPECT_EQ(count.excluded, 1U);
  // 00- 01-, 0-0 0-1 1-0 1-1, -00 -11 -10 are held, 10- and -01 are not.
  EXPECT_EQ(count.held, 9U);
  EXPECT_THAT(count.missing, ElementsAre(Combination{{0, 1}, {1, 0}}, Combination{{1, 2}, {0, 1}}));
}

}  // namespace
}  // namespace fairground
