// set.json: what a set is made of, for whoever reads its records without the config.
#pragma once

#include <string>

#include "pipeline/design/plan.h"

namespace fairground {

/// The text of set.json, whose fields are in pipeline/publish/set_facts.h. It follows from the config, the sources and
/// the lines of the plan, and tells nothing of how that was found, since a run that goes on with a plan does not know.
[[nodiscard]] std::string set_description(const Plan& plan, const std::string& tool_version);

}  // namespace fairground
