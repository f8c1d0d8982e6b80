#include "pipeline/design/match.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/design/match_scores.h"
#include "pipeline/design/match_search.h"
#include "pipeline/design/match_selection.h"

namespace fairground {
namespace {

// Spreads are scaled to about 1, and none is taken for smaller than this.
constexpr double kLeastSd = 1e-7;

std::string note_of(const MatchResult& result, const QualityTable& table, std::size_t sources) {
  std::string note = "dropped " + std::to_string(result.dropped) + " of " + counted(sources, "source");
  if (result.is_reached) {
    return note + "; no standardised difference is above " + shortest(result.after.limit);
  }
  const auto rounded = [](double value) { return shortest(std::round(value * 100.0) / 100.0); };
  note += "; still above " + shortest(result.after.limit) + ": " + std::to_string(result.after.above) + " of " +
          counted(result.after.compared, "difference") + " (" + std::to_string(result.before.above) + " before); ";
  for (std::size_t q = 0; q < table.qualities.size(); ++q) {
    note += (q == 0 ? "" : ", ") + table.qualities[q].name + " up to " + rounded(result.after.largest[q]) + " (" +
            rounded(result.before.largest[q]) + " before)";
  }
  return note;
}

Balance balance_of_kept(const QualityTable& table, std::span<const std::uint32_t> group_of_source, std::size_t groups,
                        std::span<const std::uint32_t> subject_of_source, const std::vector<bool>& keeps,
                        const MatchLimits& limits) {
  std::vector<std::uint32_t> kept_groups(group_of_source.begin(), group_of_source.end());
  for (std::size_t i = 0; i < keeps.size(); ++i) {
    kept_groups[i] = keeps[i] ? kept_groups[i] : kNoGroup;
  }
  return measure_balance(table, kept_groups, groups, subject_of_source, limits.largest_difference);
}

}  // namespace

MatchResult match_sources(const QualityTable& table, std::span<const std::uint32_t> group_of_source, std::size_t groups,
                          std::span<const std::uint32_t> subject_of_source,
                          std::span<const std::uint64_t> rank_of_source, const MatchLimits& limits) {
  const std::size_t count = rank_of_source.size();
  const std::vector<std::size_t> by_rank = matching::order_by_rank(rank_of_source);
  std::vector<double> scales;
  std::vector<std::vector<double>> scores = matching::standard_scores(matching::ranked_table(table, by_rank), scales);
  std::vector<double> least_variances;
  least_variances.reserve(scales.size());
  for (std::size_t q = 0; q < scales.size(); ++q) {
    const double least_sd = std::max(table.qualities[q].least_sd / scales[q], kLeastSd);
    least_variances.push_back(least_sd * least_sd);
  }
  std::vector<matching::Selection::Source> sources;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> numbers;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t i = by_rank[k];
    const std::uint32_t subject = subject_of_source.empty() ? static_cast<std::uint32_t>(k) : subject_of_source[i];
    const auto place = numbers.try_emplace({group_of_source[i], subject}, numbers.size()).first;
    const bool stays = !limits.stays.empty() && limits.stays[i];
    sources.push_back({group_of_source[i], place->second, std::move(scores[k]), stays, /*is_kept=*/true});
  }
  matching::Selection selection(std::move(sources), groups, std::move(least_variances), numbers.size(),
                                !subject_of_source.empty(), limits);
  matching::search(selection);

  MatchResult result;
  result.before = measure_balance(table, group_of_source, groups, subject_of_source, limits.largest_difference);
  result.keeps.assign(count, true);
  for (const std::size_t k : matching::dropped_of(selection)) {
    result.keeps[by_rank[k]] = false;
    ++result.dropped;
  }
  result.after = balance_of_kept(table, group_of_source, groups, subject_of_source, result.keeps, limits);
  const auto greatest = [](const Balance& balance) {
    return balance.largest.empty() ? 0.0 : *std::max_element(balance.largest.begin(), balance.largest.end());
  };
  if (result.after.above > 0 && result.dropped > 0 && greatest(result.after) >= greatest(result.before) &&
      result.after.above >= result.before.above) {
    result.keeps.assign(count, true);
    result.dropped = 0;
    result.after = result.before;
  }
  result.is_reached = result.after.above == 0;
  result.note = note_of(result, table, count);
  return result;
}

}  // namespace fairground
