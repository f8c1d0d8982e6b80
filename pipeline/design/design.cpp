#include "pipeline/design/design.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/text.h"
#include "pipeline/design/budget.h"
#include "pipeline/design/conditions.h"
#include "pipeline/design/cost.h"
#include "pipeline/design/follow.h"
#include "pipeline/design/made_before.h"
#include "pipeline/design/matching.h"
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
        before_(settings_, catalog,
                inputs.base != nullptr && inputs.base->media.contains(media) ? &inputs.base->media.at(media) : nullptr),
        observations_(settings_, catalog) {
    plan_.media = media;
    plan_.settings = &settings_;
    plan_.catalog = &catalog;
  }

  MediaPlan make() {
    check_thresholds(config_, plan_.media, catalog_);
    choose_participants();
    choose_rows();
    choose_identities();
    keep_to_budget();
    count_combinations();
    assign_conditions();
    add_repeats();
    settle(plan_);
    return std::move(plan_);
  }

 private:
  [[nodiscard]] UserError mistake(const std::string& key, const std::string& message) const {
    return UserError(place_in_design(config_, plan_.media, key) + ": " + message);
  }

  [[nodiscard]] bool groups_differ() const { return settings_.design.fill == Fill::missing_only; }

  /// The list of conditions that a group meets, as an index into `rows_`.
  [[nodiscard]] std::size_t list_of(std::size_t group) const { return groups_differ() ? group : 0; }

  void choose_participants() {
    plan_.parts.assign(catalog_.sources.size(), Part::takes_part);
    members_ = groups_in_hash_order(catalog_);
    const auto was_there = [this](std::size_t source) { return before_.knows(source); };
    if (!catalog_.observed_axes.empty()) {
      leave_out([&](std::size_t source) { return part_of(settings_, catalog_, source); });
    }
    if (needs_qualities(settings_)) {
      const auto found = inputs_.qualities.find(plan_.media);
      if (found == inputs_.qualities.end() || found->second->values.empty()) {
        throw mistake("match_on", "`match_on` needs the sources measured; leave out --no-measure");
      }
      MatchedGroups matched = match_groups(settings_.design, catalog_, *found->second, members_, was_there);
      members_ = std::move(matched.members);
      for (const std::size_t source : matched.left_out) {
        plan_.parts[source] = Part::unmatched;
      }
      plan_.facts.notes.push_back(std::move(matched.note));
    }
    if (settings_.design.sources_per_group > 0) {
      const auto share = static_cast<std::size_t>(settings_.design.sources_per_group);
      for (std::vector<std::size_t>& group : members_) {
        const std::vector<std::size_t> chosen = spread_over_subjects(catalog_, group, share, was_there);
        const std::set<std::size_t> taken(chosen.begin(), chosen.end());
        leave_out_of(
            group, [&](std::size_t source) { return taken.contains(source) ? Part::takes_part : Part::beyond_share; });
      }
    }
    plan_.realizations = deal_realizations(catalog_, members_, settings_.design.realizations, before_.realizations());
  }

  /// Removes from the groups what `part_of_source` gives another part than taking part.
  template <typename PartOf>
  void leave_out(const PartOf& part_of_source) {
    for (std::vector<std::size_t>& group : members_) {
      leave_out_of(group, part_of_source);
    }
  }

  template <typename PartOf>
  void leave_out_of(std::vector<std::size_t>& group, const PartOf& part_of_source) {
    std::erase_if(group, [&](std::size_t source) {
      plan_.parts[source] = part_of_source(source);
      return plan_.parts[source] != Part::takes_part;
    });
  }

  /// What counts as observed for a list of conditions.
  [[nodiscard]] IsObserved observed_for(std::size_t list) const {
    if (groups_differ()) {
      return [this, list](std::span<const std::size_t> axes, std::span<const int> levels) {
        return observations_.enough(list, axes, levels);
      };
    }
    // Without a threshold nothing says how much would be enough, and one recording must not stand for a condition.
    const AtLeast& at_least = settings_.design.at_least;
    if (catalog_.observed_axes.empty() || at_least.sources + at_least.subjects == 0) {
      return {};
    }
    return [this](std::span<const std::size_t> axes, std::span<const int> levels) {
      return observations_.enough_everywhere(axes, levels);
    };
  }

  void choose_rows() {
    const int effort = inputs_.effort > 0 ? inputs_.effort : settings_.design.effort;
    plan_.facts.full_factorial = full_factorial_size(settings_);
    const std::size_t lists = groups_differ() ? catalog_.groups.size() : 1;
    // Groups that lack the same get the same, and are searched for once.
    std::map<std::pair<std::string, std::vector<LevelRow>>, std::size_t> known;
    for (std::size_t list = 0; list < lists; ++list) {
      ConditionsBefore before;
      before.rows = before_.rows([&](std::size_t group) { return list_of(group) == list; });
      before.is_observed = observed_for(list);
      const auto [place, is_new] = known.try_emplace({all_that_is_observed(before.is_observed), before.rows}, list);
      rows_.push_back(is_new ? choose_conditions(config_, plan_.media, effort, before) : rows_[place->second]);
      rows_before_.push_back(std::move(before.rows));
    }
  }

  /// A hash of whether each combination that the design asks for was observed.
  [[nodiscard]] std::string all_that_is_observed(const IsObserved& is_observed) const {
    std::string answers;
    if (groups_differ()) {
      const IsObserved noted = [&](std::span<const std::size_t> axes, std::span<const int> levels) {
        const bool answer = is_observed(axes, levels);
        answers += answer ? '1' : '0';
        return answer;
      };
      (void)combination_figures(settings_, {}, noted);
    }
    return FieldHash().add(answers).hex128();
  }

  void choose_identities() {
    if (!settings_.design.controls.identity) {
      return;
    }
    identity_ = identity_conditions(settings_, plan_.identity_steps);
    if (identity_.empty()) {
      plan_.facts.notes.emplace_back(
          "there are no identity controls: no augmenter of these axes has a setting that changes nothing");
    }
  }

  [[nodiscard]] std::size_t participants(std::size_t list) const {
    std::size_t count = 0;
    for (std::size_t group = 0; group < members_.size(); ++group) {
      count += list_of(group) == list ? members_[group].size() : 0;
    }
    return count;
  }

  /// Cuts the least valuable conditions until the rest can be afforded.
  void keep_to_budget() {
    const Budget& budget = settings_.design.budget;
    if (!budget.variants && !budget.bytes) {
      return;
    }
    const bool clean_outside = settings_.design.include_clean && !clean_is_inside(settings_);
    BillingRules rules;
    rules.repeat = settings_.design.controls.repeat;
    rules.conditions_of_all = identity_.size() + (clean_outside ? 1 : 0);
    rules.repeats_clean_of_all = clean_outside;
    rules.bytes = [this](std::size_t source) { return estimate_variant(config_, plan_.media, catalog_, source).bytes; };
    if (before_.any()) {
      rules.owed = [this, all = rules.conditions_of_all](std::size_t source, const std::vector<LevelRow>& fixed) {
        return before_.owed(source, fixed) + all - std::min(all, before_.made_of_all(source));
      };
      rules.has_clean = [this](std::size_t source) { return before_.has_clean(source); };
    }
    std::vector<ConditionList> lists;
    for (std::size_t list = 0; list < rows_.size(); ++list) {
      lists.push_back(bill_of(list));
    }
    const auto made = affordable(budget, rules, lists);
    const bool has_clean_row = settings_.design.include_clean && clean_is_inside(settings_);
    std::set<LevelRow> left;
    for (std::size_t list = 0; list < lists.size(); ++list) {
      const std::vector<LevelRow>& wanted = lists[list].wanted;
      const std::size_t kept = made ? (*made)[list] : 0;
      const std::size_t least = std::min<std::size_t>(has_clean_row ? 2 : 1, rows_[list].size());
      if (!made || lists[list].fixed.size() + kept < least) {
        throw mistake(
            "budget",
            "`budget` does not pay for " +
                std::string(before_.any() ? "what the earlier run's conditions still lack, and " : "") +
                "one condition beside the clean reference of all " + counted(participants(list), "source") +
                (rules.conditions_of_all + (rules.repeat > 0.0 ? 1 : 0) > 0 ? ", with the controls that are asked for"
                                                                            : "") +
                "; raise it, or lower `sources_per_group`");
      }
      rows_[list] = lists[list].fixed;
      const auto cut = wanted.begin() + static_cast<std::ptrdiff_t>(kept);
      rows_[list].insert(rows_[list].end(), wanted.begin(), cut);
      left.insert(cut, wanted.end());
      std::ranges::sort(rows_[list]);
    }
    plan_.facts.conditions_left = left.size();
  }

  [[nodiscard]] ConditionList bill_of(std::size_t list) const {
    ConditionList bill;
    bill.fixed = rows_before_[list];
    for (LevelRow& row : most_valuable_first(settings_, rows_[list])) {
      if (!std::ranges::binary_search(bill.fixed, row)) {
        bill.wanted.push_back(std::move(row));
      }
    }
    for (std::size_t group = 0; group < members_.size(); ++group) {
      if (list_of(group) != list) {
        continue;
      }
      GroupBill& of_group = bill.groups.emplace_back();
      of_group.sources = members_[group];
      for (const std::size_t source : members_[group]) {
        of_group.repeats_made += before_.repeats(source);
      }
    }
    return bill;
  }

  void count_combinations() {
    CombinationFigures& sum = plan_.facts.combinations;
    for (std::size_t list = 0; list < rows_.size(); ++list) {
      if (participants(list) == 0) {
        continue;
      }
      CombinationFigures figures = combination_figures(settings_, rows_[list], observed_for(list));
      sum.demanded += figures.demanded;
      sum.observed += figures.observed;
      sum.held += figures.held;
      sum.left += figures.left;
      sum.excluded += figures.excluded;
      if (sum.first_left.empty()) {
        sum.first_left = std::move(figures.first_left);
      }
    }
  }

  void assign_conditions() {
    std::vector<LevelRow> all;
    for (const auto& rows : rows_) {
      all.insert(all.end(), rows.begin(), rows.end());
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    plan_.conditions = make_conditions(settings_, all);
    const std::size_t combinations = plan_.conditions.size();
    std::ranges::move(identity_, std::back_inserter(plan_.conditions));

    plan_.blocks.emplace_back();  // of those that take no part
    plan_.block_of.assign(catalog_.sources.size(), 0);
    plan_.block_of_group.assign(catalog_.groups.size(), 0);
    std::map<std::vector<std::uint32_t>, std::uint32_t> known;
    for (std::size_t group = 0; group < members_.size(); ++group) {
      if (members_[group].empty()) {
        continue;
      }
      const auto& rows = rows_[list_of(group)];
      std::vector<std::uint32_t> block;
      for (std::size_t c = 0; c < plan_.conditions.size(); ++c) {
        const Condition& condition = plan_.conditions[c];
        if (c >= combinations || condition.is_clean || std::ranges::binary_search(rows, row_of(settings_, condition))) {
          block.push_back(static_cast<std::uint32_t>(c));
        }
      }
      const auto [place, is_new] = known.try_emplace(block, static_cast<std::uint32_t>(plan_.blocks.size()));
      if (is_new) {
        plan_.blocks.push_back(block);
      }
      plan_.block_of_group[group] = place->second;
      for (const std::size_t source : members_[group]) {
        plan_.block_of[source] = place->second;
      }
    }
  }

  /// In each group, the share of its variants that is asked for. Which ones is settled by hashes of the condition's
  /// levels and the source's place in its group, so that groups of equal size repeat the same ones. What an earlier run
  /// repeated counts first.
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
      std::vector<std::tuple<bool, std::uint64_t, Repeat>> cells;
      for (std::size_t rank = 0; rank < group.size(); ++rank) {
        const std::vector<LevelRow> repeated = before_.rows_of(group[rank], Control::repeat);
        for (const std::uint32_t c : plan_.block(group[rank])) {
          const Condition& condition = plan_.conditions[c];
          if (condition.control == Control::none) {
            const std::uint64_t hash = FieldHash().add(names[c]).add(static_cast<std::int64_t>(rank)).value64();
            const bool is_new = repeated.empty() || !std::ranges::binary_search(repeated, row_of(settings_, condition));
            cells.emplace_back(is_new, hash, Repeat{group[rank], c});
          }
        }
      }
      const std::size_t wanted = repeats_of(share, cells.size());
      std::ranges::nth_element(cells, cells.begin() + static_cast<std::ptrdiff_t>(wanted));
      for (std::size_t i = 0; i < wanted; ++i) {
        plan_.repeats.push_back(std::get<Repeat>(cells[i]));
      }
    }
    std::ranges::sort(plan_.repeats);
  }

  const Config& config_;
  const MediaSettings& settings_;
  const MediaCatalog& catalog_;
  const DesignInputs& inputs_;
  MadeBefore before_;
  Observations observations_;
  MediaPlan plan_;
  std::vector<std::vector<std::size_t>> members_;   ///< who takes part, by group, in the order of dealing
  std::vector<std::vector<LevelRow>> rows_;         ///< sorted; one list for all groups, or one for each
  std::vector<std::vector<LevelRow>> rows_before_;  ///< of each list, what the earlier run had
  std::vector<Condition> identity_;
};

}  // namespace

void check_design(const Config& config) {
  std::vector<std::string> mistakes;
  for (const auto& [media, settings] : config.media) {
    try {
      check_conditions(config, media);
    } catch (const UserError& error) {
      mistakes.insert(mistakes.end(), error.messages().begin(), error.messages().end());
    }
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

void check_thresholds(const Config& config, Media media, const MediaCatalog& catalog) {
  const AtLeast& at_least = config.media.at(media).design.at_least;
  // The first is the unknown one.
  const std::size_t people = catalog.subjects.size() - 1;
  const auto check = [&](int asked, std::size_t there, const char* key, const char* what) {
    if (asked > 0 && static_cast<std::size_t>(asked) > there) {
      throw UserError(place_in_design(config, media, "at_least") + ": `at_least: {" + key + ": " +
                      std::to_string(asked) + "}` asks each group for more " + what + " than the " +
                      std::to_string(there) + " of the whole manifest; lower the threshold, or collect more");
    }
  };
  check(at_least.sources, catalog.sources.size(), "sources", "sources");
  check(at_least.subjects, people, "subjects", "people");
}

bool needs_qualities(const MediaSettings& settings) { return !settings.design.match_on.empty(); }

MediaPlan make_media_plan(const Config& config, Media media, const MediaCatalog& catalog, const DesignInputs& inputs) {
  if (inputs.given != nullptr) {
    return follow(config, media, catalog, *inputs.given);
  }
  return Designer(config, media, catalog, inputs).make();
}

}  // namespace fairground
