// JSON that may come from strangers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace fairground {

/// The value of a text, or a discarded one where it is no JSON, or nested deeper than anything that fairground reads:
/// each level takes memory many times the one byte that it has in the text, and to copy it takes a call within a call.
[[nodiscard]] nlohmann::json parse_json(std::string_view text);
/// The same, with the fields of objects in the order of the text.
[[nodiscard]] nlohmann::ordered_json parse_ordered_json(std::string_view text);

}  // namespace fairground
