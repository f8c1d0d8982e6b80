// NIST's measures of combinatorial coverage: a worked example, and counting by hand.
#include "pipeline/design/combination_coverage.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void add_subsets(const PatternCube& cube, std::size_t most_ways, CombinationCoverage& coverage) {
  for_each_subset_count(cube, most_ways, [&](std::span<const std::size_t> set, std::span<const std::uint32_t> counts) {
    coverage.add(set, counts);
  });
}

TEST(CombinationCoverage, IsThatOfTheWorkedExample) {
  // NIST's example: the tests 0000, 0110, 1001 and 0111 of four binary variables a to d. Of the settings of ab there
  // are 3, ac 3, ad 3, bc 2, bd 4 and cd 4: 19 of 24.
  const CodedRows rows{{2, 2, 2, 2}, {{0, 0, 1, 0}, {0, 1, 0, 1}, {0, 1, 0, 1}, {0, 0, 1, 1}}};
  const std::vector<std::size_t> valid(4, 2);
  const std::vector<std::uint32_t> thresholds = {1};
  CombinationCoverage coverage(rows.cardinalities, valid, thresholds, 2);
  add_subsets(PatternCube(count_sources(rows)), 2, coverage);
  ASSERT_EQ(coverage.measures().size(), 2);
  const TWayCoverage& singles = coverage.measures()[0];
  EXPECT_EQ(singles.ways, 1);
  EXPECT_EQ(singles.combinations, 4);
  EXPECT_EQ(singles.simple(), 1.0);
  const TWayCoverage& pairs = coverage.measures()[1];
  EXPECT_EQ(pairs.ways, 2);
  EXPECT_EQ(pairs.combinations, 6);
  EXPECT_EQ(pairs.configurations, 24);
  EXPECT_EQ(pairs.configurations_covered, 19);
  EXPECT_EQ(pairs.simple(), 2.0 / 6.0);
  EXPECT_EQ(pairs.total(), 19.0 / 24.0);
  EXPECT_EQ(pairs.completeness(0), 1.0);
  EXPECT_EQ(pairs.completeness(1), 5.0 / 6.0);
  EXPECT_EQ(pairs.completeness(2), pairs.simple());
  EXPECT_EQ(pairs.minimum, 0.5);
  EXPECT_THAT(pairs.worst, ElementsAre(1, 2));
  EXPECT_THAT(singles.worst, IsEmpty());
}

TEST(CombinationCoverage, ListsTheShortestCombinations) {
  // The same four tests. ab and ac: 00, 01, 10, 01. ad: 00, 00, 11, 01. bc: 00, 11, 00, 11. bd and cd: each once.
  const CodedRows rows{{2, 2, 2, 2}, {{0, 0, 1, 0}, {0, 1, 0, 1}, {0, 1, 0, 1}, {0, 0, 1, 1}}};
  const std::vector<std::size_t> valid(4, 2);
  const std::vector<std::uint32_t> thresholds = {1, 2};
  const auto listed = [&](std::size_t most, std::size_t ways) {
    CombinationCoverage coverage(rows.cardinalities, valid, thresholds, 2, most);
    add_subsets(PatternCube(count_sources(rows)), 2, coverage);
    std::vector<std::tuple<std::vector<std::size_t>, std::uint64_t, std::uint64_t, std::uint64_t>> found;
    for (const ShortCombination& entry : coverage.shortest(ways)) {
      found.emplace_back(entry.attributes, entry.configurations, entry.uncovered, entry.empty);
    }
    return found;
  };
  using Set = std::vector<std::size_t>;
  EXPECT_THAT(listed(10, 2), ElementsAre(std::tuple(Set{1, 3}, 4, 4, 0), std::tuple(Set{2, 3}, 4, 4, 0),
                                         std::tuple(Set{0, 1}, 4, 3, 1), std::tuple(Set{0, 2}, 4, 3, 1),
                                         std::tuple(Set{0, 3}, 4, 3, 1), std::tuple(Set{1, 2}, 4, 2, 2)));
  EXPECT_THAT(listed(3, 2), ElementsAre(std::tuple(Set{1, 3}, 4, 4, 0), std::tuple(Set{2, 3}, 4, 4, 0),
                                        std::tuple(Set{0, 1}, 4, 3, 1)));
  EXPECT_THAT(listed(10, 1), ElementsAre(std::tuple(Set{0}, 2, 1, 0)));
  EXPECT_THAT(listed(0, 2), IsEmpty());
}

TEST(CombinationCoverage, IsWhatCountingByHandGives) {
  std::mt19937 bits(11);
  for (int round = 0; round < 100; ++round) {
    SCOPED_TRACE(round);
    CodedRows rows;
    std::vector<std::size_t> valid;
    const std::size_t attributes = 2 + bits() % 4;
    const std::size_t size = 1 + bits() % 40;
    for (std::size_t a = 0; a < attributes; ++a) {
      valid.push_back(1 + bits() % 3);
      rows.cardinalities.push_back(valid.back() + bits() % 2);
      rows.columns.emplace_back();
      for (std::size_t row = 0; row < size; ++row) {
        rows.columns.back().push_back(static_cast<ValueCode>(bits() % rows.cardinalities.back()));
      }
    }
    const std::vector<std::uint32_t> thresholds = {1, 2 + static_cast<std::uint32_t>(bits() % 4)};
    // Every other time people are counted, who have several rows each.
    const bool of_people = round % 2 == 1;
    std::vector<std::uint32_t> who;
    for (std::uint32_t row = 0; row < size; ++row) {
      who.push_back(of_people ? static_cast<std::uint32_t>(bits() % 9) : row);
    }
    const Population population = of_people ? count_subjects(rows, who) : count_sources(rows);
    CombinationCoverage of_cube(rows.cardinalities, valid, thresholds, attributes);
    add_subsets(PatternCube(population), attributes, of_cube);
    CombinationCoverage of_levels(rows.cardinalities, valid, thresholds, attributes);
    find_uncovered(
        population, 1, attributes, [](std::span<const ValueCode>, std::size_t, std::uint32_t) {},
        [&](std::span<const std::size_t> set, std::span<const std::uint32_t> counts) { of_levels.add(set, counts); });

    for (std::size_t m = 0; m < of_cube.measures().size(); ++m) {
      const TWayCoverage& measure = of_cube.measures()[m];
      EXPECT_EQ(measure.ways, 1 + m / 2);
      EXPECT_EQ(measure.threshold, thresholds[m % 2]);
      // Counted again, set by set of attributes, from the rows.
      std::size_t combinations = 0;
      std::size_t full = 0;
      std::size_t half_full = 0;
      std::size_t three_quarters_full = 0;
      std::size_t all = 0;
      std::size_t some = 0;
      double minimum = 1.0;
      for (std::size_t mask = 0; mask < std::size_t{1} << attributes; ++mask) {
        if (static_cast<std::size_t>(std::popcount(mask)) != measure.ways) {
          continue;
        }
        std::size_t here = 1;
        for (std::size_t a = 0; a < attributes; ++a) {
          here *= (mask >> a & 1U) != 0 ? valid[a] : 1;
        }
        std::map<std::vector<ValueCode>, std::set<std::uint32_t>> counts;
        for (std::size_t row = 0; row < size; ++row) {
          std::vector<ValueCode> values;
          bool is_valid = true;
          for (std::size_t a = 0; a < attributes; ++a) {
            if ((mask >> a & 1U) != 0) {
              values.push_back(rows.columns[a][row]);
              is_valid = is_valid && rows.columns[a][row] < valid[a];
            }
          }
          if (is_valid) {
            counts[values].insert(who[row]);
          }
        }
        const auto covered = static_cast<std::size_t>(
            std::ranges::count_if(counts, [&](const auto& entry) { return entry.second.size() >= measure.threshold; }));
        ++combinations;
        full += covered == here ? 1 : 0;
        half_full += 2 * covered >= here ? 1 : 0;
        three_quarters_full += 4 * covered >= 3 * here ? 1 : 0;
        all += here;
        some += covered;
        minimum = std::min(minimum, static_cast<double>(covered) / static_cast<double>(here));
      }
      for (const TWayCoverage& either : {measure, of_levels.measures()[m]}) {
        EXPECT_EQ(either.combinations, combinations);
        EXPECT_EQ(either.configurations, all);
        EXPECT_EQ(either.configurations_covered, some);
        EXPECT_THAT(either.combinations_complete, ElementsAre(half_full, three_quarters_full, full));
        EXPECT_EQ(either.minimum, minimum);
      }
    }
  }
}

}  // namespace
}  // namespace fairground
