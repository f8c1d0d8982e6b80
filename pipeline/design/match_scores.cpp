#include "pipeline/design/match_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "pipeline/design/sums.h"

namespace fairground::matching {

std::vector<std::vector<double>> standard_scores(const QualityTable& table, std::vector<double>& scales) {
  std::vector<std::vector<double>> scores(table.sources(), std::vector<double>(table.qualities.size()));
  scales.assign(table.qualities.size(), 1.0);
  for (std::size_t q = 0; q < table.qualities.size(); ++q) {
    double offset = std::numeric_limits<double>::quiet_NaN();
    Sums sums;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i][q] = compared(table.qualities[q], table.values[q][i]);
      if (!std::isnan(scores[i][q])) {
        offset = std::isnan(offset) ? scores[i][q] : offset;
        sums.add(scores[i][q] - offset, 1.0);
      }
    }
    const double sd = sums.count > 1.5 ? std::sqrt(sums.variance()) : 0.0;
    scales[q] = sd > 0.0 ? sd : 1.0;
    const double mean = sums.count > 0.0 ? offset + sums.mean() : 0.0;
    for (auto& score : scores) {
      score[q] = (score[q] - mean) / scales[q];
    }
  }
  return scores;
}

std::vector<std::size_t> order_by_rank(std::span<const std::uint64_t> rank_of_source) {
  std::vector<std::size_t> by_rank(rank_of_source.size());
  std::iota(by_rank.begin(), by_rank.end(), 0U);
  std::stable_sort(by_rank.begin(), by_rank.end(),
                   [&rank_of_source](std::size_t a, std::size_t b) { return rank_of_source[a] < rank_of_source[b]; });
  return by_rank;
}

QualityTable ranked_table(const QualityTable& table, const std::vector<std::size_t>& by_rank) {
  QualityTable ranked = table;
  for (std::size_t q = 0; q < table.values.size(); ++q) {
    std::ranges::transform(by_rank, ranked.values[q].begin(), [&](std::size_t i) { return table.values[q][i]; });
  }
  return ranked;
}

}  // namespace fairground::matching
