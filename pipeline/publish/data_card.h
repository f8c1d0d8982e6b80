// DATACARD.md: what whoever uses a set should know of it, as Hugging Face and others show it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_counts.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// The card. It follows from the folder's files and from `run`, what run.json says; `cannot_show` is
/// what_it_cannot_show(), and `counts` count_set(). Throws UserError where these are not what they should be, and
/// PassingFault.
[[nodiscard]] std::string data_card(const OutputTree& tree, const SetFacts& set, const nlohmann::ordered_json& run,
                                    const std::vector<std::string>& cannot_show, SetCounts counts);

}  // namespace fairground
