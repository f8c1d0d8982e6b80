#include "pipeline/design/covering_annealing.h"

#include <algorithm>
#include <numeric>

namespace fairground::covering {
namespace {

/// To a half.
constexpr double kCooling = 0.98905790104;

/// A change in five goes straight for a missing tuple, in parts of 256.
constexpr std::uint32_t kFocused = 51;

/// In units of Work, as measured: a step that changes nothing, and for each set of the factor a change and a repair.
constexpr std::uint64_t kWorkOfStep = 30;
constexpr std::uint64_t kWorkOfVisit = 9;
constexpr std::uint64_t kWorkOfRepair = 20;

/// Cells that one change may take along to keep its row allowed.
constexpr int kMostRepairs = 4;

}  // namespace

Annealer::Annealer(const TupleSpace& space, const Constraints& constraints, const Needs& needs,
                   const std::vector<Row>& rows, std::vector<bool> frozen)
    : constraints_(constraints), tables_(space, needs, rows), frozen_(std::move(frozen)) {
  for (std::size_t factor = 0; factor < space.factor_count(); ++factor) {
    if (space.levels(factor) > 1) {
      movable_.push_back(static_cast<std::uint32_t>(factor));
    }
    visits_.push_back(space.sets_of(factor).size());
  }
}

void Annealer::drop_cheapest_row(Work& work) {
  const std::size_t rows = tables_.row_count();
  work.done += rows * frozen_.size() + 2 * std::accumulate(visits_.begin(), visits_.end(), std::uint64_t{0});
  const bool spare_first = std::find(frozen_.begin(), frozen_.end(), true) != frozen_.end();
  std::size_t cheapest = rows;
  std::int64_t least = 0;
  for (std::size_t row = spare_first ? 1 : 0; row < rows; ++row) {
    std::int64_t depending = 0;
    for (std::size_t factor = 0; factor < frozen_.size(); ++factor) {
      depending += tables_.depending_on(row, factor);
    }
    if (cheapest == rows || depending < least) {
      cheapest = row;
      least = depending;
    }
  }
  tables_.drop_row(cheapest);
}

CellChange Annealer::random_change(SearchRandom& random) const {
  const std::uint64_t bits = random.bits();
  CellChange change;
  const auto high = static_cast<std::uint32_t>(bits >> 32U);
  const auto cells = static_cast<std::uint32_t>(tables_.row_count() * movable_.size());
  const std::uint32_t chosen = SearchRandom::scaled(high, cells);
  change.row = chosen / movable_.size();
  change.factor = movable_[chosen % movable_.size()];
  const LevelIndex present = tables_.cell(change.row, change.factor);
  const auto others = static_cast<std::uint32_t>(tables_.levels(change.factor) - 1);
  const std::uint32_t level = SearchRandom::scaled(static_cast<std::uint32_t>(bits), others);
  change.level = static_cast<LevelIndex>(level < present ? level : level + 1);
  return change;
}

bool Annealer::breaks_constraint(const CellChange& change) const {
  return constraints_.broken_at(tables_.row(change.row), change.factor, change.level) != nullptr;
}

void Annealer::change_and_repair(const CellChange& change, SearchRandom& random) {
  const std::span<const LevelIndex> present = tables_.row(change.row);
  Row row(present.begin(), present.end());
  row[change.factor] = change.level;
  std::vector<CellChange> changes{change};
  std::size_t checked = 0;
  while (checked < changes.size()) {
    const Constraints::Cells* broken = constraints_.broken_at(row, changes[checked].factor);
    if (broken == nullptr) {
      ++checked;
      continue;
    }
    const Constraints::Cell& mended = (*broken)[random.below(broken->size())];
    const auto level = static_cast<LevelIndex>(random.below(tables_.levels(mended.factor)));
    const bool is_changed = std::any_of(changes.begin(), changes.end(),
                                        [&](const CellChange& earlier) { return earlier.factor == mended.factor; });
    if (is_changed || mended.listed[level] || is_frozen(change.row, mended.factor) || changes.size() > kMostRepairs) {
      return;
    }
    row[mended.factor] = level;
    changes.push_back({change.row, mended.factor, level});
  }
  const auto before = static_cast<std::int64_t>(tables_.missing());
  for (CellChange& each : changes) {
    const LevelIndex old = tables_.cell(each.row, each.factor);
    tables_.set(each);
    each.level = old;
  }
  if (!acceptance_.accepts(static_cast<std::int64_t>(tables_.missing()) - before, random)) {
    for (; !changes.empty(); changes.pop_back()) {
      tables_.set(changes.back());
    }
  }
}

void Annealer::anneal(double warmth, std::uint64_t steps, SearchRandom& random, Work& work) {
  if (movable_.empty()) {
    return;
  }
  double temperature = warmth;
  for (int i = 0; i < kTemperatures; ++i) {
    acceptance_.set_temperature(temperature);
    temperature *= kCooling;
    for (std::uint64_t step = 0; step < steps / kTemperatures + 1; ++step) {
      if (tables_.missing() == 0 || work.is_over()) {
        return;
      }
      ++work.steps;
      work.done += kWorkOfStep;
      const bool focused = (random.bits() >> 56U) < kFocused;
      const CellChange change = focused ? tables_.change_towards_missing(random) : random_change(random);
      if (is_frozen(change.row, change.factor) || tables_.cell(change.row, change.factor) == change.level) {
        continue;
      }
      if (constraints_.binds(change.factor) && breaks_constraint(change)) {
        work.done += kWorkOfRepair * visits_[change.factor];
        change_and_repair(change, random);
      } else if (acceptance_.accepts(tables_.cost(change), random)) {
        work.done += kWorkOfVisit * visits_[change.factor];
        tables_.set(change);
      }
    }
  }
}

void Annealer::balance() {
  std::vector<std::vector<std::uint32_t>> uses;
  for (std::size_t factor = 0; factor < frozen_.size(); ++factor) {
    uses.emplace_back(tables_.levels(factor));
    for (std::size_t row = 0; row < tables_.row_count(); ++row) {
      ++uses[factor][tables_.cell(row, factor)];
    }
  }
  // Each change makes the sum of the squares of the uses smaller, so this ends.
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t row = 0; row < tables_.row_count(); ++row) {
      for (std::size_t factor = 0; factor < frozen_.size(); ++factor) {
        if (tables_.depending_on(row, factor) > 0 || is_frozen(row, factor)) {
          continue;
        }
        std::vector<std::uint32_t>& of = uses[factor];
        const LevelIndex present = tables_.cell(row, factor);
        LevelIndex best = present;
        for (std::size_t other = 0; other < of.size(); ++other) {
          const auto level = static_cast<LevelIndex>(other);
          if (of[level] < of[best] && !breaks_constraint({row, factor, level})) {
            best = level;
          }
        }
        if (of[best] + 1 < of[present]) {
          --of[present];
          ++of[best];
          tables_.set({row, factor, best});
          changed = true;
        }
      }
    }
  }
}

}  // namespace fairground::covering
