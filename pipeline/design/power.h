// What a planned set could show at all: the smallest difference in degradation between two groups that a test on its
// subjects would find. Nothing is simulated; the figures follow from the assumed model by numerical integration, and
// say nothing about a service that breaks its assumptions.
//
// The model. The errors of a source in a condition are, given three lognormal factors of mean 1,
//   K = min(units, Poisson(min(units, baseline_error x units x subject x source x degradation x interaction))),
// and without degradation x interaction in the clean reference. The subject's factor is shared by all that is made of
// the subject, the source's by the variants of a source, and the interaction by a subject's sources in the condition.
// Given the factors, counts are independent. With units = 1 (a picture) the answer is wrong with probability
// min(1, baseline_error x …). After Z. Liu, I.-E. Veliche and F. Peng, "Model-based approach for measuring the fairness
// in ASR", arXiv 2109.09061, whose Poisson regression has a random effect of the speaker; the source's effect, the
// interaction and the bounds are added here, as no rate of errors above 1 is meant.
//
// The test. Of each subject, the mean over its sources of (errors in the condition - errors in the clean reference) /
// units; these are compared between two groups of subjects by Welch's unequal-variances t-test, two-sided. A subject
// counts once, however many sources and variants it has.
//
// Many comparisons. Holm (Scand. J. Statist. 6 (1979) 65) asks most of the smallest p-value: it must pass alpha divided
// by the number of comparisons. Which one will be smallest nobody knows at planning, so each pair is held to that. The
// figures are thus those of the first step, and what was rejected before can only help a pair.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/config/config.h"

namespace fairground {

/// A group as the test sees it.
struct PowerGroup {
  std::string name;
  /// One entry, at least 1, for each subject of whom anything is in the set. A source in several realizations counts
  /// once. Sources without a known subject are left out: nobody knows how many people they are.
  std::vector<int> sources_per_subject;
};

/// What is compared between the groups.
enum class Comparison {
  paired,        ///< condition less clean reference, of the same sources: what a run makes
  unpaired,      ///< the same difference, but with as many other subjects in the condition as in the clean reference
  without_clean  ///< the rate of errors in the condition alone, for sets that hold no clean reference
};

/// Where the critical value comes from. `normal` is 1.96 at alpha 0.05, whatever the number of subjects, and so finds
/// too often what is not there: with 5 subjects in each group and the default assumptions in 8 % of audits, and at
/// alpha 0.005, as after Holm, in 2 %. Welch's t-test finds it in 4 % and 0.3 %. Neither helps where groups are skewed
/// and of very unequal size: with 5 and 40 subjects it is 8 % for Welch's test, too.
enum class CriticalValue { welch, normal };

/// How likely a two-sided test at level `alpha` (between 0 and 1) finds a difference between two groups whose rates the
/// condition multiplies by `degradation_a` and `degradation_b`. `settings.degradation`, `alpha` and `power` are not
/// used. Empty where a group has fewer than two subjects, as then no spread over subjects is known and there is no
/// test. Within 3 points of simulation where each group has 5 subjects and 10 expected errors or more
/// (tests/design/power_test.cpp); with fewer errors it can be off by 15 either way. Throws std::invalid_argument for a
/// subject without sources.
[[nodiscard]] std::optional<double> detection_power(const PowerSettings& settings, const PowerGroup& a,
                                                    const PowerGroup& b, double degradation_a, double degradation_b,
                                                    double alpha, Comparison comparison,
                                                    CriticalValue critical_value = CriticalValue::welch);

/// The test finds nothing if it would need one group to degrade more than so many times as much as the other.
inline constexpr double kLargestRatio = 5.0;
/// A moderate difference: what the number of subjects to collect is stated for.
inline constexpr double kModerateRatio = 1.25;
inline constexpr int kMostSubjects = 10'000;

/// The smallest number of subjects in each of two equal groups, all with `sources_per_subject` (at least 1), with which
/// the test at level `alpha` finds with probability `settings.power` that one group's rate is multiplied by
/// settings.degradation x `ratio` (above 1) and the other's by settings.degradation. Empty: more than kMostSubjects.
[[nodiscard]] std::optional<int> subjects_needed(const PowerSettings& settings, int sources_per_subject, double ratio,
                                                 double alpha, Comparison comparison = Comparison::paired);

/// What can be found between two groups.
struct PairPower {
  std::size_t first = 0;  ///< indices into the groups
  std::size_t second = 0;
  double alpha = 0.0;  ///< of this comparison, after Holm
  /// The smallest difference between the groups' degradations that is found with probability PowerSettings::power,
  /// whichever of the two is the worse, as a rate of errors per unit: 0.05 is five points. The better one is at
  /// PowerSettings::degradation. Empty: n too small.
  std::optional<double> smallest_difference;
  /// By what the condition multiplies the worse group's rate at that difference.
  std::optional<double> worse_degradation;
  /// Where n is too small, the subjects that each of the two groups would need for kModerateRatio, with the median
  /// number of sources per subject of the two. Empty also where more than kMostSubjects are needed.
  std::optional<int> subjects_needed;
  std::string note;  ///< "n too small: …", why, and what to collect; otherwise empty
};

/// Each pair of groups once, in the order of the groups. `comparisons` is the number of tests that alpha is shared
/// among; 0: the number of pairs. Where every pair is tested in several conditions, it is their product. Throws like
/// detection_power(). A hundred groups of different sizes take about a second.
[[nodiscard]] std::vector<PairPower> detectable_differences(const PowerSettings& settings,
                                                            std::span<const PowerGroup> groups,
                                                            std::size_t comparisons = 0,
                                                            Comparison comparison = Comparison::paired);

}  // namespace fairground
