#include "pipeline/design/covering_developed.h"

#include <algorithm>

namespace fairground::covering {
namespace {

/// In pairs of levels. Empirical, as in covering_annealing.cpp; a pair here stands for as many as the group has
/// elements.
constexpr double kWarm = 0.8;
constexpr double kCooling = 0.97823558858;  // to a quarter
/// Counts of what need not be held start here, and so never reach one or none.
constexpr std::uint32_t kPlenty = 1U << 30U;

/// The pairs (x, y) of levels of two factors fall into orbits under the group: one for each difference y - x, and
/// those in which one or both are the fixed level.
class Orbits {
 public:
  explicit Orbits(std::size_t levels) : levels_(levels), of_pair_(levels * levels) {
    const std::size_t order = levels - 1;
    for (std::size_t x = 0; x < levels; ++x) {
      for (std::size_t y = 0; y < levels; ++y) {
        std::size_t orbit = 0;
        if (x < order && y < order) {
          orbit = (y + order - x) % order;
        } else {
          orbit = x < order ? order : y < order ? order + 1 : both_fixed();
        }
        of_pair_[x * levels + y] = static_cast<std::uint16_t>(orbit);
      }
    }
  }

  [[nodiscard]] std::size_t count() const { return levels_ + 2; }
  /// The orbit of the pair of fixed levels, which one further row holds for all factors.
  [[nodiscard]] std::size_t both_fixed() const { return levels_ + 1; }
  [[nodiscard]] std::size_t of(LevelIndex x, LevelIndex y) const { return of_pair_[x * levels_ + y]; }

 private:
  std::size_t levels_;
  std::vector<std::uint16_t> of_pair_;
};

/// Annealing of the starter rows, towards all orbits being held for each pair of columns.
class Starters {
 public:
  Starters(std::size_t columns, std::size_t levels, std::size_t rows, SearchRandom& random)
      : columns_(columns), levels_(levels), orbits_(levels), counts_(columns * columns * orbits_.count()) {
    for (std::size_t row = 0; row < rows; ++row) {
      rows_.emplace_back(columns);
      for (LevelIndex& level : rows_.back()) {
        level = static_cast<LevelIndex>(random.below(levels));
      }
      for (std::size_t b = 0; b < columns; ++b) {
        for (std::size_t a = 0; a < b; ++a) {
          ++counts_[place(a, rows_.back()[a], b, rows_.back()[b])];
        }
      }
    }
    for (std::size_t b = 0; b < columns; ++b) {
      for (std::size_t a = 0; a < b; ++a) {
        const std::size_t first = (a * columns_ + b) * orbits_.count();
        counts_[first + orbits_.both_fixed()] += kPlenty;
        missing_ += std::count(&counts_[first], &counts_[first] + orbits_.both_fixed(), 0U);
      }
    }
  }

  void anneal(std::uint64_t most_work, SearchRandom& random, Work& work) {
    const std::uint64_t work_of_step = 20 + 2 * columns_;  // as measured
    const std::uint64_t steps = most_work / work_of_step;
    Acceptance acceptance;
    double temperature = kWarm;
    for (int i = 0; i < kTemperatures; ++i) {
      acceptance.set_temperature(temperature);
      temperature *= kCooling;
      for (std::uint64_t step = 0; step < steps / kTemperatures + 1 && missing_ > 0; ++step) {
        ++work.steps;
        work.done += work_of_step;
        const std::uint64_t bits = random.bits();
        const auto cell = SearchRandom::scaled(static_cast<std::uint32_t>(bits >> 32U),
                                               static_cast<std::uint32_t>(rows_.size() * columns_));
        Row& row = rows_[cell / columns_];
        const std::size_t column = cell % columns_;
        const auto other =
            SearchRandom::scaled(static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(levels_ - 1));
        const auto level = static_cast<LevelIndex>(other < row[column] ? other : other + 1);
        const std::int64_t cost = cost_of(row, column, level);
        if (acceptance.accepts(cost, random)) {
          change(row, column, level);
          missing_ += cost;
        }
      }
    }
  }

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  [[nodiscard]] std::size_t place(std::size_t a, LevelIndex x, std::size_t b, LevelIndex y) const {
    return a < b ? (a * columns_ + b) * orbits_.count() + orbits_.of(x, y)
                 : (b * columns_ + a) * orbits_.count() + orbits_.of(y, x);
  }

  [[nodiscard]] std::int64_t cost_of(const Row& row, std::size_t column, LevelIndex level) const {
    std::int64_t cost = 0;
    for (std::size_t other = 0; other < columns_; ++other) {
      if (other != column) {
        const std::size_t before = place(column, row[column], other, row[other]);
        const std::size_t after = place(column, level, other, row[other]);
        if (before != after) {  // with the fixed level of another column, all levels that move share an orbit
          cost += counts_[before] == 1 ? 1 : 0;
          cost -= counts_[after] == 0 ? 1 : 0;
        }
      }
    }
    return cost;
  }

  void change(Row& row, std::size_t column, LevelIndex level) {
    for (std::size_t other = 0; other < columns_; ++other) {
      if (other != column) {
        --counts_[place(column, row[column], other, row[other])];
        ++counts_[place(column, level, other, row[other])];
      }
    }
    row[column] = level;
  }

  std::size_t columns_;
  std::size_t levels_;
  Orbits orbits_;
  std::vector<std::uint32_t> counts_;  ///< by pair of columns and orbit
  std::vector<Row> rows_;
  std::int64_t missing_ = 0;
};

}  // namespace

std::vector<std::size_t> developed_factors(const TupleSpace& space, std::size_t levels) {
  std::vector<std::size_t> factors;
  for (std::size_t factor = 0; factor < space.factor_count(); ++factor) {
    if (space.levels(factor) <= levels && 4 * space.levels(factor) >= 3 * levels) {
      factors.push_back(factor);
    }
  }
  return factors;
}

std::vector<Row> developed_start(const TupleSpace& space, std::size_t levels, std::size_t starters,
                                 std::uint64_t most_work, SearchRandom& random, Work& work) {
  const std::vector<std::size_t> factors = developed_factors(space, levels);
  Starters search(factors.size(), levels, starters, random);
  search.anneal(most_work, random, work);
  const std::size_t order = levels - 1;
  std::vector<Row> rows;
  const auto add = [&](const Row& starter, std::size_t shift) {
    Row row(space.factor_count(), kOpen);
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const std::size_t level = starter[i] < order ? (starter[i] + shift) % order : starter[i];
      if (level < space.levels(factors[i])) {
        row[factors[i]] = static_cast<LevelIndex>(level);
      }
    }
    rows.push_back(std::move(row));
  };
  for (const Row& starter : search.rows()) {
    for (std::size_t shift = 0; shift < order; ++shift) {
      add(starter, shift);
    }
  }
  add(Row(factors.size(), static_cast<LevelIndex>(order)), 0);
  return rows;
}

}  // namespace fairground::covering
