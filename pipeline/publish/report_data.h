// What report.html shows, as one JSON object. Its page reads it; the fields are those that page/report.js names.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_counts.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// It follows from the folder's files and from `run`, what run.json says. Memory hangs on groups, people and what is
/// shown, and not on the number of records, which are read once. `counts`, where it is given, becomes what count_set()
/// finds, from the same reading. `jobs` threads read the media that it shows. Throws UserError where the files are not
/// what they should be, and PassingFault.
[[nodiscard]] nlohmann::ordered_json report_data(const OutputTree& tree, const SetFacts& set,
                                                 const nlohmann::ordered_json& run, SetCounts* counts = nullptr,
                                                 int jobs = 1);

/// What the set cannot show, in sentences, the most important first: report, data card and Croissant say the same.
[[nodiscard]] std::vector<std::string> what_it_cannot_show(const OutputTree& tree, const SetFacts& set,
                                                           const nlohmann::ordered_json& run);

}  // namespace fairground
