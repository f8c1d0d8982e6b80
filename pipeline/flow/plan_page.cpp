#include "pipeline/flow/plan_page.h"

#include <algorithm>

#include "pipeline/core/text.h"
#include "pipeline/flow/plan_page_parts.h"
#include "pipeline/flow/report_text.h"

namespace fairground {
namespace {

// What a reader takes in; the JSON has all of it.
constexpr std::size_t kMostConditionsShown = 40;
constexpr std::size_t kMostProblems = 20;

std::string condition_text(const MediaPlan& plan, const Condition& condition) {
  std::string text;
  for (std::size_t i = 0; i < plan.settings->axes.size(); ++i) {
    text += (i == 0 ? "" : ", ") + plan.settings->axes[i].name + "=" + condition.level_name(i);
  }
  return (text.empty() ? "the sources as they are" : text) + (condition.is_clean ? "   (clean reference)" : "");
}

/// Prints the page of one medium, a section for each question.
class MediaPage : public PageSection {
 public:
  using PageSection::PageSection;

  void print() {
    print_head();
    print_axes();
    print_skin();
    print_design();
    print_coverage_and_gaps(out_, findings_);
    print_matching_and_balance(out_, findings_);
    print_power(out_, findings_);
    print_cost();
    print_conditions();
    for (const std::string& note : findings_.notes) {
      out_ << "  note: " << printable(note) << '\n';
    }
    print_problems();
  }

 private:
  void print_head() {
    const std::size_t sources = catalog_.sources.size();
    const std::size_t part = count_parts(plan_, Part::takes_part);
    const std::size_t conditions = count_conditions(plan_);
    const std::size_t variants = findings_.rest->variants();
    out_ << '\n' << to_string(plan_.media) << ": ";
    if (part < sources) {
      out_ << part << " of ";
    }
    out_ << counted(sources, "source") << (part * conditions == variants ? " x " : ", ")
         << counted(conditions, "condition") << (part * conditions == variants ? " = " : ": ")
         << counted(variants, "variant");
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

  /// Whoever plans such a set is to know what it will not be.
  void print_skin() {
    std::vector<std::string> levels;
    for (const Axis& axis : settings_.axes) {
      for (const Level& level : axis.levels) {
        if (needs_skin(level)) {
          levels.push_back(axis.name + "=" + level.name);
        }
      }
    }
    if (levels.empty()) {
      return;
    }
    heading("apparent skin tone");
    line("changed by " + short_listing(levels) + ": such variants test sensitivity to the tone of pixels of skin");
    line(
        "they stand for no group of people and add nothing to the counts of groups or subjects; one axis of tone is "
        "not "
        "diversity of people");
    line(
        "what a source cannot reach is rejected; skin_tone.json of the run counts it by group and by the sources' own "
        "tone");
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
    if (facts.combinations.left > 0) {
      what += ", as far as the budget goes";
    }
    line(what + ": " + counted(conditions, "condition") + ", where the full factorial has " +
         std::to_string(facts.full_factorial) + share_of(conditions, facts.full_factorial));
    const CombinationFigures& figures = facts.combinations;
    if (figures.demanded > 0) {
      std::string combinations = counted(figures.demanded, "combination") + " to be held, " +
                                 std::to_string(figures.held) + " held by the conditions";
      if (figures.observed > 0) {
        combinations += ", " + std::to_string(figures.observed) + " observed often enough";
      }
      if (figures.excluded > 0) {
        combinations += "; " + std::to_string(figures.excluded) + " more that `except` rules out";
      }
      line(combinations + (design.fill == Fill::matched ? "" : " (sums over the groups)"));
    }
    print_earlier_run();
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

  /// What is made now beside what there is; all other sections are about both together.
  void print_earlier_run() {
    const DesignFacts& facts = findings_.rest->facts;
    if (findings_.rest == findings_.plan) {
      return;
    }
    line(counted(facts.made_before, "variant") + " made before that stay as they are, and " +
         counted(findings_.rest->variants() - facts.clean_again - facts.originals_again, "variant") + " made now; " +
         counted(facts.clean_again, "clean reference") +
         (facts.originals_again > 0 ? " and " + counted(facts.originals_again, "original") + " of repeats" : "") +
         " made again, so that each pair lies in one folder");
    line("all but the head, the cost and the hash is said of both runs together");
    if (facts.not_planned > 0) {
      line(counted(facts.not_planned, "variant") + " of the earlier run would not be planned now");
    }
  }

  static std::string share_of(std::size_t part, std::uint64_t whole) {
    if (whole == 0 || part >= whole) {
      return "";
    }
    return " (" + number_text(100.0 * static_cast<double>(part) / static_cast<double>(whole), 1) + " %)";
  }

  void print_cost() {
    heading("cost");
    const Cost& cost = findings_.cost;
    std::string text = counted(cost.variants, "variant") + ", ";
    text += plan_.media == Media::audio
                ? duration_text(cost.total.audio_seconds) + " of audio"
                : number_text(cost.total.megapixels, cost.total.megapixels < 10.0 ? 3 : 1) + " megapixels";
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
