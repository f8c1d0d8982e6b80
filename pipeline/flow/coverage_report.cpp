#include "pipeline/flow/coverage_report.h"

#include "pipeline/flow/coverage_findings.h"

namespace fairground {

void coverage_report(const std::filesystem::path& manifest, const CoverageOptions& options, std::ostream& out) {
  const Coverage coverage = find_coverage(manifest, options);
  if (options.json) {
    print_coverage_json(out, manifest, coverage);
  } else {
    print_coverage_page(out, manifest, coverage);
  }
}

}  // namespace fairground
