// Whether groups were recorded equally well. A group on better microphones is a confound that no augmentation removes,
// since what is added comes on top of what was there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace fairground {

/// Something measured of every source, such as its signal-to-noise ratio.
struct QualityInfo {
  std::string name;  ///< "snr"
  std::string unit;  ///< "dB"
  /// Compared by its logarithm: a duration or a bandwidth, of which 2 is to 1 as 20 is to 10. Otherwise a few long
  /// recordings would make the spread and hide a difference between all the others. Levels in dB and exposures in EV
  /// are logarithms already. Values of 0 and less are then unknown.
  bool is_ratio = false;
  /// The spread below which differences do not matter (in octaves for ratios), such as a meter's own. Standard
  /// deviations are not taken for smaller, so that recordings levelled to 0.01 dB do not seem worlds apart.
  double least_sd = 0.0;
};

struct QualityTable {
  std::vector<QualityInfo> qualities;
  std::vector<std::vector<double>> values;  ///< [quality][source], NaN where unknown

  [[nodiscard]] std::size_t sources() const { return values.empty() ? 0 : values.front().size(); }
};

/// The group of a source that is left out.
inline constexpr std::uint32_t kNoGroup = std::numeric_limits<std::uint32_t>::max();

/// `value` on the scale on which it is compared: log2 of ratios. NaN where it is unknown.
[[nodiscard]] double compared(const QualityInfo& quality, double value);

/// One quality in one group, over the sources of which it is known. NaN where there are too few.
struct GroupBalance {
  std::size_t known = 0;
  std::size_t unknown = 0;
  double mean = 0.0;    ///< in the quality's unit; the geometric mean of ratios
  double median = 0.0;  ///< in the quality's unit
  double sd = 0.0;      ///< on the compared scale, so in octaves for ratios
  /// So many independent sources would tell the mean as well: recordings of one person resemble each other. Lies
  /// between the number of subjects, about, and of sources.
  double effective = 0.0;
};

/// Stands for all sources of the other groups.
inline constexpr std::size_t kAllOthers = std::numeric_limits<std::size_t>::max();

struct Imbalance {
  std::size_t quality = 0;
  std::size_t first_group = 0;
  std::size_t second_group = 0;          ///< or kAllOthers
  double standardised_difference = 0.0;  ///< 0 or more; infinite where both are constant and differ
  /// Two samples of one population differ by less than this 19 times out of 20. A difference within it may be chance,
  /// and is in this set all the same.
  double chance = 0.0;
};

struct Balance {
  double limit = 0.0;
  bool is_by_pairs = true;  ///< every group with every other; else every group with all others together
  std::vector<std::vector<GroupBalance>> groups;  ///< [group][quality]
  std::vector<Imbalance> worst;   ///< the greatest differences above the limit, greatest first, kMostListed at most
  std::size_t compared = 0;       ///< differences that could be told, over all qualities
  std::size_t untold = 0;         ///< those that could not, as a group has fewer than two sources with a known value
  std::size_t above = 0;          ///< differences above the limit, listed or not
  std::size_t beyond_chance = 0;  ///< those of them that are greater than chance makes them
  std::vector<double> largest;    ///< of each quality, 0 where none could be told
};

/// Differences above it are called imbalances (Austin, "Balance diagnostics for comparing the distribution of baseline
/// covariates between treatment groups in propensity-score matched samples", Statistics in Medicine 28, 2009).
inline constexpr double kLargestDifference = 0.1;

/// With more groups than this each is compared with all others together, as pairs would be too many to work through
/// and to read. That finds a group that stands apart, and not two that lie on opposite sides within the limit.
inline constexpr std::size_t kMostGroupsInPairs = 100;
inline constexpr std::size_t kMostListed = 20;

/// Standardised differences between groups of sources: |m1 - m2| / sqrt((s1^2 + s2^2) / 2), with means and standard
/// deviations over sources (Austin 2009). `group_of_source` holds numbers below `groups`, or kNoGroup.
/// `subject_of_source` holds a number for each source's subject, or is empty where subjects are unknown: then sources
/// count as independent, and `chance` is too small if they are not.
[[nodiscard]] Balance measure_balance(const QualityTable& table, std::span<const std::uint32_t> group_of_source,
                                      std::size_t groups, std::span<const std::uint32_t> subject_of_source = {},
                                      double limit = kLargestDifference);

}  // namespace fairground
