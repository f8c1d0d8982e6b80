#include "pipeline/design/covering_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "pipeline/design/covering_annealing.h"
#include "pipeline/design/covering_developed.h"
#include "pipeline/design/covering_greedy.h"
#include "pipeline/design/covering_orthogonal.h"
#include "pipeline/design/covering_tables.h"

namespace fairground::covering {
namespace {

/// Work for each tuple at effort 1, within limits: a model of a few factors answers in tens of milliseconds at most, no
/// model takes more than about a second.
constexpr std::uint64_t kWorkOfTuple = 40'000;
constexpr std::uint64_t kLeastWork = 10'000'000;
constexpr std::uint64_t kMostWork = 1'000'000'000;

/// Steps of the first annealing at each number of rows, of which the next takes half more if some tuples are still
/// missing.
constexpr std::uint64_t kFirstSteps = 500'000;

/// The first temperature, in tuples. Empirical: above it the order that a good start brings is lost, well below it
/// nothing moves but what costs nothing. Developed starts have more order to lose.
constexpr double kWarmth = 0.32;
constexpr double kWarmthOfDeveloped = 0.25;

/// Orthogonal arrays with more rows than this many times the best array so far are not worth completing.
constexpr double kMostExcess = 2.0;
/// A developed start with more rows than this many times the best array is not worth annealing.
constexpr double kMostDevelopedExcess = 1.1;
/// Rows of developed starts, before they are completed, over those of the best array from another start, by turns.
/// Empirical: to leave some orbits of pairs to single rows is better than to hold all of them by whole orbits of rows.
constexpr std::array<double, 2> kDevelopedShares{0.8, 0.85};

void keep_better(std::vector<Row>& best, std::vector<Row> other) {
  if (other.size() <= best.size()) {
    best = std::move(other);
  }
}

class Search {
 public:
  Search(const SearchProblem& problem, std::uint64_t seed) : problem_(problem), random_(seed) {
    if (problem.keep_first) {
      Row row(problem.space->factor_count(), kOpen);
      for (std::size_t factor = 0; factor < row.size(); ++factor) {
        if (problem.frozen[factor]) {
          row[factor] = 0;
        }
      }
      kept_.push_back(std::move(row));
    }
    for (const TupleSet& set : problem.space->sets()) {
      most_ways_ = std::max<std::size_t>(most_ways_, set.ways);
    }
    for (std::size_t factor = 0; factor < problem.space->factor_count(); ++factor) {
      most_levels_ = std::max(most_levels_, problem.space->levels(factor));
    }
  }

  /// The best of a greedy array and those from orthogonal ones.
  std::vector<Row> start() {
    std::vector<Row> best = completed({});
    std::set<std::size_t> fields;
    for (std::size_t factor = 0; factor < problem_.space->factor_count(); ++factor) {
      fields.insert(next_prime_power(problem_.space->levels(factor)));
    }
    for (const std::size_t levels : fields) {
      const double rows = std::pow(static_cast<double>(levels), static_cast<double>(most_ways_));
      if (rows <= kMostExcess * static_cast<double>(best.size()) && best.size() > problem_.least_rows) {
        keep_better(best, completed(orthogonal_start(*problem_.space, levels, most_ways_)));
      }
    }
    return best;
  }

  /// Whether there are more factors with many levels than an orthogonal array has columns, so that developing may help.
  [[nodiscard]] bool can_develop() const {
    return most_ways_ == 2 && most_levels_ >= 3 &&
           developed_factors(*problem_.space, most_levels_).size() > orthogonal_columns(most_levels_, 2);
  }

  /// A developed array with about `share` of `rows` rows, completed.
  std::vector<Row> developed(double share, std::size_t rows, std::uint64_t work_for_it) {
    const double wanted = share * static_cast<double>(rows) / static_cast<double>(most_levels_ - 1);
    const auto starters = std::max(static_cast<std::size_t>(wanted), std::size_t{1});
    return completed(developed_start(*problem_.space, most_levels_, starters, work_for_it, random_, work));
  }

  /// Takes away row after row, as long as annealing finds what then is missing.
  std::vector<Row> eliminate(const std::vector<Row>& start, double warmth, std::uint64_t first_steps) {
    std::vector<Row> best = start;
    if (!CoverTables::fit(*problem_.space, start.size())) {
      return best;
    }
    Annealer annealer(*problem_.space, *problem_.constraints, *problem_.needs, start, problem_.frozen);
    while (best.size() > std::max<std::size_t>(problem_.least_rows, 1) && !work.is_over()) {
      annealer.drop_cheapest_row(work);
      for (std::uint64_t steps = first_steps; annealer.missing() > 0 && !work.is_over(); steps += steps / 2) {
        annealer.anneal(warmth, steps, random_, work);
      }
      if (annealer.missing() > 0) {
        break;
      }
      best = annealer.rows();
    }
    return best;
  }

  [[nodiscard]] std::vector<Row> balanced(const std::vector<Row>& rows) const {
    if (!CoverTables::fit(*problem_.space, rows.size())) {
      return rows;
    }
    Annealer annealer(*problem_.space, *problem_.constraints, *problem_.needs, rows, problem_.frozen);
    annealer.balance();
    return annealer.rows();
  }

  Work work;

 private:
  std::vector<Row> completed(const std::vector<Row>& offered) {
    return greedy_array(*problem_.space, *problem_.constraints, *problem_.needs, {kept_, offered}, random_, work);
  }

  const SearchProblem& problem_;
  SearchRandom random_;
  std::vector<Row> kept_;
  std::size_t most_ways_ = 0;
  std::size_t most_levels_ = 1;
};

}  // namespace

std::uint64_t work_at_first_effort(const TupleSpace& space) {
  return std::clamp(kWorkOfTuple * space.size(), kLeastWork, kMostWork);
}

std::vector<Row> search_rows(const SearchProblem& problem, int effort, std::uint64_t seed, std::uint64_t& steps) {
  Search search(problem, seed);
  const std::uint64_t unit = work_at_first_effort(*problem.space);
  // What follows is the same for every effort up to where a smaller effort ends, so that more never gives a worse
  // array.
  search.work.most = unit / 3;
  std::vector<Row> best = search.eliminate(search.start(), kWarmth, kFirstSteps);
  bool develops = search.can_develop();
  const std::size_t undeveloped = best.size();
  for (int round = 0, begun = 0; begun < effort && best.size() > problem.least_rows; ++round) {
    // Rounds of 1, 1, 2, 4, 8, … units: what a long search finds, many short ones miss.
    const int units = begun == 0 ? 1 : begun;
    begun += units;
    const auto scale = static_cast<std::uint64_t>(units);
    search.work.most = unit * static_cast<std::uint64_t>(std::min(begun, effort));
    if (develops && round % 2 == 0) {
      const double share = kDevelopedShares[static_cast<std::size_t>(round / 2) % kDevelopedShares.size()];
      std::vector<Row> start = search.developed(share, undeveloped, scale * unit / 4);
      develops = static_cast<double>(start.size()) <= kMostDevelopedExcess * static_cast<double>(undeveloped);
      if (develops) {
        keep_better(best, search.eliminate(start, kWarmthOfDeveloped, kFirstSteps * scale));
        continue;
      }
    }
    best = search.eliminate(best, kWarmth, kFirstSteps * scale);
  }
  steps += search.work.steps;
  return search.balanced(best);
}

std::vector<Row> fewer_rows(const SearchProblem& problem, const std::vector<Row>& rows, std::uint64_t seed,
                            std::uint64_t& steps) {
  Search search(problem, seed);
  search.work.most = work_at_first_effort(*problem.space);
  const std::vector<Row> best = search.eliminate(rows, kWarmth, kFirstSteps);
  steps += search.work.steps;
  return search.balanced(best);
}

}  // namespace fairground::covering
