#include "pipeline/flow/coverage_findings.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <set>
#include <utility>

#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/design/unknown_members.h"

namespace fairground {
namespace {

constexpr double kMegabyte = 1e6;

/// The columns that `by` names: each text is one if the manifest has a column of that name, or else names several.
std::vector<std::string> columns_of(const std::filesystem::path& path, const std::vector<std::string>& by) {
  const bool has_lists =
      std::ranges::any_of(by, [](const std::string& text) { return text.find(',') != std::string::npos; });
  // What is no file, such as a pipe, can be read but once.
  std::error_code error;
  const std::vector<std::string> known =
      has_lists && std::filesystem::is_regular_file(path, error) ? first_columns(path) : std::vector<std::string>();
  std::vector<std::string> columns;
  for (const std::string& text : by) {
    if (std::ranges::find(known, text) != known.end()) {
      columns.push_back(text);
      continue;
    }
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find(',', start), text.size());
      columns.push_back(text.substr(start, end - start));
      start = end + 1;
    }
  }
  return columns;
}

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
  if (options.subject && options.subject->empty()) {
    mistakes.emplace_back(
        "--subject: the name of the column is empty; leave the option out where people have no column");
  } else if (options.subject && seen.contains(*options.subject)) {
    mistakes.push_back("--subject: column " + in_ticks(*options.subject) +
                       " is in --by too, but combinations are of what people have in common");
  }
  if (options.at_least_subjects && !options.subject) {
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

std::string number_of_megabytes(double bytes) { return std::to_string(std::llround(std::ceil(bytes / kMegabyte))); }

std::string megabytes(double bytes) {
  constexpr double kMostMegabytes = 1e12;  // beyond that nobody reads digits
  return bytes > kMostMegabytes * kMegabyte ? "more than 10^12 MB" : number_of_megabytes(bytes) + " MB";
}

/// What a cube and the counts of one set of columns beside it take.
double bytes_of_cube(const std::vector<std::size_t>& cardinalities, std::size_t ways) {
  return cube_bytes(cardinalities) + most_combinations(cardinalities, ways) * sizeof(std::uint32_t);
}

/// Whether there could be a --memory that holds so much.
bool could_be_allowed(double bytes) { return bytes <= static_cast<double>(kMostMemoryMb) * kMegabyte; }

/// Refuses what would take hours or more memory than allowed.
void check_cost(const Population& population, const Method& method, const CoverageOptions& options) {
  constexpr double kMostSteps = 6e10;  // about a minute
  const LevelCost cost = cost_of_levels(population, method.deepest);
  const double most_bytes = static_cast<double>(options.memory_mb) * kMegabyte;
  if (cost.steps <= kMostSteps && cost.bytes <= most_bytes) {
    return;
  }
  const std::string ways = std::to_string(method.deepest);
  const std::string what = std::isinf(cost.bytes)    ? " has more than 2^32 combinations in one set of columns"
                           : cost.steps > kMostSteps ? " would take too long, minutes or hours"
                                                     : " takes " + megabytes(cost.bytes) + ", more than --memory " +
                                                           std::to_string(options.memory_mb);
  const bool wants_memory = cost.steps <= kMostSteps && could_be_allowed(cost.bytes);
  throw UserError("looking at " + counted(options.by.size(), "column") + ", up to " + ways + " in combination," + what +
                  "; name fewer columns, sort numbers into fewer bins, or look at fewer --ways" +
                  (wants_memory ? "; or give `--memory " + number_of_megabytes(cost.bytes) + "`" : ""));
}

/// The value of each attribute that stands for an unknown label; kAnyValue where all are known.
std::vector<ValueCode> unknown_values(const CodedManifest& manifest) {
  std::vector<ValueCode> values;
  for (const CodedAttribute& attribute : manifest.attributes) {
    values.push_back(attribute.unknown_rows > 0 ? static_cast<ValueCode>(attribute.known_values()) : kAnyValue);
  }
  return values;
}

bool names_unknown(std::span<const ValueCode> pattern, const std::vector<ValueCode>& unknown) {
  for (std::size_t a = 0; a < pattern.size(); ++a) {
    if (pattern[a] != kAnyValue && pattern[a] == unknown[a]) {
      return true;
    }
  }
  return false;
}

/// Chooses what is listed. The list goes to the level `ways`, or deeper where the first gap is: a list of none would
/// look like no gaps.
void choose_shown(Gaps& gaps, std::size_t ways, const UnknownMembers& unknown) {
  constexpr double kMostLooks = 1e9;  // seconds
  gaps.shown_to_level = std::max(ways, gaps.all.lowest_level());
  for (std::size_t level = 0; level <= gaps.shown_to_level; ++level) {
    for (UncoveredPattern& pattern : gaps.all.first_of(level)) {
      gaps.shown.push_back({std::move(pattern), std::nullopt});
    }
  }
  if (static_cast<double>(gaps.shown.size()) * static_cast<double>(unknown.looked_at()) <= kMostLooks) {
    for (Gap& gap : gaps.shown) {
      gap.possible = unknown.count(gap.pattern.pattern);
    }
  }
}

Counted look(const Population& population, std::uint32_t threshold, const CodedManifest& manifest, const Method& method,
             const CoverageOptions& options) {
  const std::size_t attributes = manifest.attributes.size();
  const std::vector<ValueCode> unknown = unknown_values(manifest);
  const Gaps none{.all = UncoveredSummary(attributes, options.top)};
  Counted counts{.members = population.members, .threshold = threshold, .method = method, .gaps = none};
  if (population.members < threshold) {
    counts.gaps.all.add(std::vector<ValueCode>(attributes, kAnyValue), 0,
                        static_cast<std::uint32_t>(population.members));
    counts.empty = none;
  }
  UncoveredSummary& found = counts.empty ? counts.empty->all : counts.gaps.all;
  const std::uint32_t listed_below = counts.empty ? 1 : threshold;
  const PatternVisitor visit = [&](std::span<const ValueCode> pattern, std::size_t level, std::uint32_t count) {
    if (!names_unknown(pattern, unknown)) {
      found.add(pattern, level, count);
    }
  };
  std::vector<std::size_t> valid_values;
  for (const CodedAttribute& attribute : manifest.attributes) {
    valid_values.push_back(attribute.known_values());
  }
  std::vector<std::uint32_t> thresholds = {1};
  if (threshold > 1) {
    thresholds.push_back(threshold);
  }
  CombinationCoverage coverage(population.cardinalities, valid_values, thresholds, method.ways, options.top);
  const SubsetVisitor subset = [&](std::span<const std::size_t> set, std::span<const std::uint32_t> of_set) {
    if (set.size() == 1) {
      counts.value_counts.emplace_back(of_set.begin(), of_set.end());
    }
    coverage.add(set, of_set);
  };
  if (std::optional<PatternCube> cube;
      method.is_cube && (cube = PatternCube::within(population, options.most_subject_steps))) {
    find_uncovered(*cube, listed_below, visit);
    for_each_subset_count(*cube, method.ways, subset);
  } else {
    counts.method.is_cube = false;
    counts.method.deepest = method.ways;
    check_cost(population, counts.method, options);
    find_uncovered(population, listed_below, method.ways, visit, subset);
  }
  counts.measures = coverage.measures();
  for (std::size_t ways = 1; ways <= method.ways; ++ways) {
    counts.short_sets.push_back(coverage.shortest(ways));
  }
  const UnknownMembers possible(population, unknown);
  choose_shown(counts.gaps, method.ways, possible);
  if (counts.empty) {
    choose_shown(*counts.empty, method.ways, possible);
  }
  return counts;
}

/// "`--ways 3` looks at triples", or nothing where there are no more columns.
std::string more_ways_hint(const Coverage& coverage, const CoverageOptions& options) {
  const std::string more = std::to_string(coverage.ways + 1);
  if (coverage.ways >= options.by.size()) {
    return "";
  }
  return "; `--ways " + more + "` looks at " +
         (coverage.ways == 1   ? "pairs"
          : coverage.ways == 2 ? "triples"
                               : more + " together");
}

/// Which gaps were not looked at, and why.
void note_method(const Coverage& coverage, const CoverageOptions& options, std::vector<std::string>& notes) {
  const std::string deeper = " of more than " + counted(coverage.ways, "column") + " were not looked at";
  const double bytes = bytes_of_cube(coverage.manifest.rows.cardinalities, coverage.ways);
  std::string hint = more_ways_hint(coverage, options);
  if (bytes > static_cast<double>(options.memory_mb) * kMegabyte) {
    if (could_be_allowed(bytes)) {
      hint += std::string(hint.empty() ? "; " : ", or ") + "give `--memory " + number_of_megabytes(bytes) + "`";
    }
    notes.push_back("the counts of all patterns would take " + megabytes(bytes) + ", more than --memory " +
                    std::to_string(options.memory_mb) + ": gaps" + deeper + hint);
    return;
  }
  const auto is_left_out = [](const CoverageOfRows& counts) {
    return !counts.sources.method.is_cube || (counts.subjects && !counts.subjects->method.is_cube);
  };
  if (is_left_out(*coverage.observed) || (coverage.synthesised && is_left_out(*coverage.synthesised))) {
    notes.push_back(std::string("some ") + (coverage.synthesised ? "sources or subjects" : "subjects") +
                    " have so many different rows that counting all patterns of them would take minutes: their gaps" +
                    deeper + hint);
  }
}

/// Labels that may not be what they seem.
void note_values(const CodedManifest& manifest, std::vector<std::string>& notes) {
  constexpr std::size_t kMostNoted = 5;  // of a column; one is enough to look at its labels
  const auto in_words = [&](std::vector<std::string> values) {
    values.resize(std::min(values.size(), kMostNoted));
    std::ranges::transform(values, values.begin(), in_ticks);
    return listing(values);
  };
  for (const CodedAttribute& attribute : manifest.attributes) {
    const std::vector<std::vector<std::string>> alike = alike_values(attribute);
    for (std::size_t i = 0; i < std::min(alike.size(), kMostNoted); ++i) {
      notes.push_back("column " + shortened(attribute.name) + ": " + in_words(alike[i]) +
                      " differ only by capitals or spaces, and are counted as different values");
    }
    // The levels of a run's axes are names of its own, `none` among them.
    const std::vector<std::string> missing = values_like_missing(attribute);
    if (!missing.empty() && !manifest.record) {
      notes.push_back(
          "column " + shortened(attribute.name) + ": " + in_words(missing) +
          (missing.size() == 1 ? " is counted as a value; if it stands" : " are counted as values; if they stand") +
          " for a label that is not known, leave the cells empty");
    }
  }
}

/// What a reader must know before trusting the counts.
std::vector<std::string> find_notes(const Coverage& coverage, const CoverageOptions& options) {
  std::vector<std::string> notes;
  const CodedManifest& manifest = coverage.manifest;
  const std::size_t rows = manifest.rows.size();
  const std::string noun = manifest.record ? "variant" : "source";
  if (manifest.record) {
    notes.push_back(
        "this is the record of a run: its sources are counted and not its variants, what was observed and "
        "what was synthesised apart, and " +
        counted(manifest.record->controls, "control") +
        (manifest.record->controls == 1 ? " is left out" : " are left out"));
  }
  note_method(coverage, options, notes);
  for (const CodedAttribute& attribute : manifest.attributes) {
    if (attribute.unknown_rows > 0) {
      notes.push_back("column " + shortened(attribute.name) + " is unknown in " +
                      std::to_string(attribute.unknown_rows) + " of " + counted(rows, noun));
    }
  }
  note_values(manifest, notes);
  if (manifest.repeated_rows > 0) {
    notes.push_back(counted(manifest.repeated_rows, "row") +
                    (manifest.repeated_rows == 1 ? " is like an earlier one in every cell and counts again"
                                                 : " are like an earlier one in every cell and count again"));
  }
  const auto without = static_cast<std::size_t>(std::ranges::count(manifest.subjects, kNoSubject));
  if (manifest.subjects.empty()) {
    notes.emplace_back("people were not counted, as --subject names no column: many sources may be of few people");
  } else if (without > 0) {
    notes.push_back(counted(without, noun) + (without == 1 ? " names no subject and counts as a source only"
                                                           : " name no subject and count as sources only"));
  }
  notes.emplace_back(
      "values are those that the manifest holds, and declared bins: a group that it lacks altogether is not listed");
  return notes;
}
/// Counts all rows, or of a run's record those that are `synthetic` or not.
CoverageOfRows count_rows(const CodedManifest& manifest, bool synthetic, const Method& method,
                          const CoverageOptions& options) {
  const auto of_these = [&](std::vector<std::uint32_t> owners) {
    for (std::size_t row = 0; row < owners.size(); ++row) {
      if (manifest.record && manifest.record->synthetic[row] != synthetic) {
        owners[row] = kNoSubject;
      }
    }
    return count_subjects(manifest.rows, owners);
  };
  // One after the other, so that the second takes the first one's memory.
  CoverageOfRows found{look(manifest.record ? of_these(manifest.record->sources) : count_sources(manifest.rows),
                            options.at_least, manifest, method, options)};
  if (options.subject) {
    found.subjects = look(of_these(manifest.subjects), options.at_least_subjects.value_or(options.at_least), manifest,
                          method, options);
    for (std::size_t row = 0; row < manifest.subjects.size(); ++row) {
      const bool is_counted = !manifest.record || manifest.record->synthetic[row] == synthetic;
      found.rows_without_subject += is_counted && manifest.subjects[row] == kNoSubject ? 1 : 0;
    }
  }
  return found;
}

Coverage count_all(const std::filesystem::path& path, const CoverageOptions& options) {
  Coverage coverage;
  CodedManifest& manifest = coverage.manifest;
  manifest = read_coded_manifest(path, options.by, check_options(options), options.subject.value_or(""));
  Method method;
  method.ways = options.ways.value_or(std::min<std::size_t>(2, options.by.size()));
  method.is_cube =
      bytes_of_cube(manifest.rows.cardinalities, method.ways) <= static_cast<double>(options.memory_mb) * kMegabyte;
  method.deepest = method.is_cube ? options.by.size() : method.ways;
  coverage.ways = method.ways;
  coverage.observed = count_rows(manifest, /*synthetic=*/false, method, options);
  if (manifest.record) {
    coverage.synthesised = count_rows(manifest, /*synthetic=*/true, method, options);
  }
  coverage.notes = find_notes(coverage, options);
  return coverage;
}

}  // namespace

Coverage find_coverage(const std::filesystem::path& path, CoverageOptions options) {
  try {
    options.by = columns_of(path, options.by);
    return count_all(path, options);
  } catch (const std::bad_alloc&) {
    throw UserError(
        "this takes more memory than this machine has to give; name fewer columns or fewer --ways, or give a "
        "smaller --memory (it is " +
        std::to_string(options.memory_mb) + " MB)");
  }
}

std::size_t Gaps::not_shown(std::size_t level) const {
  return all.at_level(level) -
         static_cast<std::size_t>(std::ranges::count(shown, level, [](const Gap& gap) { return gap.pattern.level; }));
}

}  // namespace fairground
