// What the JSON of `plan` and the description of a set have in common.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/flow/plan_findings.h"

namespace fairground {

/// The labels of a group by their columns, without those that are empty.
[[nodiscard]] nlohmann::ordered_json labels_json(const MediaPlan& plan, const std::vector<std::string>& labels);
/// A few of the combinations of levels that are left, each as levels by their axes.
[[nodiscard]] nlohmann::ordered_json first_left_json(const MediaSettings& settings, const CombinationFigures& figures);
/// Combinations of labels that no source has.
[[nodiscard]] nlohmann::ordered_json absent_json(const MediaFindings& findings);
/// What `power:` in the config assumes.
[[nodiscard]] nlohmann::ordered_json power_assumptions_json(const PowerSettings& settings);

}  // namespace fairground
