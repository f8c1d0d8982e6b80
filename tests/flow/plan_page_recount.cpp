#include "tests/flow/plan_page_recount.h"

#include <algorithm>

#include "tests/flow/plan_page_combinations.h"

namespace fairground {
namespace {

class Recount {
 public:
  explicit Recount(const StatedMedium& medium)
      : medium_(medium),
        design_(medium.design),
        plan_(medium.plan),
        groups_(groups_of(medium)),
        wanted_(list_combinations(medium.design)) {
    for (const StatedSource& source : medium.sources) {
      sources_[source.id] = &source;
    }
  }

  std::vector<Claim> all() {
    count_head();
    count_axes();
    count_design();
    for (const auto& [labels, members] : groups_) {
      count_group(labels, members);
    }
    count_gaps();
    count_cost();
    count_conditions();
    return std::move(claims_);
  }

  /// After all().
  [[nodiscard]] std::set<std::string> names_of_left() const {
    std::set<std::string> names;
    for (const Combination& combination : left_) {
      std::string name;
      for (const auto& [axis, level] : combination) {
        name += (name.empty() ? "" : " with ") + design_.axes[axis].name + "=" + design_.axes[axis].levels[level];
      }
      names.insert(name);
    }
    return names;
  }

 private:
  void claim(const std::string& section, const std::string& key, std::vector<Recounted> numbers = {}) {
    claims_.push_back({design_.medium + (section.empty() ? "" : " ") + section, key, std::move(numbers)});
  }

  static bool is_counted(const PlanLine& line) { return line.control == "none"; }

  Row row_of(const PlanLine& line) const {
    Row row;
    for (const StatedAxis& axis : design_.axes) {
      const auto level = std::ranges::find(axis.levels, line.condition.at(axis.name));
      row.push_back(static_cast<std::size_t>(level - axis.levels.begin()));
    }
    return row;
  }

  Row clean() const { return Row(design_.axes.size(), 0); }

  /// The conditions of a group, or of all.
  std::set<Row> conditions_in(const std::vector<PlanLine>& lines, const Members* members = nullptr) const {
    std::set<Row> rows;
    for (const PlanLine& line : lines) {
      if (is_counted(line) &&
          (members == nullptr || std::ranges::find(*members, sources_.at(line.source)) != members->end())) {
        rows.insert(row_of(line));
      }
    }
    return rows;
  }

  /// Whether so many of the group were recorded in it as are asked for.
  bool is_observed(const Combination& combination, const Members& members) const {
    People people;
    for (const StatedSource* source : members) {
      const std::vector<std::string>& levels = design_.axes[design_.observed_axis].levels;
      const bool matches =
          source->has_header && std::ranges::all_of(combination, [&](const auto& cell) {
            return cell.first == design_.observed_axis ? source->observed == levels[cell.second] : cell.second == 0;
          });
      if (matches) {
        people.add(*source);
      }
    }
    return people.sources >= std::max<std::size_t>(1, design_.at_least_sources) &&
           people.subjects.size() >= design_.at_least_subjects;
  }

  std::size_t lines_with(const std::string& control) const {
    return static_cast<std::size_t>(std::ranges::count(plan_, control, &PlanLine::control));
  }

  double seconds_of_sound() const {
    double seconds = 0.0;
    for (const PlanLine& line : plan_) {
      const StatedSource& source = *sources_.at(line.source);
      seconds += source.is_usable ? source.seconds : 0.0;
    }
    return seconds;
  }

  /// Groups that have their conditions together: all of them where they are matched, and each alone otherwise.
  std::vector<std::vector<Members>> groups_by_conditions() const {
    std::vector<std::vector<Members>> lists;
    for (const auto& [labels, members] : groups_) {
      if (lists.empty() || design_.fills_missing_only) {
        lists.emplace_back();
      }
      lists.back().push_back(members);
    }
    return lists;
  }

  void count_head() {
    const auto part = static_cast<std::size_t>(std::ranges::count_if(
        medium_.sources, [&](const StatedSource& source) { return takes_part(medium_, source); }));
    std::vector<Recounted> numbers{part};
    if (part < sources_.size()) {
      numbers.emplace_back(sources_.size());
    }
    numbers.emplace_back(conditions_in(plan_).size());
    numbers.emplace_back(plan_.size());
    if (design_.medium == "audio") {
      numbers.emplace_back(seconds_of_sound() / 60.0);
    }
    numbers.emplace_back(design_.realizations);
    claim("", "pairing matched", numbers);
  }

  void count_axes() {
    for (const StatedAxis& axis : design_.axes) {
      claim("axes", axis.name + " (", {axis.levels.size()});
    }
  }

  void count_design() {
    std::vector<Recounted> asked{design_.ways};
    for (const auto& [axes, ways] : design_.also) {
      asked.emplace_back(ways);
    }
    const std::size_t conditions = conditions_in(plan_).size();
    asked.emplace_back(conditions);
    asked.emplace_back(wanted_.full_factorial);
    asked.emplace_back(100.0 * static_cast<double>(conditions) / static_cast<double>(wanted_.full_factorial));
    claim("design", "where the full factorial has", asked);

    std::size_t demanded = 0;
    std::size_t held = 0;
    std::size_t observed = 0;
    for (const std::vector<Members>& groups : groups_by_conditions()) {
      const std::set<Row> rows = conditions_in(plan_, &groups.front());
      demanded += wanted_.demanded.size();
      held += count_held(rows, wanted_.demanded);
      for (const Combination& combination : wanted_.demanded) {
        const bool enough =
            std::ranges::all_of(groups, [&](const auto& members) { return is_observed(combination, members); });
        observed += enough ? 1 : 0;
        if (!enough && count_held(rows, {combination}) == 0) {
          left_.push_back(combination);
        }
      }
      left_conditions_ += conditions_in(medium_.without_budget, &groups.front()).size() - rows.size();
      excluded_ += wanted_.excluded;
    }
    std::vector<Recounted> combinations{demanded, held};
    if (observed > 0) {
      combinations.emplace_back(observed);
    }
    if (excluded_ > 0) {
      combinations.emplace_back(excluded_);
    }
    claim("design", "to be held", combinations);

    std::vector<Recounted> controls;
    if (const std::size_t identities = lines_with("identity"); identities > 0) {
      std::map<std::string, std::size_t> of_source;
      for (const PlanLine& line : plan_) {
        of_source[line.source] += line.control == "identity" ? 1 : 0;
      }
      controls.emplace_back(of_source.begin()->second);
    }
    controls.emplace_back(lines_with("repeat"));
    claim("design", "controls:", controls);
  }

  /// A row of the table of coverage.
  void count_group(const std::vector<std::string>& labels, const Members& members) {
    People all;
    std::map<int, std::size_t> rates;
    std::map<Row, People> synthesised;
    for (const Row& row : conditions_in(plan_, &members)) {
      if (row != clean()) {
        synthesised[row];
      }
    }
    std::vector<double> bandwidths;
    for (const StatedSource* source : members) {
      if (!source->is_usable) {
        continue;
      }
      all.add(*source);
      ++rates[source->rate];
      if (takes_part(medium_, *source)) {
        bandwidths.push_back(source->qualities.at(1));
      }
      for (auto& [row, people] : synthesised) {
        const bool is_made = std::ranges::any_of(plan_, [&](const PlanLine& line) {
          return is_counted(line) && line.source == source->id && row_of(line) == row;
        });
        if (is_made) {
          people.add(*source);
        }
      }
    }
    std::vector<Recounted> numbers{all.sources};
    all.add_subjects_to(numbers);
    numbers.emplace_back(synthesised.size());
    if (!synthesised.empty()) {
      const People most =
          std::ranges::max_element(synthesised, {}, [](const auto& it) { return it.second.sources; })->second;
      numbers.emplace_back(most.sources);
      most.add_subjects_to(numbers);
    }
    std::size_t observed = 0;
    std::size_t held = 0;
    std::set<Row> made;
    for (const auto& [row, people] : synthesised) {
      made.insert(row);
    }
    for (const Combination& combination : wanted_.demanded) {
      const bool enough = is_observed(combination, members);
      const bool is_held = count_held(made, {combination}) > 0;
      observed += enough ? 1 : 0;
      held += is_held ? 1 : 0;
      filled_ += is_held && !enough ? 1 : 0;
    }
    numbers.emplace_back(observed);
    numbers.emplace_back(held);
    if (design_.medium == "audio") {
      for (const auto& [rate, count] : rates) {
        numbers.emplace_back(rate);
        numbers.emplace_back(count);
      }
      std::ranges::sort(bandwidths);
      const std::size_t half = bandwidths.size() / 2;
      numbers.emplace_back(bandwidths.size() % 2 == 1 ? bandwidths[half]
                                                      : 0.5 * (bandwidths[half - 1] + bandwidths[half]));
    }
    claim("coverage", row_key(labels), numbers);
  }

  void count_gaps() {
    claim("gaps", "filled by synthesis", {filled_, groups_.size()});
    if (!left_.empty()) {
      claim("gaps", "left by the budget", {left_.size(), left_conditions_});
    }
    if (excluded_ > 0) {
      claim("gaps", "ruled out", {excluded_});
    }
  }

  /// What cannot be used costs nothing.
  void count_cost() {
    double megapixels = 0.0;
    for (const PlanLine& line : plan_) {
      const StatedSource& source = *sources_.at(line.source);
      megapixels += source.is_usable ? source.megapixels : 0.0;
    }
    const bool is_audio = design_.medium == "audio";
    // A file of sound is samples and a header of 44 bytes, of which the estimate knows by the trial only. For pictures
    // the sizes of eight of them stand for all.
    const double uncertain = is_audio ? 0.001 : 0.05;
    const double bytes = medium_.bytes_made / (is_audio ? 1e6 : 1e3);
    claim("cost", ", about ",
          {plan_.size(), is_audio ? seconds_of_sound() / 60.0 : megapixels, {bytes, uncertain * bytes}});
    // The middles of eight equal parts of the plan are tried, on one thread.
    constexpr std::size_t kTrials = 8;
    std::size_t tried = 0;
    for (std::size_t k = 0; k < kTrials; ++k) {
      tried += sources_.at(plan_[(2 * k + 1) * plan_.size() / (2 * kTrials)].source)->is_usable ? 1 : 0;
    }
    claim("cost", "by a trial of", {1, tried});
  }

  void count_conditions() {
    for (const Row& row : conditions_in(plan_)) {
      std::string key;
      for (std::size_t axis = 0; axis < row.size(); ++axis) {
        key += (axis == 0 ? "" : ", ") + design_.axes[axis].name + "=" + design_.axes[axis].levels[row[axis]];
      }
      claim("conditions", key + (row == clean() ? " (clean reference)" : "") + "\n");
    }
  }

  const StatedMedium& medium_;
  const StatedDesign& design_;
  const std::vector<PlanLine>& plan_;
  Groups groups_;
  std::map<std::string, const StatedSource*> sources_;
  Combinations wanted_;  ///< of one group
  std::size_t excluded_ = 0;
  std::vector<Combination> left_;
  std::size_t left_conditions_ = 0;
  std::size_t filled_ = 0;
  std::vector<Claim> claims_;
};

}  // namespace

std::vector<Claim> recount_conditions(const StatedMedium& medium) { return Recount(medium).all(); }

std::set<std::string> combinations_left(const StatedMedium& medium) {
  Recount recount(medium);
  (void)recount.all();
  return recount.names_of_left();
}

}  // namespace fairground
