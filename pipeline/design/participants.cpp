#include "pipeline/design/participants.h"

#include <algorithm>
#include <array>
#include <compare>
#include <functional>
#include <queue>
#include <unordered_map>
#include <utility>

#include "pipeline/core/hash.h"

namespace fairground {
namespace {

using Hash = std::array<std::uint64_t, 2>;

/// What puts a group's sources in the order in which they are taken.
struct TurnOf {
  bool has_problem;
  std::uint32_t before;  ///< how many sources of the same person come first
  bool is_nobody;        ///< it is not known who it is
  Hash person;
  std::uint32_t place;  ///< among the members
  std::uint32_t source;

  friend auto operator<=>(const TurnOf&, const TurnOf&) = default;
};

}  // namespace

std::vector<std::vector<std::size_t>> groups_in_hash_order(const MediaCatalog& catalog) {
  std::vector<std::vector<std::size_t>> groups(catalog.groups.size());
  for (std::size_t i = 0; i < catalog.sources.size(); ++i) {
    groups[catalog.sources[i].group].push_back(i);
  }
  std::vector<std::pair<Hash, std::size_t>> keyed;
  for (std::vector<std::size_t>& group : groups) {
    keyed.clear();
    keyed.reserve(group.size());
    for (const std::size_t index : group) {
      keyed.emplace_back(FieldHash().add(catalog.sources[index].id()).value128(), index);
    }
    std::ranges::sort(keyed);
    std::ranges::transform(keyed, group.begin(), [](const auto& hash_and_index) { return hash_and_index.second; });
  }
  return groups;
}

std::vector<std::size_t> spread_over_subjects(const MediaCatalog& catalog, const std::vector<std::size_t>& members,
                                              std::size_t count, const std::function<bool(std::size_t)>& is_known) {
  const auto knows = [&](std::size_t index) { return is_known && is_known(index); };
  const auto is_nobody = [&](const Source& source) { return source.subject == kUnknownSubject; };
  const auto person_of = [&](const Source& source) {
    return is_nobody(source) ? "source " + std::string(source.id()) : "subject " + catalog.subject_of(source);
  };
  // Sources with a problem are counted apart, so that they take nobody's first place. Nobody comes twice.
  std::unordered_map<std::uint32_t, std::uint32_t> seen;
  std::unordered_map<std::uint32_t, std::uint32_t> seen_with_problem;
  const auto count_up = [&](const Source& source, bool has_problem) -> std::uint32_t {
    return is_nobody(source) ? 0 : (has_problem ? seen_with_problem : seen)[source.subject]++;
  };
  std::vector<std::size_t> taken;
  for (const std::size_t index : members) {
    if (knows(index)) {
      const Source& source = catalog.sources[index];
      taken.push_back(index);
      count_up(source, !catalog.problem_of(source).empty());
    }
  }
  std::vector<TurnOf> turns;
  turns.reserve(members.size() - taken.size());
  for (std::size_t k = 0; k < members.size(); ++k) {
    const Source& source = catalog.sources[members[k]];
    if (!knows(members[k])) {
      const bool has_problem = !catalog.problem_of(source).empty();
      turns.push_back({has_problem, count_up(source, has_problem), is_nobody(source),
                       FieldHash().add(person_of(source)).value128(), static_cast<std::uint32_t>(k),
                       static_cast<std::uint32_t>(members[k])});
    }
  }
  std::ranges::sort(turns);
  turns.resize(std::min(count - std::min(count, taken.size()), turns.size()));
  for (const TurnOf& turn : turns) {
    taken.push_back(turn.source);
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
      const auto known = before.find(std::string(catalog.sources[index].id()));
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
