// How the report puts numbers, steps and conditions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/publish/report_coverage.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// With four digits, as people read it; null for NaN and infinity.
[[nodiscard]] nlohmann::ordered_json number_to_read(double number);

/// What the sources of a medium are called, "recording" or "picture", as counted() takes it.
[[nodiscard]] const char* noun_of(Media media);
/// "Recordings" or "Pictures".
[[nodiscard]] const char* title_of(Media media);

/// The levels that are not those of the clean reference: "dark + iso800", or "clean".
[[nodiscard]] std::string condition_text(const MediaFacts& facts, const std::vector<std::string>& levels);

/// "noise=mri, device=phone".
[[nodiscard]] std::string levels_text(const nlohmann::ordered_json& levels);

/// "3 of 12 (25 %)".
[[nodiscard]] std::string share_text(std::size_t part, std::size_t whole);

}  // namespace fairground
