#include "pipeline/design/observations.h"

#include <algorithm>

namespace fairground {
namespace {

bool matches(const LevelRow& row, std::span<const std::size_t> axes, std::span<const int> levels) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (row[axes[i]] != levels[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

LevelRow observed_row(const MediaSettings& settings, const MediaCatalog& catalog, std::size_t source) {
  LevelRow row;
  for (const Axis& axis : settings.axes) {
    row.push_back(axis.levels[0].steps.empty() ? 0 : -1);
  }
  for (std::size_t k = 0; k < catalog.observed_axes.size(); ++k) {
    row[catalog.observed_axes[k]] = catalog.observed_level(source, k);
  }
  return row;
}

Part part_of(const MediaSettings& settings, const MediaCatalog& catalog, std::size_t source) {
  const LevelRow row = observed_row(settings, catalog, source);
  for (const std::size_t axis : catalog.observed_axes) {
    if (row[axis] < 0) {
      return Part::level_unknown;
    }
    if (row[axis] > 0) {
      return Part::holds_a_level;
    }
  }
  return Part::takes_part;
}

Observations::Observations(const MediaSettings& settings, const MediaCatalog& catalog)
    : at_least_(settings.design.at_least), groups_(catalog.groups.size()) {
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    const Source& source = catalog.sources[i];
    if (!catalog.problem_of(source).empty()) {
      continue;
    }
    Cell& cell = groups_[source.group][observed_row(settings, catalog, i)];
    ++cell.sources;
    if (source.subject != kUnknownSubject) {
      cell.subjects.insert(source.subject);
    }
  }
}

Observations::Counts Observations::count(std::size_t group, std::span<const std::size_t> axes,
                                         std::span<const int> levels) const {
  Counts counts;
  std::set<std::uint32_t> subjects;
  for (const auto& [row, cell] : groups_[group]) {
    if (matches(row, axes, levels)) {
      counts.sources += cell.sources;
      subjects.insert(cell.subjects.begin(), cell.subjects.end());
    }
  }
  counts.subjects = subjects.size();
  return counts;
}

bool Observations::enough(std::size_t group, std::span<const std::size_t> axes, std::span<const int> levels) const {
  const Counts counts = count(group, axes, levels);
  return counts.sources >= static_cast<std::size_t>(std::max(1, at_least_.sources)) &&
         counts.subjects >= static_cast<std::size_t>(at_least_.subjects);
}

bool Observations::enough_everywhere(std::span<const std::size_t> axes, std::span<const int> levels) const {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    if (!enough(group, axes, levels)) {
      return false;
    }
  }
  return !groups_.empty();
}

}  // namespace fairground
