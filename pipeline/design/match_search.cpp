#include "pipeline/design/match_search.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/design/match_scores.h"

namespace fairground::matching {
namespace {

// Slopes tell nearly how much a source helps. Of the best so many are tried, or all where that is this little work.
constexpr std::size_t kTried = 32;
constexpr std::size_t kLittleWork = 200'000;

// A source that helps nearly as much as the best may go in its place, if its subject has more.
constexpr double kNearlyAsGood = 0.9;

// Of more sources than this, up to a hundredth part are dropped at a time. What was too much is taken back in the end.
constexpr std::size_t kLargeSet = 2000;
constexpr std::size_t kParts = 100;

// Work is counted in comparisons of two groups in one quality. What the descent may cost, a few seconds, is spent by
// sets of 100,000 sources only; exchanges and further rounds end after about half a second.
constexpr std::size_t kMostWork = 200'000'000;
constexpr std::size_t kWorkOfExchanges = 20'000'000;
constexpr std::uint32_t kRounds = 400;
constexpr std::size_t kMostShaken = 4;  // sources

// What the sum of excesses of the source's group becomes when the source is dropped.
double excess_without(Selection& selection, std::size_t i) {
  selection.drop(i);
  const double excess = selection.excess_of(selection.sources()[i].group);
  selection.take_back(i);
  return excess;
}

// Drops one source, or several of a large set. False where none helps.
bool drop_best(Selection& selection, double excess) {
  const std::vector<double> slopes = selection.slopes();
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    if (selection.may_drop(i)) {
      candidates.push_back(i);
    }
  }
  const bool is_large = candidates.size() > kLargeSet;
  const std::size_t large = is_large ? candidates.size() / kParts : 1;
  if (selection.work() > kMostWork) {
    return false;
  }
  const bool tries_all = !is_large && candidates.size() * selection.work_of_change() <= kLittleWork;
  const std::size_t best_count =
      std::min(candidates.size(), tries_all ? candidates.size() : std::max(kTried, is_large ? 4 * large : 0));
  std::partial_sort(
      candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(best_count), candidates.end(),
      [&slopes](std::size_t a, std::size_t b) { return slopes[a] != slopes[b] ? slopes[a] < slopes[b] : a < b; });
  candidates.resize(best_count);

  // Slopes hold for half the way to the limit, and while a group loses few of its sources. A part that turns out too
  // large is halved.
  for (std::size_t part = large; part > 1; part /= 2) {
    std::vector<std::size_t> dropped;
    std::vector<std::size_t> dropped_of_group(selection.groups());
    double promised = 0.0;
    for (const std::size_t i : candidates) {
      const std::uint32_t group = selection.sources()[i].group;
      const std::size_t share = 1 + selection.sources_of(group) * part / (large * kParts);
      if (dropped.size() == part || slopes[i] >= 0.0) {
        break;
      }
      if (!selection.may_drop(i) || dropped_of_group[group] == share) {
        continue;
      }
      promised -= slopes[i];
      if (promised > 0.5 * excess) {
        break;
      }
      selection.drop(i);
      dropped.push_back(i);
      ++dropped_of_group[group];
    }
    if (dropped.size() > 1 && selection.excess() < excess) {
      return true;
    }
    for (const std::size_t i : dropped) {
      selection.take_back(i);
    }
  }

  candidates.resize(tries_all ? best_count : std::min(best_count, kTried));
  std::vector<std::pair<double, std::size_t>> tried;  // change of the sum, source
  double best = -kRounding * excess;
  for (const std::size_t i : candidates) {
    const double before = selection.excess_of(selection.sources()[i].group);
    tried.emplace_back(excess_without(selection, i) - before, i);
    best = std::min(best, tried.back().first);
  }
  std::size_t chosen = slopes.size();
  for (const auto& [change, i] : tried) {
    if (change > kNearlyAsGood * best) {
      continue;
    }
    const bool is_first = chosen == slopes.size();
    const std::size_t others = selection.kept_of_subject(i);
    const std::size_t others_of_chosen = is_first ? 0 : selection.kept_of_subject(chosen);
    if (is_first || others > others_of_chosen || (others == others_of_chosen && i < chosen)) {
      chosen = i;
    }
  }
  if (chosen == slopes.size()) {
    return false;
  }
  selection.drop(chosen);
  return true;
}

// Takes back a source if the sum of excesses does not rise by it.
bool try_back(Selection& selection, std::size_t i) {
  const std::uint32_t group = selection.sources()[i].group;
  const double before = selection.excess_of(group);
  selection.take_back(i);
  if (selection.excess_of(group) <= before) {
    return true;
  }
  selection.drop(i);
  return false;
}

bool take_back_all(Selection& selection) {
  bool any = false;
  for (bool more = true; more;) {
    more = false;
    std::vector<std::size_t> dropped = dropped_of(selection);
    std::stable_sort(dropped.begin(), dropped.end(), [&selection](std::size_t a, std::size_t b) {
      return selection.kept_of_subject(a) < selection.kept_of_subject(b);
    });
    for (const std::size_t i : dropped) {
      more = try_back(selection, i) || more;
    }
    any = any || more;
  }
  return any;
}

// Exchanges a source of the same group where the sum of excesses falls by it.
bool exchange_to_help(Selection& selection, std::size_t most_work) {
  const std::vector<std::size_t> dropped = dropped_of(selection);
  for (std::size_t i = 0; i < selection.sources().size(); ++i) {
    const std::uint32_t group = selection.sources()[i].group;
    if (!selection.sources()[i].is_kept) {
      continue;
    }
    const double before = selection.excess_of(group);
    for (const std::size_t back : dropped) {
      if (before <= 0.0 || selection.work() > most_work) {
        break;
      }
      if (selection.sources()[back].group != group) {
        continue;
      }
      selection.take_back(back);
      if (selection.may_drop(i) && excess_without(selection, i) < before * (1.0 - kRounding)) {
        selection.drop(i);
        return true;
      }
      selection.drop(back);
    }
  }
  return false;
}

// Drops one source that two others, or more, may come back for.
bool exchange_for_more(Selection& selection, std::size_t most_work) {
  bool any = false;
  for (std::size_t i = 0; i < selection.sources().size() && selection.work() <= most_work; ++i) {
    if (!selection.may_drop(i)) {
      continue;
    }
    const double before = selection.excess();
    selection.drop(i);
    std::vector<std::size_t> back;
    for (const std::size_t other : dropped_of(selection)) {
      if (other == i) {
        continue;
      }
      const double excess = selection.excess();
      selection.take_back(other);
      if (selection.excess() <= std::max(before, excess)) {
        back.push_back(other);
      } else {
        selection.drop(other);
      }
    }
    if (back.size() >= 2 && selection.excess() <= before) {
      any = true;
      continue;
    }
    for (const std::size_t other : back) {
      selection.drop(other);
    }
    selection.take_back(i);
  }
  return any;
}

// Exchanges sources of subjects with many for those of subjects with few, where the sum of excesses does not rise.
void spread_over_subjects(Selection& selection, std::size_t most_work) {
  for (const std::size_t back : dropped_of(selection)) {
    const std::uint32_t group = selection.sources()[back].group;
    for (std::size_t i = 0; i < selection.sources().size() && selection.work() <= most_work; ++i) {
      if (selection.sources()[i].group != group || !selection.sources()[i].is_kept ||
          selection.kept_of_subject(i) <= selection.kept_of_subject(back) + 1) {
        continue;
      }
      const double before = selection.excess_of(group);
      selection.take_back(back);
      selection.drop(i);
      if (selection.excess_of(group) <= before) {
        break;
      }
      selection.take_back(i);
      selection.drop(back);
    }
  }
}

// Drops sources until nothing is above the limit or nothing helps. Returns the excess that is left.
double drop_all(Selection& selection) {
  double excess = selection.excess();
  while (excess > 0.0 && drop_best(selection, excess)) {
    excess = selection.excess();
  }
  return excess;
}

// The same, but with the spreads of before first. Means then come together by any of many ways, while with the spreads
// of now, which shrink with their groups, the search often ends far from the limit.
double drop_by_first_spreads(Selection& selection) {
  selection.set_spreads_are_first(true);
  drop_all(selection);
  selection.set_spreads_are_first(false);
  return drop_all(selection);
}

void descend(Selection& selection, std::size_t most_work) {
  while (drop_all(selection) > 0.0 && exchange_to_help(selection, most_work)) {
  }
  do {
    take_back_all(selection);
  } while (selection.work() <= most_work && exchange_for_more(selection, most_work));
}

}  // namespace

void search(Selection& selection) {
  if (!selection.by_pairs()) {
    drop_by_first_spreads(selection);
    // What comes back to one group moves what all others are compared with. What was too much goes again.
    take_back_all(selection);
    drop_all(selection);
    return;
  }
  if (selection.sources().size() > kLargeSet) {
    drop_by_first_spreads(selection);
  } else if (Selection other = selection;
             drop_all(selection) > 0.0 && drop_by_first_spreads(other) < selection.excess()) {
    selection = other;
  }
  // The work until here is allowed for whatever the size.
  selection.forget_work();
  descend(selection, kWorkOfExchanges);
  double excess = selection.excess();
  std::size_t dropped = dropped_of(selection).size();
  for (std::uint32_t round = 0; round < kRounds && dropped > 0 && selection.work() <= kWorkOfExchanges; ++round) {
    Selection other = selection;
    RandomStream random(0, round, "shake");
    for (std::size_t k = 0; k < 1 + round % kMostShaken; ++k) {
      const std::size_t i = random.below(other.sources().size());
      if (!other.sources()[i].is_kept) {
        other.take_back(i);
      } else if (other.may_drop(i)) {
        other.drop(i);
      }
    }
    descend(other, kWorkOfExchanges);
    const double other_excess = other.excess();
    const std::size_t other_dropped = dropped_of(other).size();
    const bool is_nearer = other_excess < excess * (1.0 - kRounding);
    if (is_nearer || (other_excess <= excess && other_dropped < dropped)) {
      selection = other;
      excess = other_excess;
      dropped = other_dropped;
    } else {
      selection.count_work(other.work() - selection.work());
    }
  }
  selection.forget_work();
  spread_over_subjects(selection, kWorkOfExchanges / 4);
}

}  // namespace fairground::matching
