// Configs that have every key there is, all of them accepted.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

namespace fairground {

/// Names that a user makes up begin with any_, so that the tests can tell them from keys.
[[nodiscard]] const std::vector<nlohmann::ordered_json>& sample_configs();

}  // namespace fairground
