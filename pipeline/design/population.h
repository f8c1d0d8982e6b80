// Sources and subjects as distinct combinations of numbered values, ready to be counted.
#pragma once

#include <cstddef>
#include <cstdint>
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

}  // namespace fairground
