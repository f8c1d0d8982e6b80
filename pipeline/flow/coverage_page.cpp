#include <algorithm>
#include <array>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/flow/coverage_findings.h"
#include "pipeline/flow/report_text.h"

namespace fairground {
namespace {

/// Who is counted, and which rows.
struct Heading {
  std::string noun;  ///< "source" or "subject"
  std::string kind;  ///< ", observed" or ", synthesised" in the record of a run
  std::string option;
};

/// A label as it stands on the page: on one line, not longer than anybody reads, and in quotes where its own commas or
/// signs could be taken for ours.
std::string label_text(const std::string& label) {
  const bool is_plain = label.find_first_of("=;\"") == std::string::npos && label.find(", ") == std::string::npos &&
                        !label.starts_with(' ') && !label.ends_with(' ');
  return is_plain ? shortened(label) : "\"" + shortened(label) + "\"";
}

std::string value_text(const CodedAttribute& attribute, std::size_t value) {
  // The signs of an interval are not the label's own.
  return attribute.edges.empty() ? label_text(attribute.values[value]) : attribute.values[value];
}

std::string pattern_text(const CodedManifest& manifest, std::span<const ValueCode> pattern) {
  std::string text;
  for (std::size_t a = 0; a < pattern.size(); ++a) {
    if (pattern[a] != kAnyValue) {
      const CodedAttribute& attribute = manifest.attributes[a];
      text += (text.empty() ? "" : "; ") + label_text(attribute.name) + "=" + value_text(attribute, pattern[a]);
    }
  }
  return text.empty() ? "any" : text;
}

std::string set_text(const CodedManifest& manifest, const std::vector<std::size_t>& attributes) {
  std::string text;
  for (const std::size_t a : attributes) {
    text += (text.empty() ? "" : " x ") + label_text(manifest.attributes[a].name);
  }
  return text;
}

/// "66.6 %" of 666 thousandths.
std::string percent_text(std::uint64_t thousandths) {
  return std::to_string(thousandths / 10) + "." + std::to_string(thousandths % 10) + " %";
}

/// "3 of 6 (50.0 %)", cut and not rounded, so that only all is 100 %.
std::string share_text(std::uint64_t some, std::uint64_t all) {
  return std::to_string(some) + " of " + std::to_string(all) + " (" + percent_text(some * 1000 / all) + ")";
}

/// "1 is a whole value, 49 are pairs, 76 triples, 2 of 4 columns".
std::string levels_text(const UncoveredSummary& gaps, std::size_t columns) {
  constexpr std::array<const char*, 3> kOne = {"a whole value", "a pair", "a triple"};
  constexpr std::array<const char*, 3> kMany = {"whole values", "pairs", "triples"};
  std::string text;
  for (std::size_t level = 1; level <= columns; ++level) {
    const std::size_t number = gaps.at_level(level);
    if (number == 0) {
      continue;
    }
    const std::string verb = !text.empty() ? "" : number == 1 ? "is " : "are ";
    text += (text.empty() ? "" : ", ") + std::to_string(number) + ' ' + verb;
    text += level > kOne.size() ? "of " + std::to_string(level) + " columns"
            : number == 1       ? kOne[level - 1]
                                : kMany[level - 1];
  }
  return text;
}

std::string up_to(const Counted& counts) {
  return counts.method.is_cube ? "" : " of up to " + counted(counts.method.deepest, "column");
}

std::string headline(const Counted& counts, const Heading& heading, std::size_t columns) {
  const std::size_t total = counts.gaps.all.total();
  const std::string fewer = "fewer than " + counted(counts.threshold, heading.noun);
  if (total == 0) {
    return "no gaps" + up_to(counts) + ": every combination has at least " + counted(counts.threshold, heading.noun) +
           ".";
  }
  const std::string text = counted(total, "gap") + up_to(counts) + ": " +
                           (total == 1 ? "a combination with " : "combinations with ") + fewer + ". " +
                           (total == 1 ? "It is" : "Each is") +
                           " the broadest of its kind (a maximal uncovered pattern), and all its finer combinations "
                           "are short too. ";
  return text + levels_text(counts.gaps.all, columns) + ".";
}

/// What to say where all together are too few.
std::string too_few_text(const Counted& counts, const Heading& heading) {
  const std::string members = std::to_string(counts.members);
  std::string text = counts.members == 1 ? "There is " : "There are ";
  text += counted(counts.members, heading.noun) + " in all, and " + std::to_string(counts.threshold) +
          (counts.threshold == 1 ? " is" : " are") + " wanted in every combination: collect at least " +
          std::to_string(counts.threshold - counts.members);
  if (counts.members == 0) {
    return text + ".";
  }
  return text + " more; to see gaps among " + (counts.members == 1 ? "this " : "these ") + members + " give " +
         heading.option + " " + members + (counts.members == 1 ? "." : " or less.");
}

/// What is not listed, and what would list it.
void print_not_shown(std::ostream& out, const Gaps& gaps, std::size_t columns) {
  std::vector<std::string> here;
  std::size_t longest = 0;
  std::size_t deeper = 0;
  std::size_t next = 0;
  for (std::size_t level = 1; level <= columns; ++level) {
    const std::size_t left = gaps.not_shown(level);
    if (left > 0 && level <= gaps.shown_to_level) {
      here.push_back(std::to_string(left) + " more of " + counted(level, "column"));
      longest = std::max(longest, gaps.all.at_level(level));
    } else if (left > 0) {
      deeper += left;
      next = next == 0 ? level : next;
    }
  }
  std::string text;
  for (const std::string& part : here) {
    text += (text.empty() ? "" : ", ") + part;
  }
  if (!here.empty()) {
    text += ": `--top " + std::to_string(std::min(longest, kMostTop)) + "`";
  }
  if (deeper > 0) {
    text += (text.empty() ? "" : "; ") + std::to_string(deeper) + " of " + std::to_string(next) +
            (next == columns ? " columns" : " or more columns") + ": `--ways " + std::to_string(next) + "`";
  }
  if (!text.empty()) {
    out << "  not shown: " << text << '\n';
  }
}

void print_gaps(std::ostream& out, const CodedManifest& manifest, const Gaps& gaps, const Counted& counts,
                const Heading& heading) {
  const bool has_unknown = std::ranges::any_of(gaps.shown, [](const Gap& gap) { return gap.possible.value_or(0) > 0; });
  std::vector<std::vector<std::string>> rows = {{"columns named", "still needed", "there now"}};
  if (has_unknown) {
    rows[0].emplace_back("perhaps");
  }
  rows[0].emplace_back("gap");
  for (const Gap& gap : gaps.shown) {
    const auto& [pattern, level, count] = gap.pattern;
    rows.push_back({std::to_string(level), std::to_string(counts.threshold - count), std::to_string(count)});
    if (has_unknown) {
      rows.back().push_back(std::to_string(gap.possible.value_or(0)));
    }
    rows.back().push_back(pattern_text(manifest, pattern));
  }
  if (!gaps.shown.empty()) {
    print_table(out, std::move(rows));
  }
  print_not_shown(out, gaps, manifest.attributes.size());
  if (gaps.all.total() > 1) {
    out << "  Needs do not add up: one new " << heading.noun << " may fill several gaps.\n";
  }
  if (has_unknown) {
    out << "  perhaps: " << heading.noun << "s with unknown labels that may belong there.\n";
  }
}

void print_sets(std::ostream& out, const CodedManifest& manifest, const Counted& counts) {
  std::vector<std::vector<std::string>> rows = {{"columns together", "combinations", "short", "empty"}};
  std::string not_shown;
  std::size_t longest = 0;
  for (std::size_t ways = 2; ways <= counts.method.ways; ++ways) {
    const std::vector<ShortCombination>& sets = counts.short_sets[ways - 1];
    for (const ShortCombination& set : sets) {
      rows.push_back({set_text(manifest, set.attributes), std::to_string(set.configurations),
                      std::to_string(set.uncovered), std::to_string(set.empty)});
    }
    const auto measure = std::ranges::find_if(
        counts.measures, [&](const TWayCoverage& m) { return m.ways == ways && m.threshold == counts.threshold; });
    const std::size_t all = measure->combinations - measure->combinations_complete.back();
    if (all > sets.size()) {
      not_shown += (not_shown.empty() ? "" : ", ") + std::to_string(all - sets.size()) + " more sets of " +
                   std::to_string(ways) + " columns";
      longest = std::max(longest, all);
    }
  }
  if (rows.size() > 1) {
    out << '\n';
    print_table(out, std::move(rows));
  }
  if (!not_shown.empty()) {
    out << "  not shown: " << not_shown << ": `--top " << std::min(longest, kMostTop) << "`\n";
  }
}

void print_measures(std::ostream& out, const CodedManifest& manifest, const Counted& counts, const Heading& heading) {
  std::vector<std::vector<std::string>> rows = {
      {"ways", "at least", "simple", "total", "(0.5,t)", "(0.75,t)", "minimum"}};
  for (const TWayCoverage& measure : counts.measures) {
    const auto of_combinations = [&](std::size_t i) {
      return share_text(measure.combinations_complete[i], measure.combinations);
    };
    // 0.57 times 1000 is a little less than 570.
    constexpr double kRoundingError = 1e-9;
    std::string minimum = percent_text(static_cast<std::uint64_t>(measure.minimum * 1000.0 + kRoundingError));
    if (!measure.worst.empty()) {
      minimum += " " + set_text(manifest, measure.worst);
    }
    rows.push_back({std::to_string(measure.ways), std::to_string(measure.threshold), of_combinations(2),
                    share_text(measure.configurations_covered, measure.configurations), of_combinations(0),
                    of_combinations(1), std::move(minimum)});
  }
  out << "\n  combination coverage (NISTIR 7878) in " << heading.noun << "s, without `unknown`\n";
  print_table(out, std::move(rows));
}

void print_counted(std::ostream& out, const CodedManifest& manifest, const Counted& counts, const Heading& heading) {
  out << '\n';
  const std::size_t columns = manifest.attributes.size();
  const std::string who = heading.noun + "s" + heading.kind + ": ";
  if (!counts.empty) {
    print_wrapped(out, who + headline(counts, heading, columns));
    if (counts.gaps.all.total() > 0) {
      out << '\n';
      print_gaps(out, manifest, counts.gaps, counts, heading);
      print_sets(out, manifest, counts);
    }
  } else {
    print_wrapped(out, who + too_few_text(counts, heading));
    if (counts.members > 0) {
      const std::size_t empty = counts.empty->all.total();
      print_wrapped(out, empty == 0 ? "Every combination" + up_to(counts) + " has at least one " + heading.noun + "."
                                    : counted(empty, "combination") + up_to(counts) +
                                          (empty == 1 ? " has no " : " have no ") + heading.noun +
                                          (empty == 1 ? " at all: " : " at all, each the broadest of its kind: ") +
                                          levels_text(counts.empty->all, columns) + ".");
      if (empty > 0) {
        out << '\n';
        print_gaps(out, manifest, *counts.empty, counts, heading);
      }
      print_sets(out, manifest, counts);
    }
  }
  print_measures(out, manifest, counts, heading);
}

/// Each value with its sources and subjects.
void print_attributes(std::ostream& out, const CodedManifest& manifest, const CoverageOfRows& counts) {
  constexpr std::size_t kMostValues = 30;
  std::size_t width = std::string_view("column").size();
  for (const CodedAttribute& attribute : manifest.attributes) {
    width = std::max(width, character_count(label_text(attribute.name)));
  }
  const auto padded = [&](const std::string& name) {
    return "  " + name + std::string(width - character_count(name) + 2, ' ');
  };
  out << padded("column") << "values, each with its sources" << (counts.subjects ? "/subjects" : "") << '\n';
  for (std::size_t a = 0; a < manifest.attributes.size(); ++a) {
    const CodedAttribute& attribute = manifest.attributes[a];
    const std::size_t listed = std::min(attribute.values.size(), kMostValues);
    std::string text = std::to_string(attribute.values.size()) + ": ";
    for (std::size_t v = 0; v < listed; ++v) {
      text += (v == 0 ? "" : ", ") + value_text(attribute, v) + "\u00A0" +
              std::to_string(counts.sources.value_counts[a][v]);
      text += counts.subjects ? "/" + std::to_string(counts.subjects->value_counts[a][v]) : "";
    }
    if (attribute.values.size() > listed) {
      text += ", … and " + std::to_string(attribute.values.size() - listed) + " more";
    }
    print_wrapped(out, text, padded(label_text(attribute.name)));
  }
}

/// "6 sources, 4 subjects".
std::string members_text(const CoverageOfRows& counts) {
  return counted(counts.sources.members, "source") +
         (counts.subjects ? ", " + counted(counts.subjects->members, "subject") : "");
}

/// `kind` tells apart what was observed and what was synthesised.
void print_rows(std::ostream& out, const CodedManifest& manifest, const CoverageOfRows& counts,
                const std::string& kind) {
  out << '\n';
  if (!kind.empty()) {
    out << kind << ": " << members_text(counts) << '\n';
  }
  print_attributes(out, manifest, counts);
  const std::string suffix = kind.empty() ? "" : ", " + kind;
  print_counted(out, manifest, counts.sources, {"source", suffix, "--at-least"});
  if (counts.subjects) {
    print_counted(out, manifest, *counts.subjects, {"subject", suffix, "--at-least-subjects"});
  }
}

bool has_gaps(const CoverageOfRows& counts) {
  return counts.sources.gaps.all.total() > 0 || (counts.subjects && counts.subjects->gaps.all.total() > 0);
}

}  // namespace

void print_coverage_page(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage) {
  const CodedManifest& manifest = coverage.manifest;
  const CoverageOfRows& observed = *coverage.observed;
  out << "coverage of " << on_one_line(path.string()) << ": ";
  if (coverage.synthesised) {
    out << "observed " << members_text(observed) << "; synthesised " << members_text(*coverage.synthesised);
  } else {
    out << members_text(observed);
  }
  out << "; wanted in every combination: at least " << counted(observed.sources.threshold, "source");
  if (observed.subjects) {
    out << " and " << counted(observed.subjects->threshold, "subject");
  }
  out << '\n';
  print_rows(out, manifest, observed, coverage.synthesised ? "observed" : "");
  if (coverage.synthesised) {
    print_rows(out, manifest, *coverage.synthesised, "synthesised");
  }
  out << '\n';
  print_wrapped(out,
                "combination coverage: ways: columns taken together. at least: as many make a combination count as "
                "there. simple: sets of columns with every combination there. total: combinations there, of all. "
                "(0.5,t), (0.75,t): sets with at least that share there. minimum: the worst set's share, and its "
                "columns. Percentages are cut, not rounded.",
                "  ");
  for (const std::string& note : coverage.notes) {
    print_wrapped(out, "note: " + note, "  ");
  }
  if (has_gaps(observed) || (coverage.synthesised && has_gaps(*coverage.synthesised))) {
    out << '\n';
    print_wrapped(out,
                  "What to do: a gap in people is closed by new people, never by variants. A gap in conditions (noise, "
                  "device, light) can be made: name the column under `observed` and run `fairground plan`.");
  }
}

}  // namespace fairground
