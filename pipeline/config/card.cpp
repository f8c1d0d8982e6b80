#include "pipeline/config/card.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fairground {
namespace {

/// Whether it is the address of something on the web: a scheme, a host, and no character that RFC 3986 leaves out of
/// addresses. Letters beyond ASCII are let pass, as in RFC 3987.
bool is_web_address(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) {
      const std::string_view rest = text.substr(scheme.size());
      const bool has_host = !rest.empty() && std::string_view("/?#:@").find(rest.front()) == std::string_view::npos;
      return has_host && std::ranges::none_of(rest, [](char c) {
               return static_cast<unsigned char>(c) <= ' ' || c == '\x7F' ||
                      std::string_view("<>\"\\^`{|}").find(c) != std::string_view::npos;
             });
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> missing_in_card(const Card& card, const std::string& date) {
  const std::array<std::pair<const char*, const std::string*>, 5> wanted = {{{"output: date", &date},
                                                                             {"card: description", &card.description},
                                                                             {"card: licence", &card.licence},
                                                                             {"card: creator", &card.creator},
                                                                             {"card: url", &card.url}}};
  std::vector<std::string> missing;
  for (const auto& [key, text] : wanted) {
    if (text->empty()) {
      missing.push_back(std::string("`") + key + "`");
    }
  }
  return missing;
}

std::vector<CardMistake> mistakes_in_card(const Card& card) {
  std::vector<CardMistake> mistakes;
  if (!card.licence.empty() && !is_licence_identifier(card.licence) && !is_web_address(card.licence)) {
    mistakes.push_back(
        {"licence", "an SPDX identifier such as CC-BY-4.0, or the licence's address, https://…", card.licence});
  }
  if (!card.url.empty() && !is_web_address(card.url)) {
    mistakes.push_back({"url", "the address where the set is published, https://…", card.url});
  }
  return mistakes;
}

bool is_licence_identifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '+';
  });
}

}  // namespace fairground
