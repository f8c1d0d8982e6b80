// What given rows hold of a model's demands.
#include <algorithm>
#include <array>
#include <cstdint>
#include <queue>

#include "pipeline/design/covering_array.h"
#include "pipeline/design/covering_constraints.h"
#include "pipeline/design/covering_needs.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground {
namespace {

using covering::Constraints;
using covering::Needs;
using covering::Row;
using covering::searched_row;
using covering::TupleSet;
using covering::TupleSpace;
using covering::TupleState;

/// Which tuples are still to be held.
std::vector<bool> needed_tuples(const Needs& needs) {
  std::vector<bool> needed(needs.states.size());
  std::transform(needs.states.begin(), needs.states.end(), needed.begin(),
                 [](TupleState state) { return state == TupleState::needed; });
  return needed;
}

/// New tuples by their ways, the fewest first: that is how gains are compared.
using Gain = std::array<std::uint64_t, covering::kMostWays + 1>;

std::vector<std::uint8_t> ways_of_tuples(const TupleSpace& space) {
  std::vector<std::uint8_t> ways(space.size());
  for (const TupleSet& set : space.sets()) {
    std::fill_n(ways.begin() + set.base, set.size, static_cast<std::uint8_t>(set.ways));
  }
  return ways;
}

Combination combination_of(const TupleSpace& space, const TupleSet& set, std::uint32_t tuple) {
  Combination combination;
  for (std::size_t i = 0; i < set.ways; ++i) {
    combination.factors.push_back(set.factor[i]);
    combination.levels.push_back(space.level_in(set, tuple, i));
  }
  return combination;
}

}  // namespace

RankedRows rank_rows(const CoveringModel& model, const std::vector<std::vector<int>>& rows) {
  const TupleSpace space(model);
  const Needs needs = find_needs(model, space, Constraints(model));
  std::vector<bool> missing = needed_tuples(needs);
  std::vector<Row> searched;
  searched.reserve(rows.size());
  for (const std::vector<int>& row : rows) {
    searched.push_back(searched_row(model, row));
  }
  const std::vector<std::uint8_t> ways = ways_of_tuples(space);
  const auto gain = [&](std::size_t row) {
    Gain gained{};
    space.for_each_held(searched[row], [&](std::uint32_t tuple) { gained[ways[tuple]] += missing[tuple] ? 1U : 0U; });
    return gained;
  };

  RankedRows ranked;
  std::uint64_t total = needs.credited;
  const auto take = [&](std::size_t row) {
    for (const std::uint64_t gained : gain(row)) {
      total += gained;
    }
    space.for_each_held(searched[row], [&](std::uint32_t tuple) { missing[tuple] = false; });
    ranked.order.push_back(row);
    ranked.total.push_back(total);
  };
  const auto clean = std::find(rows.begin(), rows.end(), std::vector<int>(model.levels.size(), 0));
  const auto first = static_cast<std::size_t>(clean - rows.begin());
  if (clean != rows.end()) {
    take(first);
  }
  // A row never gains by waiting, in no strength, so only that which once seemed best must be looked at again. Of
  // equals, the row given first comes first.
  struct Candidate {
    Gain gain{};
    std::size_t row = 0;
    bool operator<(const Candidate& other) const { return gain != other.gain ? gain < other.gain : row > other.row; }
  };
  std::priority_queue<Candidate> queue;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (row != first) {
      queue.push({gain(row), row});
    }
  }
  while (!queue.empty()) {
    Candidate best = queue.top();
    queue.pop();
    const Gain now = gain(best.row);
    if (now == best.gain) {
      take(best.row);
    } else {
      best.gain = now;
      queue.push(best);
    }
  }
  return ranked;
}

CombinationCount count_combinations(const CoveringModel& model, const std::vector<std::vector<int>>& rows,
                                    std::size_t most_missing) {
  const TupleSpace space(model);
  const Needs needs = find_needs(model, space, Constraints(model));
  std::vector<bool> missing = needed_tuples(needs);
  for (const std::vector<int>& row : rows) {
    space.for_each_held(searched_row(model, row), [&](std::uint32_t tuple) { missing[tuple] = false; });
  }
  CombinationCount count;
  count.demanded = needs.needed + needs.credited;
  count.excluded = needs.excluded;
  count.held = count.demanded;
  for (const TupleSet& set : space.sets()) {
    for (std::uint32_t tuple = set.base; tuple < set.base + set.size; ++tuple) {
      if (missing[tuple]) {
        --count.held;
        if (count.missing.size() < most_missing) {
          count.missing.push_back(combination_of(space, set, tuple));
        }
      }
    }
  }
  return count;
}

}  // namespace fairground
