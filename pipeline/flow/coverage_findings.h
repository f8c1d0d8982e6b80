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

/// Sources or subjects, counted.
struct Counted {
  std::size_t members = 0;
  std::uint32_t threshold = 1;
  UncoveredSummary known;         ///< patterns without the value `unknown`
  UncoveredSummary with_unknown;  ///< gaps in what is known, and not in people
  std::vector<TWayCoverage> measures;
};

/// All rows, or those that were observed, or those that were synthesised.
struct CoverageOfRows {
  Counted sources;
  std::optional<Counted> subjects = {};
  std::size_t rows_without_subject = 0;
};

struct Coverage {
  CodedManifest manifest;
  Method method;
  std::optional<CoverageOfRows> observed;
  std::optional<CoverageOfRows> synthesised;  ///< of the record of a run, where these two are never added up
  std::vector<std::string> notes;
};
/// Reads the manifest and counts. Throws UserError with all mistakes.
[[nodiscard]] Coverage find_coverage(const std::filesystem::path& manifest, const CoverageOptions& options);

/// The deepest level that is listed: broad gaps come first, but a list of none would look like no gaps.
[[nodiscard]] std::size_t shown_to_level(const UncoveredSummary& summary, const Method& method);

void print_coverage_json(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage);
void print_coverage_page(std::ostream& out, const std::filesystem::path& path, const Coverage& coverage);

}  // namespace fairground
