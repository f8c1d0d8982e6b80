#include <algorithm>
#include <utility>

#include "pipeline/core/text.h"
#include "pipeline/flow/coverage_findings.h"
#include "pipeline/flow/report_text.h"

namespace fairground {
namespace {

std::string pattern_text(const CodedManifest& manifest, std::span<const ValueCode> pattern) {
  std::string text;
  for (std::size_t a = 0; a < pattern.size(); ++a) {
    if (pattern[a] != kAnyValue) {
      const CodedAttribute& attribute = manifest.attributes[a];
      text += (text.empty() ? "" : ", ") + attribute.name + "=" + attribute.values[pattern[a]];
    }
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

void print_attributes(std::ostream& out, const CodedManifest& manifest) {
  std::vector<std::vector<std::string>> rows = {{"column", "values"}};
  for (const CodedAttribute& attribute : manifest.attributes) {
    rows.push_back({attribute.name, std::to_string(attribute.values.size()) + ": " + short_listing(attribute.values)});
  }
  print_table(out, std::move(rows));
}

void print_levels(std::ostream& out, const Coverage& coverage, const Counted& counts) {
  const bool has_unknown = counts.with_unknown.total() > 0;
  std::vector<std::vector<std::string>> rows = {{"level", "patterns"}};
  if (has_unknown) {
    rows[0].emplace_back("of them with `unknown`");
  }
  for (std::size_t level = 0; level <= coverage.manifest.attributes.size(); ++level) {
    const std::size_t with_unknown = counts.with_unknown.at_level(level);
    if (const std::size_t all = counts.known.at_level(level) + with_unknown; all > 0) {
      rows.push_back({std::to_string(level), std::to_string(all)});
      if (has_unknown) {
        rows.back().push_back(std::to_string(with_unknown));
      }
    }
  }
  print_table(out, std::move(rows));
}

void print_patterns(std::ostream& out, const Coverage& coverage, const UncoveredSummary& summary, const Counted& counts,
                    const std::string& noun) {
  const std::size_t to_level = shown_to_level(summary, coverage.method);
  const std::vector<UncoveredPattern> shown = summary.first(to_level);
  std::vector<std::vector<std::string>> rows = {{"missing", noun, "level", "pattern"}};
  for (const UncoveredPattern& entry : shown) {
    rows.push_back({std::to_string(counts.threshold - entry.count), std::to_string(entry.count),
                    std::to_string(entry.level), pattern_text(coverage.manifest, entry.pattern)});
  }
  if (!shown.empty()) {
    print_table(out, std::move(rows));
  }
  if (summary.total() > shown.size()) {
    std::size_t here = 0;
    for (std::size_t level = 0; level <= std::min(to_level, coverage.manifest.attributes.size()); ++level) {
      here += summary.at_level(level);
    }
    std::vector<std::string> rest;
    if (here > shown.size()) {
      rest.push_back(std::to_string(here - shown.size()) + " up to level " + std::to_string(to_level) +
                     " (--top shows more)");
    }
    if (summary.total() > here) {
      rest.push_back(std::to_string(summary.total() - here) + " deeper (--ways shows more)");
    }
    out << "  not shown: " << rest.front() << (rest.size() > 1 ? " and " + rest.back() : "") << '\n';
  }
}

void print_measures(std::ostream& out, const Counted& counts, const std::string& noun) {
  std::vector<std::vector<std::string>> rows = {
      {"ways", "at least", "simple", "total", "(0.5,t)", "(0.75,t)", "minimum"}};
  for (const TWayCoverage& measure : counts.measures) {
    const auto of_combinations = [&](std::size_t i) {
      return share_text(measure.combinations_complete[i], measure.combinations);
    };
    // 0.57 times 1000 is a little less than 570.
    constexpr double kRoundingError = 1e-9;
    const auto minimum = static_cast<std::uint64_t>(measure.minimum * 1000.0 + kRoundingError);
    rows.push_back({std::to_string(measure.ways), std::to_string(measure.threshold), of_combinations(2),
                    share_text(measure.configurations_covered, measure.configurations), of_combinations(0),
                    of_combinations(1), percent_text(minimum)});
  }
  out << "\n  combination coverage (NISTIR 7878) in " << noun << ", without `unknown`\n";
  print_table(out, std::move(rows));
}

void print_counted(std::ostream& out, const Coverage& coverage, const Counted& counts, const std::string& noun,
                   const std::string& kind) {
  const std::size_t total = counts.known.total() + counts.with_unknown.total();
  const std::string levels = coverage.method.is_cube ? "" : " up to level " + std::to_string(coverage.method.deepest);
  out << '\n' << noun << kind << ": ";
  if (counts.known.at_level(0) > 0) {
    out << "all " << counts.members << " together are fewer than " << counts.threshold
        << ", so that every combination is a gap and no finer one is listed\n";
  } else if (total == 0) {
    out << "every combination" << levels << " has at least " << counts.threshold << '\n';
  } else {
    out << counted(total, "maximal uncovered pattern") << levels << "; whatever is more special than one of them has "
        << "fewer than " << counts.threshold << ", too\n\n";
    print_levels(out, coverage, counts);
    if (counts.known.total() > 0) {
      out << '\n';
      print_patterns(out, coverage, counts.known, counts, noun);
    }
    if (counts.with_unknown.total() > 0) {
      out << "\n  with `unknown`, which are gaps in what is known and not in people\n";
      print_patterns(out, coverage, counts.with_unknown, counts, noun);
    }
  }
  print_measures(out, counts, noun);
}

/// "6 sources, 4 subjects".
std::string members_text(const CoverageOfRows& counts) {
  return counted(counts.sources.members, "source") +
         (counts.subjects ? ", " + counted(counts.subjects->members, "subject") : "");
}

/// `kind` tells apart what was observed and what was synthesised.
void print_rows(std::ostream& out, const Coverage& coverage, const CoverageOfRows& counts, const std::string& kind) {
  print_counted(out, coverage, counts.sources, "sources", kind);
  if (counts.subjects) {
    print_counted(out, coverage, *counts.subjects, "subjects", kind);
  }
}

}  // namespace

void print_coverage_page(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage) {
  const CodedManifest& manifest = coverage.manifest;
  out << "coverage of " << on_one_line(path.string()) << ": ";
  if (coverage.synthesised) {
    out << "observed " << members_text(*coverage.observed) << "; synthesised " << members_text(*coverage.synthesised);
  } else {
    out << members_text(*coverage.observed);
  }
  out << "; wanted in every combination: at least " << counted(coverage.observed->sources.threshold, "source");
  if (coverage.observed->subjects) {
    out << " and " << counted(coverage.observed->subjects->threshold, "subject");
  }
  out << "\n\n";
  print_attributes(out, manifest);
  print_rows(out, coverage, *coverage.observed, coverage.synthesised ? ", observed" : "");
  if (coverage.synthesised) {
    print_rows(out, coverage, *coverage.synthesised, ", synthesised");
  }
  out << '\n';
  for (const std::string& note : coverage.notes) {
    out << "  note: " << printable(note) << '\n';
  }
  out << "\nA gap in people is closed by people: variants of those who are there never fill it.\n";
}
}  // namespace fairground
