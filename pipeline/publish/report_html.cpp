#include "pipeline/publish/report_html.h"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "pipeline/core/hash.h"
#include "pipeline/publish/page_files.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

/// The base64 (RFC 4648) of bytes that are given in hexadecimal.
std::string base64_of_hex(std::string_view hex) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto nibble = [&](std::size_t i) {
    return i < hex.size() ? static_cast<unsigned>(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10) : 0U;
  };
  std::string text;
  // Three hexadecimal digits, of four bits, are two of six.
  for (std::size_t i = 0; i < hex.size(); i += 3) {
    const unsigned bits = nibble(i) << 8U | nibble(i + 1) << 4U | nibble(i + 2);
    text += kDigits[bits >> 6U];
    if (i + 1 < hex.size()) {
      text += kDigits[bits & 63U];
    }
  }
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string hash_for_policy(std::string_view content) { return "'sha256-" + base64_of_hex(sha256_hex(content)) + "'"; }

/// What a page of one set needs. `file:` is for the set's media where the page is opened from a disk, since browsers do
/// not agree on whether such a page is of the same origin as the files beside it; `'self'` is for the same page on a
/// server.
std::string policy() {
  return "default-src 'none'; script-src " + hash_for_policy(page_js()) + "; style-src " + hash_for_policy(page_css()) +
         "; img-src 'self' file: data:; media-src 'self' file:; base-uri 'none'; form-action 'none'";
}

std::string escaped_for_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

/// JSON that can stand inside <script>. It has `<` in texts only, where an escape means the same.
std::string embedded_json(const ordered_json& data) {
  const std::string json = data.dump(-1, ' ', /*ensure_ascii=*/false, ordered_json::error_handler_t::replace);
  std::string text;
  text.reserve(json.size() + json.size() / 64);
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::string report_html(const ordered_json& data) {
  const std::array<std::pair<std::string_view, std::string>, 5> parts{{
      {"policy", policy()},
      {"name", escaped_for_html(data.at("name").get_ref<const std::string&>())},
      {"style", std::string(page_css())},
      {"script", std::string(page_js())},
      {"data", embedded_json(data)},
  }};
  // The template is walked once, so that what is filled in is never looked at for more to fill in.
  std::string page;
  std::string_view rest = page_html();
  while (true) {
    const std::size_t open = rest.find("{{");
    page += rest.substr(0, open);
    if (open == std::string_view::npos) {
      return page;
    }
    rest.remove_prefix(open + 2);
    bool is_known = false;
    for (const auto& [name, text] : parts) {
      if (rest.starts_with(name) && rest.substr(name.size()).starts_with("}}")) {
        page += text;
        rest.remove_prefix(name.size() + 2);
        is_known = true;
        break;
      }
    }
    if (!is_known) {
      throw std::logic_error("report.html has a place for something that no one fills in");
    }
  }
}

}  // namespace fairground
