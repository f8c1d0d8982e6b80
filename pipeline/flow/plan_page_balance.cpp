#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/flow/plan_page_parts.h"

namespace fairground {
namespace {

constexpr std::size_t kMostImbalances = 8;

/// What is the same in all groups by construction, and what is not.
class BalanceSection : public PageSection {
 public:
  using PageSection::PageSection;

  void print() {
    print_matching();
    print_balance();
  }

 private:
  void print_matching() {
    heading("matching");
    if (count_parts(plan_, Part::takes_part) == 0) {
      line("nobody takes part, so nothing is matched");
    } else if (settings_.design.pairing == Pairing::independent) {
      line("none: every source has draws of its own (`pairing: independent`)");
    } else {
      line(settings_.design.fill == Fill::matched
               ? "every group that takes part meets the same conditions, and each source one realization in all of them"
               : "each source meets one realization in all its conditions, but groups meet different conditions");
      print_shares();
    }
    const std::size_t left_out = count_parts(plan_, Part::beyond_share);
    if (left_out > 0) {
      line("without a part: " + counted(left_out, "source") +
           " beyond `sources_per_group: " + std::to_string(settings_.design.sources_per_group) + "`");
    }
    if (const std::size_t unmatched = count_parts(plan_, Part::unmatched); unmatched > 0) {
      line("without a part: " + counted(unmatched, "source") + " that `match_on` leaves out, so that groups match");
    }
    if (const std::size_t holding = count_parts(plan_, Part::holds_a_level); holding > 0) {
      line("without a part, but counted as observed: " + counted(holding, "source") +
           " recorded in a condition, over which nothing is laid");
    }
    if (const std::size_t unknown = count_parts(plan_, Part::level_unknown); unknown > 0) {
      line("without a part: " + counted(unknown, "source") + " of which the column of `observed` says nothing");
    }
  }

  /// How far the groups' shares of realizations are from equal.
  void print_shares() {
    std::vector<std::string> uneven;
    for (const GroupFinding& group : findings_.groups) {
      if (group.fewest_of_realization < group.most_of_realization) {
        uneven.push_back(group_name(group.labels) + " (" + std::to_string(group.fewest_of_realization) + " to " +
                         std::to_string(group.most_of_realization) + ")");
      }
    }
    const std::string realizations = counted(static_cast<std::size_t>(settings_.design.realizations), "realization");
    if (uneven.empty()) {
      line("within each group that takes part, every one of the " + realizations + " has the same number of sources");
    } else {
      line("in " + std::to_string(uneven.size()) + " of " + counted(findings_.groups.size(), "group") +
           " the sources do not divide by the " + realizations +
           "; sources for each realization: " + short_listing(uneven));
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
      line("apparent skin tone is not compared here; `fairground masks` measures it");
    }
  }

  void print_balance_table() {
    Rows rows(1, catalog_.group_columns);
    rows[0].emplace_back("sources");
    for (const QualityInfo& quality : findings_.qualities) {
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
      for (std::size_t q = 0; q < findings_.qualities.size(); ++q) {
        row.push_back(balance_text(findings_.balance->groups[g][q], findings_.qualities[q]));
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
      line(std::to_string(balance.untold) +
           " could not be told, as a group has fewer than two sources that were measured");
    }
    for (std::size_t i = 0; i < std::min(balance.worst.size(), kMostImbalances); ++i) {
      const Imbalance& it = balance.worst[i];
      const std::string other =
          it.second_group == kAllOthers ? "all others" : group_name(findings_.groups[it.second_group].labels);
      line("  " + findings_.qualities[it.quality].name + ": " + group_name(findings_.groups[it.first_group].labels) +
           "  vs  " + other + ": " + number_text(it.standardised_difference, 2) +
           (it.standardised_difference > it.chance ? ""
                                                   : " (could be chance: up to " + number_text(it.chance, 2) + ")"));
    }
  }
};

}  // namespace

void print_matching_and_balance(std::ostream& out, const MediaFindings& findings) {
  BalanceSection(out, findings).print();
}

}  // namespace fairground
