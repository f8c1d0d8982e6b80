// report.html: one page that opens in any browser and needs nothing else.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// The page. It follows from the folder's files and from `run`, what run.json says. Throws UserError where these are
/// not what they should be, and PassingFault.
[[nodiscard]] std::string report_page(const OutputTree& tree, const SetFacts& set, const nlohmann::ordered_json& run);

}  // namespace fairground
