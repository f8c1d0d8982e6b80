#include "pipeline/design/covering_tuples.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>

#include "pipeline/core/error.h"
#include "pipeline/design/covering_names.h"

namespace fairground::covering {
namespace {

/// More sets than this are refused, as each takes some 100 bytes and a visit for each candidate row.
constexpr double kMostSets = 2'000'000;

std::string grouped_digits(double number) {
  if (number >= 1e15) {
    return "more than 10^15";
  }
  std::string digits = std::to_string(static_cast<std::uint64_t>(number));
  for (std::size_t i = digits.size(); i > 3; i -= 3) {
    digits.insert(i - 3, " ");
  }
  return digits;
}

void check_indices(const CoveringModel& model) {
  for (const int levels : model.levels) {
    if (levels < 1 || levels >= kOpen) {
      throw std::invalid_argument("a factor must have 1 to 65534 levels, not " + std::to_string(levels));
    }
  }
  if (model.levels.size() > kOpen) {
    throw std::invalid_argument("a covering array cannot have so many factors");
  }
  for (const CoveringModel::Demand& demand : model.demands) {
    const std::set<std::size_t> distinct(demand.factors.begin(), demand.factors.end());
    if (distinct.size() < demand.factors.size() || (!distinct.empty() && *distinct.rbegin() >= model.levels.size())) {
      throw std::invalid_argument("a demand names a factor twice or one that does not exist");
    }
  }
}

/// Sums, over all sets of `ways` of the factors, 1 and the product of their levels: the elementary symmetric
/// polynomials. In double, as the numbers may be beyond any integer.
std::pair<double, double> count_sets_and_tuples(const CoveringModel& model, const CoveringModel::Demand& demand) {
  std::array<double, kMostWays + 1> sets{1.0};
  std::array<double, kMostWays + 1> tuples{1.0};
  for (const std::size_t factor : demand.factors) {
    for (auto i = static_cast<std::size_t>(demand.ways); i > 0; --i) {
      sets[i] += sets[i - 1];
      tuples[i] += tuples[i - 1] * model.levels[factor];
    }
  }
  return {sets[static_cast<std::size_t>(demand.ways)], tuples[static_cast<std::size_t>(demand.ways)]};
}

void check_demands(const CoveringModel& model) {
  double sets = 0.0;
  double tuples = 0.0;
  int most_ways = 0;
  for (const CoveringModel::Demand& demand : model.demands) {
    if (demand.ways < 1 || demand.ways > kMostWays) {
      throw UserError("`ways` is " + std::to_string(demand.ways) + "; a covering array has 1 to " +
                      std::to_string(kMostWays) + " ways. For every combination of all levels write `ways: all`.");
    }
    if (static_cast<std::size_t>(demand.ways) > demand.factors.size()) {
      std::string names;
      for (const std::size_t factor : demand.factors) {
        names += (names.empty() ? "" : ", ") + factor_name(model, factor);
      }
      throw UserError("`ways` is " + std::to_string(demand.ways) + ", but it is asked of " +
                      std::to_string(demand.factors.size()) + (demand.factors.size() == 1 ? " axis" : " axes") +
                      (names.empty() ? "" : " (" + names + ")") + ". Lower `ways` or name more axes.");
    }
    const auto [more_sets, more_tuples] = count_sets_and_tuples(model, demand);
    sets += more_sets;
    tuples += more_tuples;
    most_ways = std::max(most_ways, demand.ways);
  }
  if (tuples > static_cast<double>(kMaximalCombinations) || sets > kMostSets) {
    throw UserError("`ways: " + std::to_string(most_ways) + "` over these axes means " + grouped_digits(tuples) +
                    " combinations of levels of " + grouped_digits(sets) + " sets of axes; at most " +
                    grouped_digits(static_cast<double>(kMaximalCombinations)) + " of " + grouped_digits(kMostSets) +
                    " can be searched. Lower `ways`, or ask for it of fewer axes or fewer levels.");
  }
}

/// All ways to choose `ways` of the sorted factors, in lexicographical order.
void add_sets(std::vector<std::size_t> factors, int ways, std::vector<std::vector<std::size_t>>& sets) {
  std::sort(factors.begin(), factors.end());
  const auto t = static_cast<std::size_t>(ways);
  std::vector<std::size_t> chosen(t);
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  while (true) {
    std::vector<std::size_t> set(t);
    std::transform(chosen.begin(), chosen.end(), set.begin(), [&](std::size_t i) { return factors[i]; });
    sets.push_back(std::move(set));
    std::size_t i = t;
    while (i > 0 && chosen[i - 1] == factors.size() - t + i - 1) {
      --i;
    }
    if (i == 0) {
      return;
    }
    ++chosen[i - 1];
    std::iota(chosen.begin() + static_cast<std::ptrdiff_t>(i), chosen.end(), chosen[i - 1] + 1);
  }
}

}  // namespace

TupleSpace::TupleSpace(const CoveringModel& model) : levels_(model.levels.begin(), model.levels.end()) {
  check_indices(model);
  check_demands(model);
  std::vector<std::vector<std::size_t>> sets;
  for (const CoveringModel::Demand& demand : model.demands) {
    add_sets(demand.factors, demand.ways, sets);
  }
  if (model.demands.size() > 1) {
    std::sort(sets.begin(), sets.end());
    sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
  }
  sets_of_.resize(levels_.size());
  for (const std::vector<std::size_t>& factors : sets) {
    TupleSet set;
    set.ways = static_cast<std::uint32_t>(factors.size());
    set.base = static_cast<std::uint32_t>(size_);
    set.size = 1;
    for (std::size_t i = factors.size(); i-- > 0;) {
      set.factor[i] = static_cast<std::uint16_t>(factors[i]);
      set.stride[i] = set.size;
      set.size *= static_cast<std::uint32_t>(levels_[factors[i]]);
      sets_of_[factors[i]].push_back({static_cast<std::uint32_t>(sets_.size()), static_cast<std::uint32_t>(i)});
    }
    size_ += set.size;
    sets_.push_back(set);
  }
}

Row TupleSpace::row_of(const TupleSet& set, std::uint32_t tuple) const {
  Row row(levels_.size(), kOpen);
  for (std::size_t i = 0; i < set.ways; ++i) {
    row[set.factor[i]] = level_in(set, tuple, i);
  }
  return row;
}

Row searched_row(const CoveringModel& model, const std::vector<int>& row) {
  if (row.size() != model.levels.size()) {
    throw std::invalid_argument("a row must have one level for each factor");
  }
  Row searched(row.size(), kOpen);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] < kAnyLevel || row[i] >= model.levels[i]) {
      throw std::invalid_argument("a row has a level that its factor does not have");
    }
    if (row[i] != kAnyLevel) {
      searched[i] = static_cast<LevelIndex>(row[i]);
    }
  }
  return searched;
}

}  // namespace fairground::covering
