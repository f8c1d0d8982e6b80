// Maximal uncovered patterns: every gap of a data set in the fewest words (Asudeh, Jin and Jagadish, "Assessing and
// Remedying Coverage for a Given Dataset", ICDE 2019, arXiv:1810.06742).
//
// A pattern names a value for some attributes and leaves the others open; its level is the number of values it names,
// its count the number of sources (or of subjects) that match it. It is uncovered below a threshold, and maximal where
// every pattern that names one value less (its parents) is covered. What is more special than an uncovered pattern is
// uncovered too, so the maximal ones describe all gaps exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace fairground {

/// The number of a value among those of its attribute.
using ValueCode = std::uint16_t;
/// In a pattern: the attribute is open.
inline constexpr ValueCode kAnyValue = 0xFFFF;

/// Sources as numbers, column by column: `columns[a][row]` is below `cardinalities[a]`. An attribute may have values
/// that no row has.
struct CodedRows {
  std::vector<std::size_t> cardinalities;
  std::vector<std::vector<ValueCode>> columns;

  [[nodiscard]] std::size_t size() const { return columns.empty() ? 0 : columns.front().size(); }
};

/// The subject of a row that names none.
inline constexpr std::uint32_t kNoSubject = 0xFFFFFFFF;

/// Those who are counted, as distinct combinations of values. A member with one combination is counted there by weight.
/// A subject whose sources differ has several, one after the other, and counts once in every pattern that matches any
/// of them: such counts do not add up over values.
struct Population {
  std::vector<std::size_t> cardinalities;
  std::vector<std::vector<ValueCode>> columns;  ///< of each attribute: the singles' combinations, then the others'
  std::vector<std::uint32_t> weights;           ///< members with this single combination
  std::vector<std::uint32_t> owners;            ///< of each later combination: its subject, 0, 1, 2, … in order
  std::size_t members = 0;

  [[nodiscard]] std::size_t singles() const { return weights.size(); }
  [[nodiscard]] std::size_t combinations() const { return weights.size() + owners.size(); }
};

[[nodiscard]] Population count_sources(const CodedRows& rows);
/// `subjects` numbers the subject of each row 0, 1, 2, … or has kNoSubject: that row is then left out.
[[nodiscard]] Population count_subjects(const CodedRows& rows, std::span<const std::uint32_t> subjects);

/// The bytes that a PatternCube takes, as a double since there may be more than can be counted.
[[nodiscard]] double cube_bytes(std::span<const std::size_t> cardinalities);

/// The counts of all patterns: an array with one digit for each attribute, the first attribute's the highest. The digit
/// after the last value stands for the open attribute. Counts fit 32 bits, as must the number of members.
class PatternCube {
 public:
  explicit PatternCube(const Population& population);

  [[nodiscard]] std::uint32_t count(std::span<const ValueCode> pattern) const;
  /// The counts of all combinations of the values of `attributes` (ascending), the first attribute's digit the highest.
  void subset_counts(std::span<const std::size_t> attributes, std::vector<std::uint32_t>& counts) const;

  [[nodiscard]] const std::vector<std::size_t>& cardinalities() const { return cardinalities_; }
  [[nodiscard]] const std::vector<std::size_t>& strides() const { return strides_; }
  [[nodiscard]] const std::vector<std::uint32_t>& cells() const { return cells_; }

 private:
  std::vector<std::size_t> cardinalities_;
  std::vector<std::size_t> strides_;
  std::vector<std::uint32_t> cells_;
};

/// Is handed one maximal uncovered pattern: a value or kAnyValue for each attribute. Valid during the call only.
using PatternVisitor = std::function<void(std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count)>;
/// Is handed the counts of all combinations of the values of `attributes`, as PatternCube::subset_counts gives them.
using SubsetVisitor =
    std::function<void(std::span<const std::size_t> attributes, std::span<const std::uint32_t> counts)>;

/// Calls `visit` for every maximal uncovered pattern, in no promised order. `threshold` is at least 1.
void find_uncovered(const PatternCube& cube, std::uint32_t threshold, const PatternVisitor& visit);

/// The same up to level `deepest` and without a cube: the combinations of each set of attributes are counted alone.
/// `subset`, if given, is handed the counts of every set of 1 to `deepest` attributes.
void find_uncovered(const Population& population, std::uint32_t threshold, std::size_t deepest,
                    const PatternVisitor& visit, const SubsetVisitor& subset = {});

/// What the search up to a level costs, as doubles since there may be more than can be counted. The bytes are infinite
/// where it cannot be made.
struct LevelCost {
  double steps = 0.0;  ///< of the inner loops, each in the order of a nanosecond
  double bytes = 0.0;
};
[[nodiscard]] LevelCost cost_of_levels(const Population& population, std::size_t deepest);

/// Calls `body` with every set of `size` of the numbers below `attributes`, each ascending.
void for_each_subset(std::size_t attributes, std::size_t size,
                     const std::function<void(std::span<const std::size_t>)>& body);

struct UncoveredPattern {
  std::vector<ValueCode> pattern;
  std::size_t level = 0;
  std::uint32_t count = 0;
};

/// Totals of many patterns, and the few that a reader should see first: those that miss most, then the broader ones,
/// then the earlier ones by attribute and value. Keeps at most `most` patterns of each level.
class UncoveredSummary {
 public:
  UncoveredSummary(std::size_t attributes, std::size_t most) : most_(most), levels_(attributes + 1) {}

  void add(std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count);

  [[nodiscard]] std::size_t total() const;
  [[nodiscard]] std::size_t at_level(std::size_t level) const { return levels_[level].total; }
  /// The lowest level that has a pattern; 0 where there is none.
  [[nodiscard]] std::size_t lowest_level() const;
  /// The first `most` patterns of levels up to `deepest`.
  [[nodiscard]] std::vector<UncoveredPattern> first(std::size_t deepest) const;

 private:
  struct Level {
    std::size_t total = 0;
    std::vector<UncoveredPattern> first;  ///< a heap, the last in rank on top
  };

  std::size_t most_;
  std::vector<Level> levels_;
};

}  // namespace fairground
