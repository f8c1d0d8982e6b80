#include "pipeline/design/matching.h"

#include <algorithm>

#include "pipeline/core/hash.h"
#include "pipeline/design/balanced_order.h"
#include "pipeline/design/match.h"

namespace fairground {
namespace {

/// Some sources, and what is known of each.
struct Candidates {
  QualityTable table;
  std::vector<std::size_t> sources;
  std::vector<std::uint32_t> groups;
  std::vector<std::uint32_t> subjects;
  std::vector<std::uint64_t> ranks;
};

Candidates candidates_of(const DesignSettings& design, const MediaCatalog& catalog, const QualityTable& qualities,
                         const std::vector<std::vector<std::size_t>>& members) {
  Candidates all;
  std::vector<std::size_t> columns;
  for (std::size_t q = 0; q < qualities.qualities.size(); ++q) {
    if (std::ranges::find(design.match_on, qualities.qualities[q].name) != design.match_on.end()) {
      columns.push_back(q);
      all.table.qualities.push_back(qualities.qualities[q]);
    }
  }
  all.table.values.resize(columns.size());
  for (const std::vector<std::size_t>& group : members) {
    for (const std::size_t index : group) {
      const Source& source = catalog.sources[index];
      for (std::size_t k = 0; k < columns.size(); ++k) {
        all.table.values[k].push_back(qualities.values[columns[k]][index]);
      }
      all.sources.push_back(index);
      all.groups.push_back(source.group);
      // Nobody knows whether two sources without a subject are of one person; here each is of its own.
      all.subjects.push_back(source.subject != kUnknownSubject
                                 ? source.subject
                                 : static_cast<std::uint32_t>(catalog.subjects.size() + index));
      all.ranks.push_back(FieldHash().add(source.id()).value64());
    }
  }
  return all;
}

/// Puts each group into an order whose k-th sources, dealt out by turns, give every realization the same qualities.
std::vector<std::vector<std::size_t>> dealt_evenly(const Candidates& all, const std::vector<bool>& keeps,
                                                   std::size_t groups, std::size_t realizations) {
  Candidates kept;
  kept.table.qualities = all.table.qualities;
  kept.table.values.resize(all.table.values.size());
  for (std::size_t k = 0; k < keeps.size(); ++k) {
    if (keeps[k]) {
      for (std::size_t q = 0; q < all.table.values.size(); ++q) {
        kept.table.values[q].push_back(all.table.values[q][k]);
      }
      kept.sources.push_back(all.sources[k]);
      kept.groups.push_back(all.groups[k]);
      kept.ranks.push_back(all.ranks[k]);
    }
  }
  std::vector<std::vector<std::size_t>> members(groups);
  for (const std::size_t k : balanced_order(kept.table, kept.groups, groups, kept.ranks, realizations)) {
    members[kept.groups[k]].push_back(kept.sources[k]);
  }
  return members;
}

}  // namespace

MatchedGroups match_groups(const DesignSettings& design, const MediaCatalog& catalog, const QualityTable& qualities,
                           const std::vector<std::vector<std::size_t>>& members,
                           const std::function<bool(std::size_t)>& stays) {
  const Candidates all = candidates_of(design, catalog, qualities, members);
  MatchLimits limits;
  limits.smallest_sources = std::max<std::size_t>(2, static_cast<std::size_t>(design.at_least.sources));
  limits.smallest_subjects = std::max<std::size_t>(1, static_cast<std::size_t>(design.at_least.subjects));
  for (const std::size_t source : all.sources) {
    limits.stays.push_back(stays(source));
  }
  const MatchResult result = match_sources(all.table, all.groups, members.size(), all.subjects, all.ranks, limits);
  MatchedGroups matched;
  matched.note = "match_on: " + result.note;
  for (std::size_t k = 0; k < all.sources.size(); ++k) {
    if (!result.keeps[k]) {
      matched.left_out.push_back(all.sources[k]);
    }
  }
  matched.members = dealt_evenly(all, result.keeps, members.size(), static_cast<std::size_t>(design.realizations));
  return matched;
}

}  // namespace fairground
