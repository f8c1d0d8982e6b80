#include "pipeline/design/covering_needs.h"

#include <algorithm>

namespace fairground::covering {
namespace {

/// Whether constraints can make some of its tuples impossible though each of their levels is possible.
bool is_entangled(const TupleSet& set, const Constraints& constraints) {
  for (std::size_t i = 0; i < set.ways; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const std::size_t one = set.factor[i];
      const std::size_t other = set.factor[j];
      if (constraints.binds(one) && constraints.binds(other) &&
          constraints.component(one) == constraints.component(other)) {
        return true;
      }
    }
  }
  return false;
}

/// Asks for each tuple whether a row can be completed from it. Each row found is a witness for all its tuples, so that
/// few questions remain but those with the answer no.
void exclude_the_impossible(const TupleSpace& space, const Constraints& constraints, std::vector<TupleState>& states) {
  std::vector<TupleSet> entangled;
  for (const TupleSet& set : space.sets()) {
    if (is_entangled(set, constraints)) {
      entangled.push_back(set);
    }
  }
  std::vector<bool> is_possible(space.size(), false);
  SearchRandom random(0);
  for (const TupleSet& set : entangled) {
    for (std::uint32_t tuple = set.base; tuple < set.base + set.size; ++tuple) {
      if (is_possible[tuple]) {
        continue;
      }
      std::optional<Row> witness = constraints.completed(space.row_of(set, tuple), random);
      if (!witness) {
        states[tuple] = TupleState::excluded;
        continue;
      }
      for (std::size_t factor = 0; factor < witness->size(); ++factor) {
        if ((*witness)[factor] == kOpen) {
          (*witness)[factor] = static_cast<LevelIndex>(random.below(space.levels(factor)));
        }
      }
      for (const TupleSet& other : entangled) {
        is_possible[number_in(other, *witness)] = true;
      }
    }
  }
}

void credit_what_is_known(const CoveringModel& model, const TupleSpace& space, std::vector<TupleState>& states) {
  for (const std::vector<int>& seed : model.seeds) {
    space.for_each_held(searched_row(model, seed), [&](std::uint32_t tuple) {
      if (states[tuple] == TupleState::needed) {
        states[tuple] = TupleState::credited;
      }
    });
  }
  if (!model.is_credited) {
    return;
  }
  std::vector<std::size_t> factors;
  std::vector<int> levels;
  for (const TupleSet& set : space.sets()) {
    factors.assign(set.factor.begin(), set.factor.begin() + set.ways);
    for (std::uint32_t tuple = set.base; tuple < set.base + set.size; ++tuple) {
      levels.clear();
      for (std::size_t i = 0; i < set.ways; ++i) {
        levels.push_back(space.level_in(set, tuple, i));
      }
      if (states[tuple] == TupleState::needed && model.is_credited(factors, levels)) {
        states[tuple] = TupleState::credited;
      }
    }
  }
}

}  // namespace

Needs find_needs(const CoveringModel& model, const TupleSpace& space, const Constraints& constraints) {
  Needs needs;
  needs.states.assign(space.size(), TupleState::needed);
  exclude_the_impossible(space, constraints, needs.states);
  credit_what_is_known(model, space, needs.states);
  for (const TupleSet& set : space.sets()) {
    std::size_t needed = 0;
    for (std::uint32_t tuple = set.base; tuple < set.base + set.size; ++tuple) {
      needed += needs.states[tuple] == TupleState::needed ? 1U : 0U;
      needs.credited += needs.states[tuple] == TupleState::credited ? 1U : 0U;
      needs.excluded += needs.states[tuple] == TupleState::excluded ? 1U : 0U;
    }
    needs.needed += needed;
    needs.least_rows = std::max(needs.least_rows, needed);
  }
  return needs;
}

}  // namespace fairground::covering
