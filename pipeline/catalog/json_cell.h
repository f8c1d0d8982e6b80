// Cells of manifests that hold JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace fairground {

/// The value in a cell, or a discarded one where it is no JSON, or nested deeper than any list of words or boxes: each
/// level takes memory many times the one byte that it has in the cell.
[[nodiscard]] nlohmann::json parse_json_cell(std::string_view text);

}  // namespace fairground
