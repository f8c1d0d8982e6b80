#include "pipeline/design/made_before.h"

#include <algorithm>
#include <set>

#include "pipeline/design/follow.h"

namespace fairground {
namespace {

bool is_reserved(const LevelRow& row) { return !row.empty() && row.front() == kReservedLevel; }

}  // namespace

MadeBefore::MadeBefore(const MediaSettings& settings, const MediaCatalog& catalog, const PlannedMedia* base)
    : settings_(settings), catalog_(catalog), base_(base) {
  if (base == nullptr) {
    return;
  }
  for (const Source& source : catalog.sources) {
    const auto found = base->sources.find(std::string(source.id()));
    of_source_.push_back(found == base->sources.end() ? nullptr : &found->second);
  }
  for (const auto& levels : base->conditions) {
    std::optional<LevelRow> row = row_of(settings, levels);
    const bool is_clean =
        !levels.empty() && std::ranges::all_of(levels, [](const auto& level) { return level.second == kCleanLevel; });
    row_of_condition_.push_back(!row && is_clean ? LevelRow(settings.axes.size(), kReservedLevel) : std::move(row));
  }
}

template <typename Wanted>
std::size_t MadeBefore::count(std::size_t source, const Wanted& wanted) const {
  return knows(source) ? static_cast<std::size_t>(std::ranges::count_if(of_source_[source]->lines, wanted)) : 0;
}

std::map<std::string, int> MadeBefore::realizations() const {
  std::map<std::string, int> dealt;
  for (std::size_t source = 0; source < of_source_.size(); ++source) {
    if (knows(source)) {
      dealt[std::string(catalog_.sources[source].id())] = of_source_[source]->realization;
    }
  }
  return dealt;
}

std::vector<LevelRow> MadeBefore::rows(const std::function<bool(std::size_t group)>& of_group) const {
  std::vector<bool> is_met(row_of_condition_.size(), false);
  for (std::size_t source = 0; source < of_source_.size(); ++source) {
    if (knows(source) && of_group(catalog_.sources[source].group)) {
      for (const PlannedLine& line : of_source_[source]->lines) {
        is_met[line.condition] = is_met[line.condition] || line.control == Control::none;
      }
    }
  }
  std::set<LevelRow> rows;
  for (std::size_t c = 0; c < is_met.size(); ++c) {
    const auto& row = row_of_condition_[c];
    if (is_met[c] && row && !is_reserved(*row) && !is_excluded(settings_, *row)) {
      rows.insert(*row);
    }
  }
  return {rows.begin(), rows.end()};
}

std::size_t MadeBefore::owed(std::size_t source, const std::vector<LevelRow>& rows) const {
  const std::size_t made = count(source, [&](const PlannedLine& line) {
    const auto& row = row_of_condition_[line.condition];
    return line.control == Control::none && row && std::ranges::binary_search(rows, *row);
  });
  return rows.size() - std::min(rows.size(), made);
}

std::size_t MadeBefore::made_of_all(std::size_t source) const {
  return count(source, [&](const PlannedLine& line) {
    const auto& row = row_of_condition_[line.condition];
    return line.control == Control::identity || (line.control == Control::none && row && is_reserved(*row));
  });
}

bool MadeBefore::has_clean(std::size_t source) const {
  const LevelRow first(settings_.axes.size(), 0);
  const bool inside = clean_is_inside(settings_);
  return settings_.design.include_clean && count(source, [&](const PlannedLine& line) {
                                             const auto& row = row_of_condition_[line.condition];
                                             return line.control == Control::none && row &&
                                                    (inside ? *row == first : is_reserved(*row));
                                           }) > 0;
}

std::size_t MadeBefore::repeats(std::size_t source) const {
  return count(source, [](const PlannedLine& line) { return line.control == Control::repeat; });
}

std::vector<LevelRow> MadeBefore::rows_of(std::size_t source, Control control) const {
  std::vector<LevelRow> rows;
  if (knows(source)) {
    for (const PlannedLine& line : of_source_[source]->lines) {
      if (const auto& row = row_of_condition_[line.condition]; row && line.control == control) {
        rows.push_back(*row);
      }
    }
  }
  std::ranges::sort(rows);
  return rows;
}

}  // namespace fairground
