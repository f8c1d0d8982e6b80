// How messages name factors and levels.
#pragma once

#include <string>

#include "pipeline/design/covering_array.h"

namespace fairground::covering {

[[nodiscard]] std::string factor_name(const CoveringModel& model, std::size_t factor);
[[nodiscard]] std::string level_name(const CoveringModel& model, std::size_t factor, std::size_t level);

/// As in a config: `{noise: alarm, device: [studio, phone]}`.
[[nodiscard]] std::string exclusion_text(const CoveringModel& model, const Exclusion& exclusion);

}  // namespace fairground::covering
