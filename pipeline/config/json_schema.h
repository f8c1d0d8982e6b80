// JSON Schemas for editors and validators: of a list of steps, and of a whole config. They use what draft 2020-12 and
// draft-07 have in common, since editors know the older one best.
#pragma once

#include <span>
#include <string>

#include "pipeline/config/schema.h"

namespace fairground {

/// The schema of a list of steps. It cannot say all that the reader checks: rules over several parameters, whether an
/// asset is declared, and low < high are left to the reader.
[[nodiscard]] std::string steps_json_schema(std::span<const StepSchema* const> schemas);

/// The schema of a config. Its own description says what is left to the reader.
[[nodiscard]] std::string config_json_schema(std::span<const StepSchema* const> schemas);

}  // namespace fairground
