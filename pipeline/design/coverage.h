// How many sources and people stand behind each group and condition. What was recorded and what was made are
// counted apart and never added up, and a variant never adds a person.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/design/plan.h"

namespace fairground {

struct Count {
  std::size_t sources = 0;
  /// Distinct named subjects. Empty where the manifest has no subject column: then nobody knows.
  std::optional<std::size_t> subjects;
  std::size_t sources_without_subject = 0;
};

struct GroupCoverage {
  std::vector<std::string> labels;        ///< in the order of MediaCatalog::group_columns
  Count observed;                         ///< recordings or photographs in the manifest that could be read and prepared
  Count taking_part;                      ///< those of them that the design makes variants of
  Count kept;                             ///< those of them whose clean reference is in the set
  std::vector<Count> recorded;            ///< for each condition of the plan, observed in it (`observed`)
  std::vector<Count> synthesised;         ///< for each condition of the plan, the clean reference left at zero
  std::vector<int> realizations_missing;  ///< met by no source of which anything is in the set
};

struct MediaCoverage {
  Media media = Media::audio;
  std::vector<GroupCoverage> groups;
};

/// A variant that was failed or rejected: indices of its source and its condition.
struct LostVariant {
  Media media = Media::audio;
  std::size_t source = 0;
  std::size_t condition = 0;
  Control control = Control::none;
  bool source_unread = false;  ///< the source itself could not be read, so nothing of it was observed or made
};

/// Coverage when everything of the plan is made but `lost` and what comes from sources with a known problem.
[[nodiscard]] std::vector<MediaCoverage> count_coverage(const Plan& plan, const std::vector<LostVariant>& lost);

/// The same of one medium.
[[nodiscard]] MediaCoverage count_coverage(const MediaPlan& plan, const std::vector<LostVariant>& lost);

/// The text of coverage.json. `before` is what the manifests hold, `after` what the set holds once made.
[[nodiscard]] std::string coverage_json(const Plan& plan, const std::vector<MediaCoverage>& coverage);

}  // namespace fairground
