// The counts of all patterns of values at once, for as many attributes as fit into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/design/population.h"

namespace fairground {

/// The bytes that a PatternCube takes, as a double since there may be more than can be counted.
[[nodiscard]] double cube_bytes(std::span<const std::size_t> cardinalities);

/// The counts of all patterns: an array with one digit for each attribute, the first attribute's the highest. The digit
/// after the last value stands for the open attribute. Counts fit 32 bits, as must the number of members.
class PatternCube {
 public:
  explicit PatternCube(const Population& population);
  /// The same, or nothing where the subjects whose sources differ take more than `most_steps`, each in the order of
  /// five nanoseconds: very many sources of one subject match very many patterns.
  [[nodiscard]] static std::optional<PatternCube> within(const Population& population, double most_steps);

  [[nodiscard]] std::uint32_t count(std::span<const ValueCode> pattern) const;
  /// The counts of all combinations of the values of `attributes` (ascending), the first attribute's digit the highest.
  void subset_counts(std::span<const std::size_t> attributes, std::vector<std::uint32_t>& counts) const;

  [[nodiscard]] const std::vector<std::size_t>& cardinalities() const { return cardinalities_; }
  [[nodiscard]] const std::vector<std::size_t>& strides() const { return strides_; }
  [[nodiscard]] const std::vector<std::uint32_t>& cells() const { return cells_; }

 private:
  explicit PatternCube(const std::vector<std::size_t>& cardinalities);

  std::vector<std::size_t> cardinalities_;
  std::vector<std::size_t> strides_;
  std::vector<std::uint32_t> cells_;
};

}  // namespace fairground
