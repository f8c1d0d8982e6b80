// The parts of the report's data that follow from few files. Each returns what the page's data has under its name.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/report_balance.h"
#include "pipeline/publish/report_coverage.h"
#include "pipeline/publish/report_statistics.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

[[nodiscard]] nlohmann::ordered_json provenance_json(const OutputTree& tree, const SetFacts& set,
                                                     const nlohmann::ordered_json& run);

[[nodiscard]] nlohmann::ordered_json gaps_json(const MediaFacts& facts, const ReportCoverage& coverage);

[[nodiscard]] nlohmann::ordered_json skin_json(const OutputTree& tree, const MediaFacts& facts);

[[nodiscard]] nlohmann::ordered_json power_json(const MediaFacts& facts, const ReportCoverage& coverage,
                                                const ReportStatistics& statistics);

/// Variants that were rejected or failed.
struct Lost {
  std::size_t rejected = 0;
  std::size_t failed = 0;

  [[nodiscard]] std::size_t all() const { return rejected + failed; }
};

/// failures.jsonl, of all media. Which group a lost variant is of follows from the records of its source.
class ReportLosses {
 public:
  ReportLosses(const OutputTree& tree, const SetFacts& set);

  /// A source of which the set has a record.
  void place(Media media, std::string_view source_id, std::uint32_t group);

  [[nodiscard]] nlohmann::ordered_json json(Media media, const ReportCoverage& coverage,
                                            const ReportStatistics& statistics) const;
  [[nodiscard]] Lost of(Media media) const;

 private:
  struct Reason {
    std::string kind;
    std::string stage;
    std::string gate;    ///< empty: none
    std::string reason;  ///< of the first one
    std::size_t count = 0;
  };
  struct OfMedia {
    std::map<std::string, Reason> reasons;
    std::size_t other_reasons = 0;  ///< variants whose reasons are too many to keep
    std::unordered_map<std::string, Lost> by_source;
    std::map<std::uint32_t, Lost> by_group;
    Lost unplaced;
  };
  std::map<Media, OfMedia> media_;
  std::string key_;
};

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
[[nodiscard]] std::vector<std::string> cannot_show(const SetFacts& set, const std::vector<ReportFindings>& media);

}  // namespace fairground
