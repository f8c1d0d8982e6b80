// The search for the smallest difference, and for the subjects to collect, against the power of what it finds.
#include <gmock/gmock.h>

#include <algorithm>
#include <numbers>
#include <span>

#include "pipeline/design/power.h"
#include "tests/design/power_simulation.h"

namespace fairground {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

double power_at(const PowerSettings& settings, const PairPower& pair, const PowerGroup& better,
                const PowerGroup& worse) {
  return detection_power(settings, better, worse, settings.degradation, pair.worse_degradation.value(), pair.alpha,
                         Comparison::paired)
      .value();
}

// The search's last step, and the lines between its points.
constexpr double kOfTheSearch = 0.002;

TEST(SmallestDifference, IsFoundWithThePowerAskedFor) {
  const std::vector<PowerGroup> groups = {group(20, 20), group(60, 5), group(35, 8)};
  for (const double power : {0.8, 0.9}) {
    PowerSettings settings;
    settings.power = power;
    for (const PairPower& pair : detectable_differences(settings, groups)) {
      const PowerGroup& a = groups[pair.first];
      const PowerGroup& b = groups[pair.second];
      const double harder = std::min(power_at(settings, pair, a, b), power_at(settings, pair, b, a));
      EXPECT_NEAR(harder, power, kOfTheSearch) << a.name << ", " << b.name;
      EXPECT_THAT(pair.note, IsEmpty());
    }
  }
}

// The difference is between the rates that come out, which the bound makes a little smaller than the rates assumed.
TEST(SmallestDifference, IsThatOfTheSimulatedRates) {
  const std::vector<PowerGroup> groups = {group(20, 20), group(20, 20)};
  const PairPower pair = detectable_differences({}, groups).at(0);
  SimulatedWorld world({}, /*errors_are_bounded=*/true);
  constexpr int kPeople = 40'000;
  double difference = 0.0;
  for (int i = 0; i < kPeople; ++i) {
    difference += (world.person(20, *pair.worse_degradation).condition - world.person(20, 2.0).condition) / kPeople;
  }
  constexpr double kOfTheSimulation = 0.003;  // three standard errors of means that spread by 0.13
  EXPECT_NEAR(pair.smallest_difference.value(), difference, kOfTheSimulation);
}

TEST(SmallestDifference, FallsWithSubjectsMoreThanWithSources) {
  const auto smallest = [](int subjects, int sources) {
    const std::vector<PowerGroup> groups = {group(subjects, sources), group(subjects, sources)};
    return detectable_differences({}, groups).at(0).smallest_difference.value();
  };
  const double base = smallest(20, 10);
  EXPECT_LT(smallest(20, 40), base);
  EXPECT_LT(smallest(40, 10), smallest(20, 40));
  EXPECT_NEAR(smallest(40, 10), smallest(80, 10) * std::numbers::sqrt2, 0.1 * base);
}

TEST(SmallestDifference, HoldsEachPairToHolmsFirstStep) {
  const std::vector<PowerGroup> two = {group(20, 20), group(20, 20)};
  const std::vector<PowerGroup> four(4, group(20, 20));
  const PairPower alone = detectable_differences({}, two).at(0);
  EXPECT_EQ(alone.alpha, 0.05);
  const std::vector<PairPower> pairs = detectable_differences({}, four);
  ASSERT_THAT(pairs, SizeIs(6));
  std::size_t next = 0;
  for (std::size_t first = 0; first < 4; ++first) {
    for (std::size_t second = first + 1; second < 4; ++second, ++next) {
      EXPECT_EQ(pairs[next].first, first);
      EXPECT_EQ(pairs[next].second, second);
      EXPECT_DOUBLE_EQ(pairs[next].alpha, 0.05 / 6);
      EXPECT_EQ(pairs[next].smallest_difference, pairs[0].smallest_difference);
    }
  }
  EXPECT_GT(pairs[0].smallest_difference, alone.smallest_difference);
  const PairPower same = detectable_differences({}, two, /*comparisons=*/6).at(0);
  EXPECT_EQ(same.smallest_difference, pairs[0].smallest_difference);
  EXPECT_THAT(detectable_differences({}, std::span(two).first(1)), IsEmpty());
}

TEST(SmallestDifference, DoesNotDependOnTheOrderOfTheGroups) {
  const std::vector<PowerGroup> groups = {group(15, 3), group(80, 20)};
  const std::vector<PowerGroup> turned = {groups[1], groups[0]};
  // The search comes from the other side.
  EXPECT_NEAR(detectable_differences({}, groups).at(0).smallest_difference.value(),
              detectable_differences({}, turned).at(0).smallest_difference.value(), 1e-4);
}

TEST(SmallestDifference, OfTooFewSubjectsSaysWhatToCollect) {
  const std::vector<PowerGroup> groups = {
      {"irish", std::vector<int>(30, 20)}, {"scots", {7}}, {"welsh", {}}, {"manx", {4, 4, 4}}};
  const std::vector<PairPower> pairs = detectable_differences({}, groups);
  for (const PairPower& pair : pairs) {
    EXPECT_FALSE(pair.smallest_difference);
    EXPECT_FALSE(pair.worse_degradation);
    EXPECT_THAT(pair.note, StartsWith("n too small: "));
  }
  EXPECT_THAT(pairs[0].note, HasSubstr("`scots` has 1 subject, and a test needs at least 2 in each group"));
  EXPECT_THAT(pairs[2].note, HasSubstr("with 30 and 3 subjects not even a degradation 5 times"));
  EXPECT_THAT(pairs[3].note, HasSubstr("`scots` has 1 subject and `welsh` has no subject"));
  EXPECT_THAT(pairs[0].note, AllOf(HasSubstr("1.25 times that of the other, each group needs " +
                                             std::to_string(pairs[0].subjects_needed.value()) + " subjects"),
                                   HasSubstr("20 sources each")));
  EXPECT_EQ(pairs[0].subjects_needed, subjects_needed({}, 20, kModerateRatio, 0.05 / 6));
  EXPECT_EQ(pairs[3].subjects_needed, subjects_needed({}, 7, kModerateRatio, 0.05 / 6));
}

TEST(SubjectsNeeded, AreTheFewestThatSuffice) {
  for (const double ratio : {1.25, 2.0}) {
    const int subjects = subjects_needed({}, 20, ratio, 0.05).value();
    const auto power = [&](int n) {
      return detection_power({}, group(n, 20), group(n, 20), 2.0, 2.0 * ratio, 0.05, Comparison::paired);
    };
    EXPECT_GE(power(subjects), 0.8);
    EXPECT_LT(power(subjects - 1), 0.8);
  }
  // Between the page's 72 % at 40 and 94 % at 80.
  EXPECT_THAT(subjects_needed({}, 20, 1.25, 0.05).value(), AllOf(testing::Gt(40), testing::Lt(80)));
  EXPECT_GT(subjects_needed({}, 1, 1.25, 0.05), subjects_needed({}, 20, 1.25, 0.05));
  EXPECT_FALSE(subjects_needed({}, 20, 1.001, 0.05)) << "more than the most";
}

// With so rare errors most groups show none at all; a test then has nothing to go by, and must not seem sure.
TEST(SmallestDifference, OfErrorsThatHardlyEverHappenIsNotFound) {
  PowerSettings settings;
  settings.baseline_error = 1e-5;
  settings.subject_sd = settings.source_sd = settings.interaction_sd = 3.0;
  const std::vector<PowerGroup> groups = {group(10, 20), group(20, 20), group(60, 5)};
  for (const PairPower& pair : detectable_differences(settings, groups)) {
    EXPECT_FALSE(pair.smallest_difference);
    EXPECT_FALSE(pair.subjects_needed);
    EXPECT_THAT(pair.note, HasSubstr("more than 10000 subjects"));
  }
}

TEST(SmallestDifference, OfAHundredGroupsFallsFromFewestToMostSubjects) {
  std::vector<PowerGroup> groups(100);
  for (int i = 0; i < 100; ++i) {
    groups[static_cast<std::size_t>(i)] = group(5 + 3 * i, 10);
  }
  const std::vector<PairPower> pairs = detectable_differences({}, groups);
  ASSERT_THAT(pairs, SizeIs(4950));
  EXPECT_FALSE(pairs.front().smallest_difference) << "5 and 8 subjects";
  for (std::size_t i = 1; i < 99; ++i) {
    // The first group with each of the others in turn.
    EXPECT_LE(pairs[i].smallest_difference.value_or(1.0), pairs[i - 1].smallest_difference.value_or(1.0) + 1e-4);
  }
  EXPECT_LT(pairs.back().smallest_difference.value(), 0.06);
}

}  // namespace
}  // namespace fairground
