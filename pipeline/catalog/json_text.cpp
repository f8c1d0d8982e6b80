#include "pipeline/catalog/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fairground {
namespace {

/// How deep brackets are nested outside of strings.
std::size_t deepest_bracket(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

template <class Json>
Json parse(std::string_view text) {
  constexpr std::size_t kDeepest = 64;  // as in configs and in lines of JSON
  if (deepest_bracket(text) > kDeepest) {
    return Json(nlohmann::json::value_t::discarded);
  }
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace

nlohmann::json parse_json(std::string_view text) { return parse<nlohmann::json>(text); }

nlohmann::ordered_json parse_ordered_json(std::string_view text) { return parse<nlohmann::ordered_json>(text); }

}  // namespace fairground
