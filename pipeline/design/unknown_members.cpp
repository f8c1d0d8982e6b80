#include "pipeline/design/unknown_members.h"

#include <algorithm>
#include <utility>

namespace fairground {

UnknownMembers::UnknownMembers(const Population& population, std::vector<ValueCode> unknown)
    : population_(population), unknown_(std::move(unknown)) {
  std::vector<bool> has_unknown(population.combinations(), false);
  for (std::size_t a = 0; a < unknown_.size(); ++a) {
    for (std::size_t i = 0; i < has_unknown.size() && unknown_[a] != kAnyValue; ++i) {
      has_unknown[i] = has_unknown[i] || population.columns[a][i] == unknown_[a];
    }
  }
  for (std::size_t i = 0; i < population.singles(); ++i) {
    if (has_unknown[i]) {
      singles_.push_back(i);
    }
  }
  for (std::size_t begin = 0, end = 0; begin < population.owners.size(); begin = end) {
    bool has_any = false;
    while (end < population.owners.size() && population.owners[end] == population.owners[begin]) {
      has_any = has_any || has_unknown[population.singles() + end];
      ++end;
    }
    for (std::size_t i = begin; i < end && has_any; ++i) {
      others_.push_back(i);
    }
  }
}

UnknownMembers::Match UnknownMembers::match(std::span<const ValueCode> pattern, std::size_t combination) const {
  Match found = Match::known;
  for (std::size_t a = 0; a < pattern.size(); ++a) {
    const ValueCode value = population_.columns[a][combination];
    if (pattern[a] == kAnyValue || pattern[a] == value) {
      continue;
    }
    if (value != unknown_[a]) {
      return Match::none;
    }
    found = Match::possible;
  }
  return found;
}

std::uint32_t UnknownMembers::count(std::span<const ValueCode> pattern) const {
  std::uint32_t count = 0;
  for (const std::size_t i : singles_) {
    count += match(pattern, i) == Match::possible ? population_.weights[i] : 0;
  }
  for (std::size_t begin = 0, end = 0; begin < others_.size(); begin = end) {
    Match best = Match::none;
    while (end < others_.size() && owner(end) == owner(begin)) {
      best = std::max(best, match(pattern, population_.singles() + others_[end]));
      ++end;
    }
    count += best == Match::possible ? 1 : 0;
  }
  return count;
}

}  // namespace fairground
