// What a card must hold to stand in a description that machines read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/config/config.h"

namespace fairground {

/// The keys that such a description needs and that are empty, as in "`card: url`".
[[nodiscard]] std::vector<std::string> missing_in_card(const Card& card, const std::string& date);

/// A key of the card whose text is not of the form that the specification of Croissant gives for it.
struct CardMistake {
  const char* key;
  const char* wanted;  ///< completes "must be …"
  std::string found;
};

/// Those that are there and are of another form. The specification wants the URL where the set is published, and of
/// its licence a URL, which an identifier of SPDX becomes. Whether there is such an identifier is not looked up.
[[nodiscard]] std::vector<CardMistake> mistakes_in_card(const Card& card);

/// Whether it has the form of an identifier in SPDX's list of licences.
[[nodiscard]] bool is_licence_identifier(std::string_view text);

}  // namespace fairground
