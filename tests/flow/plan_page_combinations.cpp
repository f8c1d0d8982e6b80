#include "tests/flow/plan_page_combinations.h"

#include <algorithm>

namespace fairground {
namespace {

class Lister {
 public:
  explicit Lister(const StatedDesign& design) : design_(design) {}

  Combinations list() {
    add_rows({});
    std::set<std::size_t> all;
    for (std::size_t axis = 0; axis < design_.axes.size(); ++axis) {
      all.insert(axis);
    }
    add_subsets(all, design_.ways);
    for (const auto& [axes, ways] : design_.also) {
      add_subsets(axes, ways);
    }
    for (const std::set<std::size_t>& axes : subsets_) {
      add_combinations(axes, {});
    }
    return std::move(listed_);
  }

 private:
  void add_rows(const Row& begun) {
    if (begun.size() < design_.axes.size()) {
      for (std::size_t level = 0; level < design_.axes[begun.size()].levels.size(); ++level) {
        Row longer = begun;
        longer.push_back(level);
        add_rows(longer);
      }
      return;
    }
    ++listed_.full_factorial;
    const bool is_excluded = std::ranges::any_of(design_.except, [&](const auto& exclusion) {
      return std::ranges::all_of(exclusion, [&](const auto& cell) { return cell.second.contains(begun[cell.first]); });
    });
    if (!is_excluded) {
      allowed_.insert(begun);
    }
  }

  void add_subsets(const std::set<std::size_t>& axes, std::size_t ways) {
    for (std::size_t bits = 0; bits < std::size_t{1} << design_.axes.size(); ++bits) {
      std::set<std::size_t> subset;
      for (const std::size_t axis : axes) {
        if ((bits >> axis & 1U) != 0) {
          subset.insert(axis);
        }
      }
      if (subset.size() == ways) {
        subsets_.insert(subset);
      }
    }
  }

  void add_combinations(const std::set<std::size_t>& axes, const Combination& begun) {
    const auto next = std::ranges::find_if(axes, [&](std::size_t axis) { return !begun.contains(axis); });
    if (next != axes.end()) {
      for (std::size_t level = 0; level < design_.axes[*next].levels.size(); ++level) {
        Combination longer = begun;
        longer[*next] = level;
        add_combinations(axes, longer);
      }
    } else if (count_held(allowed_, {begun}) > 0) {
      listed_.demanded.push_back(begun);
    } else {
      ++listed_.excluded;
    }
  }

  const StatedDesign& design_;
  std::set<Row> allowed_;
  std::set<std::set<std::size_t>> subsets_;  ///< axes whose combinations are asked for
  Combinations listed_;
};

}  // namespace

Combinations list_combinations(const StatedDesign& design) { return Lister(design).list(); }

bool holds(const Row& row, const Combination& combination) {
  return std::ranges::all_of(combination, [&](const auto& cell) { return row[cell.first] == cell.second; });
}

std::size_t count_held(const std::set<Row>& rows, const std::vector<Combination>& combinations) {
  return static_cast<std::size_t>(std::ranges::count_if(combinations, [&](const Combination& combination) {
    return std::ranges::any_of(rows, [&](const Row& row) { return holds(row, combination); });
  }));
}

}  // namespace fairground
