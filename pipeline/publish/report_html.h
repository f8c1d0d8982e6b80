// The page of the report around its data: one file, which asks no other program, file or network for anything but the
// set's own media.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace fairground {

/// The whole page. `data` is what pipeline/publish/page/report.js draws. No text in it can become markup or script: it
/// lies in the page as JSON without a `<`, the script makes text nodes of it, and the page's policy allows no script
/// and no style but its own, by their hashes, and no connection.
[[nodiscard]] std::string report_html(const nlohmann::ordered_json& data);

}  // namespace fairground
