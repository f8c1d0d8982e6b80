#include <algorithm>

#include "tests/flow/plan_page_recount.h"

namespace fairground {
namespace {

class PeopleRecount {
 public:
  explicit PeopleRecount(const StatedMedium& medium)
      : medium_(medium),
        design_(medium.design),
        groups_(groups_of(medium)),
        clean_level_(medium.design.axes[medium.design.observed_axis].levels[0]) {}

  std::vector<Claim> all() {
    count_collect();
    count_absent();
    count_lost();
    count_parts();
    count_shares();
    count_realizations();
    return std::move(claims_);
  }

 private:
  void claim(const std::string& section, const std::string& key, std::vector<Recounted> numbers = {}) {
    claims_.push_back({design_.medium + " " + section, key, std::move(numbers)});
  }

  /// Of whom variants can be made: who can be used and was not recorded in a condition.
  void count_collect() {
    std::size_t below = 0;
    std::size_t without_label = 0;
    for (const auto& [labels, members] : groups_) {
      People people;
      People starters;
      for (const StatedSource* source : members) {
        if (source->is_usable) {
          people.add(*source);
          if (source->observed == clean_level_) {
            starters.add(*source);
          }
        }
      }
      if (std::ranges::find(labels, "unknown") != labels.end()) {
        without_label += people.sources;
        continue;
      }
      const std::size_t sources = design_.at_least_sources - std::min(design_.at_least_sources, starters.sources);
      const std::size_t subjects =
          design_.at_least_subjects - std::min(design_.at_least_subjects, starters.subjects.size());
      if (sources + subjects > 0) {
        ++below;
        claim("gaps", row_key(labels), {sources, subjects});
      }
    }
    if (below > 0) {
      claim("gaps", "\ncollect: ", {below, design_.at_least_sources, design_.at_least_subjects});
    }
    if (without_label > 0) {
      claim("gaps", "\nlabel: ", {without_label});
    }
  }

  /// Pairs of labels, each of which occurs, that nobody has.
  void count_absent() {
    if (design_.group_columns.size() < 2) {
      return;
    }
    std::set<std::string> firsts;
    std::set<std::string> seconds;
    for (const auto& [labels, members] : groups_) {
      firsts.insert(labels[0]);
      seconds.insert(labels[1]);
    }
    firsts.erase("unknown");
    seconds.erase("unknown");
    std::string names;
    for (const std::string& first : firsts) {
      for (const std::string& second : seconds) {
        if (!groups_.contains({first, second})) {
          names += (names.empty() ? "" : ", ") + design_.group_columns[0] + "=" + first + " and " +
                   design_.group_columns[1] + "=" + second;
        }
      }
    }
    claim("gaps", " of each: " + names + "\n", {design_.at_least_sources, design_.at_least_subjects});
  }

  void count_lost() {
    std::size_t lost = 0;
    std::size_t variants = 0;
    for (const StatedSource& source : medium_.sources) {
      if (!source.is_usable) {
        ++lost;
        variants += static_cast<std::size_t>(std::ranges::count(medium_.plan, source.id, &PlanLine::source));
        claim("conditions", "cannot be used: " + source.id + ": ");
      }
    }
    if (lost > 0) {
      claim("gaps", "\nlost: ", {lost, variants});
    }
  }

  /// Who takes part, and who does not.
  void count_parts() {
    std::size_t beyond = 0;
    std::size_t holding = 0;
    std::size_t unsaid = 0;
    for (const StatedSource& source : medium_.sources) {
      unsaid += source.observed.empty() ? 1 : 0;
      holding += !source.observed.empty() && source.observed != clean_level_ ? 1 : 0;
      beyond += source.observed == clean_level_ && !takes_part(medium_, source) ? 1 : 0;
    }
    if (beyond > 0) {
      claim("matching", "beyond `sources_per_group", {beyond, design_.sources_per_group});
    }
    if (holding > 0) {
      claim("matching", " recorded in a condition", {holding});
    }
    if (unsaid > 0) {
      claim("matching", "column of `observed`", {unsaid});
    }
  }

  /// How many usable sources of each group meet each realization.
  void count_shares() {
    std::vector<Recounted> uneven;
    for (const auto& [labels, members] : groups_) {
      std::vector<std::size_t> shares(design_.realizations, 0);
      for (const StatedSource* source : members) {
        const auto line = std::ranges::find(medium_.plan, source->id, &PlanLine::source);
        if (source->is_usable && line != medium_.plan.end()) {
          ++shares.at(line->realization);
        }
      }
      const auto [fewest, most] = std::ranges::minmax(shares);
      if (fewest < most) {
        uneven.insert(uneven.end(), {fewest, most});
      }
    }
    if (uneven.empty()) {
      claim("matching", "has the same number of sources", {design_.realizations});
      return;
    }
    uneven.insert(uneven.begin(), {uneven.size() / 2, groups_.size(), design_.realizations});
    claim("matching", "do not divide by", uneven);
  }

  void count_realizations() {
    std::map<std::vector<std::size_t>, std::vector<std::string>> groups_by_missing;
    for (const auto& [labels, members] : groups_) {
      std::vector<std::size_t> missing;
      for (std::size_t realization = 0; realization < design_.realizations; ++realization) {
        const bool is_met = std::ranges::any_of(medium_.plan, [&](const PlanLine& line) {
          return line.realization == realization && std::ranges::any_of(members, [&](const StatedSource* source) {
                   return source->id == line.source && source->is_usable;
                 });
        });
        if (!is_met) {
          missing.push_back(realization);
        }
      }
      if (!missing.empty()) {
        groups_by_missing[missing].push_back(group_key(labels));
      }
    }
    for (const auto& [realizations, names] : groups_by_missing) {
      std::string key = names.size() == 1 ? "note: group " : "note: groups ";
      for (std::size_t i = 0; i < names.size(); ++i) {
        key += (i == 0 ? "" : ", ") + names[i];
      }
      key += names.size() == 1 ? " has" : " have";
      claim("conditions", key + " no usable source with realization",
            std::vector<Recounted>(realizations.begin(), realizations.end()));
    }
  }

  const StatedMedium& medium_;
  const StatedDesign& design_;
  Groups groups_;
  std::string clean_level_;  ///< of the observed axis: sources recorded in it start variants
  std::vector<Claim> claims_;
};

}  // namespace

std::vector<Claim> recount_people(const StatedMedium& medium) { return PeopleRecount(medium).all(); }

}  // namespace fairground
