#include "pipeline/design/uncovered_summary.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fairground {
namespace {

/// Whether `a` comes before `b` in rank. Patterns are of one threshold, so that fewer means more are missing.
bool ranks_before(const UncoveredPattern& a, const UncoveredPattern& b) {
  if (a.count != b.count) {
    return a.count < b.count;
  }
  return a.level != b.level ? a.level < b.level : a.pattern < b.pattern;
}

}  // namespace

void UncoveredSummary::add(std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count) {
  Level& at = levels_[level];
  ++at.total;
  if (most_ == 0 || (at.first.size() == most_ && at.first.front().count < count)) {
    return;
  }
  UncoveredPattern candidate{{pattern.begin(), pattern.end()}, level, count};
  if (at.first.size() == most_) {
    if (!ranks_before(candidate, at.first.front())) {
      return;
    }
    std::ranges::pop_heap(at.first, ranks_before);
    at.first.pop_back();
  }
  at.first.push_back(std::move(candidate));
  std::ranges::push_heap(at.first, ranks_before);
}

std::size_t UncoveredSummary::total() const {
  return std::accumulate(levels_.begin(), levels_.end(), std::size_t{0},
                         [](std::size_t sum, const Level& level) { return sum + level.total; });
}

std::size_t UncoveredSummary::lowest_level() const {
  const auto found = std::ranges::find_if(levels_, [](const Level& level) { return level.total > 0; });
  return found == levels_.end() ? 0 : static_cast<std::size_t>(found - levels_.begin());
}

std::vector<UncoveredPattern> UncoveredSummary::first_of(std::size_t level) const {
  std::vector<UncoveredPattern> patterns = levels_[level].first;
  std::ranges::sort(patterns, ranks_before);
  return patterns;
}

std::vector<UncoveredPattern> UncoveredSummary::first(std::size_t deepest) const {
  std::vector<UncoveredPattern> patterns;
  for (std::size_t level = 0; level <= std::min(deepest, levels_.size() - 1); ++level) {
    patterns.insert(patterns.end(), levels_[level].first.begin(), levels_[level].first.end());
  }
  std::ranges::sort(patterns, ranks_before);
  patterns.resize(std::min(patterns.size(), most_));
  return patterns;
}

}  // namespace fairground
