#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/flow/plan_page_parts.h"

namespace fairground {
namespace {

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

/// Two sections, since the second sums up what the first shows.
class CoverageSection : public PageSection {
 public:
  using PageSection::PageSection;

  void print() {
    print_coverage();
    print_gaps();
  }

 private:
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
    const auto& observed = findings_.groups[g].observed_combinations;
    row.push_back(observed ? std::to_string(*observed) : "not counted");
    row.push_back(std::to_string(findings_.groups[g].synthesised_combinations));
    if (plan_.media == Media::audio) {
      row.push_back(rates_text(findings_.group_rates_hz[g]));
      row.push_back(median_text(g, "bandwidth_hz"));
    }
    return row;
  }

  /// Whether the group meets a condition, even if all its sources were lost.
  bool in_some_block(std::size_t g, std::size_t condition) const {
    const auto& block = plan_.blocks[plan_.block_of_group[g]];
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
    const std::size_t before = out_lines_;
    print_filled();
    print_collect();
    print_no_start();
    print_unlabelled();
    print_absent();
    print_left();
    if (const std::uint64_t excluded = plan_.facts.combinations.excluded; excluded > 0) {
      gap("ruled out by `except`: " + counted(excluded, "combination"));
    }
    if (!findings_.problems.empty()) {
      gap("lost: " + counted(findings_.problems.size(), "source") + " that cannot be used (listed below), and with that " +
          counted(findings_.lost_variants, "variant") + " of the plan");
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
    std::size_t groups = 0;
    for (const GroupFinding& group : findings_.groups) {
      filled += group.filled_combinations;
      groups += group.filled_combinations > 0 ? 1U : 0U;
    }
    if (filled > 0) {
      gap("filled by synthesis: " + counted(filled, "combination") + " of levels, summed over " +
          counted(groups, "group"));
    }
  }

  void print_no_start() {
    std::vector<std::string> names;
    for (std::size_t g = 0; g < findings_.groups.size(); ++g) {
      if (findings_.groups[g].has_no_start && findings_.coverage.groups[g].observed.sources > 0) {
        names.push_back(group_name(findings_.groups[g].labels));
      }
    }
    if (!names.empty()) {
      gap("collect: nothing can be made of " + short_listing(names) +
          ", as all that was recorded there was recorded in a condition, or in nobody knows which");
    }
  }

  /// To look for more people without a label would be absurd.
  void print_unlabelled() {
    std::size_t sources = 0;
    for (std::size_t g = 0; g < findings_.groups.size(); ++g) {
      sources += findings_.groups[g].is_unlabelled ? findings_.coverage.groups[g].observed.sources : 0;
    }
    if (sources > 0) {
      gap("label: " + counted(sources, "source") + " without a label of a group; of whom they are, nobody can tell");
    }
  }

  void print_left() {
    const CombinationFigures& figures = plan_.facts.combinations;
    if (figures.left == 0 && plan_.facts.conditions_left == 0) {
      return;
    }
    std::vector<std::string> examples;
    for (const LevelCombination& left : figures.first_left) {
      std::string text;
      for (std::size_t i = 0; i < left.axes.size(); ++i) {
        const Axis& axis = settings_.axes[left.axes[i]];
        text += (i == 0 ? "" : " with ") + axis.name + "=" + axis.levels[static_cast<std::size_t>(left.levels[i])].name;
      }
      examples.push_back(std::move(text));
    }
    gap("left by the budget: " + counted(figures.left, "combination") + " in " +
        counted(plan_.facts.conditions_left, "condition") + ", the least valuable" +
        (examples.empty() ? "" : ": " + short_listing(examples)) +
        (figures.left > examples.size() && !examples.empty() ? ", …" : ""));
  }

  /// What `at_least` asks for: "20 sources and 8 subjects".
  std::string threshold_text(const std::string& conjunction) const {
    const AtLeast& asked = settings_.design.at_least;
    std::string text;
    if (asked.sources > 0) {
      text = counted(static_cast<std::size_t>(asked.sources), "source");
    }
    if (asked.subjects > 0) {
      text += (asked.sources > 0 ? " " + conjunction + " " : "") + counted(static_cast<std::size_t>(asked.subjects), "subject");
    }
    return text;
  }

  void print_collect() {
    Rows rows(1, catalog_.group_columns);
    rows[0].emplace_back("sources to collect");
    rows[0].emplace_back("subjects to collect");
    std::size_t short_of_people = 0;
    for (const GroupFinding& group : findings_.groups) {
      if (group.is_unlabelled || group.collect_sources + group.collect_subjects == 0) {
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
    gap("collect: " + counted(short_of_people, "group") + " with fewer than " + threshold_text("or") +
        " to make variants of; no variant can stand in for people");
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
    const AtLeast& asked = settings_.design.at_least;
    std::string text = "collect, as nobody is there at all";
    if (asked.sources + asked.subjects > 0) {
      text += ", " + threshold_text("and") + " of each";
    }
    text += ": " + short_listing(names);
    if (findings_.absent.total > names.size()) {
      text += ", … " + std::to_string(findings_.absent.total) + " in all";
    }
    gap(text);
  }

  std::size_t out_lines_ = 0;  ///< gaps printed so far
};

}  // namespace

void print_coverage_and_gaps(std::ostream& out, const MediaFindings& findings) {
  CoverageSection(out, findings).print();
}

}  // namespace fairground
