// What the command `coverage` finds, before it is printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline/design/coded_manifest.h"
#include "pipeline/design/combination_coverage.h"
#include "pipeline/design/uncovered_patterns.h"
#include "pipeline/flow/coverage_report.h"

namespace fairground {

/// How the patterns are looked for.
struct Method {
  bool is_cube = true;
  std::size_t ways = 1;
  std::size_t deepest = 1;  ///< level
};

struct Gap {
  UncoveredPattern pattern;
  /// Members whose unknown labels allow that they belong there; empty where there are too many to look at.
  std::optional<std::uint32_t> possible;
};

/// Maximal uncovered patterns of known labels. One that names an unknown label is a gap in what is known and none in
/// people, and is not among them.
struct Gaps {
  UncoveredSummary all;
  std::size_t shown_to_level = 0;  ///< the deepest level that is listed
  std::vector<Gap> shown = {};     ///< by level, and then in rank

  /// Those of a level that are not listed.
  [[nodiscard]] std::size_t not_shown(std::size_t level) const;
};

/// Sources or subjects, counted.
struct Counted {
  std::size_t members = 0;
  std::uint32_t threshold = 1;
  Method method = {};
  Gaps gaps;
  /// Where all members together are fewer than the threshold, which is then the only gap: the patterns of nobody.
  std::optional<Gaps> empty = {};
  std::vector<TWayCoverage> measures = {};
  std::vector<std::vector<ShortCombination>> short_sets = {};  ///< of columns, by ways from 1
  std::vector<std::vector<std::uint32_t>> value_counts = {};   ///< of each attribute's values
};

/// All rows, or those that were observed, or those that were synthesised.
struct CoverageOfRows {
  Counted sources;
  std::optional<Counted> subjects = {};
  std::size_t rows_without_subject = 0;
};

struct Coverage {
  CodedManifest manifest;
  std::size_t ways = 1;
  std::optional<CoverageOfRows> observed;
  std::optional<CoverageOfRows> synthesised;  ///< of the record of a run, where these two are never added up
  std::vector<std::string> notes = {};
};
/// Reads the manifest and counts. Throws UserError with all mistakes.
[[nodiscard]] Coverage find_coverage(const std::filesystem::path& path, CoverageOptions options);

void print_coverage_json(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage);
void print_coverage_page(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage);

}  // namespace fairground
