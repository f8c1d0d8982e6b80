#include "pipeline/design/design.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"
#include "pipeline/design/balanced_order.h"
#include "pipeline/design/conditions.h"
#include "pipeline/design/cost.h"
#include "pipeline/design/follow.h"
#include "pipeline/design/match.h"
#include "pipeline/design/observations.h"

namespace fairground {
namespace {

/// Makes the plan of one medium step by step.
class Designer {
 public:
  Designer(const Config& config, Media media, const MediaCatalog& catalog, const DesignInputs& inputs)
      : config_(config),
        settings_(config.media.at(media)),
        catalog_(catalog),
        inputs_(inputs),
        where_(config.path.string() + ": design of " + to_string(media)),
        observations_(settings_, catalog) {
    plan_.media = media;
    plan_.settings = &settings_;
    plan_.catalog = &catalog;
    if (inputs.base != nullptr && inputs.base->media.contains(media)) {
      base_ = &inputs.base->media.at(media);
    }
  }

  MediaPlan make() {
    check_thresholds();
    choose_participants();
    choose_rows();
    keep_to_budget();
    assign_conditions();
    add_repeats();
    count_variants(plan_);
    return std::move(plan_);
  }

 private:
  [[nodiscard]] UserError mistake(const std::string& message) const { return UserError(where_ + ": " + message); }

  /// A threshold that all sources together could not reach is a slip, and no gap.
  void check_thresholds() const {
    // The first is the unknown one.
    const std::size_t people = catalog_.subjects.size() - 1;
    const auto check = [&](int asked, std::size_t there, const char* key, const char* what) {
      if (asked > 0 && static_cast<std::size_t>(asked) > there) {
        throw mistake(std::string("`at_least: {") + key + ": " + std::to_string(asked) + "}` asks each group for more " +
                      what + " than the " + std::to_string(there) +
                      " of the whole manifest; lower the threshold, or collect more");
      }
    };
    check(settings_.design.at_least.sources, catalog_.sources.size(), "sources", "sources");
    check(settings_.design.at_least.subjects, people, "subjects", "people");
  }

  void choose_participants() {
    plan_.parts.assign(catalog_.sources.size(), Part::takes_part);
    members_ = groups_in_hash_order(catalog_);
    if (!catalog_.observed_axes.empty()) {
      leave_out([&](std::size_t source) { return part_of(settings_, catalog_, source); });
    }
    if (needs_qualities(settings_)) {
      match();
    }
    if (settings_.design.sources_per_group > 0) {
      take_shares();
    }
    std::map<std::string, int> before;
    if (base_ != nullptr) {
      for (const auto& [id, source] : base_->sources) {
        before[id] = source.realization;
      }
    }
    plan_.realizations = deal_realizations(catalog_, members_, settings_.design.realizations, before);
  }

  /// Removes from the groups what `part_of_source` gives another part than taking part.
  template <typename PartOf>
  void leave_out(const PartOf& part_of_source) {
    for (std::vector<std::size_t>& group : members_) {
      std::erase_if(group, [&](std::size_t source) {
        plan_.parts[source] = part_of_source(source);
        return plan_.parts[source] != Part::takes_part;
      });
    }
  }

  void take_shares() {
    const auto share = static_cast<std::size_t>(settings_.design.sources_per_group);
    for (std::vector<std::size_t>& group : members_) {
      std::vector<std::size_t> chosen = group;
      if (base_ != nullptr) {
        // Who took part in the earlier run still does.
        std::ranges::stable_partition(
            chosen, [&](std::size_t source) { return base_->sources.contains(catalog_.sources[source].id); });
        const auto known = static_cast<std::size_t>(std::ranges::count_if(
            chosen, [&](std::size_t source) { return base_->sources.contains(catalog_.sources[source].id); }));
        const std::vector<std::size_t> fresh(chosen.begin() + static_cast<std::ptrdiff_t>(known), chosen.end());
        chosen.resize(known);
        const std::vector<std::size_t> more =
            spread_over_subjects(catalog_, fresh, share - std::min(share, known));
        chosen.insert(chosen.end(), more.begin(), more.end());
      } else {
        chosen = spread_over_subjects(catalog_, group, share);
      }
      const std::set<std::size_t> taken(chosen.begin(), chosen.end());
      std::erase_if(group, [&](std::size_t source) {
        if (!taken.contains(source)) {
          plan_.parts[source] = Part::beyond_share;
        }
        return !taken.contains(source);
      });
    }
  }

  void match() {
    const auto found = inputs_.qualities.find(plan_.media);
    if (found == inputs_.qualities.end() || found->second.values.empty()) {
      throw mistake("`match_on` needs the sources measured; leave out --no-measure");
    }
    const std::vector<std::size_t> chosen = [&] {
      std::vector<std::size_t> all;
      for (const std::vector<std::size_t>& group : members_) {
        all.insert(all.end(), group.begin(), group.end());
      }
      return all;
    }();
    // Only what is matched on, of those who could take part; a source without a value would be kept unseen.
    QualityTable table;
    std::vector<std::size_t> columns;
    for (std::size_t q = 0; q < found->second.qualities.size(); ++q) {
      if (std::ranges::find(settings_.design.match_on, found->second.qualities[q].name) !=
          settings_.design.match_on.end()) {
        columns.push_back(q);
        table.qualities.push_back(found->second.qualities[q]);
      }
    }
    std::vector<std::uint32_t> groups;
    std::vector<std::uint32_t> subjects;
    std::vector<std::uint64_t> ranks;
    for (const std::size_t source : chosen) {
      std::vector<double>& row = table.values.emplace_back();
      for (const std::size_t q : columns) {
        row.push_back(found->second.values[source][q]);
      }
      const Source& s = catalog_.sources[source];
      groups.push_back(s.group);
      subjects.push_back(s.subject != kUnknownSubject
                             ? s.subject
                             : static_cast<std::uint32_t>(catalog_.subjects.size() + source));
      ranks.push_back(FieldHash().add(s.id).value64());
    }
    MatchLimits limits;
    limits.smallest_sources = std::max<std::size_t>(2, static_cast<std::size_t>(settings_.design.at_least.sources));
    limits.smallest_subjects = std::max<std::size_t>(1, static_cast<std::size_t>(settings_.design.at_least.subjects));
    const MatchResult result = match_sources(table, groups, members_.size(), subjects, ranks, limits);
    plan_.facts.notes.push_back("match_on: " + result.note);
    std::vector<bool> keeps(catalog_.sources.size(), true);
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      keeps[chosen[k]] = result.keeps[k];
    }
    leave_out([&](std::size_t source) { return keeps[source] ? Part::takes_part : Part::unmatched; });
    deal_evenly(table, chosen, groups, ranks);
  }

  /// Puts each group into an order whose k-th sources, dealt out by turns, give every realization the same qualities.
  void deal_evenly(const QualityTable& table, const std::vector<std::size_t>& chosen,
                   const std::vector<std::uint32_t>& groups, const std::vector<std::uint64_t>& ranks) {
    QualityTable kept{table.qualities, {}};
    std::vector<std::size_t> sources;
    std::vector<std::uint32_t> kept_groups;
    std::vector<std::uint64_t> kept_ranks;
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      if (plan_.parts[chosen[k]] == Part::takes_part) {
        kept.values.push_back(table.values[k]);
        sources.push_back(chosen[k]);
        kept_groups.push_back(groups[k]);
        kept_ranks.push_back(ranks[k]);
      }
    }
    const std::vector<std::size_t> order = balanced_order(kept, kept_groups, members_.size(), kept_ranks,
                                                          static_cast<std::size_t>(settings_.design.realizations));
    for (std::vector<std::size_t>& group : members_) {
      group.clear();
    }
    for (const std::size_t k : order) {
      members_[kept_groups[k]].push_back(sources[k]);
    }
  }

  /// The conditions of the earlier run, as far as the config still has their levels.
  [[nodiscard]] std::vector<LevelRow> rows_before() const {
    std::vector<LevelRow> rows;
    if (base_ != nullptr) {
      for (const auto& levels : base_->conditions) {
        if (auto row = row_of(settings_, levels); row && !is_excluded(settings_, *row)) {
          rows.push_back(std::move(*row));
        }
      }
      std::ranges::sort(rows);
      rows.erase(std::ranges::unique(rows).begin(), rows.end());
    }
    return rows;
  }

  void choose_rows() {
    const int effort = inputs_.effort > 0 ? inputs_.effort : settings_.design.effort;
    ConditionsBefore before;
    before.rows = rows_before();
    plan_.facts.full_factorial = full_factorial_size(settings_);
    if (settings_.design.fill == Fill::missing_only) {
      choose_rows_by_group(effort, before);
      return;
    }
    // Without a threshold nothing says how much would be enough, and one recording must not stand for a condition.
    const AtLeast& at_least = settings_.design.at_least;
    if (!catalog_.observed_axes.empty() && at_least.sources + at_least.subjects > 0) {
      before.is_observed = [this](std::span<const std::size_t> axes, std::span<const int> levels) {
        return observations_.enough_everywhere(axes, levels);
      };
    }
    const ChosenConditions chosen = choose_conditions(settings_, effort, before, where_);
    add_facts(chosen);
    rows_of_group_.assign(1, chosen.rows);
  }

  void choose_rows_by_group(int effort, ConditionsBefore& before) {
    for (std::size_t group = 0; group < catalog_.groups.size(); ++group) {
      before.is_observed = [this, group](std::span<const std::size_t> axes, std::span<const int> levels) {
        return observations_.enough(group, axes, levels);
      };
      const ChosenConditions chosen = choose_conditions(settings_, effort, before, where_);
      add_facts(chosen);
      rows_of_group_.push_back(chosen.rows);
    }
  }

  void add_facts(const ChosenConditions& chosen) {
    plan_.facts.demanded += chosen.demanded;
    plan_.facts.credited += chosen.credited;
    plan_.facts.excluded += chosen.excluded;
  }

  /// How many sources meet the rows of list `list`.
  [[nodiscard]] std::size_t participants(std::size_t list) const {
    if (settings_.design.fill == Fill::missing_only) {
      return members_[list].size();
    }
    return std::accumulate(members_.begin(), members_.end(), std::size_t{0},
                           [](std::size_t sum, const auto& group) { return sum + group.size(); });
  }

  [[nodiscard]] double bytes_of(std::size_t list) const {
    double bytes = 0.0;
    for (std::size_t group = 0; group < members_.size(); ++group) {
      if (settings_.design.fill == Fill::matched || group == list) {
        for (const std::size_t source : members_[group]) {
          bytes += estimate_variant(config_, plan_.media, catalog_, source).bytes;
        }
      }
    }
    return bytes;
  }

  /// Cuts the least valuable conditions until the rest can be afforded.
  void keep_to_budget() {
    const Budget& budget = settings_.design.budget;
    identity_ = settings_.design.controls.identity ? identity_conditions(settings_, plan_.identity_steps)
                                                   : std::vector<Condition>();
    if (settings_.design.controls.identity && identity_.empty()) {
      plan_.facts.notes.emplace_back(
          "there are no identity controls: no augmenter of these axes has a setting that changes nothing");
    }
    for (const auto& rows : rows_of_group_) {
      plan_.facts.wanted_conditions = std::max(plan_.facts.wanted_conditions, rows.size());
    }
    if (budget.variants || budget.bytes) {
      cut();
    }
    for (const auto& rows : rows_of_group_) {
      plan_.facts.held += count_held(settings_, rows);
    }
  }

  void cut() {
    const Budget& budget = settings_.design.budget;
    const double with_repeats = 1.0 + settings_.design.controls.repeat;
    const bool clean_outside = settings_.design.include_clean && !clean_is_inside(settings_);
    double variants_left = budget.variants ? static_cast<double>(*budget.variants) : 1e300;
    double bytes_left = budget.bytes.value_or(1e300);
    // One step of a list costs what one condition of everybody in it costs.
    std::vector<double> variants_each;
    std::vector<double> bytes_each;
    for (std::size_t list = 0; list < rows_of_group_.size(); ++list) {
      rows_of_group_[list] = most_valuable_first(settings_, std::move(rows_of_group_[list]));
      variants_each.push_back(with_repeats * static_cast<double>(participants(list)));
      bytes_each.push_back(with_repeats * bytes_of(list));
      const double always = static_cast<double>(identity_.size()) + (clean_outside ? 1.0 : 0.0);
      variants_left -= always * variants_each[list];
      bytes_left -= always * bytes_each[list];
    }
    std::vector<std::vector<LevelRow>> kept(rows_of_group_.size());
    std::size_t longest = 0;
    for (const auto& rows : rows_of_group_) {
      longest = std::max(longest, rows.size());
    }
    // The most valuable of every list, then the second of every list, and so on.
    for (std::size_t k = 0; k < longest; ++k) {
      for (std::size_t list = 0; list < kept.size(); ++list) {
        const bool fits = variants_each[list] <= variants_left && bytes_each[list] <= bytes_left;
        if (k < rows_of_group_[list].size() && kept[list].size() == k && fits) {
          kept[list].push_back(rows_of_group_[list][k]);
          variants_left -= variants_each[list];
          bytes_left -= bytes_each[list];
        }
      }
    }
    const std::size_t least = settings_.design.include_clean && clean_is_inside(settings_) ? 2 : 1;
    for (std::size_t list = 0; list < kept.size(); ++list) {
      if (kept[list].size() < std::min(least, rows_of_group_[list].size())) {
        throw mistake("`budget` does not pay for one condition beside the clean reference of all " +
                      counted(participants(list), "source") + "; raise it, or lower `sources_per_group`");
      }
      std::ranges::sort(kept[list]);
    }
    rows_of_group_ = std::move(kept);
  }

  void assign_conditions() {
    std::vector<LevelRow> all;
    for (const auto& rows : rows_of_group_) {
      all.insert(all.end(), rows.begin(), rows.end());
    }
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    plan_.conditions = make_conditions(settings_, all);
    const std::size_t combinations = plan_.conditions.size();
    std::ranges::move(identity_, std::back_inserter(plan_.conditions));

    plan_.blocks.emplace_back();  // of those that take no part
    plan_.block_of.assign(catalog_.sources.size(), 0);
    std::map<std::vector<std::uint32_t>, std::uint32_t> known;
    for (std::size_t group = 0; group < members_.size(); ++group) {
      const auto& rows = rows_of_group_[settings_.design.fill == Fill::matched ? 0 : group];
      std::vector<std::uint32_t> block;
      for (std::size_t c = 0; c < plan_.conditions.size(); ++c) {
        const Condition& condition = plan_.conditions[c];
        if (c >= combinations || condition.is_clean || holds(rows, condition)) {
          block.push_back(static_cast<std::uint32_t>(c));
        }
      }
      const auto [place, is_new] = known.try_emplace(block, static_cast<std::uint32_t>(plan_.blocks.size()));
      if (is_new) {
        plan_.blocks.push_back(block);
      }
      for (const std::size_t source : members_[group]) {
        plan_.block_of[source] = place->second;
      }
    }
  }

  [[nodiscard]] bool holds(const std::vector<LevelRow>& rows, const Condition& condition) const {
    LevelRow row;
    for (std::size_t i = 0; i < condition.levels.size(); ++i) {
      row.push_back(static_cast<int>(condition.levels[i] - settings_.axes[i].levels.data()));
    }
    return std::ranges::binary_search(rows, row);
  }

  /// In each group, the share of its variants that is asked for. Which ones is settled by hashes of the condition's levels
  /// and the source's place in its group, so that groups of equal size repeat the same ones.
  void add_repeats() {
    const double share = settings_.design.controls.repeat;
    if (share <= 0.0) {
      return;
    }
    std::vector<std::string> names;
    for (const Condition& condition : plan_.conditions) {
      std::string name;
      for (std::size_t i = 0; i < condition.levels.size(); ++i) {
        name += condition.level_name(i) + ',';
      }
      names.push_back(std::move(name));
    }
    for (const std::vector<std::size_t>& group : members_) {
      std::vector<std::pair<std::uint64_t, Repeat>> cells;
      for (std::size_t rank = 0; rank < group.size(); ++rank) {
        for (const std::uint32_t condition : plan_.block(group[rank])) {
          if (plan_.conditions[condition].control == Control::none) {
            const std::uint64_t hash =
                FieldHash().add(names[condition]).add(static_cast<std::int64_t>(rank)).value64();
            cells.push_back({hash, {group[rank], condition}});
          }
        }
      }
      const auto wanted =
          std::min(cells.size(), static_cast<std::size_t>(std::ceil(share * static_cast<double>(cells.size()))));
      std::ranges::nth_element(cells, cells.begin() + static_cast<std::ptrdiff_t>(wanted));
      for (std::size_t i = 0; i < wanted; ++i) {
        plan_.repeats.push_back(cells[i].second);
      }
    }
    std::ranges::sort(plan_.repeats);
  }

  const Config& config_;
  const MediaSettings& settings_;
  const MediaCatalog& catalog_;
  const DesignInputs& inputs_;
  const PlannedMedia* base_ = nullptr;
  std::string where_;
  Observations observations_;
  MediaPlan plan_;
  std::vector<std::vector<std::size_t>> members_;           ///< who takes part, by group, in hash order
  std::vector<std::vector<LevelRow>> rows_of_group_;        ///< one list for all groups where they are matched
  std::vector<Condition> identity_;
};

}  // namespace

bool needs_qualities(const MediaSettings& settings) { return !settings.design.match_on.empty(); }

std::optional<std::size_t> MediaPlan::clean_condition() const {
  const auto clean = std::ranges::find(conditions, true, &Condition::is_clean);
  return clean == conditions.end() ? std::nullopt
                                   : std::optional(static_cast<std::size_t>(clean - conditions.begin()));
}

void count_variants(MediaPlan& plan) {
  plan.starts.assign(1, 0);
  plan.starts.reserve(plan.catalog->sources.size() + 1);
  std::size_t repeat = 0;
  for (std::size_t source = 0; source < plan.catalog->sources.size(); ++source) {
    std::size_t count = plan.block(source).size();
    for (; repeat < plan.repeats.size() && plan.repeats[repeat].source == source; ++repeat) {
      ++count;
    }
    plan.starts.push_back(plan.starts.back() + count);
  }
}

MediaPlan make_media_plan(const Config& config, Media media, const MediaCatalog& catalog, const DesignInputs& inputs) {
  if (inputs.given != nullptr) {
    return follow(config, media, catalog, *inputs.given);
  }
  return Designer(config, media, catalog, inputs).make();
}

}  // namespace fairground
