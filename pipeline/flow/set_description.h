// set.json: what a set is made of, for whoever reads its records without the config.
#pragma once

#include <string>

#include <map>

#include "pipeline/design/plan.h"
#include "pipeline/flow/survey.h"

namespace fairground {

/// The text of set.json, whose fields are in pipeline/publish/set_facts.h. It tells what the config and the
/// sources are, and how the design came about; nothing of what became of the variants. It is written with the plan,
/// since a run that goes on with a plan does not know how that was found.
/// `design` is all that the config asks for, `plan` what of it is made. `surveys` may be empty.
[[nodiscard]] std::string set_description(const Plan& design, const Plan& plan, std::map<Media, Survey> surveys,
                                          const std::string& tool_version);

}  // namespace fairground
