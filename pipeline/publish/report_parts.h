// The parts of the report's data that follow from few files. Each returns what the page's data has under its name.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/report_balance.h"
#include "pipeline/publish/report_coverage.h"
#include "pipeline/publish/report_statistics.h"
#include "pipeline/publish/set_facts.h"
#include "pipeline/publish/set_losses.h"

namespace fairground {

[[nodiscard]] nlohmann::ordered_json provenance_json(const OutputTree& tree, const SetFacts& set,
                                                     const nlohmann::ordered_json& run);

/// Whether the set holds only what another one, which it extends, does not have. `run` is what run.json says.
[[nodiscard]] bool extends_another(const nlohmann::ordered_json& run);

[[nodiscard]] nlohmann::ordered_json gaps_json(const MediaFacts& facts, const ReportCoverage& coverage, bool extends);

[[nodiscard]] nlohmann::ordered_json skin_json(const OutputTree& tree, const MediaFacts& facts);

[[nodiscard]] nlohmann::ordered_json power_json(const MediaFacts& facts, const ReportCoverage& coverage,
                                                const ReportStatistics& statistics);

/// Throws UserError where a variant was lost of a group that coverage.json does not have.
[[nodiscard]] nlohmann::ordered_json losses_json(const OutputTree& tree, const MediaLosses& losses,
                                                 const ReportCoverage& coverage, const ReportStatistics& statistics);

/// All that sentences are made of.
struct ReportFindings {
  const MediaFacts& facts;
  const ReportCoverage& coverage;
  const ReportStatistics& statistics;
  const nlohmann::ordered_json& json;  ///< of the medium, but for its notes
};

/// What the set is, in sentences, most general first.
[[nodiscard]] std::vector<std::string> summary_of(const nlohmann::ordered_json& run,
                                                  const std::vector<ReportFindings>& media);

/// What it cannot show, most important first.
[[nodiscard]] std::vector<std::string> cannot_show(const nlohmann::ordered_json& run, const SetFacts& set,
                                                   const std::vector<ReportFindings>& media);

}  // namespace fairground
