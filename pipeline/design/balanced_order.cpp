#include "pipeline/design/balanced_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "pipeline/design/match_scores.h"

namespace fairground {
namespace {

// The direction in which the scores vary most, by power iteration, which ends long before it needs to be exact: it only
// says which sources are alike.
std::vector<double> principal_direction(const std::vector<std::vector<double>>& scores,
                                        const std::vector<std::size_t>& by_rank) {
  constexpr int kIterations = 50;
  const std::size_t qualities = scores.empty() ? 0 : scores[0].size();
  std::vector<double> products(qualities * qualities);
  for (const std::size_t i : by_rank) {
    for (std::size_t a = 0; a < qualities; ++a) {
      for (std::size_t b = 0; b < qualities; ++b) {
        products[a * qualities + b] += scores[i][a] * scores[i][b];
      }
    }
  }
  // Unequal, so that it is not at a right angle to what is sought.
  std::vector<double> direction(qualities);
  for (std::size_t q = 0; q < qualities; ++q) {
    direction[q] = 1.0 / (1.0 + static_cast<double>(q));
  }
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    std::vector<double> next(qualities);
    double norm = 0.0;
    for (std::size_t a = 0; a < qualities; ++a) {
      next[a] = std::inner_product(direction.begin(), direction.end(),
                                   products.begin() + static_cast<std::ptrdiff_t>(a * qualities), 0.0);
      norm += next[a] * next[a];
    }
    if (norm <= 0.0) {
      break;
    }
    std::transform(next.begin(), next.end(), direction.begin(),
                   [norm](double value) { return value / std::sqrt(norm); });
  }
  return direction;
}

// Appends one group's sources in the order in which they are dealt. Along the principal direction every `realizations`
// of them that lie side by side are a block, of which each realization gets one (a randomized block design). Within a
// block each source goes where it brings the sums of all qualities nearest to those of the group's mean. The block that
// is not full comes last and lies in the middle, where its sources move no mean by much.
void deal(const std::vector<std::size_t>& group, const std::vector<std::vector<double>>& scores,
          const std::vector<double>& direction, std::span<const std::uint64_t> rank_of_source, std::size_t realizations,
          std::vector<std::size_t>& order) {
  const auto along = [&](std::size_t i) {
    return std::inner_product(direction.begin(), direction.end(), scores[i].begin(), 0.0);
  };
  std::vector<std::pair<std::pair<double, std::uint64_t>, std::size_t>> sorted;
  sorted.reserve(group.size());
  for (const std::size_t i : group) {
    sorted.push_back({{along(i), rank_of_source[i]}, i});
  }
  std::sort(sorted.begin(), sorted.end());
  const std::size_t full = group.size() / realizations;
  const std::size_t rest = group.size() % realizations;
  const std::size_t rest_first = full / 2 * realizations;
  std::vector<std::size_t> arranged;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    if (k < rest_first || k >= rest_first + rest) {
      arranged.push_back(sorted[k].second);
    }
  }
  for (std::size_t k = rest_first; k < rest_first + rest; ++k) {
    arranged.push_back(sorted[k].second);
  }

  const std::size_t qualities = direction.size();
  std::vector<double> mean(qualities);
  for (const auto& [key, i] : sorted) {
    for (std::size_t q = 0; q < qualities; ++q) {
      mean[q] += scores[i][q] / static_cast<double>(sorted.size());
    }
  }
  // Sums of what each realization has beyond the group's mean.
  std::vector<std::vector<double>> sums(realizations, std::vector<double>(qualities));
  const auto square_with = [&](std::size_t realization, std::size_t i) {
    double square = 0.0;
    for (std::size_t q = 0; q < qualities; ++q) {
      const double value = sums[realization][q] + scores[i][q] - mean[q];
      square += value * value;
    }
    return square;
  };
  for (std::size_t first = 0; first < arranged.size(); first += realizations) {
    const std::size_t size = std::min(realizations, arranged.size() - first);
    const auto block = arranged.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = block + static_cast<std::ptrdiff_t>(size);
    // Chance decides first, then exchanges of two.
    std::sort(block, end, [&](std::size_t a, std::size_t b) {
      return rank_of_source[a] != rank_of_source[b] ? rank_of_source[a] < rank_of_source[b] : a < b;
    });
    for (bool any = true; any;) {
      any = false;
      for (std::size_t a = 0; a < size; ++a) {
        for (std::size_t b = a + 1; b < size; ++b) {
          const double now = square_with(a, block[static_cast<std::ptrdiff_t>(a)]) +
                             square_with(b, block[static_cast<std::ptrdiff_t>(b)]);
          const double exchanged = square_with(a, block[static_cast<std::ptrdiff_t>(b)]) +
                                   square_with(b, block[static_cast<std::ptrdiff_t>(a)]);
          if (exchanged < now * (1.0 - matching::kRounding)) {
            std::iter_swap(block + static_cast<std::ptrdiff_t>(a), block + static_cast<std::ptrdiff_t>(b));
            any = true;
          }
        }
      }
    }
    for (std::size_t realization = 0; realization < size; ++realization) {
      const std::size_t i = block[static_cast<std::ptrdiff_t>(realization)];
      for (std::size_t q = 0; q < qualities; ++q) {
        sums[realization][q] += scores[i][q] - mean[q];
      }
    }
  }
  order.insert(order.end(), arranged.begin(), arranged.end());
}

}  // namespace

std::vector<std::size_t> balanced_order(const QualityTable& table, std::span<const std::uint32_t> group_of_source,
                                        std::size_t groups, std::span<const std::uint64_t> rank_of_source,
                                        std::size_t realizations) {
  const std::vector<std::size_t> by_rank = matching::order_by_rank(rank_of_source);
  std::vector<double> scales;
  std::vector<std::vector<double>> ranked = matching::standard_scores(matching::ranked_table(table, by_rank), scales);
  std::vector<std::vector<double>> scores(ranked.size());
  for (std::size_t k = 0; k < ranked.size(); ++k) {
    scores[by_rank[k]] = std::move(ranked[k]);
  }
  for (auto& score : scores) {
    std::replace_if(
        score.begin(), score.end(), [](double value) { return std::isnan(value); }, 0.0);
  }
  std::vector<std::vector<std::size_t>> members(groups);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    members[group_of_source[i]].push_back(i);
  }
  const std::vector<double> direction = principal_direction(scores, by_rank);
  std::vector<std::size_t> order;
  order.reserve(scores.size());
  for (const std::vector<std::size_t>& group : members) {
    deal(group, scores, direction, rank_of_source, realizations, order);
  }
  return order;
}

}  // namespace fairground
