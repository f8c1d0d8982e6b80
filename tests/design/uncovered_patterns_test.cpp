// Maximal uncovered patterns: known counts, and brute force on small random tables.
#include "pipeline/design/uncovered_patterns.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "pipeline/catalog/manifest.h"

namespace fairground {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Pattern = std::vector<ValueCode>;
using Counts = std::map<Pattern, std::uint32_t>;

std::map<std::size_t, std::size_t> levels_of(const PatternCube& cube, std::uint32_t threshold) {
  std::map<std::size_t, std::size_t> levels;
  find_uncovered(cube, threshold,
                 [&](std::span<const ValueCode>, std::size_t level, std::uint32_t) { ++levels[level]; });
  return levels;
}

std::size_t sum(const std::map<std::size_t, std::size_t>& levels) {
  std::size_t total = 0;
  for (const auto& [level, count] : levels) {
    total += count;
  }
  return total;
}

using Levels = std::map<std::size_t, std::size_t>;

// The counts of the known instances were found by three methods that agree: the cube, a depth-first search with
// dominance tests like DEEPDIVER (Asudeh et al.), and, for small ones, brute force.

/// The first 1000 listings of the authors' data set; an amenity is there or not.
CodedRows listings(std::size_t attributes) {
  constexpr std::size_t kFirstAmenity = 5;
  const Manifest manifest = read_manifest(FAIRGROUND_SOURCE_DIR "/tests/design/data/airbnb_1000.csv");
  CodedRows rows;
  rows.cardinalities.assign(attributes, 2);
  rows.columns.resize(attributes);
  for (const ManifestRow& row : manifest.rows) {
    for (std::size_t a = 0; a < attributes; ++a) {
      rows.columns[a].push_back(std::stod(row.cells[kFirstAmenity + a]) > 0.0 ? 1 : 0);
    }
  }
  return rows;
}

TEST(KnownInstance, ListingsWith8Amenities) {
  const CodedRows rows = listings(8);
  ASSERT_EQ(rows.size(), 1000);
  EXPECT_EQ(levels_of(PatternCube(count_sources(rows)), 10), (Levels{{3, 39}, {4, 96}, {5, 51}, {6, 42}, {7, 7}}));
}

TEST(KnownInstance, ListingsWith10Amenities) {
  EXPECT_EQ(levels_of(PatternCube(count_sources(listings(10))), 10),
            (Levels{{2, 1}, {3, 67}, {4, 243}, {5, 247}, {6, 234}, {7, 117}, {8, 25}, {9, 2}}));
}

TEST(KnownInstance, ListingsWith15Amenities) {
  EXPECT_EQ(sum(levels_of(PatternCube(count_sources(listings(15))), 10)), 28631);
}

/// Values that halve from one to the next: the number of trailing ones of splitmix64's numbers, capped.
CodedRows halving(std::size_t attributes, std::size_t cardinality, std::size_t rows) {
  CodedRows made;
  made.cardinalities.assign(attributes, cardinality);
  made.columns.resize(attributes);
  std::uint64_t state = 0x9E3779B97F4A7C15U;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t a = 0; a < attributes; ++a) {
      state += 0x9E3779B97F4A7C15U;
      std::uint64_t z = state;
      z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
      z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
      z ^= z >> 31U;
      made.columns[a].push_back(
          static_cast<ValueCode>(std::min<std::size_t>(static_cast<std::size_t>(std::countr_one(z)), cardinality - 1)));
    }
  }
  return made;
}

TEST(KnownInstance, Halving6x3) {
  EXPECT_EQ(levels_of(PatternCube(count_sources(halving(6, 3, 10000))), 20), (Levels{{5, 431}, {6, 161}}));
}

TEST(KnownInstance, Halving8x3) {
  EXPECT_EQ(levels_of(PatternCube(count_sources(halving(8, 3, 10000))), 20),
            (Levels{{5, 3995}, {6, 4641}, {7, 763}, {8, 27}}));
}

TEST(KnownInstance, Halving9x3) {
  EXPECT_EQ(levels_of(PatternCube(count_sources(halving(9, 3, 200000))), 20),
            (Levels{{7, 6843}, {8, 14733}, {9, 2737}}));
}

TEST(KnownInstance, Halving9x5) {
  const Levels levels = levels_of(PatternCube(count_sources(halving(9, 5, 1000000))), 30);
  EXPECT_EQ(levels, (Levels{{4, 3805}, {5, 81903}, {6, 161387}, {7, 122937}, {8, 36615}, {9, 3604}}));
  EXPECT_EQ(sum(levels), 410251);
}

TEST(KnownInstance, Halving12x3) {
  EXPECT_EQ(sum(levels_of(PatternCube(count_sources(halving(12, 3, 1000000))), 30)), 1795667);
}

// Brute force: the definition, word by word.

/// Calls `body` with every pattern.
template <typename Body>
void for_each_pattern(const std::vector<std::size_t>& cardinalities, const Body& body) {
  Pattern pattern(cardinalities.size(), kAnyValue);
  while (true) {
    body(pattern);
    std::size_t a = 0;
    for (; a < pattern.size(); ++a) {
      // kAnyValue wraps around to the first value.
      pattern[a] = static_cast<ValueCode>(pattern[a] + 1);
      if (pattern[a] < cardinalities[a]) {
        break;
      }
      pattern[a] = kAnyValue;
    }
    if (a == pattern.size()) {
      return;
    }
  }
}

bool matches(const CodedRows& rows, std::size_t row, const Pattern& pattern) {
  for (std::size_t a = 0; a < pattern.size(); ++a) {
    if (pattern[a] != kAnyValue && pattern[a] != rows.columns[a][row]) {
      return false;
    }
  }
  return true;
}

std::size_t level_of(const Pattern& pattern) {
  return pattern.size() - static_cast<std::size_t>(std::ranges::count(pattern, kAnyValue));
}

/// Counts of all patterns; distinct subjects where there are any, or else rows.
Counts count_all(const CodedRows& rows, const std::vector<std::uint32_t>& subjects) {
  Counts counts;
  for_each_pattern(rows.cardinalities, [&](const Pattern& pattern) {
    std::set<std::uint32_t> who;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (matches(rows, row, pattern) && (subjects.empty() || subjects[row] != kNoSubject)) {
        who.insert(subjects.empty() ? static_cast<std::uint32_t>(row) : subjects[row]);
      }
    }
    counts[pattern] = static_cast<std::uint32_t>(who.size());
  });
  return counts;
}

Counts maximal_uncovered(const Counts& counts, std::uint32_t threshold, std::size_t deepest) {
  Counts found;
  for (const auto& [pattern, count] : counts) {
    bool is_maximal = count < threshold && level_of(pattern) <= deepest;
    for (std::size_t a = 0; a < pattern.size() && is_maximal; ++a) {
      Pattern parent = pattern;
      parent[a] = kAnyValue;
      is_maximal = parent == pattern || counts.at(parent) >= threshold;
    }
    if (is_maximal) {
      found[pattern] = count;
    }
  }
  return found;
}

struct Instance {
  CodedRows rows;
  std::vector<std::uint32_t> subjects;
};

/// A small table. The distribution of values is skewed, or all gaps would be at one level.
Instance random_instance(std::mt19937& bits, bool with_subjects) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(bits() % n); };
  Instance instance;
  const std::size_t attributes = 1 + below(5);
  const std::size_t rows = 1 + below(60);
  const std::uint32_t people = 1 + below(below(2) == 0 ? 4 : 40);
  const bool mostly_agree = below(2) == 0;
  for (std::size_t a = 0; a < attributes; ++a) {
    const std::uint32_t values = 1 + below(4);
    instance.rows.cardinalities.push_back(values + (below(4) == 0 ? 1 : 0));  // a value that no row may have
    instance.rows.columns.emplace_back();
    for (std::size_t row = 0; row < rows; ++row) {
      instance.rows.columns[a].push_back(static_cast<ValueCode>(std::min(below(values), below(values))));
    }
  }
  for (std::size_t row = 0; row < rows && with_subjects; ++row) {
    instance.subjects.push_back(below(12) == 0 ? kNoSubject : below(people));
  }
  // Recordings of a person mostly share accent and age, and differ in room or device.
  for (std::size_t row = 0; row < rows && with_subjects && mostly_agree; ++row) {
    const auto first = std::ranges::find(instance.subjects, instance.subjects[row]) - instance.subjects.begin();
    for (std::size_t a = 0; a + 1 < attributes; ++a) {
      instance.rows.columns[a][row] = instance.rows.columns[a][static_cast<std::size_t>(first)];
    }
  }
  return instance;
}

Population count(const Instance& instance) {
  return instance.subjects.empty() ? count_sources(instance.rows) : count_subjects(instance.rows, instance.subjects);
}

class RandomTables : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Of, RandomTables, testing::Bool(),
                         [](const auto& made) { return made.param ? "Subjects" : "Sources"; });

TEST_P(RandomTables, AreSearchedLikeBruteForce) {
  std::mt19937 bits(20260101);
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE(round);
    const Instance instance = random_instance(bits, GetParam());
    const std::uint32_t threshold = 1 + static_cast<std::uint32_t>(bits() % 6);
    const Counts counts = count_all(instance.rows, instance.subjects);
    const Population population = count(instance);
    const std::size_t attributes = instance.rows.columns.size();
    EXPECT_EQ(population.members, counts.at(Pattern(attributes, kAnyValue)));

    const PatternCube cube(population);
    ASSERT_EQ(cube.cells().size(), counts.size());
    for (const auto& [pattern, expected] : counts) {
      ASSERT_EQ(cube.count(pattern), expected) << testing::PrintToString(pattern);
    }

    Counts found;
    const PatternVisitor visit = [&](std::span<const ValueCode> pattern, std::size_t level, std::uint32_t number) {
      EXPECT_TRUE(found.emplace(Pattern(pattern.begin(), pattern.end()), number).second) << "met twice";
      EXPECT_EQ(level, level_of({pattern.begin(), pattern.end()}));
    };
    find_uncovered(cube, threshold, visit);
    ASSERT_EQ(found, maximal_uncovered(counts, threshold, attributes));
    for (std::size_t deepest = 1; deepest <= attributes; ++deepest) {
      found.clear();
      std::size_t sets = 0;
      find_uncovered(population, threshold, deepest, visit,
                     [&](std::span<const std::size_t> set, std::span<const std::uint32_t> of_set) {
                       std::vector<std::uint32_t> of_cube;
                       cube.subset_counts(set, of_cube);
                       EXPECT_TRUE(std::ranges::equal(of_set, of_cube));
                       ++sets;
                     });
      ASSERT_EQ(found, maximal_uncovered(counts, threshold, deepest)) << "to level " << deepest;
      if (deepest == attributes) {
        EXPECT_EQ(sets, (std::size_t{1} << attributes) - 1);
      }
    }
  }
}

TEST(Subjects, WithVeryManyCombinationsAreCountedDirectly) {
  // So many joins that the cube is filled without them; a second subject, with few, is there too.
  Instance instance;
  std::mt19937 bits(7);
  instance.rows.cardinalities = {5, 4, 3, 5, 2};
  instance.rows.columns.resize(5);
  for (std::uint32_t row = 0; row < 400; ++row) {
    for (std::size_t a = 0; a < 5; ++a) {
      instance.rows.columns[a].push_back(static_cast<ValueCode>(bits() % instance.rows.cardinalities[a]));
    }
    instance.subjects.push_back(row < 390 ? 0 : 1 + row % 2);
  }
  const PatternCube cube(count(instance));
  for (const auto& [pattern, expected] : count_all(instance.rows, instance.subjects)) {
    ASSERT_EQ(cube.count(pattern), expected) << testing::PrintToString(pattern);
  }
}

TEST(Subjects, WithTooManyCombinationsAreNotCounted) {
  // Two sources of one person that differ everywhere match 2 * 2^6 patterns; the other people have one source each.
  Instance instance{{std::vector<std::size_t>(6, 2), std::vector<std::vector<ValueCode>>(6, {0, 1, 0, 1})},
                    {0, 0, 1, 2}};
  EXPECT_TRUE(PatternCube::within(count(instance), 1000.0).has_value());
  EXPECT_FALSE(PatternCube::within(count(instance), 10.0).has_value());
  EXPECT_TRUE(PatternCube::within(count_sources(instance.rows), 0.0).has_value());
}

TEST(Population, KeepsDistinctCombinationsOnly) {
  const CodedRows rows{{3, 2}, {{0, 0, 2, 0, 0}, {1, 1, 0, 1, 0}}};
  const Population sources = count_sources(rows);
  EXPECT_THAT(sources.weights, ElementsAre(3, 1, 1));
  EXPECT_EQ(sources.members, 5);
  // The first has two equal sources, the second two different ones; the last source names nobody.
  const Population subjects = count_subjects(rows, std::vector<std::uint32_t>{0, 0, 1, 1, kNoSubject});
  EXPECT_THAT(subjects.weights, ElementsAre(1));
  EXPECT_THAT(subjects.owners, ElementsAre(0, 0));
  EXPECT_EQ(subjects.members, 2);
}

TEST(Population, PacksManyAttributesIntoSeveralWords) {
  // 64 attributes of 1000 values, equal but for one cell each.
  CodedRows rows;
  rows.cardinalities.assign(64, 1000);
  rows.columns.assign(64, std::vector<ValueCode>(64, 999));
  for (std::size_t a = 0; a < 64; ++a) {
    rows.columns[a][a] = 998;
  }
  EXPECT_THAT(count_sources(rows).weights, SizeIs(64));
}

TEST(Root, IsTheOnlyPatternWhereAllAreTooFew) {
  const Population population = count_sources({{2, 2}, {{0, 1, 1}, {0, 0, 1}}});
  std::vector<std::tuple<Pattern, std::size_t, std::uint32_t>> found;
  const PatternVisitor visit = [&](std::span<const ValueCode> pattern, std::size_t level, std::uint32_t number) {
    found.emplace_back(Pattern(pattern.begin(), pattern.end()), level, number);
  };
  const auto root = std::tuple(Pattern{kAnyValue, kAnyValue}, std::size_t{0}, 3U);
  find_uncovered(PatternCube(population), 4, visit);
  EXPECT_THAT(found, ElementsAre(root));
  found.clear();
  find_uncovered(population, 4, 2, visit);
  EXPECT_THAT(found, ElementsAre(root));
}

TEST(Root, OfNobodyIsUncovered) {
  const CodedRows rows{{2}, {{0, 1}}};
  const Population nobody = count_subjects(rows, std::vector<std::uint32_t>{kNoSubject, kNoSubject});
  EXPECT_EQ(nobody.members, 0);
  EXPECT_EQ(levels_of(PatternCube(nobody), 1), (Levels{{0, 1}}));
}

TEST(Cost, GrowsWithLevelsAndIsInfiniteBeyond32Bits) {
  Population population;
  population.cardinalities.assign(20, 1000);
  const LevelCost pairs = cost_of_levels(population, 2);
  EXPECT_GE(pairs.steps, 20 * 190e6);  // 190 pairs of a million cells each, of 20 steps
  EXPECT_LT(pairs.steps, 20 * 191e6);
  EXPECT_GE(pairs.bytes, 8e6);
  EXPECT_LT(pairs.bytes, 9e6);
  EXPECT_TRUE(std::isinf(cost_of_levels(population, 4).bytes));
  EXPECT_EQ(cube_bytes(std::vector<std::size_t>(10, 5)), 4.0 * 60466176.0);  // 6^10 cells of 4 bytes
}

TEST(Subsets, AreAllVisitedOnce) {
  std::vector<std::vector<std::size_t>> sets;
  for_each_subset(4, 2, [&](std::span<const std::size_t> set) { sets.emplace_back(set.begin(), set.end()); });
  EXPECT_THAT(sets, ElementsAre(ElementsAre(0, 1), ElementsAre(0, 2), ElementsAre(0, 3), ElementsAre(1, 2),
                                ElementsAre(1, 3), ElementsAre(2, 3)));
  sets.clear();
  for_each_subset(2, 3, [&](std::span<const std::size_t>) { sets.emplace_back(); });
  EXPECT_THAT(sets, IsEmpty());
}

TEST(Summary, RanksByWhatIsMissingThenByLevelThenByName) {
  UncoveredSummary summary(/*attributes=*/3, /*most=*/4);
  const auto add = [&](const Pattern& pattern, std::uint32_t number) {
    summary.add(pattern, level_of(pattern), number);
  };
  constexpr ValueCode X = kAnyValue;
  add({X, 1, 0}, 0);
  add({0, X, 1}, 0);
  add({X, X, 2}, 0);
  add({1, X, X}, 3);
  add({0, 1, 1}, 0);
  add({X, 0, 1}, 7);
  EXPECT_EQ(summary.total(), 6);
  EXPECT_EQ(summary.at_level(1), 2);
  EXPECT_EQ(summary.at_level(2), 3);
  EXPECT_EQ(summary.lowest_level(), 1);
  const auto shown = [&](std::size_t deepest) {
    std::vector<Pattern> patterns;
    for (const UncoveredPattern& pattern : summary.first(deepest)) {
      patterns.push_back(pattern.pattern);
    }
    return patterns;
  };
  std::vector<Pattern> pairs;
  for (const UncoveredPattern& pattern : summary.first_of(2)) {
    pairs.push_back(pattern.pattern);
  }
  EXPECT_THAT(pairs, ElementsAre(Pattern{0, X, 1}, Pattern{X, 1, 0}, Pattern{X, 0, 1}));
  EXPECT_THAT(summary.first_of(0), IsEmpty());
  EXPECT_THAT(shown(1), ElementsAre(Pattern{X, X, 2}, Pattern{1, X, X}));
  EXPECT_THAT(shown(2), ElementsAre(Pattern{X, X, 2}, Pattern{0, X, 1}, Pattern{X, 1, 0}, Pattern{1, X, X}));
  EXPECT_THAT(shown(3), ElementsAre(Pattern{X, X, 2}, Pattern{0, X, 1}, Pattern{X, 1, 0}, Pattern{0, 1, 1}));
}

TEST(Summary, KeepsTheFirstOfManyWhateverTheirOrder) {
  std::mt19937 bits(3);
  std::vector<UncoveredPattern> all;
  for (ValueCode v = 0; v < 500; ++v) {
    all.push_back({{v}, 1, static_cast<std::uint32_t>(bits() % 9)});
  }
  UncoveredSummary summary(1, 20);
  UncoveredSummary none(1, 0);
  for (const UncoveredPattern& pattern : all) {
    summary.add(pattern.pattern, pattern.level, pattern.count);
    none.add(pattern.pattern, pattern.level, pattern.count);
  }
  std::ranges::stable_sort(all, {}, &UncoveredPattern::count);
  const std::vector<UncoveredPattern> first = summary.first(1);
  ASSERT_THAT(first, SizeIs(20));
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].pattern, all[i].pattern);
  }
  EXPECT_THAT(none.first(1), IsEmpty());
  EXPECT_EQ(none.total(), 500);
}

}  // namespace
}  // namespace fairground
