#include "pipeline/design/covering_constraints.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>

#include "pipeline/core/error.h"
#include "pipeline/design/covering_names.h"

namespace fairground::covering {
namespace {

/// Dead ends of all searches together. With forward checking, sensible constraints lead to a few in each search at
/// most; so many take about a second.
constexpr std::uint64_t kMostDeadEnds = 20'000;

}  // namespace

/// Backtracking with forward checking: whenever all but one cell of an exclusion are certain, the levels it lists are
/// struck from the domain of that one. The factor with the fewest levels left is branched on.
class Constraints::Search {
 public:
  Search(const Constraints& constraints, SearchRandom& random) : constraints_(constraints), random_(random) {}

  std::optional<Row> run(const Row& row) {
    Domains domains(row.size());
    std::vector<std::size_t> to_check;
    for (const std::size_t factor : constraints_.bound_) {
      if (row[factor] == kOpen) {
        domains[factor].assign(constraints_.levels_[factor], true);
      } else {
        domains[factor].assign(constraints_.levels_[factor], false);
        domains[factor][row[factor]] = true;
      }
    }
    to_check.resize(constraints_.exclusions_.size());
    std::iota(to_check.begin(), to_check.end(), std::size_t{0});
    if (!propagate(domains, std::move(to_check)) || !branch(domains)) {
      return std::nullopt;
    }
    Row result = row;
    for (const std::size_t factor : constraints_.bound_) {
      result[factor] = static_cast<LevelIndex>(pick(domains[factor]));
    }
    return result;
  }

 private:
  using Domain = std::vector<bool>;
  using Domains = std::vector<Domain>;
  enum class Match { never, open, always };

  static Match match(const Domain& domain, const Domain& listed) {
    bool some_in = false, some_out = false;
    for (std::size_t level = 0; level < domain.size(); ++level) {
      if (domain[level]) {
        (listed[level] ? some_in : some_out) = true;
      }
    }
    return some_in && some_out ? Match::open : some_in ? Match::always : Match::never;
  }

  /// Strikes levels until nothing follows any more. False if an exclusion can no longer be avoided.
  bool propagate(Domains& domains, std::vector<std::size_t> to_check) const {
    while (!to_check.empty()) {
      const Cells& exclusion = constraints_.exclusions_[to_check.back()];
      to_check.pop_back();
      const Cell* only_open = nullptr;
      bool certain = true;
      for (const Cell& cell : exclusion) {
        const Match found = match(domains[cell.factor], cell.listed);
        if (found == Match::never || (found == Match::open && only_open != nullptr)) {
          certain = false;
          break;
        }
        if (found == Match::open) {
          only_open = &cell;
        }
      }
      if (!certain) {
        continue;
      }
      if (only_open == nullptr) {
        return false;
      }
      Domain& domain = domains[only_open->factor];
      for (std::size_t level = 0; level < domain.size(); ++level) {
        domain[level] = domain[level] && !only_open->listed[level];
      }
      const std::vector<std::size_t>& affected = constraints_.of_factor_[only_open->factor];
      to_check.insert(to_check.end(), affected.begin(), affected.end());
    }
    return true;
  }

  /// Narrows the domains until no exclusion is open. False if that is impossible.
  bool branch(Domains& domains) {
    std::size_t factor = domains.size();
    std::ptrdiff_t fewest = 0;
    for (const Cells& exclusion : constraints_.exclusions_) {
      const bool settled = std::any_of(exclusion.begin(), exclusion.end(), [&](const Cell& cell) {
        return match(domains[cell.factor], cell.listed) == Match::never;
      });
      for (const Cell& cell : exclusion) {
        const auto left = std::count(domains[cell.factor].begin(), domains[cell.factor].end(), true);
        if (!settled && left > 1 && (factor == domains.size() || left < fewest)) {
          factor = cell.factor;
          fewest = left;
        }
      }
    }
    if (factor == domains.size()) {
      return true;
    }
    const Domain untried = domains[factor];
    const std::size_t first = random_.below(untried.size());
    for (std::size_t i = 0; i < untried.size(); ++i) {
      const std::size_t level = (first + i) % untried.size();
      if (!untried[level]) {
        continue;
      }
      Domains narrowed = domains;
      narrowed[factor].assign(untried.size(), false);
      narrowed[factor][level] = true;
      if (propagate(narrowed, constraints_.of_factor_[factor]) && branch(narrowed)) {
        domains = std::move(narrowed);
        return true;
      }
      if (++constraints_.dead_ends_ > kMostDeadEnds) {
        throw UserError(
            "`except` is so entangled that it takes too long to find out which combinations it leaves. Exclude fewer "
            "combinations, or name fewer axes in each.");
      }
    }
    return false;
  }

  /// Any level of a domain: once no exclusion is open, each of them will do.
  std::size_t pick(const Domain& domain) {
    const std::size_t first = random_.below(domain.size());
    for (std::size_t i = 0;; ++i) {
      if (domain[(first + i) % domain.size()]) {
        return (first + i) % domain.size();
      }
    }
  }

  const Constraints& constraints_;
  SearchRandom& random_;
};

Constraints::Constraints(const CoveringModel& model)
    : levels_(model.levels.begin(), model.levels.end()),
      of_factor_(model.levels.size()),
      component_(model.levels.size()) {
  for (const Exclusion& exclusion : model.except) {
    std::map<std::size_t, std::vector<bool>> cells;
    for (const auto& [factor, listed] : exclusion.cells) {
      if (factor >= levels_.size() || std::any_of(listed.begin(), listed.end(),
                                                  [&, f = factor](std::size_t level) { return level >= levels_[f]; })) {
        throw std::invalid_argument("an exclusion names a factor or level that does not exist");
      }
      std::vector<bool> now(levels_[factor], false);
      for (const std::size_t level : listed) {
        now[level] = true;
      }
      const auto [found, is_new] = cells.emplace(factor, now);
      for (std::size_t level = 0; !is_new && level < now.size(); ++level) {
        found->second[level] = found->second[level] && now[level];
      }
    }
    Cells kept;
    for (auto& [factor, listed] : cells) {
      kept.push_back({factor, std::move(listed)});
    }
    exclusions_.push_back(std::move(kept));
  }
  std::iota(component_.begin(), component_.end(), std::size_t{0});
  for (std::size_t i = 0; i < exclusions_.size(); ++i) {
    for (const Cell& cell : exclusions_[i]) {
      of_factor_[cell.factor].push_back(i);
      const std::size_t from = component_[cell.factor];
      const std::size_t to = component_[exclusions_[i].front().factor];
      std::replace(component_.begin(), component_.end(), from, to);
    }
  }
  for (std::size_t factor = 0; factor < levels_.size(); ++factor) {
    if (binds(factor)) {
      bound_.push_back(factor);
    }
  }

  SearchRandom random(0);
  const Row open(levels_.size(), kOpen);
  if (!completed(open, random)) {
    throw UserError("`except` leaves no combination at all: whatever the levels, one of its " +
                    std::to_string(model.except.size()) + " entries excludes them. Remove an entry or narrow it.");
  }
  std::vector<std::string> mistakes;
  for (const std::size_t factor : bound_) {
    for (std::size_t level = 0; level < levels_[factor]; ++level) {
      Row row = open;
      row[factor] = static_cast<LevelIndex>(level);
      if (!completed(row, random)) {
        mistakes.push_back("`except` leaves no combination with " + level_name(model, factor, level) + " of " +
                           factor_name(model, factor) +
                           ". Remove the level from its axis, or narrow the entries of `except` that name it.");
      }
    }
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

bool Constraints::allows(const Row& row) const {
  return std::all_of(bound_.begin(), bound_.end(),
                     [&](std::size_t factor) { return broken_at(row, factor) == nullptr; });
}

std::optional<Row> Constraints::completed(const Row& row, SearchRandom& random) const {
  return Search(*this, random).run(row);
}

}  // namespace fairground::covering
