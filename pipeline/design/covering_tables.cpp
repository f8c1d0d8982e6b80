#include "pipeline/design/covering_tables.h"

#include <algorithm>
#include <bit>

namespace fairground::covering {
namespace {

/// Cover counts of tuples that nobody needs start here, and so never reach one or none.
constexpr std::uint32_t kPlenty = 1U << 30U;

/// Tables beyond this many bytes are not built.
constexpr double kMostBytes = 256.0 * 1024 * 1024;

}  // namespace

template <typename Visit>
void CoverTables::for_each_ways(Visit visit) {
  const auto run = [&]<std::size_t kWays>(std::integral_constant<std::size_t, kWays> ways) {
    if (!std::get<kWays - 1>(members_).empty()) {
      visit(ways);
    }
  };
  run(std::integral_constant<std::size_t, 1>());
  run(std::integral_constant<std::size_t, 2>());
  run(std::integral_constant<std::size_t, 3>());
  run(std::integral_constant<std::size_t, 4>());
  run(std::integral_constant<std::size_t, 5>());
  run(std::integral_constant<std::size_t, 6>());
}

bool CoverTables::fit(const TupleSpace& space, std::size_t rows) {
  double symbols = 0;
  for (std::size_t factor = 0; factor < space.factor_count(); ++factor) {
    symbols += static_cast<double>(space.levels(factor));
  }
  const double bytes = static_cast<double>(space.size()) * sizeof(Cover) + static_cast<double>(rows) * symbols * 4.2;
  return bytes <= kMostBytes;
}

CoverTables::CoverTables(const TupleSpace& space, const Needs& needs, const std::vector<Row>& rows)
    : factors_(space.factor_count()), rows_(rows.size()), words_((rows.size() + 63) / 64), covers_(space.size()) {
  for (std::size_t factor = 0; factor < factors_; ++factor) {
    levels_.push_back(space.levels(factor));
    first_symbol_.push_back(symbols_);
    symbols_ += space.levels(factor);
  }
  const auto build = [&]<std::size_t kWays>(std::integral_constant<std::size_t, kWays>) {
    Members<kWays>& members = std::get<kWays - 1>(members_);
    for (const TupleSet& set : space.sets()) {
      if (set.ways != kWays) {
        continue;
      }
      members.resize(factors_);
      for (std::size_t own = 0; own < kWays; ++own) {
        Member<kWays> member;
        member.base = set.base;
        member.own_stride = set.stride[own];
        for (std::size_t i = 0, other = 0; i < kWays; ++i) {
          if (i != own) {
            member.factor[other] = set.factor[i];
            member.stride[other++] = set.stride[i];
          }
        }
        members[set.factor[own]].push_back(member);
      }
    }
  };
  build(std::integral_constant<std::size_t, 1>());
  build(std::integral_constant<std::size_t, 2>());
  build(std::integral_constant<std::size_t, 3>());
  build(std::integral_constant<std::size_t, 4>());
  build(std::integral_constant<std::size_t, 5>());
  build(std::integral_constant<std::size_t, 6>());

  rows_with_.resize(symbols_ * words_);
  breaks_.resize(rows_ * factors_);
  gains_.resize(rows_ * symbols_);
  matching_.resize(words_);
  missing_with_.resize(symbols_);
  for (std::size_t row = 0; row < rows_; ++row) {
    cells_.insert(cells_.end(), rows[row].begin(), rows[row].end());
    for (std::size_t factor = 0; factor < factors_; ++factor) {
      rows_with(symbol(factor, rows[row][factor]))[row / 64] |= std::uint64_t{1} << (row % 64);
    }
    space.for_each_held(rows[row], [&](std::uint32_t tuple) {
      ++covers_[tuple].count;
      covers_[tuple].rows ^= static_cast<std::uint32_t>(row);
    });
  }
  for (const TupleSet& set : space.sets()) {
    for (std::uint32_t tuple = set.base; tuple < set.base + set.size; ++tuple) {
      Cover& cover = covers_[tuple];
      if (needs.states[tuple] != TupleState::needed) {
        cover.count += kPlenty;
      } else if (cover.count == 1) {
        for (std::size_t i = 0; i < set.ways; ++i) {
          ++breaks_[cover.rows * factors_ + set.factor[i]];
        }
      } else if (cover.count == 0) {
        Missing missing;
        missing.ways = set.ways;
        missing.factor = set.factor;
        for (std::size_t i = 0; i < set.ways; ++i) {
          missing.symbol[i] = symbol(set.factor[i], space.level_in(set, tuple, i));
        }
        now_missing(tuple, missing);
      }
    }
  }
}

std::vector<Row> CoverTables::rows() const {
  std::vector<Row> rows;
  for (std::size_t row = 0; row < rows_; ++row) {
    const auto first = cells_.begin() + static_cast<std::ptrdiff_t>(row * factors_);
    rows.emplace_back(first, first + static_cast<std::ptrdiff_t>(factors_));
  }
  return rows;
}

void CoverTables::add_to_gains(const Missing& missing, int sign) {
  for (std::size_t i = 0; i < missing.ways; ++i) {
    std::int32_t* const gains = gains_.data() + missing.symbol[i];
    for (std::size_t word = 0; word < words_; ++word) {
      std::uint64_t matching = ~std::uint64_t{0};
      for (std::size_t j = 0; j < missing.ways; ++j) {
        if (j != i) {
          matching &= rows_with(missing.symbol[j])[word];
        }
      }
      if (missing.ways == 1) {
        const std::size_t rest = rows_ - word * 64;
        matching = rest >= 64 ? matching : (std::uint64_t{1} << rest) - 1;
      }
      for (; matching != 0; matching &= matching - 1) {
        const std::size_t row = word * 64 + static_cast<std::size_t>(std::countr_zero(matching));
        gains[row * symbols_] += sign;
      }
    }
  }
}

void CoverTables::now_missing(std::uint32_t tuple, Missing missing) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  missing.place_in_all = static_cast<std::uint32_t>(missing_.size());
  missing_.push_back(slot);
  for (std::size_t i = 0; i < missing.ways; ++i) {
    std::vector<std::uint32_t>& list = missing_with_[missing.symbol[i]];
    missing.place[i] = static_cast<std::uint32_t>(list.size());
    list.push_back(slot);
  }
  slots_[slot] = missing;
  covers_[tuple].rows = slot;
  add_to_gains(missing, +1);
}

void CoverTables::no_longer_missing(std::uint32_t tuple) {
  const std::uint32_t slot = covers_[tuple].rows;
  const Missing& missing = slots_[slot];
  add_to_gains(missing, -1);
  missing_[missing.place_in_all] = missing_.back();
  slots_[missing_.back()].place_in_all = missing.place_in_all;
  missing_.pop_back();
  for (std::size_t i = 0; i < missing.ways; ++i) {
    std::vector<std::uint32_t>& list = missing_with_[missing.symbol[i]];
    Missing& moved = slots_[list.back()];
    const auto own = std::find(moved.symbol.begin(), moved.symbol.end(), missing.symbol[i]) - moved.symbol.begin();
    moved.place[static_cast<std::size_t>(own)] = missing.place[i];
    list[missing.place[i]] = list.back();
    list.pop_back();
  }
  free_slots_.push_back(slot);
}

void CoverTables::add_to_own_gains(std::size_t row, std::uint32_t own, int sign) {
  for (const std::uint32_t slot : missing_with_[own]) {
    const Missing& missing = slots_[slot];
    std::size_t mismatches = 0;
    std::uint32_t lacking = 0;
    for (std::size_t i = 0; i < missing.ways; ++i) {
      if (missing.symbol[i] != own && missing.symbol[i] != symbol(missing.factor[i], cell(row, missing.factor[i]))) {
        ++mismatches;
        lacking = missing.symbol[i];
      }
    }
    if (mismatches == 1) {
      gains_[row * symbols_ + lacking] += sign;
    }
  }
}

template <std::size_t kWays>
void CoverTables::add_to_breaks(const Member<kWays>& member, std::size_t row, std::size_t factor, int sign) {
  std::int32_t* const breaks = &breaks_[row * factors_];
  breaks[factor] += sign;
  for (const std::uint16_t other : member.factor) {
    breaks[other] += sign;
  }
}

template <std::size_t kWays>
CoverTables::Missing CoverTables::described(const Member<kWays>& member, std::size_t row, std::size_t factor) const {
  Missing missing;
  missing.ways = kWays;
  missing.factor[0] = static_cast<std::uint16_t>(factor);
  missing.symbol[0] = symbol(factor, cell(row, factor));
  for (std::size_t i = 0; i + 1 < kWays; ++i) {
    missing.factor[i + 1] = member.factor[i];
    missing.symbol[i + 1] = symbol(member.factor[i], cell(row, member.factor[i]));
  }
  return missing;
}

/// `row` no longer holds the tuples with its present level of `factor`.
template <std::size_t kWays>
void CoverTables::leave(std::size_t row, std::size_t factor) {
  for (const Member<kWays>& member : std::get<kWays - 1>(members_)[factor]) {
    const std::uint32_t tuple = number(member, row, factor);
    Cover& cover = covers_[tuple];
    cover.rows ^= static_cast<std::uint32_t>(row);
    if (--cover.count == 1) {
      add_to_breaks(member, cover.rows, factor, +1);
    } else if (cover.count == 0) {
      add_to_breaks(member, row, factor, -1);
      now_missing(tuple, described(member, row, factor));
    }
  }
}

template <std::size_t kWays>
void CoverTables::enter(std::size_t row, std::size_t factor) {
  for (const Member<kWays>& member : std::get<kWays - 1>(members_)[factor]) {
    const std::uint32_t tuple = number(member, row, factor);
    Cover& cover = covers_[tuple];
    if (cover.count == 0) {
      no_longer_missing(tuple);
      cover.rows = 0;
      add_to_breaks(member, row, factor, +1);
    } else if (cover.count == 1) {
      add_to_breaks(member, cover.rows, factor, -1);
    }
    ++cover.count;
    cover.rows ^= static_cast<std::uint32_t>(row);
  }
}

void CoverTables::set(const CellChange& change) {
  const std::size_t row = change.row;
  const std::size_t factor = change.factor;
  const std::uint64_t bit = std::uint64_t{1} << (row % 64);
  const std::uint32_t before = symbol(factor, cell(row, factor));
  const std::uint32_t after = symbol(factor, change.level);
  // In this order, as the gains are found through `rows_with`: the row has left before anything goes missing, and has
  // not yet entered when something is found.
  add_to_own_gains(row, before, -1);
  rows_with(before)[row / 64] &= ~bit;
  for_each_ways([&]<std::size_t kWays>(std::integral_constant<std::size_t, kWays>) { leave<kWays>(row, factor); });
  cells_[row * factors_ + factor] = change.level;
  for_each_ways([&]<std::size_t kWays>(std::integral_constant<std::size_t, kWays>) { enter<kWays>(row, factor); });
  rows_with(after)[row / 64] |= bit;
  add_to_own_gains(row, after, +1);
}

template <std::size_t kWays>
void CoverTables::take_row_out(std::size_t row) {
  for (std::size_t factor = 0; factor < factors_; ++factor) {
    for (const Member<kWays>& member : std::get<kWays - 1>(members_)[factor]) {
      if (kWays > 1 && member.factor[0] < factor) {
        continue;  // each tuple once, from its first factor
      }
      const std::uint32_t tuple = number(member, row, factor);
      Cover& cover = covers_[tuple];
      cover.rows ^= static_cast<std::uint32_t>(row);
      if (--cover.count == 1) {
        add_to_breaks(member, cover.rows, factor, +1);
      } else if (cover.count == 0) {
        now_missing(tuple, described(member, row, factor));
      }
    }
  }
}

template <std::size_t kWays>
void CoverTables::rename_row(std::size_t from, std::size_t to) {
  for (std::size_t factor = 0; factor < factors_; ++factor) {
    for (const Member<kWays>& member : std::get<kWays - 1>(members_)[factor]) {
      if (kWays == 1 || member.factor[0] > factor) {
        covers_[number(member, from, factor)].rows ^= static_cast<std::uint32_t>(from ^ to);
      }
    }
  }
}

void CoverTables::drop_row(std::size_t row) {
  const auto set_bit = [&](std::size_t of, bool on) {
    for (std::size_t factor = 0; factor < factors_; ++factor) {
      std::uint64_t& word = rows_with(symbol(factor, cell(of, factor)))[of / 64];
      const std::uint64_t bit = std::uint64_t{1} << (of % 64);
      word = on ? word | bit : word & ~bit;
    }
  };
  set_bit(row, false);
  for_each_ways([&]<std::size_t kWays>(std::integral_constant<std::size_t, kWays>) { take_row_out<kWays>(row); });
  const std::size_t last = rows_ - 1;
  if (row != last) {
    for_each_ways([&]<std::size_t kWays>(std::integral_constant<std::size_t, kWays>) { rename_row<kWays>(last, row); });
    set_bit(last, false);
    std::copy_n(&cells_[last * factors_], factors_, &cells_[row * factors_]);
    std::copy_n(&breaks_[last * factors_], factors_, &breaks_[row * factors_]);
    std::copy_n(&gains_[last * symbols_], symbols_, &gains_[row * symbols_]);
    set_bit(row, true);
  }
  --rows_;
  cells_.resize(rows_ * factors_);
  breaks_.resize(rows_ * factors_);
  gains_.resize(rows_ * symbols_);
}

CellChange CoverTables::change_towards_missing(SearchRandom& random) {
  const Missing& missing = slots_[missing_[random.below(missing_.size())]];
  const std::size_t own = random.below(std::size_t{missing.ways});
  std::size_t count = 0;
  for (std::size_t word = 0; word < words_; ++word) {
    std::uint64_t matching = missing.ways > 1 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = 0; i < missing.ways; ++i) {
      if (i != own) {
        matching &= rows_with(missing.symbol[i])[word];
      }
    }
    matching_[word] = matching;
    count += static_cast<std::size_t>(std::popcount(matching));
  }
  CellChange change;
  change.factor = missing.factor[own];
  change.level = static_cast<LevelIndex>(missing.symbol[own] - first_symbol_[change.factor]);
  if (count == 0) {
    change.row = random.below(rows_);
    return change;
  }
  std::size_t nth = random.below(count);
  std::size_t word = 0;
  for (; nth >= static_cast<std::size_t>(std::popcount(matching_[word])); ++word) {
    nth -= static_cast<std::size_t>(std::popcount(matching_[word]));
  }
  std::uint64_t matching = matching_[word];
  for (; nth > 0; --nth) {
    matching &= matching - 1;
  }
  change.row = word * 64 + static_cast<std::size_t>(std::countr_zero(matching));
  return change;
}

}  // namespace fairground::covering
