// The command `coverage`: which combinations of labels a manifest holds too little of, in sources and in subjects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace fairground {

/// The fewest sources, and subjects, that a combination should have. A rate of 5 % goes unseen in 20 sources one time
/// in three (0.95^20 = 0.36), and more often in fewer.
inline constexpr std::uint32_t kDefaultAtLeast = 20;

/// What --memory may be at most, in MB: a terabyte.
inline constexpr std::size_t kMostMemoryMb = 1048576;

inline constexpr std::size_t kMostTop = 100000;  ///< of the option --top

struct CoverageOptions {
  /// Columns, at most 64: the name of one, or several with commas between them where no column is named so in the
  /// manifest's head (its first row where it is JSON Lines).
  std::vector<std::string> by = {};
  std::uint32_t at_least = kDefaultAtLeast;             ///< sources in each combination, 1 or more
  std::optional<std::uint32_t> at_least_subjects = {};  ///< at_least where empty
  /// The strength of the combinatorial measures, and the deepest level that is listed and, without a cube, looked at.
  /// Empty: 2, or 1 with a single column.
  std::optional<std::size_t> ways = {};
  std::optional<std::string> subject = {};  ///< column; empty: people are not counted
  std::vector<std::string> bins = {};       ///< "COLUMN=EDGE,EDGE,…": numbers into half-open intervals
  std::size_t memory_mb = 1024;             ///< for the counts of all patterns, or the cube is not built
  std::size_t top = 20;                     ///< gaps listed of each level, and sets of columns of each size
  bool json = false;
  /// For the counts of all patterns of subjects whose sources differ (PatternCube::within), or their cube is not built:
  /// seconds.
  double most_subject_steps = 6e8;
};

/// Prints the report: a page of text, or with `options.json` one object, whose members stay as they are:
///
///   manifest         the path as given
///   rows             sources in the manifest; of the record of a run: variants without controls
///   attributes       of each column: name; values (those that the manifest holds, sorted by their bytes, or bins in
///                    order; `unknown` last); unknown_rows; bins (the edges) where the column is binned
///   at_least         sources; subjects (null without a subject column)
///   ways             the strength of the measures
///   sources, subjects (the latter null without a subject column), each with
///     count          all of them
///     rows_without   of subjects only: sources that name no subject, which count for nobody
///     method         "cube" (all levels) or "levels" (up to deepest_level only)
///     deepest_level  of the patterns that were looked at
///     values         of each column by name: how many have each of its values
///     maximal_uncovered_patterns      of known labels: a pattern that names `unknown` is no gap in people
///       total, by_level {"1": n, …}   of all of them, levels without any left out
///       shown        the first of each level up to shown_to_level: pattern {column: value}, level, count, missing,
///                    possible (further ones whose unknown labels allow that they belong there; null where there are
///                    too many to look at)
///       shown_to_level, not_shown {"1": n, …}
///     empty_patterns                  null, or the same of the patterns of nobody where all together are fewer than
///                    at_least: the only maximal uncovered pattern is then the one that names nothing
///     column_sets    sets of columns that are short, by size, then the shortest first: columns, combinations (of known
///                    values), short (those with fewer than at_least), empty (those of these with none)
///     combination_coverage            by ways, then threshold (1 and at_least): ways, threshold, combinations,
///                    configurations, configurations_covered, simple, total, completeness {"0.5", "0.75", "1"},
///                    minimum, minimum_columns (the worst set); `unknown` is no valid value and so in no configuration
///   synthesised      null but for the record of a run: controls_left_out, sources and subjects like those above, which
///                    are then of what was observed (`synthetic` is false). A source is a source_id there, and no row
///   notes            sentences that a reader must know
///
/// Rank is by what is missing, then by column and value. The list goes to the level `ways`, or to the lowest level that
/// has a pattern where that is deeper; there are at most `top` of each level, and as many sets of columns of each size.
/// Throws UserError with all mistakes.
void coverage_report(const std::filesystem::path& manifest, const CoverageOptions& options, std::ostream& out);

}  // namespace fairground
