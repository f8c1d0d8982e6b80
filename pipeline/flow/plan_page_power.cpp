#include <algorithm>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/flow/plan_page_parts.h"

namespace fairground {
namespace {

constexpr std::size_t kMostPairsShown = 12;

/// Assumptions first, as no figure holds without them.
class PowerSection : public PageSection {
 public:
  using PageSection::PageSection;

  void print() {
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
         shortest(power.source_sd) + " between sources, " + shortest(power.interaction_sd) +
         " of a person in a condition");
    const bool is_paired = settings_.design.include_clean;
    line(std::string("one condition ") + (is_paired ? "against the clean reference" : "without a clean reference") +
         ", a mean for each person, Welch's t-test, " + number_text(100.0 * power.power, 0) + " % power, alpha " +
         shortest(power.alpha) + " shared by " + counted(findings_.power.pairs.size(), "pair") +
         " (Holm's first step)");
    line(
        "more people lower these figures, more variants of the same people do not; a smaller difference may exist "
        "unseen: not significant is not equal");
    print_pairs();
  }

 private:
  void print_pairs() {
    const PowerFinding& power = findings_.power;
    if (power.too_small == power.pairs.size()) {
      const auto of_pair = [](const PairPower& pair) { return pair.subjects_needed.value_or(kMostSubjects + 1); };
      const auto [least, most] = std::ranges::minmax_element(power.pairs, {}, of_pair);
      if (of_pair(*least) == of_pair(*most)) {
        line("n too small in every pair" + needed_text(least->subjects_needed));
        return;
      }
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
    return subjects ? ": each group needs " + counted(static_cast<std::size_t>(*subjects), "subject") + " to show " +
                          moderate
                    : ": more than " + std::to_string(kMostSubjects) +
                          " subjects in each group would be needed to show " + moderate;
  }
};

}  // namespace

void print_power(std::ostream& out, const MediaFindings& findings) { PowerSection(out, findings).print(); }

}  // namespace fairground
