#include "pipeline/flow/coverage_report.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/design/coded_manifest.h"
#include "pipeline/design/combination_coverage.h"
#include "pipeline/design/uncovered_patterns.h"
#include "pipeline/flow/report_text.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr double kMegabyte = 1e6;

/// How the patterns are looked for.
struct Method {
  bool is_cube = true;
  std::size_t ways = 1;
  std::size_t deepest = 1;  ///< level
};

/// Sources or subjects, counted.
struct Counted {
  std::size_t members = 0;
  std::uint32_t threshold = 1;
  UncoveredSummary known;         ///< patterns without the value `unknown`
  UncoveredSummary with_unknown;  ///< gaps in what is known, and not in people
  std::vector<TWayCoverage> measures;
};

struct Coverage {
  CodedManifest manifest;
  Method method;
  std::optional<Counted> sources;
  std::optional<Counted> subjects;
  std::vector<std::string> notes;
};

std::vector<Bins> check_options(const CoverageOptions& options) {
  std::vector<std::string> mistakes;
  std::set<std::string> seen;
  for (const std::string& name : options.by) {
    if (name.empty()) {
      mistakes.emplace_back("--by: the name of a column is empty");
    } else if (!seen.insert(name).second) {
      mistakes.push_back("--by: column " + in_ticks(name) + " is named twice");
    }
  }
  if (options.by.empty()) {
    mistakes.emplace_back("--by: name the columns whose combinations are wanted");
  } else if (options.by.size() > kMostAttributes) {
    mistakes.push_back("--by: there are " + counted(options.by.size(), "column") + ", but at most " +
                       std::to_string(kMostAttributes) + " can be looked at in combination");
  } else if (options.ways.value_or(1) > options.by.size()) {
    mistakes.push_back("--ways " + std::to_string(*options.ways) + ": there are not so many columns in --by (" +
                       std::to_string(options.by.size()) + ")");
  }
  if (seen.contains(options.subject)) {
    mistakes.push_back("--subject: column " + in_ticks(options.subject) +
                       " is in --by too, but combinations are of what people have in common");
  }
  if (options.at_least_subjects && options.subject.empty()) {
    mistakes.emplace_back("--at-least-subjects: people are counted only with --subject, which names their column");
  }
  std::vector<Bins> bins;
  std::set<std::string> binned;
  for (const std::string& text : options.bins) {
    try {
      bins.push_back(parse_bins(text));
    } catch (const UserError& error) {
      mistakes.insert(mistakes.end(), error.messages().begin(), error.messages().end());
      continue;
    }
    const std::string& column = bins.back().column;
    if (!seen.contains(column)) {
      mistakes.push_back("--bins: column " + in_ticks(column) + " is not in --by; " + suggestion(column, options.by));
    } else if (!binned.insert(column).second) {
      mistakes.push_back("--bins: column " + in_ticks(column) + " is binned twice");
    }
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
  return bins;
}

std::string megabytes(double bytes) {
  constexpr double kMostMegabytes = 1e12;  // beyond that nobody reads digits
  const double number = std::ceil(bytes / kMegabyte);
  return number > kMostMegabytes ? "more than 10^12 MB" : std::to_string(std::llround(number)) + " MB";
}

/// Refuses what would take hours or more memory than allowed.
void check_cost(const Population& population, const Method& method, const CoverageOptions& options) {
  constexpr double kMostSteps = 2e11;  // minutes
  const LevelCost cost = cost_of_levels(population, method.deepest);
  const double most_bytes = static_cast<double>(options.memory_mb) * kMegabyte;
  if (cost.steps <= kMostSteps && cost.bytes <= most_bytes) {
    return;
  }
  const std::string ways = std::to_string(method.deepest);
  const std::string what = std::isinf(cost.bytes)    ? " has more than 2^32 combinations in one set of columns"
                           : cost.bytes > most_bytes ? " takes " + megabytes(cost.bytes) + ", more than --memory " +
                                                           std::to_string(options.memory_mb)
                                                     : " would take hours";
  throw UserError("looking at " + counted(options.by.size(), "column") + ", up to " + ways + " in combination," + what +
                  "; name fewer columns, sort numbers into fewer bins, or look at fewer --ways");
}

PatternCube build_cube(const Population& population, const CoverageOptions& options) {
  try {
    return PatternCube(population);
  } catch (const std::bad_alloc&) {
    throw UserError("the counts of all patterns take " + megabytes(cube_bytes(population.cardinalities)) +
                    ", which this machine does not have to give; with a --memory below that (it is " +
                    std::to_string(options.memory_mb) + "), only --ways levels are looked at");
  }
}

/// Whether a pattern names the value `unknown`, which is the last of its attribute.
bool names_unknown(const CodedManifest& manifest, std::span<const ValueCode> pattern) {
  for (std::size_t a = 0; a < pattern.size(); ++a) {
    if (pattern[a] != kAnyValue && pattern[a] >= manifest.attributes[a].known_values()) {
      return true;
    }
  }
  return false;
}

Counted look(const Population& population, std::uint32_t threshold, const CodedManifest& manifest, const Method& method,
             const CoverageOptions& options) {
  const std::size_t attributes = manifest.attributes.size();
  Counted counts{population.members,
                 threshold,
                 UncoveredSummary(attributes, options.top),
                 UncoveredSummary(attributes, options.top),
                 {}};
  const PatternVisitor visit = [&](std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count) {
    (names_unknown(manifest, pattern) ? counts.with_unknown : counts.known).add(pattern, level, count);
  };
  std::vector<std::size_t> valid_values;
  for (const CodedAttribute& attribute : manifest.attributes) {
    valid_values.push_back(attribute.known_values());
  }
  std::vector<std::uint32_t> thresholds = {1};
  if (threshold > 1) {
    thresholds.push_back(threshold);
  }
  CombinationCoverage coverage(population.cardinalities, valid_values, thresholds, method.ways);
  if (method.is_cube) {
    const PatternCube cube = build_cube(population, options);
    find_uncovered(cube, threshold, visit);
    add_subsets(cube, method.ways, coverage);
  } else {
    check_cost(population, method, options);
    find_uncovered(
        population, threshold, method.deepest, visit,
        [&](std::span<const std::size_t> set, std::span<const std::uint32_t> of_set) { coverage.add(set, of_set); });
  }
  counts.measures = coverage.measures();
  return counts;
}

/// What a reader must know before trusting the counts.
std::vector<std::string> find_notes(const Coverage& coverage, const CoverageOptions& options) {
  std::vector<std::string> notes;
  const CodedManifest& manifest = coverage.manifest;
  const std::size_t rows = manifest.rows.size();
  if (!coverage.method.is_cube) {
    notes.push_back("the counts of all patterns would take " + megabytes(cube_bytes(manifest.rows.cardinalities)) +
                    ", more than --memory " + std::to_string(options.memory_mb) + ": patterns of more than " +
                    counted(coverage.method.deepest, "column") + " were not looked at");
  }
  for (const CodedAttribute& attribute : manifest.attributes) {
    if (attribute.unknown_rows > 0) {
      notes.push_back("column " + attribute.name + " is unknown in " + std::to_string(attribute.unknown_rows) + " of " +
                      counted(rows, "source"));
    }
  }
  if (!coverage.subjects) {
    notes.emplace_back("people were not counted, as --subject names no column: many sources may be of few people");
  } else if (manifest.rows_without_subject > 0) {
    notes.push_back(counted(manifest.rows_without_subject, "source") +
                    (manifest.rows_without_subject == 1 ? " names no subject and counts as a source only"
                                                        : " name no subject and count as sources only"));
  }
  notes.emplace_back(
      "values are those that the manifest holds, and declared bins: a group that it lacks altogether is not listed");
  return notes;
}

Coverage measure(const std::filesystem::path& path, const CoverageOptions& options) {
  Coverage coverage;
  CodedManifest& manifest = coverage.manifest;
  manifest = read_coded_manifest(path, options.by, check_options(options), options.subject);
  Method& method = coverage.method;
  method.ways = options.ways.value_or(std::min<std::size_t>(2, options.by.size()));
  method.is_cube = cube_bytes(manifest.rows.cardinalities) <= static_cast<double>(options.memory_mb) * kMegabyte;
  method.deepest = method.is_cube ? options.by.size() : method.ways;
  // One after the other, so that the second takes the first one's memory.
  coverage.sources = look(count_sources(manifest.rows), options.at_least, manifest, method, options);
  if (!options.subject.empty()) {
    coverage.subjects = look(count_subjects(manifest.rows, manifest.subjects),
                             options.at_least_subjects.value_or(options.at_least), manifest, method, options);
  }
  coverage.notes = find_notes(coverage, options);
  return coverage;
}

/// The deepest level that is listed: broad gaps come first, but a list of none would look like no gaps.
std::size_t shown_to_level(const UncoveredSummary& summary, const Method& method) {
  return std::max(method.ways, summary.lowest_level());
}

ordered_json levels_json(const Coverage& coverage, const auto& at_level) {
  ordered_json json = ordered_json::object();
  for (std::size_t level = 0; level <= coverage.manifest.attributes.size(); ++level) {
    if (const std::size_t patterns = at_level(level); patterns > 0) {
      json[std::to_string(level)] = patterns;
    }
  }
  return json;
}

void add_shown(ordered_json& json, const Coverage& coverage, const UncoveredSummary& summary, std::uint32_t threshold) {
  const std::size_t to_level = shown_to_level(summary, coverage.method);
  ordered_json shown = ordered_json::array();
  for (const UncoveredPattern& entry : summary.first(to_level)) {
    ordered_json pattern = ordered_json::object();
    for (std::size_t a = 0; a < entry.pattern.size(); ++a) {
      if (entry.pattern[a] != kAnyValue) {
        const CodedAttribute& attribute = coverage.manifest.attributes[a];
        pattern[attribute.name] = attribute.values[entry.pattern[a]];
      }
    }
    shown.push_back({{"pattern", std::move(pattern)},
                     {"level", entry.level},
                     {"count", entry.count},
                     {"missing", threshold - entry.count}});
  }
  json["not_shown"] = summary.total() - shown.size();
  json["shown_to_level"] = to_level;
  json["shown"] = std::move(shown);
}

ordered_json counted_json(const Coverage& coverage, const Counted& counts) {
  ordered_json patterns;
  patterns["total"] = counts.known.total() + counts.with_unknown.total();
  patterns["by_level"] = levels_json(
      coverage, [&](std::size_t level) { return counts.known.at_level(level) + counts.with_unknown.at_level(level); });
  add_shown(patterns, coverage, counts.known, counts.threshold);
  ordered_json with_unknown;
  with_unknown["total"] = counts.with_unknown.total();
  with_unknown["by_level"] =
      levels_json(coverage, [&](std::size_t level) { return counts.with_unknown.at_level(level); });
  add_shown(with_unknown, coverage, counts.with_unknown, counts.threshold);
  patterns["with_unknown"] = std::move(with_unknown);
  ordered_json measures = ordered_json::array();
  for (const TWayCoverage& measure : counts.measures) {
    ordered_json completeness;
    for (std::size_t i = 0; i < kCompletenessShares.size(); ++i) {
      completeness[shortest(kCompletenessShares[i])] = measure.completeness(i);
    }
    measures.push_back({{"ways", measure.ways},
                        {"threshold", measure.threshold},
                        {"combinations", measure.combinations},
                        {"configurations", measure.configurations},
                        {"configurations_covered", measure.configurations_covered},
                        {"simple", measure.simple()},
                        {"total", measure.total()},
                        {"completeness", std::move(completeness)},
                        {"minimum", measure.minimum}});
  }
  ordered_json json;
  json["count"] = counts.members;
  json["maximal_uncovered_patterns"] = std::move(patterns);
  json["combination_coverage"] = std::move(measures);
  return json;
}

void print_json(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage) {
  ordered_json json;
  json["manifest"] = path.string();
  json["rows"] = coverage.manifest.rows.size();
  json["attributes"] = ordered_json::array();
  for (const CodedAttribute& attribute : coverage.manifest.attributes) {
    ordered_json entry;
    entry["name"] = attribute.name;
    entry["values"] = attribute.values;
    entry["unknown_rows"] = attribute.unknown_rows;
    if (!attribute.edges.empty()) {
      entry["bins"] = attribute.edges;
    }
    json["attributes"].push_back(std::move(entry));
  }
  json["at_least"]["sources"] = coverage.sources->threshold;
  json["at_least"]["subjects"] = coverage.subjects ? ordered_json(coverage.subjects->threshold) : ordered_json(nullptr);
  json["ways"] = coverage.method.ways;
  json["method"] = coverage.method.is_cube ? "cube" : "levels";
  json["deepest_level"] = coverage.method.deepest;
  json["sources"] = counted_json(coverage, *coverage.sources);
  json["subjects"] = nullptr;
  if (coverage.subjects) {
    json["subjects"] = counted_json(coverage, *coverage.subjects);
    json["subjects"]["rows_without"] = coverage.manifest.rows_without_subject;
  }
  json["notes"] = coverage.notes;
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

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

void print_counted(std::ostream& out, const Coverage& coverage, const Counted& counts, const std::string& noun) {
  const std::size_t total = counts.known.total() + counts.with_unknown.total();
  const std::string levels = coverage.method.is_cube ? "" : " up to level " + std::to_string(coverage.method.deepest);
  out << '\n' << noun << ": ";
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

void print_text(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage) {
  const CodedManifest& manifest = coverage.manifest;
  out << "coverage of " << on_one_line(path.string()) << ": " << counted(manifest.rows.size(), "source");
  if (coverage.subjects) {
    out << ", " << counted(coverage.subjects->members, "subject");
  }
  out << "; wanted in every combination: at least " << counted(coverage.sources->threshold, "source");
  if (coverage.subjects) {
    out << " and " << counted(coverage.subjects->threshold, "subject");
  }
  out << "\n\n";
  print_attributes(out, manifest);
  print_counted(out, coverage, *coverage.sources, "sources");
  if (coverage.subjects) {
    print_counted(out, coverage, *coverage.subjects, "subjects");
  }
  out << '\n';
  for (const std::string& note : coverage.notes) {
    out << "  note: " << printable(note) << '\n';
  }
  out << "\nA gap in people is closed by people: variants of those who are there never fill it.\n";
}

}  // namespace

void coverage_report(const std::filesystem::path& manifest, const CoverageOptions& options, std::ostream& out) {
  const Coverage coverage = measure(manifest, options);
  if (options.json) {
    print_json(out, manifest, coverage);
  } else {
    print_text(out, manifest, coverage);
  }
}

}  // namespace fairground
