// What the sources are like, before anything is made of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/core/progress.h"
#include "pipeline/design/balance.h"
#include "pipeline/output/outcome.h"

namespace fairground {

/// What was found of the sources of one medium.
struct Survey {
  std::vector<Fate> fates;                     ///< of each source: `written` where it can be used
  std::map<std::size_t, std::string> reasons;  ///< by source, why it cannot
  QualityTable qualities;                      ///< of each source; no columns where nothing was measured
};

/// The names of what is measured of a medium's sources: those that `match_on` may name beside numeric columns.
[[nodiscard]] std::vector<QualityInfo> measured_qualities(Media media);

/// Prepares every source as a run does, on `jobs` threads, so that what a run could not use is known before it starts,
/// and measures it. Without `measure` no file is opened: only what the catalog knows against a source is told. The
/// columns of `match_on` that are no measured quality are read as numbers from the kept columns; throws UserError where
/// they are neither. Throws PassingFault. When `stop` becomes true the rest is left out, and the result must not be
/// used.
[[nodiscard]] std::map<Media, Survey> survey_sources(const Config& config, const Catalog& catalog, bool measure,
                                                     int jobs, Progress* progress = nullptr,
                                                     const std::atomic<bool>* stop = nullptr);

}  // namespace fairground
