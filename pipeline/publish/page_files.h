// The files of pipeline/publish/page, built into the binary by page/embed.cmake.
#pragma once

#include <string_view>

namespace fairground {

[[nodiscard]] std::string_view
page_html();  ///< with {{policy}}, {{name}}, {{style}}, {{script}} and {{data}} to be filled in
[[nodiscard]] std::string_view page_css();
[[nodiscard]] std::string_view page_js();

}  // namespace fairground
