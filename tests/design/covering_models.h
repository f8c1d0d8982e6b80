// Models for the tests of covering arrays, and checks that share no code with the search.
#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/design/covering_array.h"

namespace fairground {

using Rows = std::vector<std::vector<int>>;

/// `{{4, 15}, {3, 17}}`: fifteen factors of four levels and seventeen of three.
inline CoveringModel uniform_model(const std::vector<std::pair<int, int>>& levels_and_factors, int ways = 2) {
  CoveringModel model;
  for (const auto& [levels, factors] : levels_and_factors) {
    model.levels.insert(model.levels.end(), static_cast<std::size_t>(factors), levels);
  }
  model.demands.resize(1);
  model.demands[0].factors.resize(model.levels.size());
  std::iota(model.demands[0].factors.begin(), model.demands[0].factors.end(), std::size_t{0});
  model.demands[0].ways = ways;
  return model;
}

/// Calls `visit` with every choice of `ways` of the factors.
inline void for_each_choice(const std::vector<std::size_t>& factors, int ways,
                            const std::function<void(const std::vector<std::size_t>&)>& visit) {
  std::vector<std::size_t> chosen;
  const std::function<void(std::size_t)> choose = [&](std::size_t from) {
    if (chosen.size() == static_cast<std::size_t>(ways)) {
      visit(chosen);
      return;
    }
    for (std::size_t i = from; i < factors.size(); ++i) {
      chosen.push_back(factors[i]);
      choose(i + 1);
      chosen.pop_back();
    }
  };
  choose(0);
}

/// Every combination that the rows hold of what is demanded, as factors and levels.
inline std::set<Combination, bool (*)(const Combination&, const Combination&)> held_by(const CoveringModel& model,
                                                                                       const Rows& rows) {
  std::set<Combination, bool (*)(const Combination&, const Combination&)> held(
      [](const Combination& a, const Combination& b) {
        return a.factors != b.factors ? a.factors < b.factors : a.levels < b.levels;
      });
  for (const CoveringModel::Demand& demand : model.demands) {
    for_each_choice(demand.factors, demand.ways, [&](const std::vector<std::size_t>& factors) {
      std::set<std::vector<int>> seen;
      for (const std::vector<int>& row : rows) {
        std::vector<int> levels;
        bool known = true;
        for (const std::size_t factor : factors) {
          levels.push_back(row[factor]);
          known = known && row[factor] != kAnyLevel;
        }
        if (known && seen.insert(levels).second) {
          held.insert({factors, levels});
        }
      }
    });
  }
  return held;
}

inline bool is_allowed(const CoveringModel& model, const std::vector<int>& row) {
  for (const Exclusion& exclusion : model.except) {
    bool excluded = true;
    for (const auto& [factor, levels] : exclusion.cells) {
      bool listed = false;
      for (const std::size_t level : levels) {
        listed = listed || static_cast<int>(level) == row[factor];
      }
      excluded = excluded && listed;
    }
    if (excluded) {
      return false;
    }
  }
  return true;
}

/// All allowed rows, by trying every one: only for small models.
inline Rows every_allowed_row(const CoveringModel& model) {
  Rows rows;
  std::vector<int> row(model.levels.size(), 0);
  while (true) {
    if (is_allowed(model, row)) {
      rows.push_back(row);
    }
    std::size_t i = 0;
    while (i < row.size() && ++row[i] == model.levels[i]) {
      row[i++] = 0;
    }
    if (i == row.size()) {
      return rows;
    }
  }
}

/// How many combinations are demanded, whether possible or not.
inline std::uint64_t count_demanded(const CoveringModel& model) {
  std::set<std::vector<std::size_t>> sets;
  for (const CoveringModel::Demand& demand : model.demands) {
    for_each_choice(demand.factors, demand.ways, [&](const std::vector<std::size_t>& set) { sets.insert(set); });
  }
  std::uint64_t count = 0;
  for (const std::vector<std::size_t>& set : sets) {
    std::uint64_t product = 1;
    for (const std::size_t factor : set) {
      product *= static_cast<std::uint64_t>(model.levels[factor]);
    }
    count += product;
  }
  return count;
}

/// A model of 4 to `most_factors` factors with 2 to 6 levels and 1 to 6 exclusions of 2 or 3 cells with one or two
/// levels each. The row of first levels is always allowed. Nothing else is promised: some level may be impossible.
inline CoveringModel random_model(RandomStream& random, int most_factors, int ways = 2) {
  const auto draw = [&](int least, int most) {
    return least + static_cast<int>(random.below(static_cast<std::uint64_t>(most - least + 1)));
  };
  std::vector<std::pair<int, int>> factors(static_cast<std::size_t>(draw(4, most_factors)));
  for (auto& [levels, count] : factors) {
    levels = draw(2, 6);
    count = 1;
  }
  CoveringModel model = uniform_model(factors, ways);
  const auto exclusions = static_cast<std::size_t>(draw(1, 6));
  while (model.except.size() < exclusions) {
    Exclusion exclusion;
    std::set<std::size_t> named;
    for (int i = draw(2, 3); i > 0; --i) {
      named.insert(random.below(model.levels.size()));
    }
    for (const std::size_t factor : named) {
      std::set<std::size_t> levels;
      for (int i = draw(1, 2); i > 0; --i) {
        levels.insert(random.below(static_cast<std::uint64_t>(model.levels[factor])));
      }
      exclusion.cells.emplace_back(factor, std::vector<std::size_t>(levels.begin(), levels.end()));
    }
    model.except.push_back(exclusion);
    if (named.size() < 2 || !is_allowed(model, std::vector<int>(model.levels.size(), 0))) {
      model.except.pop_back();
    }
  }
  return model;
}

}  // namespace fairground
