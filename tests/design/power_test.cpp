// The formula against the figures of the reference page, against a simulation of its own model, and against textbook
// values.
#include "pipeline/design/power.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "tests/design/power_simulation.h"

namespace fairground {
namespace {

/// The figures of the page are rounded and come from a simulation themselves. From the scatter of its figures for the
/// gap about exact ones, its standard error is two to three points.
constexpr double kOfThePage = 0.04;

/// What the formula is off by where groups have five subjects and ten errors or more, and three times the simulation's
/// standard error.
constexpr double kOfTheFormula = 0.02;

constexpr double kStandardErrors = 3.0;

void expect_simulated(Audit audit, int repetitions) {
  const Tested tested = simulate(audit, repetitions);
  for (const CriticalValue value : {CriticalValue::welch, CriticalValue::normal}) {
    const Simulated& simulated = tested.by(value);
    audit.critical_value = value;
    EXPECT_NEAR(formula(audit), simulated.power, kOfTheFormula + kStandardErrors * simulated.standard_error)
        << audit.a.name << " with " << audit.degradation_a << ", " << audit.b.name << " with " << audit.degradation_b
        << (value == CriticalValue::welch ? ", Welch" : ", normal");
  }
}

/// 20 sources of 12 words; 10 % of them wrong, doubled in one group and 2.5 times as many in the other; z at 1.96.
Audit of_the_page(int subjects, Comparison comparison) {
  return {.settings = {},
          .a = group(subjects, 20),
          .b = group(subjects, 20),
          .degradation_a = 2.0,
          .degradation_b = 2.5,
          .comparison = comparison,
          .critical_value = CriticalValue::normal};
}

struct Figure {
  int subjects;
  double power;
};

constexpr std::array kPaired = {Figure{10, 0.24}, Figure{20, 0.49}, Figure{40, 0.72}, Figure{80, 0.94}};

constexpr std::array kUnpaired = {Figure{10, 0.12}, Figure{20, 0.21}, Figure{40, 0.34}, Figure{80, 0.56}};

TEST(Power, ReproducesTheReferencePage) {
  for (const Figure& figure : kPaired) {
    EXPECT_NEAR(formula(of_the_page(figure.subjects, Comparison::paired)), figure.power, kOfThePage)
        << figure.subjects << " subjects, paired";
  }
  for (const Figure& figure : kUnpaired) {
    EXPECT_NEAR(formula(of_the_page(figure.subjects, Comparison::unpaired)), figure.power, kOfThePage)
        << figure.subjects << " subjects, unpaired";
  }
}

// The page's simulation, run again from its description with the standard error below one point. Its paired figure for
// 20 subjects, 49 %, does not come out: it is 43 % with 100,000 repetitions.
TEST(Power, AgreesWithThePagesSimulationRunAgain) {
  constexpr int kRepetitions = 3000;
  for (const Comparison comparison : {Comparison::paired, Comparison::unpaired}) {
    for (const int subjects : {10, 20, 40, 80}) {
      const Audit audit = of_the_page(subjects, comparison);
      const Simulated simulated = simulate(audit, kRepetitions, /*errors_are_bounded=*/false).normal;
      EXPECT_LT(simulated.standard_error, 0.01);
      EXPECT_NEAR(formula(audit), simulated.power, kOfThePage) << subjects << " subjects";
    }
  }
}

/// A gap in the errors themselves, at 15 % in the better group, without pairing and without an interaction.
Audit gap(double ratio, int subjects, int sources = 20) {
  Audit audit = of_the_page(subjects, Comparison::without_clean);
  audit.a = audit.b = group(subjects, sources);
  audit.settings.baseline_error = 0.15;
  audit.settings.interaction_sd = 0.0;
  audit.degradation_a = 1.0;
  audit.degradation_b = ratio;
  return audit;
}

// The page has 27 % at 1.3 and 20 subjects where a longer simulation finds 32 %.
constexpr double kOfThePagesGaps = 0.055;

TEST(Power, ReproducesThePagesGapsWithoutPairing) {
  struct Row {
    double ratio;
    std::array<Figure, 4> figures;
  };
  constexpr std::array kRows = {
      Row{1.3, {Figure{10, 0.17}, Figure{20, 0.27}, Figure{40, 0.54}, Figure{80, 0.87}}},
      Row{1.5, {Figure{10, 0.35}, Figure{20, 0.62}, Figure{40, 0.88}, Figure{80, 0.99}}},
      Row{1.84, {Figure{10, 0.70}, Figure{20, 0.94}, Figure{40, 0.99}, Figure{80, 1.00}}},
  };
  for (const auto& [ratio, figures] : kRows) {
    for (const auto& [subjects, power] : figures) {
      EXPECT_NEAR(formula(gap(ratio, subjects)), power, kOfThePagesGaps) << ratio << ", " << subjects << " subjects";
    }
  }
  EXPECT_NEAR(formula(gap(1.3, 160, 5)), 0.93, kOfThePage) << "more subjects are worth more than more sources";
  constexpr int kRepetitions = 4000;
  for (const int subjects : {10, 20, 40, 80}) {
    expect_simulated(gap(1.3, subjects), kRepetitions);
  }
}

// R's documented example, power.t.test(n = 20, delta = 1, sd = 1), gives 0.8689528. With no spread but that of many
// counts, differences are normal: their variance is (degradation + 1) x rate / units.
TEST(Power, IsThatOfStudentsTestWhereDataAreNormal) {
  PowerSettings settings;
  settings.units = 1'000'000;
  settings.subject_sd = settings.source_sd = settings.interaction_sd = 0.0;
  const double rate = settings.baseline_error;
  const double sd = std::sqrt(3.0 * rate / settings.units);
  const Audit audit{.settings = settings, .a = group(20, 1), .b = group(20, 1), .degradation_b = 2.0 + sd / rate};
  // Welch's estimated degrees of freedom cost a little, and the worse group's variance is a little larger.
  constexpr double kOfWelch = 0.003;
  EXPECT_NEAR(formula(audit), 0.8689528, kOfWelch);
}

TEST(Power, OfNoDifferenceIsTheLevelOfTheTest) {
  PowerSettings settings;
  settings.units = 1'000'000;
  settings.subject_sd = settings.source_sd = settings.interaction_sd = 0.0;
  for (const double alpha : {0.2, 0.05, 0.001}) {
    constexpr double kOfWelch = 0.02;  // relative; the test holds its level only nearly
    const Audit audit{.settings = settings, .a = group(30, 3), .b = group(20, 3), .alpha = alpha};
    EXPECT_NEAR(formula(audit), alpha, kOfWelch * alpha);
  }
}

TEST(Power, AgreesWithSimulationAtOtherSettings) {
  constexpr int kRepetitions = 4000;
  PowerSettings rare;
  rare.baseline_error = 0.02;
  PowerSettings often;
  often.baseline_error = 0.5;
  PowerSettings long_texts;
  long_texts.units = 100;
  long_texts.subject_sd = 0.3;
  long_texts.interaction_sd = 0.4;
  PowerSettings spread;
  spread.subject_sd = 1.0;
  spread.interaction_sd = 0.5;
  const PowerGroup uneven{"uneven", {1, 1, 1, 2, 2, 3, 5, 8, 13, 21, 34, 55}};
  const auto expect = [](const PowerSettings& settings, const PowerGroup& a, const PowerGroup& b, double of_a,
                         double of_b, double alpha = 0.05) {
    expect_simulated(
        {.settings = settings, .a = a, .b = b, .degradation_a = of_a, .degradation_b = of_b, .alpha = alpha},
        kRepetitions);
  };
  expect({}, group(5, 20), group(5, 20), 2.0, 4.0);
  expect({}, group(5, 20), group(40, 20), 2.0, 3.0);
  expect({}, group(5, 20), group(40, 20), 3.0, 2.0);
  expect({}, group(10, 20), group(10, 20), 2.0, 4.0, /*alpha=*/0.005);
  expect({}, group(10, 20), group(40, 20), 4.0, 2.0, /*alpha=*/0.005);
  expect({}, uneven, group(20, 4), 2.0, 3.5);
  expect({}, uneven, group(20, 4), 3.5, 2.0);
  expect(rare, group(20, 20), group(20, 20), 2.0, 3.0);
  expect(rare, group(10, 5), group(60, 5), 4.0, 2.0);
  expect(often, group(15, 10), group(25, 10), 1.2, 1.6);
  expect(long_texts, group(15, 3), group(25, 8), 2.0, 3.0);
  expect(spread, group(20, 20), group(20, 20), 2.0, 4.0);
}

// One answer for each picture: right or wrong.
TEST(Power, AgreesWithSimulationOfPictures) {
  constexpr int kRepetitions = 6000;
  PowerSettings pictures;
  pictures.units = 1;
  const auto expect = [&](const PowerGroup& a, const PowerGroup& b, double of_a, double of_b) {
    expect_simulated({.settings = pictures, .a = a, .b = b, .degradation_a = of_a, .degradation_b = of_b},
                     kRepetitions);
  };
  expect(group(40, 1), group(40, 1), 2.0, 3.0);
  expect(group(20, 10), group(20, 10), 2.0, 3.0);
  expect(group(10, 5), group(10, 5), 2.0, 4.0);
  expect(group(10, 1), group(40, 3), 2.0, 4.0);
  expect(group(10, 1), group(40, 3), 4.0, 2.0);
  expect(group(200, 1), group(100, 1), 2.0, 3.5);
}

// Why the plan speaks of Welch's test: with few subjects, 1.96 estimated standard errors are too few.
TEST(Power, WelchKeepsTheLevelWithFewSubjectsAndTheNormalValueDoesNot) {
  constexpr int kRepetitions = 8000;
  for (const int subjects : {3, 5, 10}) {
    for (const double alpha : {0.05, 0.005}) {
      Audit audit{.settings = {}, .a = group(subjects, 20), .b = group(subjects, 20), .alpha = alpha};
      const Tested tested = simulate(audit, kRepetitions);
      const double above = alpha + kStandardErrors * std::sqrt(alpha / kRepetitions);
      EXPECT_LT(tested.welch.power, above) << subjects << " subjects";
      EXPECT_GT(tested.normal.power, above) << subjects << " subjects";
      audit.critical_value = CriticalValue::normal;
      EXPECT_NEAR(formula(audit), tested.normal.power, kOfTheFormula + kStandardErrors * tested.normal.standard_error);
    }
  }
}

TEST(Power, NeedsTwoSubjectsInEachGroup) {
  const auto power = [](int a, int b) {
    return detection_power({}, group(a, 20), group(b, 20), 2.0, 4.0, 0.05, Comparison::paired);
  };
  EXPECT_FALSE(power(1, 20));
  EXPECT_FALSE(power(20, 1));
  EXPECT_FALSE(power(0, 20));
  EXPECT_TRUE(power(2, 2));
}

TEST(Power, RefusesASubjectWithoutSources) {
  EXPECT_THROW(static_cast<void>(detection_power({}, {"a", {1, 0}}, group(3, 1), 2.0, 3.0, 0.05, Comparison::paired)),
               std::invalid_argument);
}

TEST(Power, OfAServiceThatIsAlwaysWrongIsNone) {
  PowerSettings settings;
  settings.baseline_error = 1.0;
  settings.units = 1;
  settings.subject_sd = settings.source_sd = settings.interaction_sd = 0.0;
  EXPECT_EQ(detection_power(settings, group(50, 5), group(50, 5), 2.0, 4.0, 0.05, Comparison::paired), 0.0);
}

}  // namespace
}  // namespace fairground
