#include "pipeline/flow/plan_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "pipeline/core/text.h"
#include "pipeline/flow/report_text.h"

namespace fairground {
namespace {

// What a reader takes in; the JSON has all of it.
constexpr std::size_t kMostGroups = 60;
constexpr std::size_t kMostConditionsShown = 40;
constexpr std::size_t kMostPairsShown = 12;
constexpr std::size_t kMostImbalances = 8;
constexpr std::size_t kMostProblems = 20;

using Rows = std::vector<std::vector<std::string>>;

std::string number_text(double number, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

/// Rounded as people say it: "12 s", "26 min", "3.5 h".
std::string duration_text(double seconds) {
  if (seconds < 60.0) {
    return number_text(seconds, seconds < 10.0 ? 1 : 0) + " s";
  }
  return seconds < 7200.0 ? number_text(seconds / 60.0, 0) + " min" : number_text(seconds / 3600.0, 1) + " h";
}

std::string bytes_text(double bytes) {
  const char* const units[] = {"kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (bytes /= 1000.0; bytes >= 1000.0 && unit + 1 < std::size(units); bytes /= 1000.0) {
    ++unit;
  }
  return number_text(bytes, bytes < 10.0 ? 1 : 0) + " " + units[unit];
}

std::string more_text(std::size_t count, std::size_t shown, const std::string& where) {
  return "    … and " + std::to_string(count - shown) + " more; " + where + "\n";
}

std::string subjects_text(const Count& count) {
  if (!count.subjects) {
    return "unknown";
  }
  std::string text = std::to_string(*count.subjects);
  if (count.sources_without_subject > 0) {
    text += " (+" + counted(count.sources_without_subject, "source") + " without)";
  }
  return text;
}

std::string condition_text(const MediaPlan& plan, const Condition& condition) {
  std::string text;
  for (std::size_t i = 0; i < plan.settings->axes.size(); ++i) {
    text += (i == 0 ? "" : ", ") + plan.settings->axes[i].name + "=" + condition.level_name(i);
  }
  return (text.empty() ? "the sources as they are" : text) + (condition.is_clean ? "   (clean reference)" : "");
}

std::size_t count_parts(const MediaPlan& plan, Part part) {
  return static_cast<std::size_t>(std::ranges::count(plan.parts, part));
}

std::size_t count_conditions(const MediaPlan& plan) {
  return static_cast<std::size_t>(std::ranges::count(plan.conditions, Control::none, &Condition::control));
}

/// Prints the page of one medium, a section for each question.
class MediaPage {
 public:
  MediaPage(std::ostream& out, const MediaFindings& findings)
      : out_(out),
        findings_(findings),
        plan_(*findings.plan),
        settings_(*plan_.settings),
        catalog_(*plan_.catalog) {}

  void print() {
    print_head();
    print_axes();
    print_design();
    print_coverage();
    print_gaps();
    print_matching();
    print_balance();
    print_power();
    print_cost();
    print_conditions();
    for (const std::string& note : findings_.notes) {
      out_ << "  note: " << printable(note) << '\n';
    }
    print_problems();
  }

 private:
  void heading(const std::string& text) { out_ << "\n  " << text << '\n'; }
  void line(const std::string& text) { out_ << "    " << printable(text) << '\n'; }

  void print_head() {
    const std::size_t sources = catalog_.sources.size();
    const std::size_t part = count_parts(plan_, Part::takes_part);
    const std::size_t conditions = count_conditions(plan_);
    out_ << '\n' << to_string(plan_.media) << ": ";
    if (part < sources) {
      out_ << part << " of ";
    }
    out_ << counted(sources, "source") << (part * conditions == plan_.variants() ? " x " : ", ")
         << counted(conditions, "condition") << (part * conditions == plan_.variants() ? " = " : ": ")
         << counted(plan_.variants(), "variant");
    if (plan_.media == Media::audio) {
      out_ << ", " << duration_text(findings_.cost.total.audio_seconds) << " of sound";
    }
    const auto realizations = static_cast<std::size_t>(settings_.design.realizations);
    out_ << ", " << counted(realizations, "realization") << ", pairing "
         << (settings_.design.pairing == Pairing::matched ? "matched" : "independent") << '\n';
  }

  void print_axes() {
    heading("axes");
    if (settings_.axes.empty()) {
      line("none: only clean references are made");
    }
    for (const Axis& axis : settings_.axes) {
      std::vector<std::string> levels;
      for (const Level& level : axis.levels) {
        levels.push_back(level.name);
      }
      line(axis.name + " (" + counted(axis.levels.size(), "level") + "): " + short_listing(levels));
    }
  }

  void print_design() {
    const DesignFacts& facts = plan_.facts;
    const DesignSettings& design = settings_.design;
    heading("design");
    const std::size_t conditions = count_conditions(plan_);
    std::string what = design.ways == 0 ? "every combination of levels"
                                        : "every combination of " + std::to_string(design.ways) + " levels";
    for (const MixedStrength& strength : design.also) {
      std::vector<std::string> names;
      for (const std::size_t axis : strength.axes) {
        names.push_back(settings_.axes[axis].name);
      }
      what += ", and of " + std::to_string(strength.ways) + " levels of " + short_listing(names);
    }
    line(what + ": " + counted(conditions, "condition") + ", where the full factorial has " +
         std::to_string(facts.full_factorial) + share_of(conditions, facts.full_factorial));
    if (facts.demanded > 0) {
      std::string combinations = counted(facts.demanded, "combination") + " to be held, " +
                                 std::to_string(facts.held) + " held by the conditions";
      if (facts.credited > 0) {
        combinations += ", " + std::to_string(facts.credited) + " observed often enough";
      }
      if (facts.excluded > 0) {
        combinations += "; " + std::to_string(facts.excluded) + " more that `except` rules out";
      }
      line(combinations);
    }
    if (facts.made_before + facts.clean_again > 0) {
      line(counted(facts.made_before, "variant") + " of this plan were made before and stay as they are; " +
           counted(facts.clean_again, "clean reference") + " are made again, so that each pair lies in one folder");
    }
    if (facts.not_planned > 0) {
      line(counted(facts.not_planned, "variant") + " of the earlier run would not be planned now");
    }
    const std::size_t identities = plan_.conditions.size() - conditions;
    if (identities > 0 || !plan_.repeats.empty()) {
      std::string controls = "controls:";
      if (identities > 0) {
        controls += " " + counted(identities, "identity condition") + " for every source";
      }
      if (!plan_.repeats.empty()) {
        controls += (identities > 0 ? ", " : " ") + counted(plan_.repeats.size(), "variant") + " made a second time";
      }
      line(controls);
    }
  }

  static std::string share_of(std::size_t part, std::uint64_t whole) {
    if (whole == 0 || part >= whole) {
      return "";
    }
    return " (" + number_text(100.0 * static_cast<double>(part) / static_cast<double>(whole), 1) + " %)";
  }

  /// Coverage before and after: what was observed and what is synthesised are never added up.
  void print_coverage() {
    heading("coverage: before, what was observed; after, what is synthesised beside it");
    Rows rows(1, catalog_.group_columns);
    const auto head = [&](const char* title) { rows[0].emplace_back(title); };
    head("sources");
    head("subjects");
    head("synthesised conditions");
    head("sources in each");
    head("subjects in each");
    head("combinations observed");
    head("synthesised");
    if (plan_.media == Media::audio) {
      head("file rates in Hz (sources)");
      head("median bandwidth in Hz");
    }
    const std::size_t groups = findings_.coverage.groups.size();
    for (std::size_t g = 0; g < std::min(groups, kMostGroups); ++g) {
      rows.push_back(coverage_row(g));
    }
    print_table(out_, std::move(rows));
    if (groups > kMostGroups) {
      out_ << more_text(groups, kMostGroups, "--json has them all");
    }
  }

  std::vector<std::string> coverage_row(std::size_t g) const {
    const GroupCoverage& group = findings_.coverage.groups[g];
    std::vector<std::string> row = group.labels;
    row.push_back(std::to_string(group.observed.sources));
    row.push_back(subjects_text(group.observed));
    // A source that can be used meets every condition of its group, so that the largest count stands for all.
    std::size_t made = 0;
    const Count* most = nullptr;
    for (std::size_t c = 0; c < plan_.conditions.size(); ++c) {
      if (plan_.conditions[c].control != Control::none || plan_.conditions[c].is_clean) {
        continue;
      }
      const Count& count = group.synthesised[c];
      made += in_some_block(g, c) ? 1U : 0U;
      if (most == nullptr || count.sources > most->sources) {
        most = &count;
      }
    }
    row.push_back(std::to_string(made));
    row.push_back(most == nullptr ? "-" : std::to_string(most->sources));
    row.push_back(most == nullptr ? "-" : subjects_text(*most));
    row.push_back(std::to_string(findings_.groups[g].observed_combinations));
    row.push_back(std::to_string(findings_.groups[g].synthesised_combinations));
    if (plan_.media == Media::audio) {
      row.push_back(rates_text(findings_.group_rates_hz[g]));
      row.push_back(median_text(g, "bandwidth_hz"));
    }
    return row;
  }

  /// Whether the group meets a condition, even if all its sources were lost.
  bool in_some_block(std::size_t g, std::size_t condition) const {
    const auto& block = plan_.blocks[findings_.groups[g].block];
    return std::ranges::binary_search(block, static_cast<std::uint32_t>(condition));
  }

  static std::string rates_text(const std::map<int, std::size_t>& rates) {
    std::string text;
    for (const auto& [rate, count] : rates) {
      text += (text.empty() ? "" : ", ") + std::to_string(rate) + " (" + std::to_string(count) + ")";
    }
    return text.empty() ? "-" : text;
  }

  std::string median_text(std::size_t g, const std::string& quality) const {
    const auto median = findings_.median(g, quality);
    return median ? std::to_string(std::lround(*median)) : "-";
  }

  void print_gaps() {
    heading("gaps");
    const DesignFacts& facts = plan_.facts;
    const std::size_t before = out_lines_;
    print_filled();
    print_collect();
    print_absent();
    if (facts.held + facts.credited < facts.demanded) {
      gap("left by the budget: " + counted(facts.demanded - facts.held - facts.credited, "combination") + " in " +
          counted(facts.wanted_conditions - std::min(facts.wanted_conditions, count_conditions(plan_)), "condition") +
          " that were the least valuable");
    }
    if (facts.excluded > 0) {
      gap("ruled out by `except`: " + counted(facts.excluded, "combination"));
    }
    if (!findings_.problems.empty()) {
      gap("lost: " + counted(findings_.problems.size(), "source") + " that cannot be used; they are listed below");
    }
    if (out_lines_ == before) {
      line("none");
    }
  }

  void gap(const std::string& text) {
    line(text);
    ++out_lines_;
  }

  void print_filled() {
    std::uint64_t filled = 0;
    for (const GroupFinding& group : findings_.groups) {
      filled += group.synthesised_combinations;
    }
    if (filled > 0) {
      gap("filled by synthesis: " + std::to_string(filled) + " combinations of levels in " +
          counted(findings_.groups.size(), "group"));
    }
  }

  void print_collect() {
    Rows rows(1, catalog_.group_columns);
    rows[0].emplace_back("sources to collect");
    rows[0].emplace_back("subjects to collect");
    std::size_t short_of_people = 0;
    for (const GroupFinding& group : findings_.groups) {
      if (group.collect_sources + group.collect_subjects == 0) {
        continue;
      }
      if (++short_of_people <= kMostGroups) {
        rows.push_back(group.labels);
        rows.back().push_back(std::to_string(group.collect_sources));
        rows.back().push_back(std::to_string(group.collect_subjects));
      }
    }
    if (short_of_people == 0) {
      return;
    }
    const AtLeast& asked = settings_.design.at_least;
    std::string text = "collect: " + counted(short_of_people, "group") + " below ";
    if (asked.sources > 0) {
      text += counted(static_cast<std::size_t>(asked.sources), "source");
    }
    if (asked.subjects > 0) {
      text += (asked.sources > 0 ? " and " : "") + counted(static_cast<std::size_t>(asked.subjects), "subject");
    }
    gap(text + "; no variant can stand in for people");
    print_table(out_, std::move(rows));
    if (short_of_people > kMostGroups) {
      out_ << more_text(short_of_people, kMostGroups, "--json has them all");
    }
  }

  void print_absent() {
    if (findings_.absent.total == 0) {
      return;
    }
    std::vector<std::string> names;
    for (const auto& labels : findings_.absent.first) {
      std::string name;
      for (std::size_t a = 0; a < labels.size(); ++a) {
        if (!labels[a].empty()) {
          name += (name.empty() ? "" : " and ") + catalog_.group_columns[a] + "=" + labels[a];
        }
      }
      names.push_back(std::move(name));
    }
    std::string text = "collect, as nobody is there at all: " + short_listing(names);
    if (findings_.absent.total > names.size()) {
      text += ", … " + std::to_string(findings_.absent.total) + " in all";
    }
    gap(text);
  }

  void print_matching() {
    heading("matching");
    if (settings_.design.pairing == Pairing::independent) {
      line("none: every source has draws of its own (`pairing: independent`)");
      return;
    }
    std::size_t uneven = 0;
    for (const GroupFinding& group : findings_.groups) {
      uneven += group.remainder > 0 ? 1U : 0U;
    }
    line(settings_.design.fill == Fill::matched
             ? "every group meets the same conditions, and each source one realization in all of them"
             : "each source meets one realization in all its conditions, but groups meet different conditions");
    if (uneven == 0) {
      line("in every group each of the " + std::to_string(settings_.design.realizations) +
           " realizations has the same number of sources");
    } else {
      line("in " + std::to_string(uneven) + " of " + counted(findings_.groups.size(), "group") +
           " the sources do not divide by " + std::to_string(settings_.design.realizations) +
           ": some realizations have one source more than others");
    }
    const std::size_t left_out = count_parts(plan_, Part::beyond_share);
    if (left_out > 0) {
      line(counted(left_out, "source") + " beyond `sources_per_group: " +
           std::to_string(settings_.design.sources_per_group) + "` take no part");
    }
    if (const std::size_t unmatched = count_parts(plan_, Part::unmatched); unmatched > 0) {
      line(counted(unmatched, "source") + " take no part, so that groups match (`match_on`)");
    }
    if (const std::size_t holding = count_parts(plan_, Part::holds_a_level); holding > 0) {
      line(counted(holding, "source") + " were recorded in a condition: they count as observed, and nothing is laid over "
                                        "them");
    }
    if (const std::size_t unknown = count_parts(plan_, Part::level_unknown); unknown > 0) {
      line(counted(unknown, "source") + " take no part, as the column of `observed` does not say what they hold");
    }
  }

  void print_balance() {
    heading("balance of the sources themselves");
    if (!findings_.balance) {
      line("not measured (--no-measure)");
      return;
    }
    print_balance_table();
    print_imbalances();
    if (plan_.media == Media::image) {
      line("apparent skin tone is not measured yet");
    }
  }

  void print_balance_table() {
    Rows rows(1, catalog_.group_columns);
    rows[0].emplace_back("sources");
    for (const QualityInfo& quality : findings_.qualities.qualities) {
      rows[0].push_back(quality.name + ": mean (sd)");
    }
    const std::size_t groups = findings_.groups.size();
    for (std::size_t g = 0; g < std::min(groups, kMostGroups); ++g) {
      std::vector<std::string> row = findings_.groups[g].labels;
      std::size_t sources = 0;
      for (const GroupBalance& cell : findings_.balance->groups[g]) {
        sources = std::max(sources, cell.known + cell.unknown);
      }
      row.push_back(std::to_string(sources));
      for (std::size_t q = 0; q < findings_.qualities.qualities.size(); ++q) {
        row.push_back(balance_text(findings_.balance->groups[g][q], findings_.qualities.qualities[q]));
      }
      rows.push_back(std::move(row));
    }
    print_table(out_, std::move(rows));
    if (groups > kMostGroups) {
      out_ << more_text(groups, kMostGroups, "--json has them all");
    }
  }

  static std::string balance_text(const GroupBalance& cell, const QualityInfo& quality) {
    if (cell.known == 0) {
      return "-";
    }
    const int decimals = std::abs(cell.mean) >= 100.0 ? 0 : (std::abs(cell.mean) >= 1.0 ? 1 : 3);
    std::string text = number_text(cell.mean, decimals);
    if (cell.known >= 2) {
      text += " (" + (quality.is_ratio ? number_text(cell.sd, 2) + " oct" : number_text(cell.sd, decimals)) + ")";
    }
    return cell.unknown > 0 ? text + ", " + std::to_string(cell.unknown) + " unknown" : text;
  }

  void print_imbalances() {
    const Balance& balance = *findings_.balance;
    if (findings_.groups.size() < 2) {
      return;
    }
    if (balance.above == 0) {
      line("no standardised difference is above " + number_text(balance.limit, 1) +
           (balance.untold > 0 ? "; " + std::to_string(balance.untold) + " could not be told" : ""));
      return;
    }
    line("warning: " + std::to_string(balance.above) + " of " + std::to_string(balance.compared) +
         " standardised differences are above " + number_text(balance.limit, 1) + ", " +
         std::to_string(balance.beyond_chance) +
         " of them beyond chance: what a service makes of these qualities would look as if it were the group. " +
         "`match_on` chooses sources that are alike");
    if (balance.untold > 0) {
      line(std::to_string(balance.untold) + " could not be told, as a group has fewer than two sources that were measured");
    }
    for (std::size_t i = 0; i < std::min(balance.worst.size(), kMostImbalances); ++i) {
      const Imbalance& it = balance.worst[i];
      const std::string other =
          it.second_group == kAllOthers ? "all others" : group_name(findings_.groups[it.second_group].labels);
      line("  " + findings_.qualities.qualities[it.quality].name + ": " +
           group_name(findings_.groups[it.first_group].labels) + "  vs  " + other + ": " +
           number_text(it.standardised_difference, 2) +
           (it.standardised_difference > it.chance ? "" : " (could be chance: up to " + number_text(it.chance, 2) + ")"));
    }
  }

  void print_power() {
    const PowerSettings& power = settings_.design.power;
    heading("power: the smallest difference between two groups that this set would show");
    if (!findings_.power.not_told.empty()) {
      line("cannot be told: " + findings_.power.not_told);
      return;
    }
    line("assumed and not measured (`design.power`): " + number_text(100.0 * power.baseline_error, 1) +
         " % errors in every group's clean references, times " + shortest(power.degradation) +
         " in the better group; " + counted(static_cast<std::size_t>(power.units), "unit") +
         " a source; sd of the log rate " + shortest(power.subject_sd) + " between people, " +
         shortest(power.source_sd) + " between sources, " + shortest(power.interaction_sd) + " of a person in a condition");
    const bool is_paired = settings_.design.include_clean;
    line(std::string("one condition ") + (is_paired ? "against the clean reference" : "without a clean reference") +
         ", a mean for each person, Welch's t-test, " + number_text(100.0 * power.power, 0) + " % power, alpha " +
         shortest(power.alpha) + " shared by " + counted(findings_.power.pairs.size(), "pair") + " (Holm's first step)");
    line("more people lower these figures, more variants of the same people do not; a smaller difference may exist unseen: "
         "not significant is not equal");
    print_pairs();
  }

  void print_pairs() {
    const PowerFinding& power = findings_.power;
    if (power.too_small == power.pairs.size()) {
      line("n too small in every pair" + needed_text(power.pairs.front().subjects_needed));
      return;
    }
    std::vector<const PairPower*> pairs;
    for (const PairPower& pair : power.pairs) {
      pairs.push_back(&pair);
    }
    // The pairs that show most first.
    std::ranges::stable_sort(pairs, {}, [](const PairPower* pair) { return pair->smallest_difference.value_or(1e9); });
    Rows rows{{"groups", "smallest difference in degradation", "the worse group's errors grow"}};
    for (std::size_t i = 0; i < std::min(pairs.size(), kMostPairsShown); ++i) {
      const PairPower& pair = *pairs[i];
      const std::string names =
          group_name(findings_.groups[pair.first].labels) + "  vs  " + group_name(findings_.groups[pair.second].labels);
      if (pair.smallest_difference) {
        rows.push_back({names, number_text(100.0 * *pair.smallest_difference, 1) + " points of error",
                        "times " + number_text(*pair.worse_degradation, 2)});
      } else {
        rows.push_back({names, "n too small" + needed_text(pair.subjects_needed), ""});
      }
    }
    print_table(out_, std::move(rows));
    if (pairs.size() > kMostPairsShown) {
      out_ << more_text(pairs.size(), kMostPairsShown,
                        "in " + std::to_string(power.too_small) + " in all n is too small; --json has every pair");
    }
  }

  static std::string needed_text(const std::optional<int>& subjects) {
    const std::string moderate = "a degradation " + shortest(kModerateRatio) + " times that of the other";
    return subjects ? ": each group needs " + counted(static_cast<std::size_t>(*subjects), "subject") + " to show " + moderate
                    : ": more than " + std::to_string(kMostSubjects) + " subjects in each group would be needed to show " +
                          moderate;
  }

  void print_cost() {
    heading("cost");
    const Cost& cost = findings_.cost;
    std::string text = counted(cost.variants, "variant") + ", ";
    text += plan_.media == Media::audio ? number_text(cost.total.audio_seconds / 3600.0, 2) + " h of audio"
                                        : number_text(cost.total.megapixels, 1) + " megapixels";
    line(text + ", about " + bytes_text(cost.total.bytes));
    if (findings_.seconds) {
      line("about " + duration_text(*findings_.seconds) + " on " +
           counted(static_cast<std::size_t>(findings_.jobs), "thread") + " of this machine, by a trial of " +
           counted(findings_.tried, "variant"));
    }
  }

  void print_conditions() {
    heading("conditions");
    const std::size_t count = count_conditions(plan_);
    for (std::size_t c = 0; c < std::min(count, kMostConditionsShown); ++c) {
      line(condition_text(plan_, plan_.conditions[c]));
    }
    if (count > kMostConditionsShown) {
      out_ << more_text(count, kMostConditionsShown, "--out FILE writes them all");
    }
  }

  void print_problems() {
    const std::vector<std::string>& problems = findings_.problems;
    for (std::size_t i = 0; i < std::min(problems.size(), kMostProblems); ++i) {
      out_ << "  cannot be used: " << printable(problems[i]) << '\n';
    }
    if (problems.size() > kMostProblems) {
      out_ << more_text(problems.size(), kMostProblems, "--json has them all");
    }
  }

  std::ostream& out_;
  const MediaFindings& findings_;
  const MediaPlan& plan_;
  const MediaSettings& settings_;
  const MediaCatalog& catalog_;
  std::size_t out_lines_ = 0;  ///< gaps printed so far
};

void print_difference(std::ostream& out, const PlanDifference& difference, const std::string& against) {
  out << "\nagainst " << printable(against) << ": " << counted(difference.same, "variant") << " the same\n";
  const auto print = [&](const NamedCount& names, const std::string& noun, const std::string& what) {
    if (names.count > 0) {
      out << "  " << counted(names.count, noun) << ' ' << what << ": " << printable(short_listing(names.first))
          << (names.count > names.first.size() ? ", …" : "") << '\n';
    }
  };
  print(difference.conditions_only_here, "condition", "only in this plan");
  print(difference.conditions_only_there, "condition", "no longer planned");
  print(difference.sources_only_here, "source", "only in this plan");
  print(difference.sources_only_there, "source", "no longer planned");
  print(difference.moved, "source", "with another realization (--base keeps the old ones)");
  print(difference.variants_only_here, "variant", "only in this plan");
  print(difference.variants_only_there, "variant", "no longer planned");
}

}  // namespace

void print_page(std::ostream& out, const PlanFindings& findings) {
  const Plan& plan = *findings.plan;
  out << "plan of " << printable(plan.config().name) << ": " << counted(plan.size(), "variant") << ", hash "
      << findings.sha256 << '\n';
  if (!findings.base.empty()) {
    out << "extends " << printable(findings.base) << ": only what it does not have is planned\n";
  }
  for (const MediaFindings& media : findings.media) {
    MediaPage(out, media).print();
  }
  if (findings.difference) {
    print_difference(out, *findings.difference, findings.against);
  }
  out << "\nSubjects are people. Variants never add any: a group with few people stays a group with few people.\n";
}

}  // namespace fairground
