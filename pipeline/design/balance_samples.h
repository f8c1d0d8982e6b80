// What standardised differences are made of: sums over the sources of groups, so that whoever compares groups need not
// keep the sources.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "pipeline/design/sums.h"

namespace fairground {

/// One group, or several together, on the scale on which a quality is compared.
struct BalanceSample {
  double known = 0.0;                                          ///< sources of which the value is known
  double mean = std::numeric_limits<double>::quiet_NaN();      ///< NaN without any
  double variance = std::numeric_limits<double>::quiet_NaN();  ///< NaN with fewer than two
  double effective = 0.0;                                      ///< so many independent sources tell the mean as well
};

/// Of sums of values less `shift`, which lies among them, so that constants give exact zeros. All sources count as
/// independent until find_effective() says otherwise.
[[nodiscard]] BalanceSample balance_sample(const Sums& sums, double shift);

/// What of a difference comes from rounding in sums of values from `lowest` to `highest`.
[[nodiscard]] double negligible_difference(double lowest, double highest);

/// |m1 - m2| / sqrt((s1^2 + s2^2) / 2), and 0 below `negligible`. Standard deviations below `least_sd` count as that.
/// Infinite where both are constant and differ.
[[nodiscard]] double standardised_difference(const BalanceSample& a, const BalanceSample& b, double negligible,
                                             double least_sd);

/// Two samples of one population differ by less than this 19 times out of 20, where they were found to differ by
/// `difference`.
[[nodiscard]] double chance_difference(double difference, const BalanceSample& a, const BalanceSample& b);

/// The sources of each subject in each group, as far as they tell how alike the sources of one subject are.
class SubjectSums {
 public:
  explicit SubjectSums(std::size_t groups) : squares_(groups), subjects_(groups) {}

  /// The sums over one subject's sources in a group, less a shift that is the same for all.
  void add(std::size_t group, const Sums& sums);
  /// So many subjects with one source each.
  void add_single(std::size_t group, double subjects);

 private:
  friend void find_effective(const SubjectSums& subjects, const std::vector<Sums>& groups,
                             std::vector<BalanceSample>& samples);
  std::vector<double> squares_;   ///< of each group, the sum over subjects of the squared number of their sources
  std::vector<double> subjects_;  ///< of each group
  double within_ = 0.0;
  double within_freedom_ = 0.0;
};

/// Fills in BalanceSample::effective: recordings of one person resemble each other. `groups` are the same sources, less
/// the same shift.
void find_effective(const SubjectSums& subjects, const std::vector<Sums>& groups, std::vector<BalanceSample>& samples);

}  // namespace fairground
