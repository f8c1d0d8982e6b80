#include "pipeline/design/covering_greedy.h"

#include <algorithm>
#include <numeric>

namespace fairground::covering {
namespace {

/// Candidates for each row. More than these no longer pay, as annealing follows.
constexpr std::size_t kMostCandidates = 5;
/// Visits of tuples that the candidates of all rows may take together, some tenths of a second; beyond it each row has
/// only one.
constexpr double kMostVisits = 5e7;
/// In units of Work, as measured.
constexpr std::uint64_t kWorkOfCell = 100;
constexpr std::uint64_t kWorkOfSet = 6;

/// The rows of a greedy array over the least that there can be, only to estimate the time that it takes.
constexpr double kUsualExcess = 1.5;

class Greedy {
 public:
  Greedy(const TupleSpace& space, const Constraints& constraints, const Needs& needs, SearchRandom& random, Work& work)
      : space_(space),
        constraints_(constraints),
        random_(random),
        work_(work),
        missing_(space.size()),
        left_(needs.needed) {
    std::transform(needs.states.begin(), needs.states.end(), missing_.begin(),
                   [](TupleState state) { return state == TupleState::needed ? 1 : 0; });
    for (const TupleSet& set : space.sets()) {
      left_in_.push_back(static_cast<std::uint32_t>(
          std::count(missing_.begin() + set.base, missing_.begin() + set.base + set.size, 1)));
    }
    double visits = 1.0;
    for (const TupleSet& set : space.sets()) {
      visits += set.ways * set.ways + static_cast<double>(space.levels(set.factor[set.ways - 1]));
    }
    visits *= kUsualExcess * static_cast<double>(needs.least_rows) + 1.0;
    candidates_ = static_cast<std::size_t>(std::clamp(kMostVisits / visits, 1.0, static_cast<double>(kMostCandidates)));
  }

  std::vector<Row> run(const GreedyStart& start) {
    std::vector<Row> rows;
    for (const Row& kept : start.kept) {
      rows.push_back(filled(kept));
      take(rows.back());
    }
    for (Row offered : start.offered) {
      open_until_possible(offered);
      Row row = filled(offered);
      if (left_ > 0 && gain(row) > 0) {
        take(row);
        rows.push_back(std::move(row));
      }
    }
    while (left_ > 0) {
      Row best;
      std::size_t most = 0;
      for (std::size_t i = 0; i < candidates_; ++i) {
        Row row = filled(missing_tuple());
        const std::size_t gained = gain(row);
        if (gained > most) {
          most = gained;
          best = std::move(row);
        }
      }
      take(best);
      rows.push_back(std::move(best));
    }
    return rows;
  }

 private:
  [[nodiscard]] std::size_t gain(const Row& row) const {
    std::size_t gained = 0;
    space_.for_each_held(row, [&](std::uint32_t tuple) { gained += missing_[tuple]; });
    return gained;
  }

  void take(const Row& row) {
    for (std::size_t i = 0; i < space_.sets().size(); ++i) {
      std::uint8_t& missing = missing_[number_in(space_.sets()[i], row)];
      left_ -= missing;
      left_in_[i] -= missing;
      missing = 0;
    }
  }

  /// Any tuple that is missing, of a set that misses most of them.
  Row missing_tuple() {
    const std::size_t first_set = random_.below(left_in_.size());
    std::size_t chosen = first_set;
    for (std::size_t i = 0; i < left_in_.size(); ++i) {
      const std::size_t set = first_set + i < left_in_.size() ? first_set + i : first_set + i - left_in_.size();
      chosen = left_in_[set] > left_in_[chosen] ? set : chosen;
    }
    const TupleSet& set = space_.sets()[chosen];
    std::uint32_t offset = random_.below(set.size);
    while (missing_[set.base + offset] == 0) {
      offset = offset + 1 < set.size ? offset + 1 : 0;
    }
    return space_.row_of(set, set.base + offset);
  }

  /// Opens cells, the last first, until an allowed row can be completed.
  void open_until_possible(Row& row) {
    for (std::size_t factor = row.size();
         factor-- > 0 && constraints_.any() && !constraints_.completed(row, random_);) {
      if (constraints_.binds(factor)) {
        row[factor] = kOpen;
      }
    }
  }

  /// Fills the open cells in random order, each with the allowed level that adds most.
  Row filled(Row row) {
    std::vector<std::size_t> open;
    for (std::size_t factor = 0; factor < row.size(); ++factor) {
      if (row[factor] == kOpen) {
        open.push_back(factor);
      }
    }
    for (std::size_t i = open.size(); i > 1; --i) {
      std::swap(open[i - 1], open[random_.below(i)]);
    }
    for (const std::size_t factor : open) {
      fill(row, factor);
    }
    return row;
  }

  void fill(Row& row, std::size_t factor) {
    const std::size_t levels = space_.levels(factor);
    gains_.assign(levels, 0);
    work_.done += kWorkOfCell + kWorkOfSet * space_.sets_of(factor).size();
    for (const SetMember& member : space_.sets_of(factor)) {
      const TupleSet& set = space_.sets()[member.set];
      std::uint32_t tuple = set.base;
      bool complete = true;
      for (std::size_t i = 0; complete && i < set.ways; ++i) {
        if (i != member.position) {
          complete = row[set.factor[i]] != kOpen;
          tuple += row[set.factor[i]] * set.stride[i];
        }
      }
      for (std::size_t level = 0; complete && level < levels; ++level) {
        gains_[level] += missing_[tuple + level * set.stride[member.position]];
      }
    }
    // The best first; among equals a random one.
    order_.resize(levels);
    const std::size_t shift = random_.below(levels);
    for (std::size_t i = 0; i < levels; ++i) {
      order_[i] = i + shift < levels ? i + shift : i + shift - levels;
    }
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return gains_[a] > gains_[b]; });
    for (const std::size_t level : order_) {
      row[factor] = static_cast<LevelIndex>(level);
      if (!constraints_.binds(factor) || constraints_.completed(row, random_)) {
        return;
      }
    }
  }

  const TupleSpace& space_;
  const Constraints& constraints_;
  SearchRandom& random_;
  Work& work_;
  std::vector<std::uint8_t> missing_;
  std::vector<std::uint32_t> left_in_;  ///< missing tuples of each set
  std::uint64_t left_ = 0;
  std::size_t candidates_ = 1;
  std::vector<std::uint32_t> gains_;
  std::vector<std::size_t> order_;
};

}  // namespace

std::vector<Row> greedy_array(const TupleSpace& space, const Constraints& constraints, const Needs& needs,
                              const GreedyStart& start, SearchRandom& random, Work& work) {
  return Greedy(space, constraints, needs, random, work).run(start);
}

}  // namespace fairground::covering
