#include "pipeline/design/covering_array.h"

#include <algorithm>
#include <stdexcept>

#include "pipeline/core/error.h"
#include "pipeline/design/covering_constraints.h"
#include "pipeline/design/covering_names.h"
#include "pipeline/design/covering_needs.h"
#include "pipeline/design/covering_search.h"
#include "pipeline/design/covering_tuples.h"

namespace fairground {
namespace {

using covering::Constraints;
using covering::Needs;
using covering::Row;
using covering::SearchProblem;
using covering::TupleSet;
using covering::TupleSpace;
using covering::TupleState;

void check_first_row(const CoveringModel& model, const Constraints& constraints) {
  const Row first(model.levels.size(), 0);
  if (!model.include_first || constraints.allows(first)) {
    return;
  }
  for (const Exclusion& exclusion : model.except) {
    CoveringModel alone = model;
    alone.except = {exclusion};
    if (!Constraints(alone).allows(first)) {
      throw UserError("`except` excludes the combination of the first levels of all axes, by its entry " +
                      covering::exclusion_text(model, exclusion) +
                      ". Narrow that entry, or let each axis begin with a level that it allows.");
    }
  }
}

bool tells_levels_apart(const CoveringModel& model) { return !model.seeds.empty() || model.is_credited != nullptr; }

/// The factors whose levels cannot be renamed, because constraints, seeds or credit tell them apart. In the row of
/// first levels their cells are set from the start; in the others, any row will do.
std::vector<bool> frozen_factors(const CoveringModel& model, const Constraints& constraints) {
  std::vector<bool> frozen(model.levels.size(), false);
  for (std::size_t factor = 0; model.include_first && factor < frozen.size(); ++factor) {
    frozen[factor] = tells_levels_apart(model) || constraints.binds(factor);
  }
  return frozen;
}

/// No array has fewer rows: each row holds one tuple of each set, and the row of first levels may hold one that is not
/// needed.
std::size_t least_rows(const TupleSpace& space, const Needs& needs, bool keep_first, const std::vector<bool>& frozen) {
  std::size_t least = keep_first ? 1 : 0;
  for (const TupleSet& set : space.sets()) {
    const auto first = needs.states.begin() + set.base;
    const auto needed = static_cast<std::size_t>(std::count(first, first + set.size, TupleState::needed));
    bool wasted = keep_first && *first != TupleState::needed;
    for (std::size_t i = 0; i < set.ways; ++i) {
      wasted = wasted && frozen[set.factor[i]];
    }
    least = std::max(least, needed + (wasted ? 1 : 0));
  }
  return least;
}

/// Exchanges levels so that the first row becomes that of all first levels.
void rename_levels(std::vector<Row>& rows) {
  const Row first = rows.front();
  for (Row& row : rows) {
    for (std::size_t factor = 0; factor < row.size(); ++factor) {
      if (row[factor] == 0) {
        row[factor] = first[factor];
      } else if (row[factor] == first[factor]) {
        row[factor] = 0;
      }
    }
  }
}

/// Rows of an array, that of all first levels in front.
std::vector<Row> with_first_in_front(const std::vector<std::vector<int>>& rows) {
  std::vector<Row> result;
  result.reserve(rows.size());
  for (const std::vector<int>& row : rows) {
    result.emplace_back(row.begin(), row.end());
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

void check_size(const CoveringModel& model) { (void)TupleSpace(model); }

void check_constraints(const CoveringModel& model) { check_first_row(model, Constraints(model)); }

CoveringArray covering_array(const CoveringModel& model, int effort, std::uint64_t seed) {
  if (effort < 1) {
    throw UserError("the effort is " + std::to_string(effort) + "; it must be at least 1");
  }
  const TupleSpace space(model);
  const Constraints constraints(model);
  check_first_row(model, constraints);
  const Needs needs = find_needs(model, space, constraints);
  SearchProblem problem{&space, &constraints, &needs, model.include_first, frozen_factors(model, constraints), 0};
  problem.least_rows = least_rows(space, needs, problem.keep_first, problem.frozen);

  CoveringArray array;
  array.demanded = needs.needed + needs.credited;
  array.credited = needs.credited;
  array.excluded = needs.excluded;
  std::vector<Row> rows = search_rows(problem, effort, seed, array.steps);
  if (tells_levels_apart(model)) {
    // Seeds can only help. Should the search have been less lucky with them than without, it starts from there.
    CoveringModel bare = model;
    bare.seeds.clear();
    bare.is_credited = nullptr;
    const Needs all = find_needs(bare, space, constraints);
    if (rows.size() > least_rows(space, all, problem.keep_first, frozen_factors(bare, constraints))) {
      const CoveringArray without = covering_array(bare, effort, seed);
      array.steps += without.steps;
      if (without.rows.size() < rows.size()) {
        rows = fewer_rows(problem, with_first_in_front(without.rows), seed, array.steps);
      }
    }
  }
  if (model.include_first) {
    rename_levels(rows);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  for (const Row& row : rows) {
    array.rows.emplace_back(row.begin(), row.end());
  }
  return array;
}

}  // namespace fairground
