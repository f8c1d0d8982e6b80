// The parts of a `design` that name no axis, for read_design.cpp alone. Each reads the value of one key and notes its
// mistakes in the reader that it is given.
#pragma once

#include <string>

#include "pipeline/config/config.h"
#include "pipeline/config/yaml_reader.h"

namespace fairground {

/// Bounds of what is counted in sources or in people.
inline constexpr IntegerBounds kCountBounds{1, 1'000'000'000};

/// Notes a map without entries, where `wanted` is what it is for.
void must_not_be_empty(const ValueReader& value, const std::string& wanted);

/// The key `sources_per_group`. `design.at_least` has been read before.
void read_share(const ValueReader& value, bool has_at_least, DesignSettings& design);

void read_match_on(const ValueReader& value, DesignSettings& design);

void read_budget(const ValueReader& value, Budget& budget);

void read_controls(const ValueReader& value, Controls& controls);

void read_power(const ValueReader& value, PowerSettings& power);

}  // namespace fairground
