#include "pipeline/design/participants.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "pipeline/core/hash.h"

namespace fairground {

std::vector<std::vector<std::size_t>> groups_in_hash_order(const MediaCatalog& catalog) {
  std::vector<std::vector<std::pair<std::string, std::size_t>>> keyed(catalog.groups.size());
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    const Source& source = catalog.sources[i];
    keyed[source.group].emplace_back(FieldHash().add(source.id).hex128(), i);
  }
  std::vector<std::vector<std::size_t>> groups(keyed.size());
  for (std::size_t g = 0; g < keyed.size(); ++g) {
    std::ranges::sort(keyed[g]);
    for (const auto& [hash, index] : keyed[g]) {
      groups[g].push_back(index);
    }
  }
  return groups;
}

std::vector<std::size_t> spread_over_subjects(const MediaCatalog& catalog, const std::vector<std::size_t>& members,
                                              std::size_t count, const std::function<bool(std::size_t)>& is_known) {
  const auto knows = [&](std::size_t index) { return is_known && is_known(index); };
  const auto person_of = [&](const Source& source) {
    return source.subject != kUnknownSubject ? "subject " + catalog.subject_of(source) : "source " + source.id;
  };
  // Sources with a problem are counted apart, so that they take nobody's first place.
  const auto counted_as = [&](const Source& source) {
    return (catalog.problem_of(source).empty() ? "good " : "problem ") + person_of(source);
  };
  std::vector<std::size_t> taken;
  std::unordered_map<std::string, std::size_t> seen;
  for (const std::size_t index : members) {
    if (knows(index)) {
      taken.push_back(index);
      ++seen[counted_as(catalog.sources[index])];
    }
  }
  // Sorted by: a known problem, how many of the same person come before, whether nobody knows who it is, the person,
  // the place in `members`.
  using Key = std::tuple<bool, std::size_t, bool, std::string, std::size_t>;
  std::vector<std::pair<Key, std::size_t>> keyed;
  for (std::size_t k = 0; k < members.size(); ++k) {
    const Source& source = catalog.sources[members[k]];
    if (!knows(members[k])) {
      const bool has_problem = !catalog.problem_of(source).empty();
      const std::size_t rank = seen[counted_as(source)]++;
      const bool is_nobody = source.subject == kUnknownSubject;
      keyed.emplace_back(Key{has_problem, rank, is_nobody, FieldHash().add(person_of(source)).hex128(), k}, members[k]);
    }
  }
  std::ranges::sort(keyed);
  keyed.resize(std::min(count - std::min(count, taken.size()), keyed.size()));
  for (const auto& [key, index] : keyed) {
    taken.push_back(index);
  }
  return taken;
}

std::vector<int> deal_realizations(const MediaCatalog& catalog, const std::vector<std::vector<std::size_t>>& order,
                                   int realizations, const std::map<std::string, int>& before) {
  std::vector<int> dealt(catalog.sources.size(), -1);
  for (const std::vector<std::size_t>& group : order) {
    std::vector<std::size_t> uses(static_cast<std::size_t>(realizations), 0);
    std::vector<std::size_t> fresh;
    for (const std::size_t index : group) {
      const auto known = before.find(catalog.sources[index].id);
      if (known != before.end()) {
        dealt[index] = known->second;
        if (known->second < realizations) {
          ++uses[static_cast<std::size_t>(known->second)];
        }
      } else {
        fresh.push_back(index);
      }
    }
    // Without an earlier run this is k mod R: the first of the least used is the next in turn.
    using Use = std::pair<std::size_t, int>;
    std::priority_queue<Use, std::vector<Use>, std::greater<>> least_used;
    for (int r = 0; r < realizations; ++r) {
      least_used.emplace(uses[static_cast<std::size_t>(r)], r);
    }
    for (const std::size_t index : fresh) {
      const auto [count, realization] = least_used.top();
      least_used.pop();
      least_used.emplace(count + 1, realization);
      dealt[index] = realization;
    }
  }
  return dealt;
}

}  // namespace fairground
