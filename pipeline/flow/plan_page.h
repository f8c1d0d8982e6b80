// The page that `plan` prints, for people, and the JSON that says the same to programs.
#pragma once

#include <ostream>

#include "pipeline/flow/plan_findings.h"

namespace fairground {

void print_page(std::ostream& out, const PlanFindings& findings);

/// An object with `name`, `plan_sha256`, `variants` and, under `media`, for each medium: its design, groups with their
/// coverage before and after, gaps, matching, balance, power, cost and notes.
void print_plan_json(std::ostream& out, const PlanFindings& findings);

}  // namespace fairground
