#include "pipeline/design/match_selection.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace fairground::matching {
namespace {

// The search aims a little below the limit, so that sums in another order do not lie above it.
constexpr double kAim = 1.0 - 1e-6;

// Spreads of before and now that lie within this ratio change places at the next drop.
constexpr double kNear = 1.001;

}  // namespace

Selection::Selection(std::vector<Source> sources, std::size_t groups, std::vector<double> least_variances,
                     std::size_t subjects, bool has_subjects, const MatchLimits& limits)
    : sources_(std::move(sources)),
      groups_(groups),
      qualities_(least_variances.size()),
      by_pairs_(groups <= kMostGroupsInPairs),
      limit_(limits.largest_difference * kAim),
      least_variances_(std::move(least_variances)),
      smallest_sources_(std::max<std::size_t>(limits.smallest_sources, 2)),
      smallest_subjects_(has_subjects ? limits.smallest_subjects : 0),
      sums_(groups * qualities_),
      totals_(qualities_),
      sources_of_group_(groups),
      subjects_of_group_(groups),
      sources_of_subject_(subjects) {
  for (const Source& source : sources_) {
    ++sources_of_group_[source.group];
    subjects_of_group_[source.group] += sources_of_subject_[source.subject]++ == 0 ? 1 : 0;
    for (std::size_t q = 0; q < qualities_; ++q) {
      if (!std::isnan(source.scores[q])) {
        at(source.group, q).add(source.scores[q], 1.0);
        totals_[q].add(source.scores[q], 1.0);
      }
    }
  }
  first_sums_ = sums_;
  first_totals_ = totals_;
  find_hopeless();
}

bool Selection::may_drop(std::size_t i) const {
  const Source& source = sources_[i];
  return source.is_kept && !source.stays && sources_of_group_[source.group] > smallest_sources_ &&
         (sources_of_subject_[source.subject] > 1 || subjects_of_group_[source.group] > smallest_subjects_);
}

// Calls body with each term of the group that is above the limit.
template <class Body>
void Selection::for_each_other(std::size_t group, std::size_t first_other, const Body& body) const {
  work_ += work_of_change();
  for (std::size_t q = 0; q < qualities_; ++q) {
    const Sums& own = at(group, q);
    const Sums& own_first = first_sums_[group * qualities_ + q];
    if (!by_pairs_) {
      Sums rest = totals_[q];
      rest.add(own, -1.0);
      Sums rest_first = first_totals_[q];
      rest_first.add(own_first, -1.0);
      compare(q, own, own_first, rest, rest_first, body);
      continue;
    }
    for (std::size_t other = first_other; other < groups_; ++other) {
      if (other != group && !is_hopeless(group, other, q)) {
        compare(q, own, own_first, at(other, q), first_sums_[other * qualities_ + q], body);
      }
    }
  }
}

template <class Body>
void Selection::compare(std::size_t q, const Sums& a, const Sums& a_first, const Sums& b, const Sums& b_first,
                        const Body& body) const {
  if (a.count < 1.5 || b.count < 1.5) {
    return;
  }
  const double now = 0.5 * (a.variance() + b.variance());
  const double before = 0.5 * (a_first.variance() + b_first.variance());
  Term term;
  term.quality = q;
  term.variance = std::max(spreads_are_first_ ? before : std::min(now, before), least_variances_[q]);
  term.counts_less = !spreads_are_first_ && now <= kNear * before && now > least_variances_[q];
  term.counts_more = !spreads_are_first_ && kNear * now <= before && now >= least_variances_[q];
  const double difference = a.mean() - b.mean();
  term.difference = std::abs(difference) / std::sqrt(term.variance);
  term.excess = term.difference - limit_;
  term.direction = difference < 0.0 ? -1.0 : 1.0;
  if (term.excess > 0.0) {
    body(term);
  }
}

double Selection::excess() const {
  double sum = 0.0;
  for (std::size_t g = 0; g < groups_; ++g) {
    sum += by_pairs_ ? excess_of(g, /*first_other=*/g + 1) : excess_of(g);
  }
  return sum;
}

double Selection::excess_of(std::size_t group, std::size_t first_other) const {
  double sum = 0.0;
  for_each_other(group, first_other, [&sum](const Term& term) { sum += term.excess * term.excess; });
  return sum;
}

std::vector<double> Selection::slopes() const {
  std::vector<double> by_mean(groups_ * qualities_);
  std::vector<double> by_less_variance(groups_ * qualities_);
  std::vector<double> by_more_variance(groups_ * qualities_);
  for (std::size_t g = 0; g < groups_; ++g) {
    for_each_other(g, 0, [&](const Term& term) {
      by_mean[g * qualities_ + term.quality] += 2.0 * term.excess * term.direction / std::sqrt(term.variance);
      const double slope = -term.excess * term.difference / (2.0 * term.variance);
      by_less_variance[g * qualities_ + term.quality] += term.counts_less ? slope : 0.0;
      by_more_variance[g * qualities_ + term.quality] += term.counts_more ? slope : 0.0;
    });
  }
  std::vector<double> slopes(sources_.size());
  work_ += sources_.size() * qualities_;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const Source& source = sources_[i];
    for (std::size_t q = 0; q < qualities_ && source.is_kept; ++q) {
      const Sums& sums = at(source.group, q);
      if (std::isnan(source.scores[q]) || sums.count < 2.5) {
        continue;
      }
      const double deviation = source.scores[q] - sums.mean();
      const double variance = sums.variance();
      const double loss = deviation * deviation * sums.count / (sums.count - 1.0);
      const std::vector<double>& by_variance = loss > variance ? by_less_variance : by_more_variance;
      slopes[i] += by_mean[source.group * qualities_ + q] * -deviation / (sums.count - 1.0) +
                   by_variance[source.group * qualities_ + q] * (variance - loss) / (sums.count - 2.0);
    }
  }
  return slopes;
}

void Selection::change(std::size_t i, double sign) {
  Source& source = sources_[i];
  source.is_kept = sign > 0.0;
  for (std::size_t q = 0; q < qualities_; ++q) {
    if (!std::isnan(source.scores[q])) {
      at(source.group, q).add(source.scores[q], sign);
      totals_[q].add(source.scores[q], sign);
    }
  }
  std::size_t& of_subject = sources_of_subject_[source.subject];
  if (sign > 0.0) {
    ++sources_of_group_[source.group];
    subjects_of_group_[source.group] += of_subject++ == 0 ? 1 : 0;
  } else {
    --sources_of_group_[source.group];
    subjects_of_group_[source.group] -= --of_subject == 0 ? 1 : 0;
  }
}

// Two groups cannot meet in a quality if even the highest few of the lower one and the lowest few of the higher one
// lie apart, few being what must be left.
void Selection::find_hopeless() {
  if (!by_pairs_) {
    return;
  }
  std::vector<std::vector<double>> values(groups_ * qualities_);
  for (const Source& source : sources_) {
    for (std::size_t q = 0; q < qualities_; ++q) {
      if (!std::isnan(source.scores[q])) {
        values[source.group * qualities_ + q].push_back(source.scores[q]);
      }
    }
  }
  std::vector<std::pair<double, double>> reach(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    std::vector<double>& known = values[k];
    const std::size_t unknown = sources_of_group_[k / qualities_] - known.size();
    const std::size_t left = smallest_sources_ - std::min(unknown, smallest_sources_);
    const auto few = static_cast<std::ptrdiff_t>(std::min(std::max<std::size_t>(left, 2), known.size()));
    if (few > 0) {
      std::sort(known.begin(), known.end());
      reach[k] = {std::accumulate(known.begin(), known.begin() + few, 0.0) / static_cast<double>(few),
                  std::accumulate(known.end() - few, known.end(), 0.0) / static_cast<double>(few)};
    }
  }
  hopeless_.assign(groups_ * groups_ * qualities_, false);
  for (std::size_t a = 0; a < groups_; ++a) {
    for (std::size_t b = 0; b < groups_; ++b) {
      for (std::size_t q = 0; q < qualities_; ++q) {
        const Sums& first = at(a, q);
        const Sums& second = at(b, q);
        if (a == b || first.count < 1.5 || second.count < 1.5) {
          continue;
        }
        const auto& low = reach[a * qualities_ + q];
        const auto& high = reach[b * qualities_ + q];
        const double gap = std::max(low.first - high.second, high.first - low.second);
        const double spread = std::sqrt(std::max(0.5 * (first.variance() + second.variance()), least_variances_[q]));
        if (gap > limit_ * spread) {
          hopeless_[(a * groups_ + b) * qualities_ + q] = true;
          has_hopeless_ = true;
        }
      }
    }
  }
}

std::vector<std::size_t> dropped_of(const Selection& selection) {
  std::vector<std::size_t> dropped;
  for (std::size_t i = 0; i < selection.sources().size(); ++i) {
    if (!selection.sources()[i].is_kept) {
      dropped.push_back(i);
    }
  }
  return dropped;
}

}  // namespace fairground::matching
